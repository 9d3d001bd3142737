/*
 * A sink of type syslog: one line for each alert, by libc's syslog(3).
 */
#ifndef COURIER_SYSLOG_SINK_H
#define COURIER_SYSLOG_SINK_H

#include <stdbool.h>

#include "courier/delivery.h"

struct config_sink;
struct event_base;
struct syslog_sink;

#define SYSLOG_WAITING_MAX 1000 /* lines held while nobody takes them */

/* Once, before the sandbox: opens the socket and reads the time zone. */
void syslog_sink_open(void);
/* "daemon", "local0" ...; -1: no such facility. */
int syslog_sink_facility(const char *name);

/* Results come from the event loop, never from within syslog_sink_send(). */
struct syslog_sink *syslog_sink_new(
    struct event_base *, delivery_on_result, void *arg);
/* Drops what waits without a word. */
void syslog_sink_free(struct syslog_sink *);
void syslog_sink_configure(struct syslog_sink *, const struct config_sink *);
/* Takes the delivery. Never blocks: a line is written when the socket takes
 * it; after seconds of waiting the delivery ends as one to be retried. */
void syslog_sink_send(struct syslog_sink *, struct delivery *);
void syslog_sink_forget_waiting(struct syslog_sink *);
/* Gives all back as never sent: another takes the place of this one. */
void syslog_sink_give_back(struct syslog_sink *);

#endif

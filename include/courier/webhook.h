/*
 * A sink of type webhook: Standard Webhooks 1.0 over HTTP.
 */
#ifndef COURIER_WEBHOOK_H
#define COURIER_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "courier/delivery.h"

struct config_sink;
struct curl_loop;
struct webhook;

#define WEBHOOK_ANSWER_MAX (64 * 1024) /* bytes of an answer that are read */

/* The loop outlives it. Results come from the event loop, never from within
 * webhook_send(). */
struct webhook *webhook_new(struct curl_loop *, delivery_on_result, void *arg);
/* Drops what waits and what is under way without a word. Wipes the keys. */
void webhook_free(struct webhook *);
/* Takes over the sink's settings, from the next attempt on. user_agent is
 * copied. */
void webhook_configure(
    struct webhook *, const struct config_sink *, const char *user_agent);
/* Takes the delivery. First attempts leave in the order given, one at a time;
 * later attempts have a lane of their own, so that they hold no news up. */
void webhook_send(struct webhook *, struct delivery *);
/* Forgets what waits; what is under way ends as usual. */
void webhook_forget_waiting(struct webhook *);
/* Gives all back as never sent: another takes the place of this one. */
void webhook_give_back(struct webhook *);
/* How many attempts are under way. */
size_t webhook_under_way(const struct webhook *);

#endif

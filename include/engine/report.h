/*
 * What the desk is told: alerts, and how feeds, sinks and the engine stand.
 */
#ifndef ENGINE_REPORT_H
#define ENGINE_REPORT_H

#include <stddef.h>

#include "frame/config.h"

struct alert_entity;
struct engine;
struct feed;

/* A desk is there: it gets all feeds, sinks and counters. */
void report_greet(struct engine *);
/* The desk takes more again: goes on where it was full. */
void report_go_on(struct engine *);
/* Alerts that were committed since the last call. */
void report_alerts(struct engine *);
void report_init(struct engine *);
/* A feed as it stands now. */
void report_feed(struct engine *, struct feed *);
/* The same within a second: when nothing happened but a poll. */
void report_feed_soon(struct engine *, struct feed *);
/* It leaves the table. */
void report_feed_gone(struct engine *, struct feed *);
/* Once a second: feeds that wait for it, sinks and counters that changed. */
void report_tick(struct engine *);
void report_count_alert(struct engine *, enum alert_type, enum level);
/* Counts the entities of an item that is an alert. */
void report_count_entities(
    struct engine *, const struct alert_entity *, size_t len);
void report_free(struct engine *);

#endif

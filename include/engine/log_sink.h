/*
 * A sink of type `log`: brings a rolling log in line with the store, at the
 * start and after each commit.
 */
#ifndef ENGINE_LOG_SINK_H
#define ENGINE_LOG_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/rolling_log.h"

struct batch;
struct log_sink;
struct sink_state;
struct store;

/* Store and batch are borrowed. */
struct log_sink *log_sink_new(const char *id,
    const struct rolling_log_options *, struct store *, struct batch *);
void log_sink_free(struct log_sink *);
/* Whether it was made with the same id and options. */
bool log_sink_is_like(const struct log_sink *, const char *id,
    const struct rolling_log_options *);
/* Before the first alert: repairs a torn last line, finds out which alerts the
 * log has, and appends those of the store that it lacks. The seq after the
 * log's last becomes the store's next at least. A log that cannot be opened is
 * tried again at each tick. */
void log_sink_start(struct log_sink *, int64_t now);
/* Appends what was committed since. */
void log_sink_pump(struct log_sink *, int64_t now);
/* Once a second: writes what waits, syncs, has the store mark what is synced,
 * upkeep. True: call again soon. */
bool log_sink_tick(struct log_sink *, int64_t now);
/* Upkeep alone, between ticks. True: there is more. */
bool log_sink_step(struct log_sink *, int64_t now);
void log_sink_reopen(struct log_sink *);
/* Syncs and marks, before an exit. */
void log_sink_stop(struct log_sink *, int64_t now);
uint64_t log_sink_errors(const struct log_sink *);
/* Fills the state, strings are views; false: it is as it was last time. */
bool log_sink_state(struct log_sink *, struct sink_state *);

#endif

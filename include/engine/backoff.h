/*
 * How long a feed waits that failed some times in a row. Pure.
 */
#ifndef ENGINE_BACKOFF_H
#define ENGINE_BACKOFF_H

#include <stdint.h>

#include "engine/schedule.h"

/* The interval, doubled for each failure in a row, up to the limit of the last
 * outcome; never less than the interval, which is more than 0 microseconds. */
int64_t backoff_wait(
    enum schedule_outcome, unsigned failures, int64_t interval_us);

#endif

/*
 * Waits after failures. Runs in the engine.
 */
#include "base/second.h"
#include "engine/backoff.h"

#define UNREACHED_INTERVALS 8
#define FAILED_MAX_US (3600 * SECOND_US)
#define MISSING_MAX_US (86400 * SECOND_US)

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
limit_of(enum schedule_outcome outcome, int64_t interval_us)
{
	switch (outcome) {
	case SCHEDULE_UNREACHED:
		return least(UNREACHED_INTERVALS * interval_us, FAILED_MAX_US);
	case SCHEDULE_FAILED:
		return FAILED_MAX_US;
	case SCHEDULE_MISSING:
		return MISSING_MAX_US;
	case SCHEDULE_OK:
	default:
		return interval_us;
	}
}

int64_t
backoff_wait(
    enum schedule_outcome outcome, unsigned failures, int64_t interval_us)
{
	int64_t limit = limit_of(outcome, interval_us), wait = interval_us;

	while (failures-- > 0 && wait < limit)
		wait *= 2;
	wait = least(wait, limit);
	return wait > interval_us ? wait : interval_us;
}

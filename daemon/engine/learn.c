/*
 * From fetches to the schedule. Runs in the engine.
 */
#include "base/second.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/health.h"
#include "engine/learn.h"
#include "engine/rhythm.h"
#include "engine/schedule.h"
#include "frame/clock.h"

#define LATE_US (12 * 3600 * SECOND_US)

/* Of a known feed only news counts: an old date says when something was
 * written, not when it came to be in the feed. */
void
learn_add(struct learn *learn, const struct feed *feed, int64_t published_at,
    int64_t seen_at)
{
	bool dated =
	    published_at != ITEM_NO_DATE && published_at <= seen_at &&
	    (feed->rhythm.since == 0 || published_at > seen_at - LATE_US);

	if (learn->len < JOB_ITEMS_MAX)
		learn->dates[learn->len++] =
		    (dated ? published_at : seen_at) / SECOND_US;
}

void
learn_rhythm(struct feed *feed, struct learn *learn, int64_t now)
{
	struct rhythm *rhythm = &feed->rhythm;

	rhythm_set_back(rhythm, now / SECOND_US);
	if (rhythm->since == 0)
		rhythm_begin_with(
		    rhythm, learn->dates, learn->len, now / SECOND_US);
	else
		for (size_t i = 0; i < learn->len; i++)
			rhythm_add(rhythm, learn->dates[i]);
}

static enum schedule_outcome
outcome_of(const struct fetch_done *done)
{
	switch (done->outcome) {
	case FETCH_OK:
	case FETCH_NOT_MODIFIED:
		return SCHEDULE_OK;
	case FETCH_DNS:
	case FETCH_CONNECT:
	case FETCH_TIMEOUT:
		return SCHEDULE_UNREACHED;
	case FETCH_HTTP:
		return done->http_status == 404 ? SCHEDULE_MISSING
						: SCHEDULE_FAILED;
	case FETCH_TLS:
	case FETCH_REFUSED:
	case FETCH_TOO_LARGE:
	case FETCH_NOT_A_FEED:
	case FETCH_HOSTILE:
	case FETCH_BLOCKED:
	case FETCH_CANCELLED:
	case FETCH_OUTCOMES:
		break;
	}
	return SCHEDULE_FAILED;
}

static uint32_t
seconds(int64_t hint)
{
	return hint > 0 && hint < UINT32_MAX ? (uint32_t)hint : 0;
}

/* What a host asked for outlives a restart. */
static void
keep_hold(struct engine *engine, struct feed *feed, int64_t now)
{
	int64_t until_at =
	    schedule_held_until(engine->schedule, feed->number, now);

	if (until_at == 0)
		return;
	feed->record.held_until_at = clock_now_us() + until_at - now;
	feed_save(engine, feed);
}

void
learn_turn(
    struct engine *engine, struct feed *feed, const struct fetch_done *done)
{
	struct schedule_result result = {
	    .outcome = outcome_of(done),
	    .slow_host = done->http_status == 429 || done->http_status == 503,
	    .retry_after_s = done->retry_after_s,
	    .document = done->outcome == FETCH_OK,
	    .hints = {.fresh_s = seconds(done->fresh_s),
		.ttl_s = seconds(done->ttl_s),
		.skip_hours = done->skip_hours,
		.skip_days = done->skip_days},
	};
	int64_t now = engine_monotonic_us();

	schedule_done(engine->schedule, feed->number, &result, now);
	if (feed->record.health == HEALTH_GONE)
		schedule_stop(engine->schedule, feed->number);
	if (result.slow_host)
		keep_hold(engine, feed, now);
}

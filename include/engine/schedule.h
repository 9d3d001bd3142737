/*
 * When which feed is polled, and by which fetcher. Pure: `now` is always an
 * argument, in microseconds of a clock that never jumps.
 *
 * A feed whose interval is one number is polled at that interval. Feeds with
 * bounds share out the budget by what is known of their rhythms. Whatever
 * happens, polls start no faster than 1.6 times the budget, or the usual rate
 * where there is none (at least 100 a second): after a stall the rest is
 * spread.
 */
#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/plan.h"

#define SCHEDULE_NONE SIZE_MAX
#define SCHEDULE_RETRY_MAX_S 86400 /* Retry-After is cut to a day */

/* How a fetch ended, as far as the next one is concerned. */
enum schedule_outcome {
	SCHEDULE_OK,
	SCHEDULE_UNREACHED, /* the network failed: backs off to 8 intervals */
	SCHEDULE_FAILED,    /* the outlet's fault: backs off to an hour */
	SCHEDULE_MISSING,   /* 404: backs off to a day */
};

/* What is asked for a feed. */
struct schedule_feed {
	uint64_t host; /* hash of the URL's host, whose feeds share a fetcher */
	int64_t min_us; /* bounds of the interval; equal ones are a promise */
	int64_t max_us;
	const struct rhythm *rhythm; /* outlives the feed's stay; with bounds */
	struct plan_hints hints;     /* known when it is added */
};

struct schedule_result {
	enum schedule_outcome outcome;
	bool slow_host;          /* 429, 503: it has too many requests */
	int64_t retry_after_s;   /* as the server asked, or 0 */
	bool document;           /* a whole answer, so its hints stand */
	struct plan_hints hints; /* fresh_s is of any good answer */
};

struct schedule;

/* seed: of the jitter. */
struct schedule *schedule_new(uint64_t seed);
void schedule_free(struct schedule *);
/* How many fetchers there are, and jobs that each may have under way; feeds
 * are dealt out anew by their hosts. */
void schedule_set_fetchers(
    struct schedule *, unsigned fetchers, unsigned jobs_max);
/* Polls a second that all feeds may cost, on average over a day; 0: as many as
 * if each were polled at the geometric mean of its bounds. */
void schedule_set_budget(struct schedule *, double per_s);
/* Epoch microseconds less the `now` of the other calls. */
void schedule_set_clock(struct schedule *, int64_t offset_us);

/* Enters a feed under a number of the caller's (small: it indexes a table). */
void schedule_add(struct schedule *, size_t feed, const struct schedule_feed *);
/* Another interval or host for a feed; its turn is not disturbed unless the
 * interval is shorter. */
void schedule_change(
    struct schedule *, size_t feed, const struct schedule_feed *);
/* A feed just added, or one that waits, is polled no more, but by hand. */
void schedule_stop(struct schedule *, size_t feed);
/* The feed's host asks for patience, as when its answer was 429. */
void schedule_hold(
    struct schedule *, size_t feed, int64_t until_at, int64_t now);
/* Until when it does; 0: not. */
int64_t schedule_held_until(struct schedule *, size_t feed, int64_t now);
void schedule_remove(struct schedule *, size_t feed);
/* Gives a first turn to all that were added since the last call: spread over
 * 10 ms for each of them, but over no more than their interval. */
void schedule_spread(struct schedule *, int64_t now);
/* Now and then: once a minute it shares out the budget anew. */
void schedule_balance(struct schedule *, int64_t now);

/* Takes the next feed that is due at the fetcher, which is then under way;
 * SCHEDULE_NONE: none is due, or the fetcher has enough to do. */
size_t schedule_take(struct schedule *, unsigned fetcher, int64_t now);
/* When schedule_take gives something again; INT64_MAX: not before a job of
 * the fetcher is over. */
int64_t schedule_next_at(const struct schedule *, unsigned fetcher);

/* The fetch is over: sets the next turn, with a jitter of a tenth, which stays
 * between bounds. */
void schedule_done(struct schedule *, size_t feed,
    const struct schedule_result *, int64_t now);
/* The fetch came to nothing through no fault of the feed: due at `at`. */
void schedule_put_back(struct schedule *, size_t feed, int64_t at);
/* Its next turn comes after a fourth of the time that is left. */
void schedule_sooner(struct schedule *, size_t feed, int64_t now);
/* Due at once, before all others, if it is not under way. */
void schedule_poll(struct schedule *, size_t feed, int64_t now);
/* The network may be back: of the feeds that were not reached last time the
 * one that comes next is due at once. */
void schedule_try(struct schedule *, int64_t now);
/* The network is back: whoever waits because it was not gets a turn within
 * half a minute, or half its interval where that is longer. */
void schedule_wake(struct schedule *, int64_t now);

/* INT64_MAX: never. */
int64_t schedule_due_at(const struct schedule *, size_t feed);
/* The wait that was planned last, without back-off. */
int64_t schedule_interval(const struct schedule *, size_t feed);
unsigned schedule_fetcher(const struct schedule *, size_t feed);
bool schedule_is_under_way(const struct schedule *, size_t feed);
/* The feed could not be reached last time: its job is one of a few. */
bool schedule_is_doubtful(const struct schedule *, size_t feed);
/* The fetcher has as many jobs as it may, while feeds are due. */
bool schedule_is_crowded(
    const struct schedule *, unsigned fetcher, int64_t now);

#endif

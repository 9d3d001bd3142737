/*
 * When which feed is polled, and by which fetcher. Pure: `now` is always an
 * argument, in microseconds of a clock that never jumps.
 */
#ifndef ENGINE_SCHEDULE_H
#define ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_NONE SIZE_MAX
#define SCHEDULE_JOBS_MAX 256      /* under way at one fetcher */
#define SCHEDULE_RETRY_MAX_S 86400 /* Retry-After is cut to a day */

/* How a fetch ended, as far as the next one is concerned. */
enum schedule_outcome {
	SCHEDULE_OK,
	SCHEDULE_UNREACHED, /* the network failed: backs off to 8 intervals */
	SCHEDULE_FAILED,    /* the outlet's fault: backs off to an hour */
	SCHEDULE_MISSING,   /* 404, 410: backs off to a day */
};

struct schedule;

/* seed: of the jitter. */
struct schedule *schedule_new(uint64_t seed);
void schedule_free(struct schedule *);
/* How many fetchers there are; feeds are dealt out anew by their hosts. */
void schedule_set_fetchers(struct schedule *, unsigned fetchers);

/* Enters a feed under a number of the caller's (small: it indexes a table).
 * host: hash of the URL's host, all of whose feeds share a fetcher. */
void schedule_add(
    struct schedule *, size_t feed, uint64_t host, int64_t interval_us);
/* Changes the interval or host of a feed without disturbing its turn. */
void schedule_change(
    struct schedule *, size_t feed, uint64_t host, int64_t interval_us);
void schedule_remove(struct schedule *, size_t feed);
/* Gives a first turn to all that were added since the last call: spread over
 * 10 ms for each of them, but over no more than their interval. */
void schedule_spread(struct schedule *, int64_t now);

/* Takes the next feed that is due at the fetcher, which is then under way;
 * SCHEDULE_NONE: none is due, or the fetcher has enough to do. */
size_t schedule_take(struct schedule *, unsigned fetcher, int64_t now);
/* When schedule_take gives something again; INT64_MAX: not before a job of
 * the fetcher is over. */
int64_t schedule_next_at(const struct schedule *, unsigned fetcher);

/* The fetch is over: sets the next turn, interval and back-off with a jitter
 * of a tenth. retry_after_s: as the server asked, or 0. */
void schedule_done(struct schedule *, size_t feed, enum schedule_outcome,
    int64_t retry_after_s, int64_t now);
/* The fetch came to nothing through no fault of the feed: due at `at`. */
void schedule_put_back(struct schedule *, size_t feed, int64_t at);
/* Its next turn comes after a fourth of the time that is left. */
void schedule_sooner(struct schedule *, size_t feed, int64_t now);
/* Due at once, if it is not under way. */
void schedule_poll(struct schedule *, size_t feed, int64_t now);
/* The network is back: whoever waits because it was not gets a turn within
 * its interval. */
void schedule_wake(struct schedule *, int64_t now);

int64_t schedule_due_at(const struct schedule *, size_t feed);
unsigned schedule_fetcher(const struct schedule *, size_t feed);
bool schedule_is_under_way(const struct schedule *, size_t feed);

#endif

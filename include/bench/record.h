/*
 * What happened at the test server: requests, webhooks, delays, kept for the
 * tests that ask for them, who may also wait for a number of them.
 */
#ifndef BENCH_RECORD_H
#define BENCH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct document;
struct request;

struct record_stats {
	uint64_t requests; /* for documents */
	uint64_t ok;
	uint64_t not_modified;
	uint64_t hooks;
	uint64_t unmatched; /* hooks that name no publication */
	uint64_t repeated;  /* hooks for a publication told before */
	uint64_t cookies;   /* requests that carried one */
	uint64_t asked;     /* feeds ever asked for; outlives a reset */
};

struct record_stats *record_stats(void);
/* Monotonic nanoseconds. */
int64_t record_now(void);

/* Keeps a request under a name ("/f/0.xml", "hook:desk") and wakes who waits
 * for it. quiet: nothing is kept (for benchmarks). */
void record_quiet(void);
void record_request(const char *name, const struct request *);
/* Answers with the records of a name from number `after` on as a JSON array,
 * at once when there are `wait` of them, else later, at the latest after
 * timeout_ms. */
void record_tell(struct conn *, const char *name, size_t after, size_t wait,
    long timeout_ms);

/* Delays of publications: published, first served, webhook received. Returns
 * its number; next: the document's older one that was not served yet. */
int record_published(int next);
void record_served(struct document *);
/* A feed was asked for: notes how long it had to wait for that. */
void record_asked(struct document *);
void record_hook(const char *body, size_t len);
/* Counters and percentiles (ms) as JSON; `wait` is the time between two
 * requests for the same feed, `asked` how many feeds were asked for. */
void record_tell_stats(struct conn *);
void record_reset(void);

#endif

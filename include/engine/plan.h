/*
 * How long to wait for the next poll of one feed: the operator's bounds, its
 * rhythm, the hints that its server and its document give. Pure.
 *
 * Between the bounds a feed is polled at `effort` times the root of its rate,
 * which makes the mean delay of all posts least for a number of requests (Sia,
 * Cho, Cho: Efficient Monitoring Algorithm for Fast News Alerts); the polls of
 * a feed are dealt over the day in the same way.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

struct rhythm;

/* Hints, cut: what asks for more is not believed. */
#define PLAN_FRESH_MAX_S 300 /* Cache-Control, Expires */
#define PLAN_TTL_MAX_S 900   /* ttl, sy:updatePeriod */

struct plan_hints {
	uint32_t fresh_s;    /* the answer stays as it is; 0: none, as ttl_s */
	uint32_t ttl_s;      /* as the document says */
	uint32_t skip_hours; /* bit h: hour h UTC */
	uint32_t skip_days;  /* bit d: day d, 0 = Sunday */
};

struct plan {
	int64_t min_us; /* equal bounds are a promise: nothing is learned */
	int64_t max_us;
	const struct rhythm *rhythm; /* borrowed; NULL with equal bounds */
	struct plan_hints hints;
};

/* Polls a second at a time to come: so many for each unit of effort, but not
 * below the least and not above the most. */
struct plan_demand {
	double weight;
	double least;
	double most;
};

/* The interval until the rhythm is known: the bounds' geometric mean. */
int64_t plan_mean_us(const struct plan *);
/* wall: now, as epoch seconds; at: of the same kind. */
struct plan_demand plan_demand(const struct plan *, int64_t at, int64_t wall);
/* Microseconds to wait, at an effort. */
int64_t plan_wait(const struct plan *, double effort, int64_t wall);

#endif

/*
 * Shares a budget of requests out among feeds: finds the effort (see
 * engine/plan.h) at which their demand over the next day is what may be spent.
 * Pure.
 *
 * The demand of a feed grows with the effort, from its least on and up to its
 * most. Summed up, such ramps need no list of the feeds, only where slopes
 * begin and end.
 */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdint.h>

struct plan;

#define BUDGET_STEPS 512 /* of the effort, 4% each */

struct budget {                     /* zero: of no feeds */
	double slope[BUDGET_STEPS]; /* change of the slope at a step */
	double least;               /* sum of all ramps' lower ends */
};

/* Adds the demand of a feed for each hour of the day to come. */
void budget_add(struct budget *, const struct plan *, int64_t wall);
/* The effort at which the feeds make so many polls a second on average. */
double budget_effort(const struct budget *, double polls);

#endif

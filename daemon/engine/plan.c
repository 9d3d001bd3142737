/*
 * Waits between polls. Runs in the engine.
 */
#include <math.h>
#include <stddef.h>

#include "base/second.h"
#include "engine/plan.h"
#include "engine/rhythm.h"

#define HOUR_S 3600
#define DAY_S 86400
#define THURSDAY 4 /* the day of the epoch, from Sunday on */

int64_t
plan_mean_us(const struct plan *plan)
{
	return (int64_t)sqrt((double)plan->min_us * (double)plan->max_us);
}

static bool
is_skipped(const struct plan_hints *hints, int64_t wall)
{
	return hints->skip_hours >> (wall / HOUR_S % 24) & 1 ||
	       hints->skip_days >> ((wall / DAY_S + THURSDAY) % 7) & 1;
}

/* The lower bound with hints. A document that says "hourly" (the default of
 * much software) and brings ten items an hour is not believed. */
static double
shortest_us(const struct plan *plan, double rate)
{
	double ttl_s = fmin(plan->hints.ttl_s, PLAN_TTL_MAX_S);
	double fresh_s = fmin(plan->hints.fresh_s, PLAN_FRESH_MAX_S);
	double us = fmax(fmin(ttl_s, HOUR_S / rate), fresh_s) * SECOND_US;

	return fmin(fmax((double)plan->min_us, us), (double)plan->max_us);
}

struct plan_demand
plan_demand(const struct plan *plan, int64_t at, int64_t wall)
{
	double least = SECOND_US / (double)plan->max_us, rate;

	if (plan->min_us == plan->max_us || plan->rhythm == NULL ||
	    is_skipped(&plan->hints, at))
		return (struct plan_demand){0, least, least};
	rate = rhythm_rate(plan->rhythm, at, wall);
	return (struct plan_demand){
	    .weight = sqrt(rate),
	    .least = least,
	    .most = SECOND_US / shortest_us(plan, rate),
	};
}

/* Polls a second, summed up hour by hour until they make one poll. */
int64_t
plan_wait(const struct plan *plan, double effort, int64_t wall)
{
	double left = 1, shortest_s = 0;
	int64_t at = wall, next;

	for (;; at = next) {
		struct plan_demand demand = plan_demand(plan, at, wall);
		double polls = fmax(effort * demand.weight, demand.least);

		if (at == wall)
			shortest_s = 1 / demand.most;
		next = (at / HOUR_S + 1) * HOUR_S;
		if (polls * (double)(next - at) >= left) {
			double s = (double)(at - wall) + left / polls;

			return (int64_t)(fmax(s, shortest_s) * SECOND_US);
		}
		left -= polls * (double)(next - at);
	}
}

/*
 * The budget of requests. Runs in the engine.
 */
#include <math.h>
#include <stddef.h>

#include "engine/budget.h"
#include "engine/plan.h"

#define HOURS 24
#define HOUR_S 3600
#define EFFORT_MIN 1e-7
#define STEP 1.04

static double
effort_of(double step)
{
	return EFFORT_MIN * pow(STEP, step);
}

static void
bend(struct budget *budget, double effort, double slope)
{
	double step = log(effort / EFFORT_MIN) / log(STEP);

	step = fmax(0, fmin(step, BUDGET_STEPS - 1));
	budget->slope[(size_t)step] += slope;
}

void
budget_add(struct budget *budget, const struct plan *plan, int64_t wall)
{
	for (int hour = 0; hour < HOURS; hour++) {
		struct plan_demand demand =
		    plan_demand(plan, wall + hour * HOUR_S, wall);

		budget->least += demand.least / HOURS;
		if (demand.weight == 0)
			continue;
		bend(budget, demand.least / demand.weight,
		    demand.weight / HOURS);
		bend(budget, demand.most / demand.weight,
		    -demand.weight / HOURS);
	}
}

double
budget_effort(const struct budget *budget, double polls)
{
	double sum = budget->least, slope = 0, effort, next;

	for (int step = 0; step < BUDGET_STEPS - 1; step++) {
		slope += budget->slope[step];
		effort = effort_of(step);
		next = effort_of(step + 1);
		if (slope > 0 && sum + slope * (next - effort) >= polls)
			return effort + fmax(0, polls - sum) / slope;
		sum += slope * (next - effort);
	}
	return effort_of(BUDGET_STEPS - 1);
}

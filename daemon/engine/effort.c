/*
 * What polling is worth, from a sample of the feeds.
 */
#include <math.h>

#include "base/second.h"
#include "engine/effort.h"
#include "engine/plan.h"

#define SAMPLE 1000     /* feeds, or up to twice as many */
#define PACE_FACTOR 1.6 /* what may start in a second, to the average */
#define PACE_MIN 100.0  /* polls a second, when there is no budget */

void
effort_init(struct effort *effort)
{
	*effort = (struct effort){.value = 1.0 / 300};
	pace_set(&effort->pace, PACE_MIN);
}

void
effort_sample_begin(
    struct effort_sample *sample, struct effort *effort, size_t feeds)
{
	*sample = (struct effort_sample){.step = feeds / SAMPLE + 1};
	sample->first = ++effort->sampled % sample->step;
}

void
effort_sample_add(
    struct effort_sample *sample, const struct plan *plan, int64_t wall)
{
	if (++sample->all % sample->step != sample->first)
		return;
	sample->seen++;
	budget_add(&sample->budget, plan, wall);
	sample->polls += (double)SECOND_US / (double)plan_mean_us(plan);
}

void
effort_take(
    struct effort *effort, const struct effort_sample *sample, double smooth)
{
	double polls = sample->polls, factor;

	if (sample->seen == 0)
		return;
	factor = (double)sample->all / (double)sample->seen;
	if (effort->budget > 0) {
		polls = effort->budget / factor;
		/* Feeds that by their bounds alone need more are always late:
		 * what is meant to make up for a stall would never end. */
		pace_set(&effort->pace,
		    effort->budget *
			(sample->budget.least < polls ? PACE_FACTOR : 1));
	} else {
		pace_set(&effort->pace,
		    fmax(PACE_MIN, polls * factor * PACE_FACTOR));
	}
	effort->value +=
	    (budget_effort(&sample->budget, polls) - effort->value) * smooth;
}

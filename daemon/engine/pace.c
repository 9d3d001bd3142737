/*
 * Pace: a bucket of tokens that holds those of a quarter of a second. Runs in
 * the engine.
 */
#include <math.h>

#include "base/second.h"
#include "engine/pace.h"

static double
bucket(double per_s)
{
	return fmax(per_s / 4, 1);
}

void
pace_set(struct pace *pace, double per_s)
{
	if (pace->per_s == 0)
		pace->tokens = bucket(per_s);
	pace->per_s = per_s;
}

int64_t
pace_allows(const struct pace *pace, int64_t at)
{
	double missing = 1 - pace->tokens;
	int64_t allowed;

	if (missing <= 0)
		return at;
	allowed = pace->at + (int64_t)ceil(missing / pace->per_s * SECOND_US);
	return at > allowed ? at : allowed;
}

void
pace_take(struct pace *pace, int64_t now)
{
	double tokens =
	    pace->tokens + pace->per_s * (double)(now - pace->at) / SECOND_US;

	pace->tokens = fmin(tokens, bucket(pace->per_s)) - 1;
	pace->at = now;
}

/*
 * The effort of polling (see engine/plan.h) and its pace: at what effort all
 * feeds together ask as often as the budget allows or, without one, as their
 * mean intervals say. Pure.
 */
#ifndef ENGINE_EFFORT_H
#define ENGINE_EFFORT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/budget.h"
#include "engine/pace.h"

struct plan;

struct effort {
	double value;
	double budget; /* polls a second; 0: none given */
	struct pace pace;
	size_t sampled; /* times */
};

/* Every so manyth feed, others each time: their number is enough to go by, and
 * does not grow with the number of feeds. */
struct effort_sample {
	struct budget budget;
	double polls; /* a second, at mean intervals */
	size_t step, first;
	size_t seen, all; /* feeds */
};

void effort_init(struct effort *);
/* feeds: how many there are, or a few more. */
void effort_sample_begin(struct effort_sample *, struct effort *, size_t feeds);
/* For each feed. wall: seconds since the epoch. */
void effort_sample_add(
    struct effort_sample *, const struct plan *, int64_t wall);
/* smooth: how far the effort goes over to what was found, from 0 to 1. */
void effort_take(struct effort *, const struct effort_sample *, double smooth);

#endif

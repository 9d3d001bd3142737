/*
 * What a fetcher is to do: the feeds that wait for it, by due time, and how
 * many are under way. Feeds that were not reached last time wait apart, so
 * that they never take all of its jobs. Pure.
 */
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/due_heap.h"

struct lane_heap {
	struct due_heap due;
	unsigned under_way;
};

struct lane { /* zero: empty */
	struct lane_heap sound;
	struct lane_heap doubtful; /* not reached last time */
};

void lane_clear(struct lane *);
/* When its first feed is due; INT64_MAX: it is empty. */
int64_t lane_heap_due_at(const struct lane_heap *);
/* As many jobs are under way as may be. */
bool lane_is_full(const struct lane *, unsigned jobs_max);
/* The heap whose turn it is, unless it has enough under way; NULL: none. */
struct lane_heap *lane_next_heap(struct lane *, unsigned jobs_max);

#endif

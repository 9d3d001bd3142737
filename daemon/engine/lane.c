/*
 * The lane of a fetcher. Runs in the engine.
 */
#include <stddef.h>

#include "engine/lane.h"

#define DOUBTFUL_SHARE 4 /* a fourth of a fetcher's jobs, at most */

void
lane_clear(struct lane *lane)
{
	due_heap_clear(&lane->sound.due);
	due_heap_clear(&lane->doubtful.due);
	*lane = (struct lane){0};
}

int64_t
lane_heap_due_at(const struct lane_heap *heap)
{
	return heap->due.len > 0 ? heap->due.first[0].at : INT64_MAX;
}

bool
lane_is_full(const struct lane *lane, unsigned jobs_max)
{
	return lane->sound.under_way + lane->doubtful.under_way >= jobs_max;
}

struct lane_heap *
lane_next_heap(struct lane *lane, unsigned jobs_max)
{
	struct lane_heap *heap = &lane->sound;

	if (lane_is_full(lane, jobs_max))
		return NULL;
	if (lane_heap_due_at(&lane->doubtful) <
		lane_heap_due_at(&lane->sound) &&
	    lane->doubtful.under_way <= jobs_max / DOUBTFUL_SHARE)
		heap = &lane->doubtful;
	return heap->due.len > 0 ? heap : NULL;
}

/*
 * The heap of feeds by due time. Runs in the engine.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/due_heap.h"

static void
put(struct due_heap *heap, uint32_t *places, size_t place, struct due due)
{
	heap->first[place] = due;
	places[due.feed] = (uint32_t)place;
}

/* Finds the place for what belongs at this one or nearer to the root. */
static size_t
rise(struct due_heap *heap, uint32_t *places, size_t place, struct due due)
{
	while (place > 0 && due.at < heap->first[(place - 1) / 2].at) {
		put(heap, places, place, heap->first[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	return place;
}

static size_t
sink(struct due_heap *heap, uint32_t *places, size_t place, struct due due)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < heap->len &&
		    heap->first[child + 1].at < heap->first[child].at)
			child++;
		if (child >= heap->len || due.at <= heap->first[child].at)
			return place;
		put(heap, places, place, heap->first[child]);
		place = child;
	}
}

void
due_heap_push(struct due_heap *heap, uint32_t *places, struct due due)
{
	size_t place = heap->len++;

	if (heap->len > heap->cap) {
		heap->cap = heap->cap ? 2 * heap->cap : 16;
		heap->first =
		    xreallocarray(heap->first, heap->cap, sizeof(*heap->first));
	}
	put(heap, places, rise(heap, places, place, due), due);
}

void
due_heap_pull(struct due_heap *heap, uint32_t *places, size_t feed)
{
	size_t place = places[feed];
	struct due last;

	assert(place < heap->len && heap->first[place].feed == feed);
	last = heap->first[--heap->len];
	if (place == heap->len)
		return;
	place = rise(heap, places, place, last);
	put(heap, places, sink(heap, places, place, last), last);
}

void
due_heap_clear(struct due_heap *heap)
{
	free(heap->first);
	*heap = (struct due_heap){0};
}

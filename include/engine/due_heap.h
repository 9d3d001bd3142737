/*
 * A heap of feeds by the time at which they are due. Pure.
 */
#ifndef ENGINE_DUE_HEAP_H
#define ENGINE_DUE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct due {
	int64_t at;
	size_t feed;
};

struct due_heap {          /* zero: empty */
	struct due *first; /* owned; the first is due first */
	size_t len;
	size_t cap;
};

/* places: by feed, where it is in the heap; kept by these functions. */
void due_heap_push(struct due_heap *, uint32_t *places, struct due);
/* Takes out a feed that is in it. */
void due_heap_pull(struct due_heap *, uint32_t *places, size_t feed);
void due_heap_clear(struct due_heap *);

#endif

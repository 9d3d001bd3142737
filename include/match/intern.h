/*
 * Numbers byte strings in the order they are first seen.
 */
#ifndef MATCH_INTERN_H
#define MATCH_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct intern {
	struct buf bytes;        /* of all keys, one after the other */
	struct intern_key *keys; /* owned, count of them */
	uint32_t *places;        /* owned: number + 1, 0 empty */
	uint32_t count;
	uint32_t places_len; /* a power of two, or 0 */
};

/* All zero is an empty one; clear frees and empties. */
void intern_clear(struct intern *);
/* The number of a key; *fresh (or NULL) tells whether it is new. */
uint32_t intern_number(
    struct intern *, const void *bytes, size_t len, bool *fresh);

#endif

/*
 * A hash table from strings to pointers or numbers. Keys are borrowed: they
 * must outlive the map.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_NONE SIZE_MAX

struct map_slot {
	const char *key; /* NULL: free */
	uint64_t hash;
	size_t value;
};

struct map {
	struct map_slot *slots;
	size_t cap; /* a power of two, or 0 */
	size_t len; /* keys */
};

/* Enters key with value, or, when the key is there already, leaves it as it
 * is. Returns the value that was there, or MAP_NONE. */
size_t map_add(struct map *, const char *key, size_t value);
/* The value, or MAP_NONE. */
size_t map_get(const struct map *, const char *key);
/* Frees the table and leaves an empty one; takes NULL. */
void map_clear(struct map *);

#endif

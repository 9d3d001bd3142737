/*
 * Open addressing with linear probing, at most two thirds full.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

/* The slot of the key, or the free one where it would go. */
static struct map_slot *
find_slot(const struct map *map, const char *key, uint64_t hash)
{
	size_t i = hash & (map->cap - 1);

	while (
	    map->slots[i].key != NULL &&
	    (map->slots[i].hash != hash || strcmp(map->slots[i].key, key) != 0))
		i = (i + 1) & (map->cap - 1);
	return &map->slots[i];
}

static void
grow(struct map *map)
{
	struct map bigger = {.cap = map->cap ? map->cap * 2 : 16};

	bigger.slots = xcalloc(bigger.cap, sizeof(*bigger.slots));
	bigger.len = map->len;
	for (size_t i = 0; i < map->cap; i++)
		if (map->slots[i].key != NULL)
			*find_slot(&bigger, map->slots[i].key,
			    map->slots[i].hash) = map->slots[i];
	free(map->slots);
	*map = bigger;
}

size_t
map_add(struct map *map, const char *key, size_t value)
{
	uint64_t hash = hash_str(0, key);
	struct map_slot *slot;

	if (map->len * 3 >= map->cap * 2)
		grow(map);
	slot = find_slot(map, key, hash);
	if (slot->key != NULL)
		return slot->value;
	*slot = (struct map_slot){key, hash, value};
	map->len++;
	return MAP_NONE;
}

size_t
map_get(const struct map *map, const char *key)
{
	struct map_slot *slot;

	if (map->cap == 0)
		return MAP_NONE;
	slot = find_slot(map, key, hash_str(0, key));
	return slot->key != NULL ? slot->value : MAP_NONE;
}

void
map_clear(struct map *map)
{
	if (map == NULL)
		return;
	free(map->slots);
	*map = (struct map){NULL, 0, 0};
}

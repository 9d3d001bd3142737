/*
 * A hash table of byte strings with open addressing, at most half full.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "match/intern.h"

struct intern_key {
	uint64_t hash;
	size_t at; /* in bytes */
	size_t len;
};

void
intern_clear(struct intern *in)
{
	buf_clear(&in->bytes);
	free(in->keys);
	free(in->places);
	*in = (struct intern){.keys = NULL};
}

static void
place(struct intern *in, uint32_t number)
{
	uint32_t mask = in->places_len - 1;
	uint32_t i = (uint32_t)in->keys[number].hash & mask;

	while (in->places[i] != 0)
		i = (i + 1) & mask;
	in->places[i] = number + 1;
}

static void
grow(struct intern *in)
{
	in->places_len = in->places_len ? in->places_len * 2 : 64;
	free(in->places);
	in->places = xcalloc(in->places_len, sizeof(*in->places));
	in->keys =
	    xreallocarray(in->keys, in->places_len / 2, sizeof(*in->keys));
	for (uint32_t i = 0; i < in->count; i++)
		place(in, i);
}

uint32_t
intern_number(struct intern *in, const void *bytes, size_t len, bool *fresh)
{
	uint64_t hash = hash_bytes(0, bytes, len);
	uint32_t i;

	if (in->count * 2 >= in->places_len)
		grow(in);
	i = (uint32_t)hash & (in->places_len - 1);
	if (fresh != NULL)
		*fresh = false;
	for (; in->places[i] != 0; i = (i + 1) & (in->places_len - 1)) {
		const struct intern_key *key = &in->keys[in->places[i] - 1];

		if (key->hash == hash && key->len == len &&
		    memcmp(in->bytes.data + key->at, bytes, len) == 0)
			return in->places[i] - 1;
	}
	if (fresh != NULL)
		*fresh = true;
	in->keys[in->count] = (struct intern_key){hash, in->bytes.len, len};
	buf_add(&in->bytes, bytes, len);
	in->places[i] = ++in->count;
	return in->count - 1;
}

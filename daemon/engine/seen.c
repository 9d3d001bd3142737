/*
 * The keys of one feed. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/seen.h"

#define DROP 64 /* keys that go at once, so that moving is rare */

void
seen_clear(struct seen *seen)
{
	free(seen->at);
	*seen = (struct seen){0};
}

bool
seen_has(const struct seen *seen, uint64_t key, uint64_t revision)
{
	for (size_t i = seen->len; i > 0; i--)
		if (seen->at[i - 1].key == key &&
		    seen->at[i - 1].revision == revision)
			return true;
	return false;
}

bool
seen_has_key(const struct seen *seen, uint64_t key)
{
	for (size_t i = seen->len; i > 0; i--)
		if (seen->at[i - 1].key == key)
			return true;
	return false;
}

static void
make_room(struct seen *seen)
{
	if (seen->len == JOB_SEEN_MAX) {
		seen->len -= DROP;
		seen->gone += DROP;
		memmove(
		    seen->at, seen->at + DROP, seen->len * sizeof(*seen->at));
		seen->cut = true;
	}
	if (seen->len == seen->cap) {
		seen->cap = seen->cap ? 2 * seen->cap : 32;
		seen->at =
		    xreallocarray(seen->at, seen->cap, sizeof(*seen->at));
	}
}

void
seen_add(struct seen *seen, uint64_t key, uint64_t revision)
{
	make_room(seen);
	seen->at[seen->len++] = (struct job_seen){key, revision};
}

void
seen_put(struct seen *seen, uint64_t key, uint64_t revision)
{
	if (!seen_has(seen, key, revision))
		seen_add(seen, key, revision);
}

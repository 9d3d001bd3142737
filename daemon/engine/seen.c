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

struct job_seen *
seen_find(const struct seen *seen, uint64_t key)
{
	for (size_t i = seen->len; i > 0; i--)
		if (seen->at[i - 1].key == key)
			return &seen->at[i - 1];
	return NULL;
}

static void
make_room(struct seen *seen)
{
	if (seen->len == JOB_SEEN_MAX) {
		seen->len -= DROP;
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
seen_put(struct seen *seen, uint64_t key, uint64_t revision)
{
	struct job_seen *known = seen_find(seen, key);

	if (known != NULL) {
		known->revision = revision;
		return;
	}
	make_room(seen);
	seen->at[seen->len++] = (struct job_seen){key, revision};
}

/*
 * Which story each item belongs to, and how the stories of the last days
 * stand. Decides by feeds/story; a story's id is the row of its first item.
 */
#ifndef ENGINE_STORIES_H
#define ENGINE_STORIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

struct item_record;
struct stories;
struct store;

/* A story as it stands; what an alert tells of it. */
struct story_state {
	uint64_t id;
	uint64_t items;
	struct strings outlets;   /* each once, by their first item */
	struct strings languages; /* the same */
	int64_t first_seen_at;    /* epoch us, as last_seen_at */
	int64_t last_seen_at;
	char *headline; /* title of the first item */
};

struct stories *stories_new(uint64_t seed);
void stories_free(struct stories *);
/* Brings back the stories that had an item in the last 72 hours. Returns how
 * many items they have, or -1 with store_error(). */
int64_t stories_restore(struct stories *, struct store *, int64_t now);
/* Decides the story of a new item (its id is set) and notes it in the record.
 * The state is valid until the next call. */
const struct story_state *stories_add(
    struct stories *, struct item_record *, const char *outlet);

#endif

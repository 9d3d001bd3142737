/*
 * Which known item one that a feed shows is a copy or an edit of.
 */
#ifndef ENGINE_KNOWN_H
#define ENGINE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"
#include "story/variant.h"

struct buf;
struct engine;
struct item;
struct item_keys;
struct job;
struct job_item;

/* A known item, as it was until now; owned by who asked. */
struct known {
	uint64_t item;  /* row; 0: none was found */
	uint64_t story; /* 0: none */
	bool by_key;    /* found by id (without one: link, else text) ... */
	bool by_url;    /* ... by canonical address (or the new one has none);
			   neither: by its headline */
	bool reused;    /* id or link were those of another item */
	struct variant variant; /* how the new one differs */
	char *title;
	char *summary;
	char *content;
	struct strings entities; /* mentioned so far */
};

/* Looks in the store and in the batch. */
void known_find(struct engine *, const struct job *, const struct item *,
    const struct item_keys *, struct known *);
void known_clear(struct known *);
/* Appends what the new item is to the known one: "edit of item 7". */
void known_add_reason(struct buf *, const struct known *);
/* Appends how it differs, for a news desk: "; title changed: kills [-12-]
 * {+15+}; mentions now Macron"; nothing where it does not. */
void known_add_changes(
    struct buf *, const struct known *, const struct job_item *);
/* Whether an entity or word is mentioned that was not there before. */
bool known_has_new_mention(const struct known *, const struct job_item *);

#endif

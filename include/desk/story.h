/*
 * A story as the desk tells it: its items by the time of their publication, and
 * who had it when.
 */
#ifndef DESK_STORY_H
#define DESK_STORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

struct buf;
struct store_reader;
struct trail_item;

#define STORY_ITEMS_MAX 500 /* of a story that are looked at */

struct story_item {
	uint64_t id;
	char *feed;
	char *outlet;
	char *url; /* or NULL */
	char *title;
	char *language;
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t seen_at;
	int64_t at; /* when it was published, or else seen */
};

struct story_outlet {
	const char *name; /* the first item's */
	int64_t first_at; /* of its first item */
	uint64_t items;
};

struct story {
	uint64_t id;
	char *headline;               /* of the item that came first; or NULL */
	struct story_item *items;     /* by at */
	size_t items_len;             /* 0: there is no such story */
	struct story_outlet *outlets; /* by first_at */
	size_t outlets_len;
	struct strings languages; /* each once */
	int64_t first_seen_at;
	int64_t last_seen_at;
};

/* Adds an item, in the order in which they came. */
void story_add(struct story *, const struct trail_item *);
/* Sorts, once all items are added. */
void story_settle(struct story *);
/* Both for a story of the store: 0, or -1 with store_reader_error(). */
int story_read(struct store_reader *, uint64_t id, struct story *);
void story_clear(struct story *);

/* Minutes from the first item of the story to this time. */
double story_minutes(const struct story *, int64_t at);
/* Puts them under a key, with one decimal. */
void story_put_minutes(struct buf *, const char *key, double minutes);

#endif

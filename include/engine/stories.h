/*
 * Which story each item belongs to, and how the stories of the last days
 * stand. Decides by feeds/story; a story's id is the row of its first item.
 */
#ifndef ENGINE_STORIES_H
#define ENGINE_STORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "rule/rule.h"

struct config_stories;
struct item_record;
struct stories;
struct store;

struct story_outlet {
	char *name;
	int64_t first_at; /* epoch us: when its first item was seen */
	/* It brought a text that no other outlet had brought before. */
	bool independent;
};

/* What alerts have said of a story. It is stored as these alerts. */
struct story_told {
	struct strings rules;
	struct strings entities;
	enum level level; /* the highest */
	size_t outlets;   /* as of the last alert; 0: the story is not told */
};

/* A story as it stands; what an alert tells of it. */
struct story_state {
	uint64_t id;
	uint64_t items;
	struct story_outlet *outlets; /* each once, by their first item */
	size_t outlets_len;
	size_t independent; /* of these */
	struct strings languages;
	int64_t first_seen_at; /* epoch us, as last_seen_at */
	int64_t last_seen_at;
	char *headline;          /* title of the first item */
	struct strings rules;    /* that its items met, told or not */
	struct strings entities; /* mentioned by such items */
	struct story_told told;
	uint64_t *texts; /* keys of its items that are no copies */
	size_t texts_len;
};

/* How an item came to its story. */
struct story_arrival {
	struct story_state *story; /* valid until the next arrival */
	bool joined;               /* it did not start the story */
	bool loose;    /* joined, but not near enough to hold a push back */
	double score;  /* of the join ... */
	double needed; /* ... and from which on it was not loose */
	bool new_outlet;
	int64_t quiet_us; /* since the story's item before */
};

struct stories *stories_new(uint64_t seed, const struct config_stories *);
void stories_free(struct stories *);
/* Takes over what a new configuration says. */
void stories_configure(struct stories *, const struct config_stories *);
/* Brings back the stories that had an item in the last 72 hours, and what was
 * told of them. Returns how many items they have, or -1 with store_error(). */
int64_t stories_restore(struct stories *, struct store *, int64_t now);
/* Decides the story of a new item (its id is set) and notes it in the
 * record. One that is no news and older than 72 hours starts a story that is
 * not remembered; the arrival names none then. */
void stories_add(struct stories *, struct item_record *, const char *outlet,
    struct story_arrival *);

/* How a story stands; NULL: it is too old to be remembered. */
struct story_state *stories_find(const struct stories *, uint64_t id);

#endif

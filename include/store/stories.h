/*
 * Items with their stories, for the engine to remember both at its start.
 */
#ifndef STORE_STORIES_H
#define STORE_STORIES_H

#include <stdint.h>

#include "base/strings.h"

struct store;

struct story_row {
	uint64_t item;
	uint64_t story;
	const char *outlet; /* or NULL */
	const char *url;    /* or NULL */
	const char *title;
	const char *body; /* start of its content, else of its summary */
	const char *language;
	const char *verdict;  /* or NULL */
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t seen_at;
	struct strings entities; /* mentioned; an id may come twice */
};

/* Tells all items of the stories that got one since then (epoch us), in the
 * order in which they came. Returns 0, or -1 with store_error(). */
typedef void (*store_on_story_item)(void *arg, const struct story_row *);
int store_read_stories(
    struct store *, int64_t since_at, store_on_story_item, void *arg);

/* An alert of an item or a story, as far as it says what was told. */
struct story_alert_row {
	uint64_t story;
	int level;      /* enum level */
	size_t outlets; /* that a story alert counted; 0: alert of an item */
	struct strings rules;
	struct strings entities;
};

/* Tells all alerts of these same stories, in the order of their seq. */
typedef void (*store_on_story_alert)(void *arg, const struct story_alert_row *);
int store_read_story_alerts(
    struct store *, int64_t since_at, store_on_story_alert, void *arg);

#endif

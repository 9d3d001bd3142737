/*
 * Which items report the same event. Items are given one by one in order of
 * arrival; each joins a story of the last 72 hours or starts one, for good.
 *
 * A story's score for an item is half the cosine to the sum of its items and
 * half the cosine to the nearest of them, both fading with age, over TF-IDF of
 * words and stems. Where no story comes near enough, names and numbers without
 * their script are compared with items of other languages.
 */
#ifndef STORY_STORY_H
#define STORY_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORY_WINDOW_S (72 * 3600) /* an older item attracts no more */
#define STORY_SHOW 0.18            /* shown together from this score */
#define STORY_HOLD_BACK 0.24       /* a push may be held back from this */
#define STORY_ITEMS_MAX (1u << 22) /* in the window; past it the oldest go */

/* Zero fields stand for the default. */
struct story_options {
	double show;       /* STORY_SHOW */
	double hold_back;  /* STORY_HOLD_BACK */
	uint64_t first_id; /* of the first new story: 0 */
	uint64_t seed;     /* of hashes; random where strangers write */
};

/* An item as stories see it; all borrowed. */
struct story_item {
	uint64_t id; /* a story that it starts gets it; 0: the next number */
	const char *title;    /* UTF-8; NULL: none */
	const char *body;     /* its full text, else its summary; NULL: none */
	const char *language; /* BCP 47; NULL: unknown */
	int64_t at; /* epoch us: published, but not after its arrival */
	/* Ids of the tracked entities in it. They join items of two languages
	 * where one is in a script that names have no skeleton in; as terms
	 * among the words they would join whatever is about one person. */
	const char *const *entities;
	size_t entities_len;
};

enum story_link {
	STORY_ALONE, /* started a story */
	STORY_WORDS, /* joined by its words */
	STORY_NAMES, /* joined by names and numbers, across languages */
};

struct story_verdict {
	uint64_t story;
	enum story_link link;
	double score; /* of the nearest story, also where it was not enough */
	double threshold; /* that the score was held against */
	double sure_from; /* the score that holds a push back */
	bool sure;        /* joined, and near enough for that */
};

struct story_stats {
	size_t items;   /* in the window */
	size_t stories; /* with an item in the window */
	size_t terms;   /* known */
	size_t bytes;   /* of memory held */
};

struct story_index;

/* NULL: all defaults. */
struct story_index *story_index_new(const struct story_options *);
void story_index_free(struct story_index *);
/* Other thresholds for the items to come. */
void story_index_set_thresholds(
    struct story_index *, double show, double hold_back);
/* Decides the story of an item and enters the item. */
void story_index_add(
    struct story_index *, const struct story_item *, struct story_verdict *);
/* Enters an item whose story is known, as at start from the store, in the order
 * in which they once arrived. New stories get ids above all restored ones. */
void story_index_restore(
    struct story_index *, const struct story_item *, uint64_t story);
void story_index_stats(const struct story_index *, struct story_stats *);

#endif

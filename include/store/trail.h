/*
 * What became of items: who else had the story, what was mentioned, what was
 * told of it and where that went. For the desk. Strings are views; each read
 * returns 0, or -1 with store_reader_error().
 */
#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include <stdint.h>

#include "base/strings.h"
#include "parse/item.h"
#include "store/batch.h"

struct store_reader;

/* An item of a story, without its texts. */
struct trail_item {
	uint64_t id;
	const char *feed;
	const char *outlet;
	const char *url; /* or NULL */
	const char *title;
	const char *language;
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t seen_at;
};

/* The items of a story, in the order in which they came. */
typedef void (*trail_on_item)(void *arg, const struct trail_item *);
int trail_read_items(struct store_reader *, uint64_t story, unsigned limit,
    trail_on_item, void *arg);

/* What changed an item after it came. */
struct trail_revision {
	int64_t seen_at;
	const char *verdict; /* "edit" ... */
	const char *why;
	const char *url;   /* as it came with the change, or NULL */
	const char *title; /* as it was before; NULL: no text was replaced */
	const char *summary;
	const char *content;
};

/* The newest ones, oldest of them first. */
typedef void (*trail_on_revision)(void *arg, const struct trail_revision *);
int trail_read_revisions(struct store_reader *, uint64_t item, unsigned limit,
    trail_on_revision, void *arg);

struct trail_mention {
	const char *entity; /* id, or RULE_WORD_PREFIX and a word */
	const char *name;   /* the listed name that was found */
	enum item_field field;
	uint64_t offset; /* bytes in the field */
	uint64_t len;
	const char *accepted_by;
};

/* The mentions of an item, in the order of its fields. */
typedef void (*trail_on_mention)(void *arg, const struct trail_mention *);
int trail_read_mentions(struct store_reader *, uint64_t item, unsigned limit,
    trail_on_mention, void *arg);

/* The entities of a story, most items first: how many mention each. */
typedef void (*trail_on_entity)(void *arg, const char *entity, uint64_t items);
int trail_read_entities(struct store_reader *, uint64_t story, unsigned limit,
    trail_on_entity, void *arg);

struct trail_alert {
	uint64_t seq;
	const char *id;
	const char *type;
	int level; /* enum level */
	uint64_t item;
	int64_t at;
	struct strings rules;
	const char *reason; /* JSON, as in the alert; or NULL */
};

struct trail_delivery {
	const char *sink;
	enum delivery_state state;
	uint64_t attempts;
	int64_t next_at;
	int64_t done_at;   /* 0: not yet */
	uint64_t status;   /* HTTP, 0: none */
	const char *error; /* or NULL */
};

/* The alerts of a story's items, or of one item alone (the other is 0), in
 * their order: each with its deliveries one by one, or with NULL when it went
 * to no sink. */
typedef void (*trail_on_alert)(
    void *arg, const struct trail_alert *, const struct trail_delivery *);
int trail_read_alerts(struct store_reader *, uint64_t story, uint64_t item,
    trail_on_alert, void *arg);

/* The digest that told of an item which met rules but was one of a flood: the
 * first of its feed after it; *seq is 0 without one. */
int trail_find_digest(struct store_reader *, uint64_t item, uint64_t *seq);

/* How many alerts the items of a story have, and the highest level. */
struct trail_told {
	uint64_t alerts;
	int level; /* of no meaning without alerts */
};
int trail_read_told(struct store_reader *, uint64_t story, struct trail_told *);

#endif

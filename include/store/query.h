/*
 * Reading the store by filters, page by page.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_NAME "wirewatch.db" /* in the state folder */

struct store_reader;

/* What a query asks for; NULL and 0 fields ask nothing. */
struct store_filter {
	const char *feed; /* feed id */
	const char *outlet;
	const char *entity; /* entity id */
	const char *rule;   /* rule id */
	const char *level;  /* "routine", "urgent", "flash" */
	const char *type;   /* alert type, "item" ... */
	const char *text;   /* words to search for (FTS5, words are ANDed) */
	uint64_t item;      /* of items: the one of this row */
	uint64_t story;     /* of items: their story; of alerts: not asked */
	bool told;          /* of items and stories: an alert told of it */
	uint64_t outlets;   /* of stories: at least so many */
	int64_t since_at;   /* epoch us, inclusive */
	int64_t until_at;   /* exclusive */
	uint64_t before;    /* seq, row id of an item, id of a story below it */
	uint64_t after;     /* ... above this; then oldest first */
	bool oldest_first;  /* also without after */
	unsigned limit;     /* rows; 0: 100, at most 1000 */
};

struct stored_item {
	uint64_t id; /* row id, grows with arrival */
	const char *feed;
	const char *outlet;
	const char *guid;
	const char *url;
	const char *title;
	const char *summary;
	const char *content;
	const char *language;
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t seen_at;
	uint64_t story;      /* 0: none */
	const char *verdict; /* what it was taken for: "new" ...; or NULL */
	const char *why;     /* the reason in words; or NULL */
};

/* Newest first unless after or oldest_first is set. Rows are views. Returns 0,
 * or -1 with store_reader_error(). */
typedef void (*store_on_alert)(void *arg, uint64_t seq, const char *json);
int store_query_alerts(struct store_reader *, const struct store_filter *,
    store_on_alert, void *arg);
typedef void (*store_on_item)(void *arg, const struct stored_item *);
int store_query_items(struct store_reader *, const struct store_filter *,
    store_on_item, void *arg);

/* The ids of the stories of which one item meets all that the filter asks. */
typedef void (*store_on_story)(void *arg, uint64_t story);
int store_query_stories(struct store_reader *, const struct store_filter *,
    store_on_story, void *arg);

#endif

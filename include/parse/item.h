/*
 * An item as it travels through wirewatch after the parser: plain text,
 * absolute addresses, cleaned of control and bidi characters, valid UTF-8.
 */
#ifndef PARSE_ITEM_H
#define PARSE_ITEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

#define ITEM_NO_DATE INT64_MIN /* published_at, modified_at: not given */
#define ITEM_FIELD_MAX                                        \
	(64 * 1024) /* bytes of a text field; the rest is cut \
		     */

/* The fields of an item that are matched, in the order they are told. */
enum item_field {
	ITEM_TITLE,
	ITEM_SUMMARY,
	ITEM_CONTENT,
	ITEM_FIELDS /* how many there are */
};

struct item {
	char *guid;     /* id as the feed gives it; NULL when none */
	char *url;      /* absolute address of the article, or NULL */
	char *title;    /* plain text, "" when none */
	char *summary;  /* plain text, "" when none */
	char *content;  /* plain text of the full content, "" when none */
	char *language; /* BCP 47, "und" where unknown */
	struct strings authors; /* names */
	struct strings tags;
	int64_t published_at; /* epoch microseconds or ITEM_NO_DATE */
	int64_t modified_at;  /* the same */
	/* What newness is judged by. `key` identifies the item within its feed:
	 * a hash of the guid, else of the url, else of title and text. */
	uint64_t key;
	/* Hash of all text as the feed gives it: another one under the same
	 * key means that the item was edited. */
	uint64_t revision;
};

void item_init(struct item *);
/* Frees what the item owns; takes NULL and half-built items. */
void item_clear(struct item *);
/* "title", "summary", "content": the names used in JSON and configuration. */
const char *item_field_name(enum item_field);
/* The text of a field; never NULL. */
const char *item_field_text(const struct item *, enum item_field);

#endif

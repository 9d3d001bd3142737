/*
 * Whether an item that a fetcher sent is news, and why. Pure.
 */
#ifndef ENGINE_NEWNESS_H
#define ENGINE_NEWNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "story/variant.h"

struct buf;

enum newness {
	NEWNESS_KNOWN,       /* seen before and unchanged */
	NEWNESS_EDIT,        /* seen before with another text */
	NEWNESS_REPUBLISHED, /* the same text under another id or link */
	NEWNESS_BACKLOG,     /* there when the feed was first read */
	NEWNESS_FRESH,       /* the same, but published within defaults.fresh */
	NEWNESS_OLD,         /* its date says that it is no news */
	NEWNESS_NEW,
	NEWNESS_KINDS
};

/* ---- which known item it is ---------------------------------------------- */

/* An item that is known, compared with the one at hand. */
struct newness_candidate {
	uint64_t item;   /* row: the higher, the newer */
	bool by_key;     /* same id (without one: link, else text) */
	bool by_url;     /* same canonical address */
	bool present;    /* it stands unchanged in the same document */
	bool is_long;    /* the text is too long to be the same by chance */
	int64_t seen_at; /* epoch us */
	struct variant variant;
};

/*
 * The number of the candidate that the item is a copy or an edit of (see
 * variant.same), or SIZE_MAX: it is another item.
 *
 * An id or address that two items have at a time tells them no more apart than
 * a headline does. What stands in the document unchanged was not edited.
 */
size_t newness_choose(
    const struct newness_candidate *, size_t len, int64_t now);

/* ---- whether it is news -------------------------------------------------- */

struct newness_facts {
	bool first_fetch;     /* the feed was never read with success before */
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t now;          /* epoch us, as all */
	int64_t fresh_us;
	int64_t first_read_at; /* the feed */
	int64_t last_read_at;  /* ... ahead of this time */
	bool reused;           /* its id or link was another item's */
};

/* Of an item that is not known. */
enum newness newness_judge(const struct newness_facts *);
/* Appends why it is so, for a news desk. */
void newness_add_reason(
    struct buf *, enum newness, const struct newness_facts *, const char *feed);
/* A word for the store, the API and people: "new", "edit" ... */
const char *newness_name(enum newness);
/* Whether rules are asked about such an item. */
bool newness_is_news(enum newness);
/* A date in the future becomes now. */
int64_t newness_clamp_date(int64_t published_at, int64_t now);

#endif

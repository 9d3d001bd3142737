/*
 * Whether an item that a fetcher sent is news, and why. Pure.
 */
#ifndef ENGINE_NEWNESS_H
#define ENGINE_NEWNESS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct item;

enum newness {
	NEWNESS_KNOWN,   /* seen before and unchanged */
	NEWNESS_EDIT,    /* seen before with another text */
	NEWNESS_BACKLOG, /* there when the feed was first read */
	NEWNESS_FRESH,   /* the same, but published within defaults.fresh */
	NEWNESS_NEW,
	NEWNESS_KINDS
};

struct newness_facts {
	bool key_known;
	bool revision_known;  /* and no other text under the key */
	bool first_fetch;     /* the feed was never read with success before */
	int64_t published_at; /* epoch us or ITEM_NO_DATE */
	int64_t now;          /* epoch us */
	int64_t fresh_us;
};

enum newness newness_judge(const struct newness_facts *);
/* A word for the store, the API and people: "new", "edit" ... */
const char *newness_name(enum newness);
/* Whether rules are asked about such an item. */
bool newness_is_news(enum newness);
/* A date in the future becomes now. */
int64_t newness_clamp_date(int64_t published_at, int64_t now);
/* reason.why_new of the alert. */
void newness_add_reason(
    struct buf *, enum newness, const struct item *, const char *feed);

#endif

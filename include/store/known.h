/*
 * What is known of an item that a feed shows, by its keys.
 */
#ifndef STORE_KNOWN_H
#define STORE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"

struct batch;
struct item_keys;
struct store;

#define KNOWN_MAX 16 /* items that are told for each kind of key */

/* A known item of the feed that has a key in common; texts are views. */
struct known_row {
	uint64_t item;
	uint64_t story;    /* 0: none */
	uint64_t key;      /* under which it was last seen ... */
	uint64_t revision; /* ... and with which text */
	bool by_key;       /* it was once seen under the key */
	bool by_url;
	const char *title;
	const char *summary;
	const char *content;
	int64_t seen_at;         /* epoch us, when it came */
	struct strings entities; /* mentioned ever, or in the text that waits in
				    the batch; an id may come twice */
};

typedef void (*store_on_known)(void *arg, const struct known_row *);

/* Tells the newest items of the feed that have one of the keys (0: not that
 * kind), oldest first.
 * Returns 0, or -1 with store_error(). */
int store_read_known(struct store *, int64_t feed, const struct item_keys *,
    store_on_known, void *arg);
/* The same for what waits in the batch, the newest first; an item that was
 * edited since may come twice. */
void batch_read_known(const struct batch *, int64_t feed,
    const struct item_keys *, store_on_known, void *arg);

#endif

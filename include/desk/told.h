/*
 * The alerts of a story or an item, and where each of them went, as JSON.
 */
#ifndef DESK_TOLD_H
#define DESK_TOLD_H

#include <stdint.h>

struct buf;
struct config;
struct store_reader;

/* Of all items of a story, or of one item. */
struct told_about {
	uint64_t story; /* 0: of the item */
	uint64_t item;
};

/* Puts "alerts": [...], each with its deliveries and the sinks of the
 * configuration that it did not go to. Returns 0, or -1 with
 * store_reader_error(). */
int told_put(struct buf *, struct store_reader *, const struct config *,
    const struct told_about *);

#endif

/*
 * What the items of each feed's last document looked like, as bytes, and what
 * they turned out to be: an item whose bytes have not changed need not be
 * parsed again. At most a kilobyte for a feed, and so much for all.
 */
#ifndef FETCHER_RECALL_H
#define FETCHER_RECALL_H

#include <stddef.h>
#include <stdint.h>

#define RECALL_ITEMS_MAX 120 /* of a feed; further ones are parsed */

struct recall;

/* An item that was parsed alone, out of exactly these bytes; eight of ours. */
struct recall_item {
	uint64_t hash : 40;    /* of them, in the light of what is around */
	uint64_t id : 23;      /* of key and revision, see recall_id() */
	uint64_t has_guid : 1; /* the feed gives it one */
};

/* Enough of a key and a revision to find both among those of one feed that the
 * engine knows. */
static inline uint32_t
recall_id(uint64_t key, uint64_t revision)
{
	return (uint32_t)((key ^ revision * 0x9e3779b97f4a7c15ULL) >> 41);
}

/* bytes_max: of all together; those not used for longest go first. */
struct recall *recall_new(size_t bytes_max);
/* Takes NULL. */
void recall_free(struct recall *);
/* The items of the feed's last document; returns their number. Valid until
 * the next recall_put(). */
size_t recall_get(
    struct recall *, uint64_t feed, const struct recall_item **items);
/* Takes the place of what was known of the feed; len 0 forgets it. */
void recall_put(struct recall *, uint64_t feed, const struct recall_item *items,
    size_t len);
/* Bytes held at present. */
size_t recall_bytes(const struct recall *);

#endif

/*
 * The inverted index: for each term how many items had it, and which of the
 * window have it with what weight. Items are numbered upwards as they come; the
 * window moves up, and postings below it are freed little by little.
 */
#ifndef STORY_POSTINGS_H
#define STORY_POSTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct posting {
	uint32_t item;
	float weight;
};

struct posting_term {
	uint64_t hash;      /* 0: free slot */
	uint32_t documents; /* items ever entered with it; halved by age */
	uint32_t chunk;     /* the newest one; 0: none */
};

#define CHUNK_CLASSES 6 /* chunks have room for 1, 2, 4 ... 32 postings */

union pool_word; /* of 8 bytes */

struct postings {
	struct posting_term *terms; /* hash table, linear probing */
	size_t terms_cap;           /* a power of two */
	size_t terms_len;
	size_t swept; /* slot that the next sweep starts at */
	union pool_word *pool;
	size_t pool_len, pool_cap;     /* words */
	uint32_t freed[CHUNK_CLASSES]; /* lists of free chunks */
	uint32_t first;                /* the oldest item in the window */
};

void postings_init(struct postings *);
void postings_clear(struct postings *);

/* Room for so many new terms without the table moving. Where the table is full
 * of terms that live items no longer have, their counts are halved and what
 * comes to 0 is forgotten; then true is returned, and whoever counts documents
 * in all halves that number, too. */
bool postings_reserve(struct postings *, size_t more, size_t live_items);
/* Say that a term, or the postings of one, will be wanted soon. */
void postings_fetch_term(const struct postings *, uint64_t hash);
void postings_fetch_chunk(const struct postings *, const struct posting_term *);
/* The term, entered when new; valid until the next reserve. */
struct posting_term *postings_term(struct postings *, uint64_t hash);
/* Halves all counts and forgets terms without any. */
void postings_halve(struct postings *);

void postings_add(struct postings *, struct posting_term *, struct posting);

struct window_item;

/* What the items in the window have in common with the one in hand, by number
 * modulo cap, a power of two of at least the window's length. Their cosines
 * stand in the items, since what reads the one wants the other. All zero where
 * an item is not among the touched. */
struct posting_sums {
	uint32_t cap;
	struct window_item *items; /* the window's ring */
	bool counts;               /* whether shared is kept */
	uint8_t *shared;           /* terms, UINT8_MAX for more */
	uint32_t *touched;         /* numbers of items */
	uint32_t touched_len;
};

/* Adds what a term of this weight gives to all items that have it. */
void postings_gather(const struct postings *, const struct posting_term *,
    double weight, struct posting_sums *);
/* Grows empty sums to cap. */
void posting_sums_fit(struct posting_sums *, uint32_t cap);
void posting_sums_clear(struct posting_sums *);

/* Items below `first` have left the window. */
void postings_expire(struct postings *, uint32_t first);
/* Frees dead postings of the next `slots` terms. */
void postings_sweep(struct postings *, size_t slots);
size_t postings_bytes(const struct postings *);

#endif

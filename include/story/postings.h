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

/* Postings of a term, oldest first, and the chunk of those before them. */
struct posting_chunk {
	const struct posting *at;
	size_t len;
	uint32_t before; /* 0: none */
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
/* The term, entered when new; valid until the next reserve. */
struct posting_term *postings_term(struct postings *, uint64_t hash);
/* Halves all counts and forgets terms without any. */
void postings_halve(struct postings *);

void postings_add(struct postings *, struct posting_term *, struct posting);
/* The postings in a chunk; chunk is not 0. */
struct posting_chunk postings_chunk(const struct postings *, uint32_t chunk);

/* Items below `first` have left the window. */
void postings_expire(struct postings *, uint32_t first);
/* Frees dead postings of the next `slots` terms. */
void postings_sweep(struct postings *, size_t slots);
size_t postings_bytes(const struct postings *);

#endif

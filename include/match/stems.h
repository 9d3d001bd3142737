/*
 * The part of a compiled set that finds words: stems by hash, classes of
 * endings, the filters. Used by compile.c only.
 */
#ifndef MATCH_STEMS_H
#define MATCH_STEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "match/endings.h"
#include "match/set.h"

struct stems; /* being built */

/* letters: section of folded letters that the caller owns and goes on filling
 * with the letters of tokens. */
struct stems *stems_new(struct buf *letters);
void stems_free(struct stems *);

/* Where a token stands in names; several together. */
enum stems_place {
	STEMS_INNER = 1, /* behind another one */
	STEMS_FIRST = 2,
	STEMS_FIRST_SMALL = 4, /* first, may be written small in a text */
};

/* A word of names. */
struct stems_token {
	uint32_t letters; /* where they are in the section */
	uint32_t len;
	enum endings_kind kind;
	unsigned places; /* enum stems_place */
};

void stems_add(struct stems *, uint32_t number, const struct stems_token *);

/* Writes the sections from SET_STEMS to SET_FILTER_INNER. Sets the shifts of
 * the header. */
void stems_finish(
    struct stems *, struct buf section[SET_SECTIONS], struct set_header *);

#endif

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

/* Where a token may stand in a text. */
enum stems_place {
	STEMS_INNER,       /* not first in a name */
	STEMS_FIRST,       /* first, then with a capital */
	STEMS_FIRST_SMALL, /* first, also written small */
};

void stems_add(struct stems *, uint32_t token, const struct set_token *,
    enum endings_kind, enum stems_place);

/* Sorts, and writes the sections that are not the caller's: section[] from
 * SET_STEMS to SET_FILTER_SMALL. Sets the shifts of the header. */
void stems_finish(
    struct stems *, struct buf section[SET_SECTIONS], struct set_header *);

#endif

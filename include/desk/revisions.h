/*
 * What changed an item after it came, with the words that differ.
 */
#ifndef DESK_REVISIONS_H
#define DESK_REVISIONS_H

#include <stdint.h>

struct buf;
struct store_reader;

/* Puts "revisions": [...] of the item. Returns 0, or -1 with
 * store_reader_error(). */
int revisions_put(struct buf *, struct store_reader *, uint64_t item);

#endif

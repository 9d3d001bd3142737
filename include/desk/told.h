/*
 * The alerts of a story or an item, and where each of them went, as JSON.
 */
#ifndef DESK_TOLD_H
#define DESK_TOLD_H

#include <stdint.h>

struct buf;
struct store_reader;

/* Puts "alerts": [...] of all items of a story, or of one item (the other is
 * 0). Returns 0, or -1 with store_reader_error(). */
int told_put(
    struct buf *, struct store_reader *, uint64_t story, uint64_t item);

#endif

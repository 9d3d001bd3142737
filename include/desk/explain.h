/*
 * Why an item alerted, or did not: what it was taken for, its story, each rule
 * and the part of it that is not met, names refused in its text, its alerts and
 * where they went.
 */
#ifndef DESK_EXPLAIN_H
#define DESK_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct desk;
struct store_reader;

/* Puts the item's explanation as an object, or nothing when there is no such
 * item. *told: whether an alert told of it. Returns 0, or -1 with
 * store_reader_error(). */
int explain_put_item(struct buf *, struct desk *, struct store_reader *,
    uint64_t item, bool *told);

#endif

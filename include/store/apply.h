/*
 * Writes a batch into the store, within the caller's transaction.
 */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include <stddef.h>

struct batch;
struct db;

/* All writes from the `from`th on; 0, or -1 at the first one that failed (see
 * db_result). */
int apply_batch(struct db *, const struct batch *, size_t from);

#endif

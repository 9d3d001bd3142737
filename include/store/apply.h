/*
 * Writes a batch into the store, within the caller's transaction.
 */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

struct batch;
struct db;

/* 0, or -1 at the first write that failed (see db_result). */
int apply_batch(struct db *, const struct batch *);

#endif

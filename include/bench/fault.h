/*
 * Answers that break the rules or test a client's patience; their paths are
 * listed at the top of bench/feedserver.c.
 */
#ifndef BENCH_FAULT_H
#define BENCH_FAULT_H

#include <stdbool.h>

struct conn;
struct request;

/* False: the path is none of a fault. */
bool fault_answer(struct conn *, const struct request *);

#endif

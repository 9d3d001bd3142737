/*
 * Which connections are worth keeping open for the next poll: those to servers
 * that are asked again before they hang up, as many as the budget has room for.
 * Pure.
 */
#ifndef FETCHER_IDLE_H
#define FETCHER_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDLE_MAX_S 75 /* as long as most servers wait for a request */

struct idle;

/* max: connections in the budget. */
struct idle *idle_new(size_t max);
void idle_free(struct idle *);
void idle_set_max(struct idle *, size_t max);
/* The server (a hash of its scheme, host and port) is asked now; whether its
 * connection is to be kept after the answer. */
bool idle_keeps(struct idle *, uint64_t server, int64_t now_s);
/* Servers whose connections are kept. */
size_t idle_kept(const struct idle *);

#endif

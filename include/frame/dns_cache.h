/*
 * Addresses of hosts for as long as their name server says. Pure: seconds of
 * some steady clock are an argument.
 */
#ifndef FRAME_DNS_CACHE_H
#define FRAME_DNS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_TTL_MIN_S 10 /* servers that say 0 are asked no more often */
#define DNS_TTL_MAX_S 86400
#define DNS_STALE_S 86400 /* how long after its time an answer may still do */

struct dns_answer;
struct dns_cache;

/* max: hosts that are kept. */
struct dns_cache *dns_cache_new(size_t max);
void dns_cache_free(struct dns_cache *);
/* Keeps an answer that has addresses; the error is not kept. */
void dns_cache_put(struct dns_cache *, const char *host,
    const struct dns_answer *, int64_t ttl_s, int64_t now_s);
/* Fills the answer and returns true when there is one. stale: also one that
 * is over, for when no name server can be reached (RFC 8767). */
bool dns_cache_get(const struct dns_cache *, const char *host, bool stale,
    int64_t now_s, struct dns_answer *);

#endif

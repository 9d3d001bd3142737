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
#define DNS_RETRY_S 30    /* after a failure the name rests for so long */

struct dns_answer;
struct dns_cache;

/* What is known of a host. */
enum dns_known {
	DNS_UNKNOWN, /* nothing: to be asked */
	DNS_KNOWN,   /* the answer stands, be it a failure; asked no more */
	DNS_STALE,   /* its time is over: to be asked again, but it does when
		      * name servers are silent (RFC 8767) */
	DNS_RESTING, /* the same, but asked a short while ago, in vain */
};

/* max: hosts that are kept. */
struct dns_cache *dns_cache_new(size_t max);
void dns_cache_free(struct dns_cache *);
/* Keeps an answer that has addresses for its time to live; one without is a
 * name server's word that there are none, and kept for DNS_RETRY_S. */
void dns_cache_put(struct dns_cache *, const char *host,
    const struct dns_answer *, int64_t ttl_s, int64_t now_s);
/* The name servers failed to tell: the host rests, with its old addresses if
 * they still do, or with this error, a string that stays. */
void dns_cache_rest(
    struct dns_cache *, const char *host, const char *error, int64_t now_s);
/* Name servers are back: hosts that rest are asked again. */
void dns_cache_wake(struct dns_cache *, int64_t now_s);
/* Fills the answer unless the host is unknown. */
enum dns_known dns_cache_get(const struct dns_cache *, const char *host,
    int64_t now_s, struct dns_answer *);

#endif

/*
 * Names to addresses: c-ares on the role's event loop. The hosts file and the
 * resolver's configuration are read once, before the sandbox.
 */
#ifndef FRAME_DNS_H
#define FRAME_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define DNS_NAME_MAX 253     /* bytes, RFC 1035 section 2.3.4 */
#define DNS_ADDRESSES_MAX 16 /* of one host that are used */

struct dns;
struct dns_query;
struct event_base;

struct dns_answer {
	struct sockaddr_storage at[DNS_ADDRESSES_MAX]; /* ports are 0 */
	size_t len;
	const char *error; /* "host not found"; NULL when len > 0 */
};

/* Called from the event loop, never from within dns_resolve(); the query is
 * over when it returns. */
typedef void (*dns_on_answer)(void *arg, const struct dns_answer *);
typedef void (*dns_on_change)(void *arg);

struct dns_counts {
	uint64_t answered; /* queries, a no included */
	uint64_t failed;   /* queries that name servers did not answer */
	uint64_t stale;    /* answers whose time to live was over */
};

/* The answer when it is known already: a numeric address, a host of the hosts
 * file or of the cache. host: as in dns_resolve(). */
bool dns_answer_now(struct dns *, const char *host, struct dns_answer *);
/* resolver: "address:port", or NULL for the system's. NULL on failure. */
struct dns *dns_new(struct event_base *, const char *resolver);
/* No query may be under way. */
void dns_free(struct dns *);
/* host: a name, at most DNS_NAME_MAX long, or a numeric address without
 * brackets; case and a dot at its end do not count. Never NULL. Where name
 * servers fail, an answer of the last day does, after 1.8 s at most; without
 * one the query ends after 10 s. */
struct dns_query *dns_resolve(
    struct dns *, const char *host, dns_on_answer, void *arg);
/* The answer is not wanted any more; takes NULL. */
void dns_cancel(struct dns_query *);
/* The name servers are taken for down: no query waits for them. */
bool dns_is_down(const struct dns *);
/* Called when that changes, which is logged. */
void dns_set_watch(struct dns *, dns_on_change, void *arg);
/* Since the start; lives as long as the dns. */
const struct dns_counts *dns_counts(const struct dns *);

#endif

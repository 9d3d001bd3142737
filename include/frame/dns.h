/*
 * Names to addresses: c-ares on the role's event loop. The hosts file and the
 * resolver's configuration are read once, before the sandbox.
 */
#ifndef FRAME_DNS_H
#define FRAME_DNS_H

#include <stdbool.h>
#include <stddef.h>
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

/* The answer when it is known already: a numeric address, a host of the hosts
 * file or of the cache. host: as in dns_resolve(). */
bool dns_answer_now(const struct dns *, const char *host, struct dns_answer *);
/* resolver: "address:port", or NULL for the system's. NULL on failure. */
struct dns *dns_new(struct event_base *, const char *resolver);
/* No query may be under way. */
void dns_free(struct dns *);
/* host: a name, at most DNS_NAME_MAX long, or a numeric address without
 * brackets; case and a dot at its end do not count. Never NULL. Where no name
 * server can be reached, an answer of the last day does. */
struct dns_query *dns_resolve(
    struct dns *, const char *host, dns_on_answer, void *arg);
/* The answer is not wanted any more; takes NULL. */
void dns_cancel(struct dns_query *);

#endif

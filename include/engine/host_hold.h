/*
 * Hosts that asked for fewer requests: all their feeds wait, and come less
 * often for some hours. Pure: times are microseconds of one clock.
 */
#ifndef ENGINE_HOST_HOLD_H
#define ENGINE_HOST_HOLD_H

#include <stddef.h>
#include <stdint.h>

struct host_hold {
	uint64_t host;
	int64_t until_at;  /* no request before */
	int64_t calm_at;   /* its slowness is halved then */
	uint32_t slowness; /* intervals are multiplied by 1 << it; a free place
			      of the table has no host */
};

struct host_holds {           /* zero: empty */
	struct host_hold *at; /* open addressing, owned */
	size_t cap;
	size_t len;
};

void host_holds_clear(struct host_holds *);
/* A 429 or 503; retry_after_us: as the server asked, or 0. */
void host_holds_slow(
    struct host_holds *, uint64_t host, int64_t retry_after_us, int64_t now);
/* How the host stands now; NULL: nothing against it. */
const struct host_hold *host_holds_find(
    struct host_holds *, uint64_t host, int64_t now);
/* A wait of one of its feeds made longer, but not beyond a day. */
int64_t host_hold_slow(const struct host_hold *, int64_t wait);

#endif

/*
 * Permanent redirects (301, 308): when a feed's new address may take the place
 * of the configured one. Pure.
 */
#ifndef ENGINE_REDIRECT_H
#define ENGINE_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/second.h"

#define REDIRECT_SIGHTINGS 3 /* equal ones, over at least ... */
#define REDIRECT_LASTS_US (24 * 3600 * SECOND_US)
#define REDIRECT_FAILURES 3 /* in a row end an adoption */

struct feed_move;

enum redirect_step {
	REDIRECT_SAME,    /* nothing to be stored */
	REDIRECT_COUNTED, /* to be stored, but not worth a word, as the next */
	REDIRECT_FORGOTTEN, /* it leads nowhere any more */
	REDIRECT_NEW,
	REDIRECT_ADOPTED,
	REDIRECT_DROPPED, /* back at the configured address */
};

/* Takes what a good fetch met: where permanent redirects alone led, or NULL.
 * may_adopt: what domains_may_move() says of it. */
enum redirect_step redirect_see(
    struct feed_move *, const char *target, bool may_adopt, int64_t now_at);
/* Takes so many failures in a row. */
enum redirect_step redirect_fail(struct feed_move *, unsigned failures);

#endif

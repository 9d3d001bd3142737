/*
 * What a WebSub hub asks of a callback (section 5.2 and 5.3): the query of its
 * GET. A cloud (rssCloud) asks likewise whether it was subscribed to. Pure.
 */
#ifndef DESK_WEBSUB_QUERY_H
#define DESK_WEBSUB_QUERY_H

#include <stdint.h>

#include "frame/websub.h"

#define WEBSUB_CHALLENGE_MAX 2048 /* bytes */

struct websub_query {
	enum websub_mode mode;
	char *topic;
	char *challenge; /* NULL: none, of a denial */
	char *reason;    /* of a denial, or NULL */
	int64_t lease_s; /* 0: not given */
};

/* Returns 0, or -1 when the query (or NULL) is none of a hub's, with nothing to
 * clear. */
int websub_query_parse(const char *query, struct websub_query *);
void websub_query_clear(struct websub_query *);

#endif

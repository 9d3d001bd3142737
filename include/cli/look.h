/*
 * A look at an address before it becomes a feed: `wirewatch fetch` in a process
 * of its own, so that strangers' bytes are read where nothing else is.
 */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "base/buf.h"
#include "base/strings.h"

struct look {
	int status;           /* that `wirewatch fetch` ended with */
	struct buf feed;      /* JSON Feed, when it is one */
	struct buf said;      /* what was said of it, line by line */
	struct strings feeds; /* that a page names */
	char *moved_to; /* where permanent redirects alone lead, or NULL */
};

/* config: FILE of -c, or NULL. */
void look_at(struct look *, const char *config, const char *url);
void look_clear(struct look *);

#endif

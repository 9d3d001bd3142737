/*
 * What a fetch teaches about when to fetch next: the dates of new items, and
 * how the server answered.
 */
#ifndef ENGINE_LEARN_H
#define ENGINE_LEARN_H

#include <stddef.h>
#include <stdint.h>

#include "engine/job.h"

struct engine;
struct feed;
struct fetch_done;
struct item;

/* When the items of a document that were new came out, epoch seconds. */
struct learn {
	int64_t dates[JOB_ITEMS_MAX];
	size_t len;
};

/* A new item; seen_at: epoch us, also taken for a date that cannot be. */
void learn_add(
    struct learn *, const struct feed *, int64_t published_at, int64_t seen_at);
/* All were added: the feed's rhythm follows. */
void learn_rhythm(struct feed *, struct learn *, int64_t now);
/* Sets the feed's next turn in the schedule. */
void learn_turn(struct engine *, struct feed *, const struct fetch_done *);

#endif

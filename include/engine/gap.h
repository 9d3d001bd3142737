/*
 * Windows that rolled over: a feed that shows nothing of what it showed last
 * time may have shown items in between that nobody saw.
 */
#ifndef ENGINE_GAP_H
#define ENGINE_GAP_H

#include <stdbool.h>

struct engine;
struct feed;
struct fetch_done;
struct fetcher_link;
struct job;

#define GAP_PAGES_MAX 10   /* of an archive, that are read after a gap */
#define GAP_ITEMS_MAX 1000 /* on these */
#define GAP_HURRY 24       /* polls after a gap that come sooner */

/* The document of a poll was judged: notes a gap, tells of it, and goes back
 * along the feed's archive (RFC 5005 sections 3 and 4). */
void gap_on_poll(struct engine *, struct fetcher_link *, struct job *,
    const struct fetch_done *);
/* The same of a page of the archive: goes on until an item is known. */
void gap_on_page(struct engine *, struct fetcher_link *, struct job *,
    const struct fetch_done *);
/* Whether the next poll is to come sooner; counts them. */
bool gap_is_hurry(struct feed *);

#endif

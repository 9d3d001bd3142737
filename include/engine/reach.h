/*
 * Whether the network is there: when nobody at all is reached it is down, and
 * not the feeds; so it is with names while the name servers are silent.
 */
#ifndef ENGINE_REACH_H
#define ENGINE_REACH_H

#include <stdbool.h>

#include "frame/job.h"

struct engine;
struct fetch_done;
struct message_reader;
struct peer;

/* A poll is over; was_silent: the feed's poll before this one had reached
 * nobody. */
void reach_on_fetch(
    struct engine *, const struct fetch_done *, bool was_silent);
/* No word came from the outlet at all. */
bool reach_is_silence(enum fetch_outcome);
/* The same, and it is not to blame for that. */
bool reach_excuses(const struct engine *, const struct fetch_done *);
/* Each second: while the network is down, a feed is tried now and then. */
void reach_tick(struct engine *);
/* NAMES; its arg is the fetcher_link. */
int reach_on_names(void *arg, struct peer *, struct message_reader *);
/* A fetcher is gone, and what it said of its name servers with it. */
void reach_fetcher_gone(struct engine *, unsigned fetcher);

#endif

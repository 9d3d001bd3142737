/*
 * The engine's peers: fetchers, courier and desk, as they come and go.
 */
#ifndef ENGINE_LINKS_H
#define ENGINE_LINKS_H

#include "frame/role.h"

struct engine;

/* For struct role_callbacks; arg: the engine. */
const struct peer_callbacks *links_on_peer(
    void *arg, enum role_kind, unsigned index);
void links_on_peer_ready(void *arg, struct peer *);
/* MESSAGE_BENCH of the parent. */
int links_on_bench(void *arg, struct peer *, struct message_reader *);
/* Deals the feeds out to the fetchers of the configuration. */
void links_sync(struct engine *);
/* Serves the peers that came while the engine was set up. */
void links_begin(struct engine *);
/* Has the parent end a role that went wrong, which is started anew. */
void links_cut_off(
    struct engine *, enum role_kind, unsigned index, const char *why);
void links_free(struct engine *);

#endif

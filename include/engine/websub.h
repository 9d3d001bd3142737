/*
 * Subscriptions at WebSub hubs: which there are, what is asked of hubs, what
 * hubs say and bring. The hub of a feed is remembered also while no callback
 * is configured, so that it can be asked as soon as one is.
 */
#ifndef ENGINE_WEBSUB_H
#define ENGINE_WEBSUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "engine/subscription.h"

struct engine;
struct feed;
struct fetch_done;
struct message_reader;
struct peer;

/* A subscription and what the engine keeps of it while it runs. */
struct websub {
	struct subscription subscription;
	struct feed *feed; /* NULL: not its hub any more, or gone */
	uint64_t ask;      /* under way at a fetcher; 0: none */
	unsigned fetcher;  /* that was asked */
	int64_t pinged_at; /* when an unsigned push had the feed polled */
	uint64_t pushes;
	bool proven;  /* it brought news that could be read, and no poll has
			 found any since that it did not bring */
	bool changed; /* since the desk was told */
	enum subscription_state state; /* as last seen */
};

struct websubs {
	struct websub **at;
	size_t len;
	struct map by_token; /* into at; made anew when one is gone */
	unsigned asks;       /* under way */
	uint64_t last_ask;
};

/* Reads what the store knows. */
void websub_init(struct engine *);
void websub_free(struct engine *);
/* In line with the configuration, after feed_sync(). */
void websub_sync(struct engine *);
/* A fetch of the feed ended well: the hub it names, and whether it brought
 * news that the hub should have brought. */
void websub_on_poll(
    struct engine *, struct feed *, const struct fetch_done *, bool news);
/* What the feed's hub brought was read, or could not be. */
void websub_on_read(struct engine *, struct feed *, bool ok);
/* Each second: leases, requests that are due. */
void websub_tick(struct engine *);
/* What was asked through the fetcher is lost. */
void websub_fetcher_gone(struct engine *, unsigned fetcher);
/* Tells the desk; all: also what it was told before. */
void websub_tell(struct engine *, bool all);

/* For daemon/engine/websub_callback.c. NULL: none has the token. */
struct websub *websub_find(struct engine *, const char *token);
/* It has changed: stored with the next commit, told to the desk. */
void websub_save(struct engine *, struct websub *);
uint32_t websub_chance(void);

#endif

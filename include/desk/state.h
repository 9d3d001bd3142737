/*
 * What the desk knows of how things stand: feeds, sinks, roles and counters, as
 * the configuration names them and the engine and the parent tell them. 100,000
 * feeds are fine.
 */
#ifndef DESK_STATE_H
#define DESK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "frame/state.h"

struct config;
struct config_feed;

struct desk_feed {
	char *id;
	const struct config_feed *config; /* NULL: not (or not yet) in it */
	bool is_told;                     /* told holds what the engine said */
	struct feed_state told;
};

struct desk_role {
	enum role_kind kind;
	uint32_t index;
	uint32_t pid;
	uint32_t restarts;
	char *state;
};

struct desk_state {
	struct desk_feed *feeds;
	size_t feeds_len, feeds_cap;
	struct map by_id; /* feed id -> index into feeds */
	bool is_sorted;   /* feeds are in the order of their ids */
	struct sink_state *sinks;
	size_t sinks_len;
	struct desk_role *roles;
	size_t roles_len;
	struct stats stats;
	bool has_stats;
	bool engine_connected;
	int64_t started_at;    /* epoch us */
	int64_t configured_at; /* when the configuration came into force */
	uint64_t epoch;        /* of the configuration */
	uint64_t config_hash;  /* of its files */
	bool reload_failed;    /* the last reload was refused ... */
	char *reload_error;    /* ... for this */
	char *listen;          /* "127.0.0.1:8610" as bound, or NULL */
};

void desk_state_init(struct desk_state *);
void desk_state_clear(struct desk_state *);

/* Links the feeds to a configuration, which must live until the next call. */
void desk_state_set_config(struct desk_state *, const struct config *);
/* Each takes what the struct owns. A role without a state is no more. */
void desk_state_set_feed(struct desk_state *, struct feed_state *);
void desk_state_set_sink(struct desk_state *, struct sink_state *);
void desk_state_set_role(struct desk_state *, struct desk_role *);
void desk_state_set_stats(struct desk_state *, struct stats *);

/* The feed of this id as it is listed, or NULL. */
const struct desk_feed *desk_state_find(struct desk_state *, const char *id);
/* Whether a feed is to be shown: not one that left the configuration. */
bool desk_feed_is_listed(const struct desk_feed *);
/* Sorts the feeds by id, so that they can be walked in that order. */
void desk_state_sort(struct desk_state *);
/* The index of the first feed whose id is above this; sorted feeds only. */
size_t desk_state_first_after(const struct desk_state *, const char *id);

const char *desk_feed_outlet(const struct desk_feed *);
const char *desk_feed_state(const struct desk_feed *); /* never NULL */
/* Whether the word fits the feed: one of its states (waiting, up, failing,
 * quarantined), of its health as it was told (down, silent, gone), or blocked:
 * a bot wall or the like answers in its place. */
bool desk_feed_is(const struct desk_feed *, const char *word);
/* The delay in seconds below which this share (0.5, 0.99) of the counts lies,
 * as the upper bound of its bucket; -1: nothing counted, or past the last. */
double stats_quantile(const struct stats_histogram *, double share);

#endif

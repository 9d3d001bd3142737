/*
 * Health of feeds: down, silent against their own rhythm, gone; told by alerts
 * of their own, once an episode, which outlives a restart.
 */
#ifndef ENGINE_HEALTH_H
#define ENGINE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct feed;
struct fetch_done;

enum feed_health { /* stored: new ones at the end */
	HEALTH_UP,
	HEALTH_DOWN,   /* could not be read for defaults.down_after */
	HEALTH_SILENT, /* read, but far less came than its rhythm promises */
	HEALTH_GONE,   /* 410: polled no more */
	HEALTHS
};

const char *health_name(enum feed_health);
/* What a fetch says of its feed: alerts go into the batch. news: it brought
 * something new. */
void health_on_fetch(
    struct engine *, struct feed *, const struct fetch_done *, bool news);
/* Tells that items may have been missed. */
void health_tell_gap(struct engine *, const struct feed *);

#endif

/*
 * What waits in the store for sinks.
 */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* A delivery that waits; strings are views. */
struct waiting_delivery {
	uint64_t id;
	uint64_t seq;
	const char *alert; /* id of the alert, the webhook-id as well */
	const char *type;  /* of the alert */
	const char *json;
	int64_t alerted_at;
	int64_t next_at;
	unsigned attempts;
	unsigned step;
};

typedef void (*store_on_waiting)(void *arg, const struct waiting_delivery *);

/* What is due for the sink at now, longest due first. Returns 0 or -1. */
int store_read_due(struct store *, const char *sink, int64_t now,
    unsigned limit, store_on_waiting, void *arg);
/* What waits and has its early try left, oldest first. */
int store_read_early(struct store *, const char *sink, unsigned limit,
    store_on_waiting, void *arg);
/* When the next delivery falls due; INT64_MAX: none waits. */
int64_t store_next_due(struct store *, const char *sink);

struct sink_totals {
	uint64_t waiting;
	uint64_t lost;             /* given up, still kept */
	int64_t oldest_waiting_at; /* when it was alerted; 0: none */
};
int store_read_totals(struct store *, const char *sink, struct sink_totals *);

/* For a log: what waits, or with `done` all that was ever routed to the sink
 * and is still kept, above seq, in order of seq. */
int store_read_log(struct store *, const char *sink, uint64_t above, bool done,
    unsigned limit, store_on_waiting, void *arg);

#endif

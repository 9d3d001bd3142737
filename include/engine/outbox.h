/*
 * Deliveries on their way to the courier: at least once, each with the same
 * webhook-id at every attempt, none of a dead sink in the way of another's.
 *
 * A delivery is retried after the schedule of Standard Webhooks. As soon as
 * its sink answers another delivery, it gets one early try per step of the
 * schedule, so that nothing waits for hours at a receiver that is back.
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"
#include "frame/message.h"

#define OUTBOX_WINDOW 64        /* deliveries of a sink at the courier */
#define OUTBOX_WINDOW_FAILING 4 /* while the sink does not answer */
#define OUTBOX_STEPS 10         /* attempts by the schedule */

struct batch;
struct outbox;
struct sink_state;
struct store;

struct outbox_delivery {
	uint64_t id;
	const char *sink;
	const char *alert; /* id, which is the webhook-id */
	const char *type;
	const char *json;
	int64_t alerted_at; /* epoch us */
	unsigned attempt;   /* from 1 */
};

struct outbox_outcome {
	uint64_t delivery;
	enum delivery_outcome outcome;
	unsigned http_status;   /* 0: none */
	int64_t retry_after_us; /* 0: not asked for */
	const char *error;      /* or NULL */
};

/* Hands a delivery to the courier; false: it takes no more at present. */
typedef bool (*outbox_send)(void *arg, const struct outbox_delivery *);

/* Reads what waits from the store, writes outcomes into the batch; both are
 * borrowed. seed: of the jitter. */
struct outbox *outbox_new(
    struct store *, struct batch *, outbox_send, void *arg, uint64_t seed);
void outbox_free(struct outbox *);
/* The sinks of the configuration; those that were disabled are tried again. */
void outbox_set_sinks(struct outbox *, const struct strings *sinks);

/* All times are epoch microseconds. Sends what is due and fits. */
void outbox_pump(struct outbox *, int64_t now);
/* Takes an answer of the courier: 0 and how long ago the alert was made, or
 * -1 when it was not asked for. */
int outbox_settle(struct outbox *, const struct outbox_outcome *, int64_t now,
    int64_t *delay_us);
/* The batch was committed. */
void outbox_committed(struct outbox *);
/* The courier died: what it held is sent again. */
void outbox_courier_gone(struct outbox *);
/* When outbox_pump has something to do again, INT64_MAX: nothing waits. */
int64_t outbox_next_at(struct outbox *, int64_t now);
/* How many deliveries are at the courier, or not yet committed. */
unsigned outbox_under_way(const struct outbox *);

/* Calls back for each sink that changed since the last call, or for all. */
typedef void (*outbox_on_state)(void *arg, const struct sink_state *);
void outbox_tell_states(struct outbox *, bool all, outbox_on_state, void *arg);

#endif

/*
 * One alert on its way to one sink.
 */
#ifndef COURIER_DELIVERY_H
#define COURIER_DELIVERY_H

#include <stdint.h>
#include <sys/queue.h>

#include "frame/message.h"

struct delivery {
	STAILQ_ENTRY(delivery) next; /* in the queue of a sink */
	uint64_t id;                 /* the engine's */
	char *sink;                  /* id */
	char *webhook_id;            /* the same for every attempt */
	char *type;                  /* of the alert: "item", "story.new" ... */
	int64_t alerted_at;          /* epoch us */
	uint32_t attempt;            /* from 1 */
	char *json;                  /* the alert as stored */
};

STAILQ_HEAD(delivery_queue, delivery);

struct delivery_result {
	enum delivery_outcome outcome;
	uint32_t http_status;   /* 0: none came */
	int64_t retry_after_us; /* 0: the receiver asked for nothing */
	const char *error;      /* for people; NULL when all is well */
};

/* Tells how the attempt ended; takes the delivery. */
typedef void (*delivery_on_result)(
    void *arg, struct delivery *, const struct delivery_result *);

/* Reads the fields of a DELIVER message; NULL when it is malformed. */
struct delivery *delivery_get(struct message_reader *);
/* Takes NULL. */
void delivery_free(struct delivery *);

#endif

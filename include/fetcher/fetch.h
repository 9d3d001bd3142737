/*
 * One job of the engine: exchange, body, scan, and the messages about it.
 */
#ifndef FETCHER_FETCH_H
#define FETCHER_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/job.h"

struct event;
struct event_base;
struct exchange_pool;
struct fetch;
struct peer;
struct recall;
struct watch;

/* What all fetches of the process share. */
struct fetch_context {
	struct exchange_pool *pool;
	struct watch *watch; /* of the newest configuration */
	struct recall *recall;
	struct peer *engine; /* NULL: nobody asks for anything */
	/* The job whose bytes are being parsed, told to the engine by shared
	 * memory in case this process dies over it; never NULL. */
	volatile uint64_t *bench;
	unsigned half_parsed; /* documents that stream through the parser */
	struct event *go_on;  /* runs fetch_go_on() soon */
};

/* Sets go_on up; the other members are the caller's to set. */
void fetch_context_init(struct fetch_context *, struct event_base *);

/* Takes what start owns. Returns -1 when the job runs already. */
int fetch_start_job(struct fetch_context *, struct fetch_start *);
/* The same for a body that a hub has brought; it is copied. */
int fetch_push_job(
    struct fetch_context *, struct fetch_start *, const struct fetch_pushed *);
/* Ends it and says so; of a job that is not known nothing is said. */
void fetch_cancel_job(struct fetch_context *, uint64_t job);
/* Ends all without a word. */
void fetch_drop_all(struct fetch_context *);
/* The engine takes messages again: what waited goes on. */
void fetch_go_on(struct fetch_context *);

#endif

/*
 * A real fetcher process, sandbox and all, with the test as its parent and as
 * its engine.
 */
#ifndef TESTS_FETCHER_DRIVER_H
#define TESTS_FETCHER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame/job.h"

struct config;
struct event_base;
struct peer;

struct fetcher_driver {
	pid_t pid;
	struct event_base *base;
	struct peer *parent; /* our end as its parent */
	struct peer *engine; /* our end as its engine; NULL: gone */
	volatile uint64_t *bench;
	uint64_t ready; /* epoch that it said */
	uint64_t next_job;
	/* Told in the order of their coming; either may be NULL. */
	void (*on_item)(void *arg, const struct item_message *);
	void (*on_done)(void *arg, const struct fetch_done *);
	void *arg;
	bool names_down;  /* its name servers do not answer */
	const char *gone; /* why the engine's end went away */
};

/* Starts it with the configuration and waits until it is ready. */
void fetcher_driver_start(struct fetcher_driver *, const struct config *);
void fetcher_driver_stop(struct fetcher_driver *);
/* Another configuration; waits until it is in force. */
void fetcher_driver_reload(
    struct fetcher_driver *, const struct config *, uint64_t epoch);
/* A new engine takes the place of the old one. */
void fetcher_driver_connect(struct fetcher_driver *);
/* Asks for a fetch; the job's number is set. Returns it. */
uint64_t fetcher_driver_fetch(
    struct fetcher_driver *, const struct fetch_start *);
void fetcher_driver_cancel(struct fetcher_driver *, uint64_t job);
/* Sends what waits, and reads nothing meanwhile. */
void fetcher_driver_flush(struct fetcher_driver *);
/* One turn of the loop, waiting for something to happen. */
void fetcher_driver_turn(struct fetcher_driver *);
/* CPU time that the process has taken, microseconds. */
int64_t fetcher_driver_cpu_us(const struct fetcher_driver *);

#endif

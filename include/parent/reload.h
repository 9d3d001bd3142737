/*
 * Reading the configuration, first and again: a loader runs aside, and what it
 * made is swapped in whole or not at all.
 */
#ifndef PARENT_RELOAD_H
#define PARENT_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct parent;

/* Starts a loader; while one runs, another run is noted and follows. */
void reload_start(struct parent *);
/* A desk asks for a reload and wants the result under this number. */
void reload_request(struct parent *, uint64_t request);
/* The desk that asked is gone; the next one numbers its requests anew. */
void reload_forget_requests(struct parent *);
/* A process was reaped; true when it was the loader. */
bool reload_on_death(struct parent *, pid_t, int wait_status);
/* A role said READY or is gone: perhaps all now have the new slices. */
void reload_check_done(struct parent *);

#endif

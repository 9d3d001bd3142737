/*
 * The newest keys that a feed has shown, as they are sent along with each
 * fetch. Older ones are in the store alone.
 */
#ifndef ENGINE_SEEN_H
#define ENGINE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame/job.h"

struct seen {
	struct job_seen *at; /* owned; in the order of their arrival */
	size_t len;          /* at most JOB_SEEN_MAX */
	size_t cap;
	bool loaded; /* from the store */
	bool cut;    /* older keys are in the store */
};

void seen_clear(struct seen *);
/* The key's entry, or NULL. */
struct job_seen *seen_find(const struct seen *, uint64_t key);
/* Enters a key, or sets its revision; the oldest one goes when it is full. */
void seen_put(struct seen *, uint64_t key, uint64_t revision);

#endif

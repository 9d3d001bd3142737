/*
 * Keys with revisions that a feed has shown: the newest ones, which are sent
 * along with each fetch (older ones are in the store alone), or those that
 * stand in one document.
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
	size_t gone; /* how many had to go */
	bool loaded; /* from the store */
	bool cut;    /* older keys are in the store */
};

void seen_clear(struct seen *);
bool seen_has(const struct seen *, uint64_t key, uint64_t revision);
/* At whatever revision. */
bool seen_has_key(const struct seen *, uint64_t key);
/* Enters both, unless they are there; the oldest go when it is full. */
void seen_put(struct seen *, uint64_t key, uint64_t revision);
/* The same of what is known not to be there. */
void seen_add(struct seen *, uint64_t key, uint64_t revision);

#endif

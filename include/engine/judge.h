/*
 * What becomes of an item: known, an edit, kept quietly, or an alert.
 */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/newness.h"

struct engine;
struct job;
struct job_item;

/* What an item is, found out before rules and stories are asked. */
struct verdict {
	enum newness newness;
	uint64_t item;    /* row: of the new item, or of the known one that this
			     edits or publishes again; 0: not looked up */
	uint64_t story;   /* of the known item; 0: none */
	char *why;        /* for people, the alert's reason.why_new; owned */
	char *changes;    /* of an edit: the end of that, from known_add_changes
			     on; owned */
	bool new_mention; /* an edit: of what was not mentioned before */
	bool reused;      /* a new item: its id or link is not new */
};

/* Builds engine->rules from the configuration in force. */
void judge_set_rules(struct engine *);
/* Puts the item, its mentions and its alert into the batch. Takes what the
 * item owns, or leaves it to the job. */
void judge_item(struct engine *, struct job *, struct job_item *);

#endif

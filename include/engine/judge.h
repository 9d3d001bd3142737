/*
 * What becomes of an item: known, an edit, kept quietly, or an alert.
 */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

struct engine;
struct job;
struct job_item;

/* Builds engine->rules from the configuration in force. */
void judge_set_rules(struct engine *);
/* Puts the item, its mentions and its alert into the batch. Takes what the
 * item owns, or leaves it to the job. */
void judge_item(struct engine *, struct job *, struct job_item *);

#endif

/*
 * Group commit: what came in goes to the store at 100 rows or after a time,
 * whichever is first; with an alert in it, at the end of the loop's turn.
 * Nothing is told to anyone before. Nobody waits for what polls brought that is
 * no alert: more of it gathers, for each commit costs a sync and the same few
 * pages.
 */
#ifndef ENGINE_COMMIT_H
#define ENGINE_COMMIT_H

#include <stdbool.h>

struct engine;

#define COMMIT_ROWS 100
#define COMMIT_MS 20
#define COMMIT_POLLS_MS 100
#define COMMIT_RETRY_MS 1000
/* A batch that the disk does not take is held up to here; past it no feed is
 * polled. */
#define COMMIT_HELD_BYTES (32u << 20)

void commit_init(struct engine *);
/* The batch may have grown: sees to it that it is committed in time. */
void commit_soon(struct engine *);
/* The same of what a poll brought. */
void commit_polled(struct engine *);
/* Commits at once, tells courier, logs and desk. False: it is held. */
bool commit_now(struct engine *);
/* Sends what the store has for courier, logs and desk. */
void commit_tell(struct engine *);

#endif

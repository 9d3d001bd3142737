/*
 * What fetchers send back. They have touched strangers' bytes and may be
 * owned: nothing of what they say is taken on trust.
 */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

struct message_reader;
struct peer;

/* Handlers of messages; their arg is the fetcher_link. -1: the fetcher said
 * what no sound one says, and is cut off. */
int intake_on_item(void *arg, struct peer *, struct message_reader *);
int intake_on_done(void *arg, struct peer *, struct message_reader *);

#endif

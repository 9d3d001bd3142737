/*
 * Which roles talk to which, and the socket pairs between them.
 */
#ifndef PARENT_WIRING_H
#define PARENT_WIRING_H

struct child;
struct parent;

/* The child said READY: gives it and all its partners that are up the ends of
 * new socket pairs, and a fetcher and the engine the fetcher's bench. */
void wiring_connect(struct parent *, struct child *);
/* Tells the desk how one role stands. */
void wiring_tell_state(struct parent *, const struct child *);

#endif

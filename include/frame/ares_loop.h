/*
 * A c-ares channel on the role's event loop.
 */
#ifndef FRAME_ARES_LOOP_H
#define FRAME_ARES_LOOP_H

struct ares_channeldata;
struct ares_loop;
struct event_base;

/* timeout_ms: of the first of the tries; c-ares doubles it. resolver:
 * "address:port", or NULL for the system's. NULL on failure. */
struct ares_loop *ares_loop_new(
    struct event_base *, const char *resolver, int timeout_ms, int tries);
/* Ends what is under way with ARES_EDESTRUCTION; takes NULL. */
void ares_loop_free(struct ares_loop *);
/* To ask with, each time followed by ares_loop_wait(); of the loop. */
struct ares_channeldata *ares_loop_channel(const struct ares_loop *);
/* Sets the clock for what is under way. */
void ares_loop_wait(struct ares_loop *);

#endif

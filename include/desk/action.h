/*
 * What may be done over the unix socket. An action goes to the parent or the
 * engine as a message with a request number; the HTTP reply waits for the
 * answer.
 */
#ifndef DESK_ACTION_H
#define DESK_ACTION_H

#include <stdbool.h>
#include <stdint.h>

struct actions;
struct api_call;
struct desk;

struct actions *actions_new(struct desk *);
void actions_free(struct actions *);

/* Reads the configuration again: 200 when it is in force, 422 with the errors
 * as wirewatch check prints them when it is refused. */
void action_post_reload(const struct api_call *);
/* Polls a feed now: 200 when it was queued. */
void action_post_poll(const struct api_call *);

/* Adds a feed to the daemon's own drop-in (parameters id, url, outlet,
 * language), or takes one out, and reloads: 200 when that is in force, 400 for
 * bad parameters, 409 when it is there already, or not, 422 with the errors
 * when the configuration is refused with it: then all is as before. */
void action_post_feed(const struct api_call *);
void action_post_remove(const struct api_call *);

/* A hub's request, on which the engine decides: granted, it is answered 200
 * with the plain text, else `refusal`. Returns its number for the message; 0
 * when it was answered already, for too many wait. */
uint64_t action_begin_hub(
    const struct api_call *, int refusal, const char *plain);

/* The answer to a request came; text may be NULL. */
void actions_finish(
    struct actions *, uint64_t request, bool ok, const char *text);
/* The engine is gone: what waits for it is answered 503. */
void actions_engine_gone(struct actions *);

#endif

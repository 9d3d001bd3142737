/*
 * Who may ask what. Over TCP the desk answers only reading requests that name
 * it by a host name of its own, so that neither DNS rebinding nor a page of
 * another site gets anything; actions need the unix socket.
 */
#ifndef DESK_GUARD_H
#define DESK_GUARD_H

#include <stdbool.h>

struct config_desk;
struct request;

/* 0 when the request may pass, else the status to refuse it with: 421 for a
 * foreign Host, 403 for a script of another site, 405 for another method than
 * GET and HEAD. *why: what to tell, with what to do; static. */
int guard_check(const struct request *, bool local, const struct config_desk *,
    const char **why);

#endif

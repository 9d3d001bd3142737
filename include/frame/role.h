/*
 * What every role but the parent has in common: the hello, the configuration,
 * peers that come and go, pings, the stop. Each role's main is a checklist:
 *
 *	role_start(&role, ROLE_X, &callbacks, arg);	first configuration
 *	... handles, timers ...
 *	sandbox_enter(&x_sandbox);
 *	return role_loop(&role);			says READY, runs
 */
#ifndef FRAME_ROLE_H
#define FRAME_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/message.h"
#include "frame/peer.h"

struct config;
struct event_base;
struct match_set;

struct role_callbacks {
	/* A new configuration after the first; the old one is freed after it
	 * returns. role->config is already the new one. */
	void (*on_config)(void *arg, const struct config *old);
	/* A peer role was (re)started; give the callbacks for its messages. */
	const struct peer_callbacks *(*on_peer)(
	    void *arg, enum role_kind, unsigned index);
	/* Called with the peer that on_peer gave callbacks for. */
	void (*on_peer_ready)(void *arg, struct peer *);
	/* The parent said stop: finish what is under way within seconds and
	 * call role_exit(). */
	void (*on_stop)(void *arg);
	/* Further messages from the parent; may be NULL. */
	const struct message_route *parent_routes;
};

struct role {
	enum role_kind kind;
	unsigned index; /* among roles of the kind */
	struct event_base *base;
	struct peer *parent;
	const struct config *config; /* the slice in force */
	uint64_t epoch;              /* of the configuration */
	int match_set_fd; /* fetcher, desk: the newest block, or -1 */
	const struct role_callbacks *callbacks;
	void *arg;
	bool once; /* poll each feed once, deliver, say FINISHED */
	bool stopping;
	struct role_private *private;
};

/* Connects to the parent over descriptor 3, waits (blocking) for the first
 * configuration. Exits the process on failure. */
void role_start(struct role *, enum role_kind, unsigned index,
    const struct role_callbacks *, void *arg);
/* Says READY and runs until role_exit(); returns the exit status. */
int role_loop(struct role *);
/* Ends the loop after what waits for the peers was written. */
void role_exit(struct role *);

#endif

/*
 * The parent: starts, watches, restarts and reloads the roles, talks to
 * systemd. Everything else happens in the roles.
 */
#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame/message.h"
#include "parent/listener.h"

#define RELOAD_REQUESTS_MAX 64

struct child;
struct event;
struct event_base;
struct slices;

struct parent_options {
	const char *config_path; /* NULL: the default's */
	bool once;               /* poll each feed once, deliver, exit */
	bool syslog;             /* diagnostics to syslog, or ... */
	bool json;               /* ... as JSON */
	const char *log_level;   /* NULL: the configuration's */
};

struct parent {
	struct parent_options options;
	struct event_base *base;
	struct slices *slices; /* in force; NULL until the first are loaded */
	struct listener listener; /* of the desk */
	struct child **children;
	size_t children_len;
	int64_t ping_ms; /* how often the roles are asked */
	int64_t hung_ms; /* without an answer for so long: killed */
	uint64_t pings;
	bool engine_was_up; /* once: the other roles may start */
	bool ready_said;
	/* reload.c */
	struct slices *loading; /* being filled, or NULL */
	pid_t loader;           /* 0: none */
	bool reload_again;
	bool reload_pending; /* new slices sent, not all roles READY */
	uint64_t requests[RELOAD_REQUESTS_MAX]; /* who waits for a result */
	size_t requests_len;
	size_t requests_now; /* of these, for that of the reload under way */
	/* stopping */
	bool stopping;
	int exit_status;
	struct event *stop_timer;
};

/* Runs until told to stop; returns the exit status: 0, 1, or 78 when the
 * configuration has errors (printed to stderr). */
int parent_main(const struct parent_options *);

/* For the parent's own parts. */
struct child *parent_find(struct parent *, enum role_kind, unsigned index);
/* As many children as the slices ask for, all started. */
void parent_adjust_children(struct parent *);
/* All wanted roles are up with the slices in force. */
bool parent_is_ready(const struct parent *);
/* Tells systemd when everything has become ready, and what is going on. */
void parent_say_status(struct parent *);
/* Drains and ends: the engine first, then the others. */
void parent_stop(struct parent *, int exit_status);

#endif

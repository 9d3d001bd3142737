/*
 * One role's process: started, watched, restarted.
 */
#ifndef PARENT_CHILD_H
#define PARENT_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame/message.h"
#include "frame/peer.h"

#define CHILD_DEATHS 5        /* so many deaths ... */
#define CHILD_DEATHS_MS 60000 /* ... within this time: back off */

struct event;
struct parent;
struct bufferevent;

/*
 *            spawn          READY           told to stop
 *   DOWN ------------> STARTING ----> UP ---------------> STOPPING
 *    ^  restart timer     |            |                      |
 *    +--------------------+------------+----------------------+
 *                    the process died
 */
enum child_state { CHILD_DOWN, CHILD_STARTING, CHILD_UP, CHILD_STOPPING };

struct child {
	struct parent *parent;
	enum role_kind kind;
	unsigned index; /* among roles of the kind */
	enum child_state state;
	bool wanted;                     /* false: not restarted when it dies */
	pid_t pid;                       /* 0 while down */
	struct peer *peer;               /* NULL while down, or cut off */
	struct peer_callbacks callbacks; /* of peer */
	struct bufferevent *stderr_pipe; /* with --syslog; else NULL */
	int bench;                       /* shared page of a fetcher, or -1 */
	uint64_t epoch;      /* of the configuration it said READY for */
	uint64_t opened;     /* what it has opened, see parent/opened.h */
	int64_t answered_ms; /* the start or the last PONG; monotonic */
	bool slow_said;      /* that it starts slowly */
	uint32_t restarts;
	int64_t deaths_ms[CHILD_DEATHS]; /* the latest, a ring */
	unsigned deaths;                 /* in all */
	unsigned backoff_s;              /* of the last start; 0: none */
	struct event *restart_timer;
};

struct child *child_new(struct parent *, enum role_kind, unsigned index);
/* Starts the process. */
void child_spawn(struct child *);
/* Sends the slices now in force, unless it has to be replaced for them. */
void child_configure(struct child *);
/* Whether the slices in force want something else opened than it has. */
bool child_is_outdated(const struct child *);
/* Asks it to drain and exit; it is started anew when it is wanted. */
void child_stop(struct child *);
/* Ends it at once; it is reaped as any. */
void child_kill(struct child *);
/* The process was reaped; restarts it when it is wanted. */
void child_on_death(struct child *, int wait_status);
/* It gave no sign of life for longer than patience_ms and is to be killed. An
 * engine that starts may be bringing the store of an older version up to date,
 * which takes as long as it is large. */
bool child_is_hung(const struct child *, int64_t now_ms, int64_t patience_ms);
/* It waits, or has waited, for its next start because it keeps dying. */
bool child_is_backed_off(const struct child *);
/* "up", "starting", "backed off 8 s" ...; valid until the next call. NULL: it
 * is no more, and not wanted. */
const char *child_state_text(const struct child *);

#endif

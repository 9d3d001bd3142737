/*
 * The engine's parts, as its files share them.
 */
#ifndef ENGINE_CONTEXT_H
#define ENGINE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "frame/role.h"
#include "frame/state.h"

struct batch;
struct domains;
struct event;
struct feed;
struct job;
struct log_sink;
struct outbox;
struct rule_set;
struct schedule;
struct store;
struct stories;
struct websubs;

#define ENGINE_FETCHERS_MAX 256
#define JOB_TABLE_SIZE 1024

/* A fetcher process and what it has in hand. */
struct fetcher_link {
	struct peer *peer;     /* NULL: it is down */
	const uint64_t *bench; /* mapped page: job being parsed; or NULL */
	LIST_HEAD(, job) jobs; /* see engine/job.h */
	struct event *timer;   /* its next feed is due */
	int64_t timer_at;      /* monotonic us: when that is set for */
	struct peer_callbacks callbacks;
	struct engine *engine;
	unsigned index;
	bool names_down; /* its name servers do not answer */
};

struct engine {
	struct role role;
	struct store *store;
	struct batch *batch; /* what waits for the next commit */
	struct schedule *schedule;
	struct feed **feeds; /* by number in the schedule; NULL: free */
	size_t feeds_len;
	struct domains *domains;
	struct rule_set *rules;
	struct stories *stories;
	struct websubs *websubs;
	struct outbox *outbox;
	struct log_sink **logs;
	size_t logs_len;
	struct fetcher_link fetchers[ENGINE_FETCHERS_MAX];
	unsigned fetchers_len; /* as the configuration has it */
	unsigned cores;
	struct peer *courier; /* NULL: down, as desk */
	struct peer *desk;
	struct event *commit_timer;
	int64_t commit_at_ms;       /* when it goes off; monotonic */
	struct event *tick_timer;   /* each second */
	struct event *upkeep_timer; /* small steps while there is work */
	struct event *stop_timer;
	bool ready;           /* all is set up: peers may be served */
	int64_t stop_at_ms;   /* monotonic: when a stop waits no longer */
	int64_t purge_at_ms;  /* monotonic: the next purge begins */
	int64_t index_at_ms;  /* monotonic: few items are indexed, too */
	uint64_t index_items; /* how many there were at the last step */
	size_t trim_feed;     /* whose keys are trimmed next */
	uint64_t last_job;
	unsigned jobs;                              /* under way */
	LIST_HEAD(, job) job_table[JOB_TABLE_SIZE]; /* by id */
	unsigned unreached_in_a_row; /* fetches that reached nobody */
	int64_t word_at;             /* monotonic us: the last reached one */
	unsigned reached_lead;       /* while the network is down */
	int64_t try_at;              /* monotonic us: then, a feed is tried */
	bool stirred;            /* turns were moved: timers are to be set */
	unsigned back;           /* feeds that are read again, since ... */
	int64_t back_at;         /* monotonic us */
	bool failing;            /* the last commit failed: the batch is held */
	int64_t clock_offset_us; /* wall minus monotonic, at the last tick */
	/* what the desk was told */
	uint64_t told_seq;
	TAILQ_HEAD(feed_list, feed) changed_feeds;
	bool stats_changed;
	struct stats stats;
	/* --once */
	size_t once_left; /* feeds to be polled still */
	bool once_said;
};

/* Microseconds that never jump, for the schedule. */
int64_t engine_monotonic_us(void);
/* No more feeds are started: stopping, or the held batch is full. */
bool engine_is_paused(const struct engine *);

#endif

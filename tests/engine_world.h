/*
 * The engine as a process, with the test playing parent, fetcher, courier and
 * desk over socket pairs.
 */
#ifndef ENGINE_WORLD_H
#define ENGINE_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "frame/job.h"
#include "frame/role.h"
#include "frame/state.h"

#define WAIT_MS 60000 /* before a test gives up */
#define SENT_MAX 20000

struct delivery {
	uint64_t id;
	char alert[40];
	char type[20];
	char json[2000];
};

/* Everything around the engine. */
struct world {
	char *folder;
	char *config_path;
	char *log_path;
	struct config *config;
	struct event_base *base;
	pid_t engine;
	uint64_t *bench; /* shared with the engine */
	struct peer *parent;
	struct peer *fetcher;
	struct peer *courier;
	struct peer *desk;
	bool once;
	bool at_once;               /* all jobs end as they come ... */
	enum fetch_outcome outcome; /* ... like this */
	unsigned http_status;
	const char *moved_to; /* where good ones say that their feed is */
	const char *dead;     /* but those of this feed end with a timeout */
	/* what came */
	bool ready;
	bool finished;
	enum role_kind cut_off; /* the last to be ended; ROLE_PARENT: none */
	struct fetch_start job; /* the last one asked for */
	unsigned jobs;
	unsigned tass_jobs; /* of feed tass, and where the last one was */
	char tass_url[100];
	struct delivery delivery[64]; /* at the courier */
	unsigned deliveries_len;
	char alert_of[SENT_MAX][40]; /* by delivery, over all attempts */
	unsigned alerts_at_desk;     /* of items */
	uint64_t last_seq_at_desk;
	struct feed_state feed_state;
	struct stats stats;
	bool poll_ok;
	unsigned polls;
};

/* The sections that all configurations begin with. */
#define WORLD_CONFIG_HEAD                                             \
	"defaults: {interval: 100ms, flood: 0}\n"                     \
	"fetchers: 1\n"                                               \
	"feeds:\n"                                                    \
	"  - {id: tass, outlet: TASS, url: 'http://a.example/rss'}\n" \
	"entities:\n"                                                 \
	"  - {id: macron, names: [Macron]}\n"                         \
	"  - {id: crocus, names: [Crocus City Hall]}\n"

extern const char world_config_text[];

/* Serves everyone until the condition holds. */
#define WAIT_FOR(world, condition)                                          \
	do {                                                                \
		int64_t end_ = clock_monotonic_ms() + WAIT_MS;              \
		while (!(condition)) {                                      \
			world_turn(world);                                  \
			if (clock_monotonic_ms() > end_)                    \
				fail_msg("waited in vain: %s", #condition); \
		}                                                           \
	} while (0)

void world_write_file(const char *path, const char *text);
struct config *world_load_config(const char *path);
void world_send_config(struct world *world);
struct peer *world_connect_as(struct world *world, enum role_kind kind);
void world_connect_fetcher(struct world *world);
void world_start_engine(struct world *world);
void world_drop_peers(struct world *world);
/* As systemd does it: waits until the engine has left, all well. */
void world_stop(struct world *world);
void world_kill_engine(struct world *world);
void world_turn(struct world *world);
/* The engine gets this configuration; waits until it is in force. */
void world_reload(struct world *world, const char *text);
int world_set_up(void **state);
int world_tear_down(void **state);
void world_wait_for_job(struct world *world);
void world_send_item(
    struct world *world, const char *title, int64_t published_at);
/* The item that had this title first has another one; revision: 2 or more. */
void world_send_edit(struct world *world, const char *first, unsigned revision,
    const char *title);
void world_send_done(struct world *world, enum fetch_outcome outcome);
/* One whole fetch with a new item, or none when title is NULL. */
void world_fetch(struct world *world, const char *title);
void world_first_fetch(struct world *world);
void world_answer(struct world *world, enum delivery_outcome outcome);
/* How many alerts the log holds; none twice. */
unsigned world_log_lines(struct world *world);

#endif

/*
 * The engine role: schedule, store, newness, rules, outbox, rolling logs. It
 * touches no stranger's bytes but what fetchers made of them.
 */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "engine/commit.h"
#include "engine/context.h"
#include "engine/engine.h"
#include "engine/feed.h"
#include "engine/judge.h"
#include "engine/links.h"
#include "engine/log_sink.h"
#include "engine/outbox.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "engine/sinks.h"
#include "engine/stories.h"
#include "engine/tick.h"
#include "engine/websub.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "frame/domain.h"
#include "frame/log.h"
#include "frame/sandbox.h"
#include "store/query.h"
#include "store/store.h"

#define STOP_MS 5000 /* what is under way may take so long at a stop */

int64_t
engine_monotonic_us(void)
{
	return clock_monotonic_ms() * 1000;
}

bool
engine_is_paused(const struct engine *engine)
{
	return !engine->ready || engine->role.stopping ||
	       (engine->failing &&
		   batch_bytes(engine->batch) >= COMMIT_HELD_BYTES);
}

/* ---- the parent's messages ---------------------------------------------- */

static void
engine_on_config(void *arg, const struct config *old)
{
	struct engine *engine = arg;

	if (!engine->ready)
		return;
	judge_set_rules(engine);
	stories_configure(engine->stories, &engine->role.config->stories);
	links_sync(engine);
	feed_sync(engine);
	websub_sync(engine);
	sinks_sync(engine);
	links_begin(engine);
}

static void
engine_on_stop(void *arg)
{
	struct engine *engine = arg;

	engine->stop_at_ms = clock_monotonic_ms() + STOP_MS;
	event_active(engine->tick_timer, EV_TIMEOUT, 0);
}

static int
engine_on_reopen(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;

	if (!message_end(reader))
		return -1;
	for (size_t i = 0; i < engine->logs_len; i++)
		log_sink_reopen(engine->logs[i]);
	return 0;
}

static const struct message_route parent_routes[] = {
    {MESSAGE_BENCH, links_on_bench},
    {MESSAGE_REOPEN, engine_on_reopen},
    {MESSAGE_NONE, NULL},
};

static const struct role_callbacks callbacks = {
    .on_config = engine_on_config,
    .on_peer = links_on_peer,
    .on_peer_ready = links_on_peer_ready,
    .on_stop = engine_on_stop,
    .parent_routes = parent_routes,
};

/* ---- start and end ------------------------------------------------------ */

static void
open_store(struct engine *engine)
{
	char *folder = config_folder(FOLDER_STATE);
	char *path = config_path(FOLDER_STATE, STORE_NAME);
	char *warning, *error;

	mkdir(folder, 0700); /* systemd has made it already */
	engine->store = store_open(path, &warning, &error);
	if (engine->store == NULL)
		fatal("%s", error);
	if (warning != NULL)
		log_error("%s", warning);
	free(warning);
	free(path);
	free(folder);
	engine->batch = batch_new();
	engine->told_seq = store_last_seq(engine->store);
	engine->stats.store_ok = 1;
	engine->stats.network_ok = engine->stats.dns_ok = 1;
}

/* Strangers who knew it could make words collide. */
static uint64_t
draw_seed(void)
{
	uint64_t seed = (uint64_t)clock_now_us();

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		log_warning("no random numbers yet: the clock's will do");
	return seed;
}

static void
remember_stories(struct engine *engine)
{
	int64_t now = clock_now_us();
	int64_t items;

	engine->stories =
	    stories_new(draw_seed(), &engine->role.config->stories);
	items = stories_restore(engine->stories, engine->store, now);
	if (items == -1)
		log_error("stories are not remembered: %s",
		    store_error(engine->store));
	else
		log_debug(
		    "stories of %lld items are remembered", (long long)items);
}

/* The state folder, that of the logs with all beneath it, where a reload may
 * bring more, and the folder of each log. */
static void
enter_sandbox(const struct engine *engine)
{
	const struct config *config = engine->role.config;
	struct sandbox_path *paths =
	    xcalloc(engine->logs_len + 2, sizeof(*paths));
	struct sandbox sandbox = {
	    .paths = paths, .files = true, .threads = true};

	paths[sandbox.paths_len++] =
	    (struct sandbox_path){config_folder(FOLDER_STATE), true};
	paths[sandbox.paths_len++] =
	    (struct sandbox_path){config_folder(FOLDER_LOGS), true};
	for (size_t i = 0; i < config->sinks_len; i++) {
		char *path;

		if (config->sinks[i].type != SINK_LOG)
			continue;
		path = config_path(FOLDER_LOGS, config->sinks[i].path);
		paths[sandbox.paths_len++] =
		    (struct sandbox_path){xstrdup(dirname(path)), true};
		free(path);
	}
	sandbox_enter(&sandbox);
	for (size_t i = 0; i < sandbox.paths_len; i++)
		free((char *)paths[i].path);
	free(paths);
}

static void
count_cores(struct engine *engine)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	engine->cores = cores > 0 ? (unsigned)cores : 1;
}

static void
engine_free(struct engine *engine)
{
	links_free(engine);
	sinks_free(engine);
	feed_free_all(engine);
	websub_free(engine);
	report_free(engine);
	schedule_free(engine->schedule);
	rule_set_free(engine->rules);
	domains_free(engine->domains);
	stories_free(engine->stories);
	batch_free(engine->batch);
	store_close(engine->store);
	free(engine);
}

int
engine_main(unsigned index)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));
	int status;

	role_start(&engine->role, ROLE_ENGINE, index, &callbacks, engine);
	count_cores(engine);
	engine->domains = domains_new(); /* the sandbox hides their list */
	open_store(engine);
	remember_stories(engine);
	commit_init(engine);
	tick_init(engine);
	report_init(engine);
	engine->schedule = schedule_new((uint64_t)clock_now_us());
	judge_set_rules(engine);
	links_sync(engine);
	websub_init(engine);
	feed_sync(engine);
	websub_sync(engine);
	sinks_sync(engine);
	enter_sandbox(engine);
	links_begin(engine);
	status = role_loop(&engine->role);
	engine_free(engine);
	return status;
}

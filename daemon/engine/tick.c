/*
 * The second hand: logs are synced, retries sent, the desk told, old rows
 * removed, the end awaited. Runs in the engine.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/second.h"
#include "base/strings.h"
#include "engine/commit.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/links.h"
#include "engine/log_sink.h"
#include "engine/outbox.h"
#include "engine/reach.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "engine/sinks.h"
#include "engine/tick.h"
#include "engine/websub.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/log.h"
#include "store/store.h"

#define TICK_MS 1000
#define STOPPING_TICK_MS 50
#define UPKEEP_MS 20    /* between two steps while there is work */
#define PURGE_MS 600000 /* between two purges */
#define INDEX_ROWS 400  /* of a step: some 20 ms, as the next */
#define INDEX_MS 2500   /* between two steps of fewer rows */
#define PURGE_ROWS 100
#define JUMP_US 5000000LL /* by which a clock was set, not drifted */

/* ---- upkeep ------------------------------------------------------------- */

/* Forgets old keys, a feed a step; true: the round is not over. */
static bool
trim_next_feed(struct engine *engine, int64_t before_at)
{
	struct feed *feed;

	while (engine->trim_feed < engine->feeds_len &&
	       (engine->feeds[engine->trim_feed] == NULL ||
		   !engine->feeds[engine->trim_feed]->seen.cut))
		engine->trim_feed++;
	if (engine->trim_feed >= engine->feeds_len) {
		engine->trim_feed = 0;
		return false;
	}
	feed = engine->feeds[engine->trim_feed++];
	store_trim_seen(engine->store, feed->record.row, before_at);
	return true;
}

static bool
purge(struct engine *engine)
{
	int64_t now = clock_now_us();
	struct strings sinks = {0};
	struct store_purge purge = {now,
	    now - engine->role.config->defaults.retention_ms * 1000, &sinks,
	    PURGE_ROWS};
	bool more;

	if (clock_monotonic_ms() < engine->purge_at_ms)
		return false;
	sinks_list(engine, &sinks);
	more = store_purge_step(engine->store, &purge);
	strings_clear(&sinks);
	if (!more)
		more = trim_next_feed(engine, purge.before_at);
	if (!more)
		engine->purge_at_ms = clock_monotonic_ms() + PURGE_MS;
	return more;
}

/* Items that are entered into the search index one by one cost more than twice
 * as much as by the hundred: few wait a moment for more to come. True: there is
 * more to do. */
static bool
index_items(struct engine *engine)
{
	uint64_t items = engine->stats.items_new;
	int64_t now_ms = clock_monotonic_ms();
	bool more;

	if (engine->role.once)
		return false; /* who searches starts a daemon that stays */
	if (now_ms < engine->index_at_ms &&
	    items - engine->index_items < INDEX_ROWS)
		return false;
	more = store_index_step(engine->store, INDEX_ROWS);
	engine->index_items = items;
	engine->index_at_ms = more ? now_ms : now_ms + INDEX_MS;
	return more;
}

static void
upkeep_soon(struct engine *engine)
{
	struct timeval delay = clock_timeval_ms(UPKEEP_MS);

	if (!evtimer_pending(engine->upkeep_timer, NULL))
		evtimer_add(engine->upkeep_timer, &delay);
}

static void
on_upkeep(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	bool more = false;

	if (engine->failing || engine->role.stopping)
		return;
	for (size_t i = 0; i < engine->logs_len; i++)
		more |= log_sink_step(engine->logs[i], clock_now_us());
	more |= index_items(engine);
	more |= purge(engine);
	more |= store_checkpoint(engine->store);
	if (more)
		upkeep_soon(engine);
}

/* ---- the end ------------------------------------------------------------ */

static bool
is_all_done(struct engine *engine)
{
	return engine->jobs == 0 && batch_rows(engine->batch) == 0 &&
	       outbox_under_way(engine->outbox) == 0;
}

static void
finish(struct engine *engine)
{
	if (engine->jobs > 0)
		log_info("stop: %u fetches left undone", engine->jobs);
	commit_now(engine);
	for (size_t i = 0; i < engine->logs_len; i++)
		log_sink_stop(engine->logs[i], clock_now_us());
	commit_now(engine);
	role_exit(&engine->role);
}

static void
say_finished(struct engine *engine)
{
	engine->once_said = true;
	peer_begin(engine->role.parent, MESSAGE_FINISHED);
	peer_send(engine->role.parent);
}

/* A stop or --once: waits for what is under way, then says or does the rest. */
static void
check_end(struct engine *engine)
{
	int64_t now = clock_now_us();

	if (engine->role.stopping) {
		if (is_all_done(engine) ||
		    clock_monotonic_ms() >= engine->stop_at_ms)
			finish(engine);
	} else if (engine->role.once && !engine->once_said &&
		   engine->once_left == 0 && is_all_done(engine) &&
		   outbox_next_at(engine->outbox, now) > now) {
		say_finished(engine);
	}
}

/* ---- each second -------------------------------------------------------- */

/* Times of retries are wall time, as they must outlive the process: when the
 * wall clock is set, they move along. */
static void
follow_clock(struct engine *engine)
{
	int64_t offset = clock_now_us() - engine_monotonic_us();
	int64_t jump = offset - engine->clock_offset_us;

	engine->clock_offset_us = offset;
	schedule_set_clock(engine->schedule, offset);
	if (jump > -JUMP_US && jump < JUMP_US)
		return;
	log_warning("the clock was set by %" PRId64 " s", jump / SECOND_US);
	batch_add_clock_shift(engine->batch, jump);
}

static void
end_overdue(struct engine *engine)
{
	for (unsigned i = 0; i < engine->fetchers_len; i++) {
		struct fetcher_link *link = &engine->fetchers[i];

		if (link->peer == NULL)
			continue;
		job_cut_short(engine, link);
		if (job_is_overdue(engine, link))
			links_cut_off(
			    engine, ROLE_FETCHER, i, "a fetch never ended");
	}
}

/* What is committed from now on would be gone at the next start. */
static void
check_place(struct engine *engine)
{
	if (engine->role.stopping || !store_is_moved(engine->store))
		return;
	store_leave(engine->store);
	fatal("the store was removed or replaced while in use: beginning anew "
	      "with what is there");
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct engine *engine = arg;
	int64_t now = clock_now_us();
	struct timeval delay = clock_timeval_ms(
	    engine->role.stopping ? STOPPING_TICK_MS : TICK_MS);

	evtimer_add(engine->tick_timer, &delay);
	check_place(engine);
	follow_clock(engine);
	for (size_t i = 0; i < engine->logs_len; i++)
		log_sink_tick(engine->logs[i], now);
	if (engine->courier != NULL)
		outbox_pump(engine->outbox, now);
	end_overdue(engine);
	websub_tick(engine);
	reach_tick(engine);
	schedule_balance(engine->schedule, engine_monotonic_us());
	commit_soon(engine);
	report_tick(engine);
	upkeep_soon(engine);
	check_end(engine);
}

void
tick_init(struct engine *engine)
{
	struct timeval delay =
	    clock_timeval_ms(engine->role.once ? STOPPING_TICK_MS : TICK_MS);

	engine->tick_timer = evtimer_new(engine->role.base, on_tick, engine);
	engine->upkeep_timer =
	    evtimer_new(engine->role.base, on_upkeep, engine);
	engine->clock_offset_us = clock_now_us() - engine_monotonic_us();
	engine->purge_at_ms = clock_monotonic_ms() + TICK_MS;
	evtimer_add(engine->tick_timer, &delay);
}

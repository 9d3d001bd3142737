/*
 * The desk's feed. The desk may be slow or gone: what does not fit waits in
 * the table of feeds or in the store, never in memory of its own. Runs in the
 * engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/alert.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/log_sink.h"
#include "engine/outbox.h"
#include "engine/report.h"
#include "engine/websub.h"
#include "frame/clock.h"
#include "frame/peer.h"
#include "store/store.h"

#define PAGE 200 /* alerts read at once */

/* ---- alerts ------------------------------------------------------------- */

static void
send_alert(void *arg, uint64_t seq, const char *json)
{
	struct engine *engine = arg;
	struct buf *buf = peer_begin(engine->desk, MESSAGE_ALERT);

	message_put_u64(buf, seq);
	message_put_str(buf, json);
	peer_send(engine->desk);
	engine->told_seq = seq;
}

void
report_alerts(struct engine *engine)
{
	uint64_t before;

	if (engine->desk == NULL) {
		/* Right after a commit, so all of them are in the store. */
		engine->told_seq = store_last_seq(engine->store);
		return;
	}
	do {
		before = engine->told_seq;
		if (peer_is_full(engine->desk))
			return;
		store_read_alerts(
		    engine->store, before, PAGE, send_alert, engine);
	} while (engine->told_seq > before);
}

void
report_count_alert(
    struct engine *engine, enum alert_type type, enum level level)
{
	engine->stats.alerts[type][level]++;
}

void
report_count_entities(
    struct engine *engine, const struct alert_entity *entities, size_t len)
{
	struct stats *stats = &engine->stats;

	for (size_t e = 0; e < len; e++) {
		size_t i = 0;

		while (i < stats->entities_len &&
		       strcmp(stats->entity[i], entities[e].id) != 0)
			i++;
		if (i == stats->entities_len) {
			stats->entity = xreallocarray(
			    stats->entity, i + 1, sizeof(*stats->entity));
			stats->entity_count = xreallocarray(stats->entity_count,
			    i + 1, sizeof(*stats->entity_count));
			stats->entity[i] = xstrdup(entities[e].id);
			stats->entity_count[i] = 0;
			stats->entities_len++;
		}
		stats->entity_count[i]++;
	}
}

/* ---- feeds -------------------------------------------------------------- */

static void
send_feed(struct engine *engine, const struct feed *feed, bool gone)
{
	struct feed_state state;

	feed_fill_state(engine, feed, &state);
	state.gone = gone;
	feed_state_put(peer_begin(engine->desk, MESSAGE_FEED_STATE), &state);
	peer_send(engine->desk);
}

void
report_init(struct engine *engine)
{
	TAILQ_INIT(&engine->changed_feeds);
}

static void
unmark(struct engine *engine, struct feed *feed)
{
	if (feed->changed)
		TAILQ_REMOVE(&engine->changed_feeds, feed, next_changed);
	feed->changed = false;
}

void
report_feed_soon(struct engine *engine, struct feed *feed)
{
	engine->stats_changed = true;
	if (feed->changed)
		return;
	feed->changed = true;
	TAILQ_INSERT_TAIL(&engine->changed_feeds, feed, next_changed);
}

void
report_feed(struct engine *engine, struct feed *feed)
{
	report_feed_soon(engine, feed);
	if (engine->desk == NULL || peer_is_full(engine->desk))
		return;
	send_feed(engine, feed, false);
	unmark(engine, feed);
}

void
report_feed_gone(struct engine *engine, struct feed *feed)
{
	unmark(engine, feed);
	if (engine->desk != NULL)
		send_feed(engine, feed, true);
}

static void
send_changed_feeds(struct engine *engine)
{
	struct feed *feed;

	while (!peer_is_full(engine->desk) &&
	       (feed = TAILQ_FIRST(&engine->changed_feeds)) != NULL) {
		send_feed(engine, feed, false);
		unmark(engine, feed);
	}
}

/* ---- sinks and counters ------------------------------------------------- */

static void
send_sink(void *arg, const struct sink_state *state)
{
	struct engine *engine = arg;

	sink_state_put(peer_begin(engine->desk, MESSAGE_SINK_STATE), state);
	peer_send(engine->desk);
}

static void
send_sinks(struct engine *engine, bool all)
{
	outbox_tell_states(engine->outbox, all, send_sink, engine);
	for (size_t i = 0; i < engine->logs_len; i++) {
		struct sink_state state;

		if (log_sink_state(engine->logs[i], &state) || all)
			send_sink(engine, &state);
	}
}

static void
send_stats(struct engine *engine)
{
	struct stats *stats = &engine->stats;

	stats->fetchers = 0;
	for (unsigned i = 0; i < engine->fetchers_len; i++)
		stats->fetchers += engine->fetchers[i].peer != NULL;
	stats->jobs = engine->jobs;
	stats->seq = store_last_seq(engine->store);
	stats->log_write_errors = 0;
	for (size_t i = 0; i < engine->logs_len; i++)
		stats->log_write_errors += log_sink_errors(engine->logs[i]);
	stats_put(peer_begin(engine->desk, MESSAGE_STATS), stats);
	peer_send(engine->desk);
	engine->stats_changed = false;
}

/* ---- the desk ----------------------------------------------------------- */

void
report_greet(struct engine *engine)
{
	send_sinks(engine, true);
	send_stats(engine);
	for (size_t i = 0; i < engine->feeds_len; i++)
		if (engine->feeds[i] != NULL)
			report_feed_soon(engine, engine->feeds[i]);
	websub_tell(engine, true);
	send_changed_feeds(engine);
}

void
report_go_on(struct engine *engine)
{
	report_alerts(engine);
	send_changed_feeds(engine);
	websub_tell(engine, false);
}

void
report_tick(struct engine *engine)
{
	if (engine->desk == NULL || peer_is_full(engine->desk))
		return;
	send_changed_feeds(engine);
	send_sinks(engine, false);
	if (engine->stats_changed)
		send_stats(engine);
}

void
report_free(struct engine *engine)
{
	stats_clear(&engine->stats);
}

/*
 * Between the engine and its sinks. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/commit.h"
#include "engine/context.h"
#include "engine/log_sink.h"
#include "engine/outbox.h"
#include "engine/report.h"
#include "engine/sinks.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "frame/log.h"
#include "frame/peer.h"

void
sinks_list(const struct engine *engine, struct strings *ids)
{
	const struct config *config = engine->role.config;

	for (size_t i = 0; i < config->sinks_len; i++)
		strings_add(ids, config->sinks[i].id);
}

/* ---- rolling logs ------------------------------------------------------- */

static struct log_sink *
open_log(struct engine *engine, const struct config_sink *config)
{
	char *path = config_path(FOLDER_LOGS, config->path);
	struct rolling_log_options options = {
	    .path = path,
	    .size_max = config->rotate.size,
	    .every_us = config->rotate.every_ms * 1000,
	    .keep = config->rotate.keep,
	    .total = config->rotate.total,
	};
	struct log_sink *log =
	    log_sink_new(config->id, &options, engine->store, engine->batch);

	free(path);
	log_sink_start(log, clock_now_us());
	return log;
}

/* Closing and opening again is what a start does: nothing is lost by it. */
static void
sync_logs(struct engine *engine)
{
	const struct config *config = engine->role.config;

	for (size_t i = 0; i < engine->logs_len; i++) {
		log_sink_stop(engine->logs[i], clock_now_us());
		log_sink_free(engine->logs[i]);
	}
	engine->logs_len = 0;
	engine->logs = xreallocarray(
	    engine->logs, config->sinks_len, sizeof(*engine->logs));
	for (size_t i = 0; i < config->sinks_len; i++)
		if (config->sinks[i].type == SINK_LOG)
			engine->logs[engine->logs_len++] =
			    open_log(engine, &config->sinks[i]);
}

/* ---- the courier's ------------------------------------------------------ */

static bool
send_delivery(void *arg, const struct outbox_delivery *delivery)
{
	struct engine *engine = arg;
	struct buf *buf;

	if (engine->courier == NULL || peer_is_full(engine->courier))
		return false;
	buf = peer_begin(engine->courier, MESSAGE_DELIVER);
	message_put_u64(buf, delivery->id);
	message_put_str(buf, delivery->sink);
	message_put_str(buf, delivery->alert);
	message_put_str(buf, delivery->type);
	message_put_i64(buf, delivery->alerted_at);
	message_put_u32(buf, delivery->attempt);
	message_put_str(buf, delivery->json);
	peer_send(engine->courier);
	return true;
}

int
sinks_on_delivered(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;
	struct outbox_outcome outcome = {
	    .delivery = message_get_u64(reader),
	};
	int64_t delay_us;
	char *error;

	outcome.outcome = message_get_u32(reader);
	outcome.http_status = message_get_u32(reader);
	outcome.retry_after_us = message_get_i64(reader);
	error = message_take_str(reader);
	outcome.error = error;
	if (!message_end(reader) || outcome.outcome > DELIVERY_HELD) {
		free(error);
		return -1;
	}
	/* An answer for a sink that is gone comes to nothing. */
	if (outbox_settle(
		engine->outbox, &outcome, clock_now_us(), &delay_us) == 0 &&
	    outcome.outcome == DELIVERY_OK)
		stats_histogram_add(&engine->stats.deliver_delay, delay_us);
	free(error);
	commit_soon(engine);
	return 0;
}

void
sinks_courier_gone(struct engine *engine)
{
	engine->courier = NULL;
	outbox_courier_gone(engine->outbox);
}

/* ---- all ---------------------------------------------------------------- */

void
sinks_sync(struct engine *engine)
{
	const struct config *config = engine->role.config;
	struct strings ids = {0};

	if (engine->outbox == NULL)
		engine->outbox = outbox_new(engine->store, engine->batch,
		    send_delivery, engine, (uint64_t)clock_now_us());
	for (size_t i = 0; i < config->sinks_len; i++)
		if (config->sinks[i].type != SINK_LOG)
			strings_add(&ids, config->sinks[i].id);
	outbox_set_sinks(engine->outbox, &ids);
	strings_clear(&ids);
	sync_logs(engine);
}

void
sinks_free(struct engine *engine)
{
	for (size_t i = 0; i < engine->logs_len; i++)
		log_sink_free(engine->logs[i]);
	free(engine->logs);
	outbox_free(engine->outbox);
}

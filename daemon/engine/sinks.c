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

/* Takes the old log when it is the same; it then goes on as it was. */
static struct log_sink *
take_log(struct engine *engine, const char *id,
    const struct rolling_log_options *options)
{
	struct log_sink *log;

	for (size_t i = 0; i < engine->logs_len; i++) {
		log = engine->logs[i];
		if (log != NULL && log_sink_is_like(log, id, options)) {
			engine->logs[i] = NULL;
			return log;
		}
	}
	return NULL;
}

/* The configured logs: those that are open already, NULL for the others. */
static struct log_sink **
keep_logs(struct engine *engine, struct rolling_log_options *options)
{
	const struct config *config = engine->role.config;
	struct log_sink **logs =
	    xcalloc(config->sinks_len + 1, sizeof(struct log_sink *));

	for (size_t i = 0; i < config->sinks_len; i++) {
		const struct config_sink *sink = &config->sinks[i];

		if (sink->type != SINK_LOG)
			continue;
		options[i] = (struct rolling_log_options){
		    .path = config_path(FOLDER_LOGS, sink->path),
		    .size_max = sink->rotate.size,
		    .every_us = sink->rotate.every_ms * 1000,
		    .keep = sink->rotate.keep,
		    .total = sink->rotate.total,
		};
		logs[i] = take_log(engine, sink->id, &options[i]);
	}
	return logs;
}

static void
close_logs(struct engine *engine)
{
	for (size_t i = 0; i < engine->logs_len; i++) {
		if (engine->logs[i] != NULL)
			log_sink_stop(engine->logs[i], clock_now_us());
		log_sink_free(engine->logs[i]);
	}
	free(engine->logs);
	engine->logs_len = 0;
}

/* Closes the logs that are gone or changed before it opens the new ones, whose
 * files may be the same. Opening is what a start does: nothing is lost; nor is
 * it written twice, as what the old ones hold is marked by then. */
static void
sync_logs(struct engine *engine)
{
	const struct config *config = engine->role.config;
	struct rolling_log_options *options =
	    xcalloc(config->sinks_len + 1, sizeof(*options));
	struct log_sink **logs = keep_logs(engine, options);

	close_logs(engine);
	commit_now(engine);
	engine->logs = logs;
	for (size_t i = 0; i < config->sinks_len; i++) {
		struct log_sink *log = logs[i];

		if (options[i].path == NULL)
			continue;
		if (log == NULL) {
			log = log_sink_new(config->sinks[i].id, &options[i],
			    engine->store, engine->batch);
			log_sink_start(log, clock_now_us());
		}
		engine->logs[engine->logs_len++] = log;
		free((char *)options[i].path);
	}
	free(options);
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

/*
 * How things stand, from engine to desk, field by field.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "frame/state.h"

#define ENTITIES_MAX 200000

const int64_t stats_bucket_ms[STATS_BUCKETS] = {100, 250, 500, 1000, 2500, 5000,
    10000, 30000, 60000, 300000, 900000, INT64_MAX};

void
stats_histogram_add(struct stats_histogram *histogram, int64_t delay_us)
{
	size_t i = 0;

	if (delay_us < 0)
		delay_us = 0;
	while (i < STATS_BUCKETS - 1 && delay_us / 1000 > stats_bucket_ms[i])
		i++;
	histogram->count[i]++;
	histogram->sum_us += delay_us;
}

/* ---- FEED_STATE --------------------------------------------------------- */

void
feed_state_put(struct buf *buf, const struct feed_state *state)
{
	message_put_str(buf, state->feed);
	message_put_str(buf, state->state);
	message_put_str(buf, state->health);
	message_put_i64(buf, state->health_at);
	message_put_u32(buf, state->outcome);
	message_put_u32(buf, state->http_status);
	message_put_str(buf, state->error);
	message_put_str(buf, state->title);
	message_put_str(buf, state->moved_to);
	message_put_str(buf, state->move);
	message_put_i64(buf, state->last_fetch_at);
	message_put_i64(buf, state->last_success_at);
	message_put_i64(buf, state->last_new_at);
	message_put_i64(buf, state->last_item_at);
	message_put_i64(buf, state->next_fetch_at);
	message_put_u32(buf, state->healthy);
	message_put_u32(buf, state->failures);
	message_put_u64(buf, state->fetches);
	message_put_u64(buf, state->not_modified);
	message_put_u64(buf, state->errors);
	message_put_u64(buf, state->new_items);
	message_put_u64(buf, state->edits);
	message_put_u64(buf, state->gaps);
	message_put_i64(buf, state->last_gap_at);
	message_put_u64(buf, state->bytes);
	message_put_u32(buf, state->duration_ms);
	message_put_u32(buf, state->gone);
}

int
feed_state_get(struct message_reader *reader, struct feed_state *state)
{
	*state = (struct feed_state){0};
	state->feed = message_take_text(reader);
	state->state = message_take_text(reader);
	state->health = message_take_text(reader);
	state->health_at = message_get_i64(reader);
	state->outcome = message_get_u32(reader);
	state->http_status = message_get_u32(reader);
	state->error = message_take_str(reader);
	state->title = message_take_str(reader);
	state->moved_to = message_take_str(reader);
	state->move = message_take_str(reader);
	state->last_fetch_at = message_get_i64(reader);
	state->last_success_at = message_get_i64(reader);
	state->last_new_at = message_get_i64(reader);
	state->last_item_at = message_get_i64(reader);
	state->next_fetch_at = message_get_i64(reader);
	state->healthy = message_get_u32(reader);
	state->failures = message_get_u32(reader);
	state->fetches = message_get_u64(reader);
	state->not_modified = message_get_u64(reader);
	state->errors = message_get_u64(reader);
	state->new_items = message_get_u64(reader);
	state->edits = message_get_u64(reader);
	state->gaps = message_get_u64(reader);
	state->last_gap_at = message_get_i64(reader);
	state->bytes = message_get_u64(reader);
	state->duration_ms = message_get_u32(reader);
	state->gone = message_get_u32(reader);
	if (message_end(reader) && state->outcome < FETCH_OUTCOMES)
		return 0;
	feed_state_clear(state);
	return -1;
}

void
feed_state_clear(struct feed_state *state)
{
	if (state == NULL)
		return;
	free(state->feed);
	free(state->state);
	free(state->health);
	free(state->error);
	free(state->title);
	free(state->moved_to);
	free(state->move);
	*state = (struct feed_state){0};
}

/* ---- SINK_STATE --------------------------------------------------------- */

void
sink_state_put(struct buf *buf, const struct sink_state *state)
{
	message_put_str(buf, state->sink);
	message_put_str(buf, state->state);
	message_put_str(buf, state->error);
	message_put_u64(buf, state->delivered);
	message_put_u64(buf, state->attempts_failed);
	message_put_u64(buf, state->dead);
	message_put_u64(buf, state->waiting);
	message_put_i64(buf, state->oldest_waiting_at);
	message_put_u32(buf, state->gone);
}

int
sink_state_get(struct message_reader *reader, struct sink_state *state)
{
	*state = (struct sink_state){0};
	state->sink = message_take_text(reader);
	state->state = message_take_text(reader);
	state->error = message_take_str(reader);
	state->delivered = message_get_u64(reader);
	state->attempts_failed = message_get_u64(reader);
	state->dead = message_get_u64(reader);
	state->waiting = message_get_u64(reader);
	state->oldest_waiting_at = message_get_i64(reader);
	state->gone = message_get_u32(reader);
	if (message_end(reader))
		return 0;
	sink_state_clear(state);
	return -1;
}

void
sink_state_clear(struct sink_state *state)
{
	if (state == NULL)
		return;
	free(state->sink);
	free(state->state);
	free(state->error);
	*state = (struct sink_state){0};
}

/* ---- STATS -------------------------------------------------------------- */

static void
put_histogram(struct buf *buf, const struct stats_histogram *histogram)
{
	for (size_t i = 0; i < STATS_BUCKETS; i++)
		message_put_u64(buf, histogram->count[i]);
	message_put_i64(buf, histogram->sum_us);
}

static void
get_histogram(struct message_reader *reader, struct stats_histogram *histogram)
{
	for (size_t i = 0; i < STATS_BUCKETS; i++)
		histogram->count[i] = message_get_u64(reader);
	histogram->sum_us = message_get_i64(reader);
}

static void
get_entities(struct message_reader *reader, struct stats *stats)
{
	size_t len = message_get_u32(reader);

	if (len > ENTITIES_MAX)
		reader->failed = true;
	if (reader->failed || len == 0)
		return;
	stats->entity = xcalloc(len, sizeof(*stats->entity));
	stats->entity_count = xcalloc(len, sizeof(*stats->entity_count));
	stats->entities_len = len;
	for (size_t i = 0; i < len; i++) {
		stats->entity[i] = message_take_text(reader);
		stats->entity_count[i] = message_get_u64(reader);
	}
}

void
stats_put(struct buf *buf, const struct stats *stats)
{
	message_put_u64(buf, stats->items_new);
	message_put_u64(buf, stats->items_edited);
	message_put_u64(buf, stats->items_gap);
	for (size_t i = 0; i < ALERT_TYPES * 3; i++)
		message_put_u64(buf, stats->alerts[i / 3][i % 3]);
	message_put_u64(buf, stats->stories);
	message_put_u64(buf, stats->held_told);
	message_put_u64(buf, stats->held_waiting);
	message_put_u64(buf, stats->commits);
	message_put_u64(buf, stats->commit_errors);
	message_put_u64(buf, stats->log_write_errors);
	message_put_u64(buf, stats->websub_pushes);
	message_put_u64(buf, stats->websub_pings);
	message_put_u64(buf, stats->websub_forged);
	message_put_u64(buf, stats->dns_answered);
	message_put_u64(buf, stats->dns_failed);
	message_put_u64(buf, stats->dns_stale);
	message_put_u32(buf, stats->dns_ok);
	message_put_u32(buf, stats->network_ok);
	message_put_u32(buf, stats->store_ok);
	message_put_u32(buf, stats->fetchers);
	message_put_u64(buf, stats->jobs);
	message_put_u64(buf, stats->seq);
	put_histogram(buf, &stats->detect_delay);
	put_histogram(buf, &stats->deliver_delay);
	message_put_u32(buf, (uint32_t)stats->entities_len);
	for (size_t i = 0; i < stats->entities_len; i++) {
		message_put_str(buf, stats->entity[i]);
		message_put_u64(buf, stats->entity_count[i]);
	}
}

int
stats_get(struct message_reader *reader, struct stats *stats)
{
	*stats = (struct stats){0};
	stats->items_new = message_get_u64(reader);
	stats->items_edited = message_get_u64(reader);
	stats->items_gap = message_get_u64(reader);
	for (size_t i = 0; i < ALERT_TYPES * 3; i++)
		stats->alerts[i / 3][i % 3] = message_get_u64(reader);
	stats->stories = message_get_u64(reader);
	stats->held_told = message_get_u64(reader);
	stats->held_waiting = message_get_u64(reader);
	stats->commits = message_get_u64(reader);
	stats->commit_errors = message_get_u64(reader);
	stats->log_write_errors = message_get_u64(reader);
	stats->websub_pushes = message_get_u64(reader);
	stats->websub_pings = message_get_u64(reader);
	stats->websub_forged = message_get_u64(reader);
	stats->dns_answered = message_get_u64(reader);
	stats->dns_failed = message_get_u64(reader);
	stats->dns_stale = message_get_u64(reader);
	stats->dns_ok = message_get_u32(reader);
	stats->network_ok = message_get_u32(reader);
	stats->store_ok = message_get_u32(reader);
	stats->fetchers = message_get_u32(reader);
	stats->jobs = message_get_u64(reader);
	stats->seq = message_get_u64(reader);
	get_histogram(reader, &stats->detect_delay);
	get_histogram(reader, &stats->deliver_delay);
	get_entities(reader, stats);
	if (message_end(reader))
		return 0;
	stats_clear(stats);
	return -1;
}

void
stats_clear(struct stats *stats)
{
	if (stats == NULL)
		return;
	for (size_t i = 0; i < stats->entities_len; i++)
		free(stats->entity[i]);
	free(stats->entity);
	free(stats->entity_count);
	*stats = (struct stats){0};
}

/*
 * The page /metrics. One table for what each feed tells, one for the counters
 * of the engine; the rest is written by hand.
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "config.h"
#include "desk/metrics.h"
#include "desk/state.h"
#include "desk/websub.h"
#include "frame/config.h"

enum metric_kind {
	METRIC_U64,
	METRIC_U32,
	METRIC_AT, /* epoch us, told in seconds; 0 is left out */
	METRIC_MS, /* u32, told in seconds */
};

struct metric {
	const char *name;
	const char *type;
	const char *help;
	enum metric_kind kind;
	size_t offset;
};

#define OF_FEED(member) offsetof(struct feed_state, member)
#define OF_STATS(member) offsetof(struct stats, member)

static const struct metric feed_metrics[] = {
    {"feed_last_success_timestamp_seconds", "gauge",
	"When a fetch last worked.", METRIC_AT, OF_FEED(last_success_at)},
    {"feed_last_item_timestamp_seconds", "gauge", "Date of the newest item.",
	METRIC_AT, OF_FEED(last_item_at)},
    {"feed_next_fetch_timestamp_seconds", "gauge", "When the feed is due.",
	METRIC_AT, OF_FEED(next_fetch_at)},
    {"feed_healthy", "gauge",
	"0 while the feed is down, silent or gone, as was told.", METRIC_U32,
	OF_FEED(healthy)},
    {"feed_failures", "gauge", "Failed fetches in a row.", METRIC_U32,
	OF_FEED(failures)},
    {"fetch_duration_seconds", "gauge", "Duration of the last fetch.",
	METRIC_MS, OF_FEED(duration_ms)},
    {"fetch_bytes_total", "counter", "Bytes transferred.", METRIC_U64,
	OF_FEED(bytes)},
    {"items_new_total", "counter", "New items.", METRIC_U64,
	OF_FEED(new_items)},
    {"items_edited_total", "counter", "Known items that changed.", METRIC_U64,
	OF_FEED(edits)},
    {"items_gap_total", "counter",
	"Polls that had no item in common with the one before.", METRIC_U64,
	OF_FEED(gaps)},
};

static const struct metric engine_metrics[] = {
    {"network_up", "gauge", "0 while nobody at all is reached.", METRIC_U32,
	OF_STATS(network_ok)},
    {"dns_up", "gauge", "0 while the name servers do not answer.", METRIC_U32,
	OF_STATS(dns_ok)},
    {"dns_queries_answered_total", "counter",
	"Queries that name servers answered.", METRIC_U64,
	OF_STATS(dns_answered)},
    {"dns_queries_failed_total", "counter",
	"Queries that they did not answer, or with a failure.", METRIC_U64,
	OF_STATS(dns_failed)},
    {"dns_stale_answers_total", "counter",
	"Addresses used past their time, for want of an answer.", METRIC_U64,
	OF_STATS(dns_stale)},
    {"store_up", "gauge", "1 while the last commit worked.", METRIC_U32,
	OF_STATS(store_ok)},
    {"store_commits_total", "counter", "Transactions committed.", METRIC_U64,
	OF_STATS(commits)},
    {"store_commit_errors_total", "counter", "Transactions that failed.",
	METRIC_U64, OF_STATS(commit_errors)},
    {"log_write_errors_total", "counter", "Failed writes to the rolling log.",
	METRIC_U64, OF_STATS(log_write_errors)},
    {"websub_pushes_total", "counter", "Contents that hubs brought.",
	METRIC_U64, OF_STATS(websub_pushes)},
    {"websub_pings_total", "counter",
	"Contents that came unsigned, taken as a hint to poll.", METRIC_U64,
	OF_STATS(websub_pings)},
    {"websub_forged_total", "counter",
	"Contents that were ignored for want of a good signature.", METRIC_U64,
	OF_STATS(websub_forged)},
    {"stories_total", "counter", "Stories begun.", METRIC_U64,
	OF_STATS(stories)},
    {"fetchers", "gauge", "Fetchers connected.", METRIC_U32,
	OF_STATS(fetchers)},
    {"fetches_running", "gauge", "Fetches under way.", METRIC_U64,
	OF_STATS(jobs)},
    {"alert_seq", "gauge", "Number of the last alert.", METRIC_U64,
	OF_STATS(seq)},
};

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static void
write_head(
    struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP wirewatch_%s %s\n# TYPE wirewatch_%s %s\n", name,
	    help, name, type);
}

/* wirewatch_NAME{LABEL="VALUE" and a blank after further labels. */
static void
write_name(
    struct buf *out, const char *name, const char *label, const char *value)
{
	buf_addf(out, "wirewatch_%s{%s=\"", name, label);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '\n') {
			buf_add_str(out, "\\n");
			continue;
		}
		if (*c == '"' || *c == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *c);
	}
	buf_add_char(out, '"');
}

static void
write_u64(struct buf *out, uint64_t value)
{
	buf_addf(out, " %" PRIu64 "\n", value);
}

static void
write_seconds(struct buf *out, int64_t us)
{
	buf_addf(out, " %" PRId64 ".%03d\n", us / 1000000,
	    (int)(us % 1000000 / 1000));
}

static void
write_value(struct buf *out, const struct metric *metric, const void *from)
{
	const void *field = (const char *)from + metric->offset;

	switch (metric->kind) {
	case METRIC_U64:
		write_u64(out, *(const uint64_t *)field);
		break;
	case METRIC_U32:
		write_u64(out, *(const uint32_t *)field);
		break;
	case METRIC_AT:
		write_seconds(out, *(const int64_t *)field);
		break;
	case METRIC_MS:
		write_seconds(out, (int64_t) * (const uint32_t *)field * 1000);
		break;
	}
}

static bool
is_left_out(const struct metric *metric, const void *from)
{
	return metric->kind == METRIC_AT &&
	       *(const int64_t *)((const char *)from + metric->offset) == 0;
}

/* ---- feeds ----------------------------------------------------------------
 */

static void
write_feed_metric(
    struct buf *out, const struct desk_state *state, const struct metric *m)
{
	write_head(out, m->name, m->type, m->help);
	for (size_t i = 0; i < state->feeds_len; i++) {
		const struct desk_feed *feed = &state->feeds[i];

		if (!feed->is_told || !desk_feed_is_listed(feed) ||
		    is_left_out(m, &feed->told))
			continue;
		write_name(out, m->name, "feed", feed->id);
		buf_add_char(out, '}');
		write_value(out, m, &feed->told);
	}
}

static void
write_feeds_up(struct buf *out, const struct desk_state *state)
{
	write_head(out, "feed_up", "gauge", "1 while the last fetch worked.");
	for (size_t i = 0; i < state->feeds_len; i++) {
		if (!desk_feed_is_listed(&state->feeds[i]))
			continue;
		write_name(out, "feed_up", "feed", state->feeds[i].id);
		buf_addf(out, "} %d\n",
		    strcmp(desk_feed_state(&state->feeds[i]), "up") == 0);
	}
}

static void
write_fetches(struct buf *out, const struct desk_feed *feed)
{
	const struct feed_state *told = &feed->told;
	const struct {
		const char *name;
		uint64_t count;
	} results[] = {
	    {"new", told->fetches - told->errors - told->not_modified},
	    {"not_modified", told->not_modified},
	    {"error", told->errors},
	};

	for (size_t i = 0; i < LEN(results); i++) {
		write_name(out, "fetches_total", "feed", feed->id);
		buf_addf(out, ",result=\"%s\"}", results[i].name);
		write_u64(out, results[i].count);
	}
}

static void
write_feeds(struct buf *out, const struct desk_state *state)
{
	write_feeds_up(out, state);
	for (size_t i = 0; i < LEN(feed_metrics); i++)
		write_feed_metric(out, state, &feed_metrics[i]);
	write_head(out, "fetches_total", "counter", "Fetches by result.");
	for (size_t i = 0; i < state->feeds_len; i++)
		if (state->feeds[i].is_told &&
		    desk_feed_is_listed(&state->feeds[i]))
			write_fetches(out, &state->feeds[i]);
}

/* ---- sinks ----------------------------------------------------------------
 */

static void
write_attempts(struct buf *out, const struct sink_state *sink)
{
	const struct {
		const char *name;
		uint64_t count;
	} results[] = {
	    {"delivered", sink->delivered},
	    {"failed", sink->attempts_failed},
	    {"dead", sink->dead},
	};

	for (size_t i = 0; i < LEN(results); i++) {
		write_name(out, "delivery_attempts_total", "sink", sink->sink);
		buf_addf(out, ",result=\"%s\"}", results[i].name);
		write_u64(out, results[i].count);
	}
}

static void
write_sinks(struct buf *out, const struct desk_state *state, int64_t now_at)
{
	write_head(out, "delivery_attempts_total", "counter",
	    "Deliveries attempted, by outcome.");
	for (size_t i = 0; i < state->sinks_len; i++)
		write_attempts(out, &state->sinks[i]);
	write_head(out, "delivery_queue_length", "gauge",
	    "Alerts that wait for the sink.");
	for (size_t i = 0; i < state->sinks_len; i++) {
		write_name(
		    out, "delivery_queue_length", "sink", state->sinks[i].sink);
		buf_addf(out, "} %" PRIu64 "\n", state->sinks[i].waiting);
	}
	write_head(out, "delivery_oldest_age_seconds", "gauge",
	    "Age of the oldest alert that waits for the sink.");
	for (size_t i = 0; i < state->sinks_len; i++) {
		int64_t oldest_at = state->sinks[i].oldest_waiting_at;

		write_name(out, "delivery_oldest_age_seconds", "sink",
		    state->sinks[i].sink);
		buf_add_char(out, '}');
		write_seconds(out, oldest_at > 0 && oldest_at < now_at
				       ? now_at - oldest_at
				       : 0);
	}
}

/* ---- engine ---------------------------------------------------------------
 */

static void
write_histogram(struct buf *out, const char *name, const char *help,
    const struct stats_histogram *histogram)
{
	uint64_t total = 0;

	write_head(out, name, "histogram", help);
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		total += histogram->count[i];
		if (i == STATS_BUCKETS - 1)
			buf_addf(out, "wirewatch_%s_bucket{le=\"+Inf\"}", name);
		else
			buf_addf(out, "wirewatch_%s_bucket{le=\"%g\"}", name,
			    (double)stats_bucket_ms[i] / 1000);
		write_u64(out, total);
	}
	buf_addf(out, "wirewatch_%s_sum", name);
	write_seconds(out, histogram->sum_us);
	buf_addf(out, "wirewatch_%s_count", name);
	write_u64(out, total);
}

static void
write_alerts(struct buf *out, const struct stats *stats)
{
	static const char *const levels[] = {"routine", "urgent", "flash"};

	write_head(out, "alerts_total", "counter", "Alerts by type and level.");
	for (size_t i = 0; i < ALERT_TYPES * LEN(levels); i++) {
		size_t type = i / LEN(levels), level = i % LEN(levels);

		buf_addf(out,
		    "wirewatch_alerts_total{type=\"%s\",level=\"%s\"} "
		    "%" PRIu64 "\n",
		    alert_type_names[type], levels[level],
		    stats->alerts[type][level]);
	}
	write_head(out, "alerts_suppressed_total", "counter",
	    "Items that met a rule and were not pushed, by what held them "
	    "back.");
	buf_addf(out,
	    "wirewatch_alerts_suppressed_total{reason=\"told\"} %" PRIu64 "\n"
	    "wirewatch_alerts_suppressed_total{reason=\"min_outlets\"} "
	    "%" PRIu64 "\n",
	    stats->held_told, stats->held_waiting);
	write_head(out, "matches_total", "counter",
	    "Mentions that were alerted, by entity.");
	for (size_t i = 0; i < stats->entities_len; i++) {
		write_name(out, "matches_total", "entity", stats->entity[i]);
		buf_addf(out, "} %" PRIu64 "\n", stats->entity_count[i]);
	}
}

static void
write_engine(struct buf *out, const struct stats *stats)
{
	for (size_t i = 0; i < LEN(engine_metrics); i++) {
		const struct metric *m = &engine_metrics[i];

		write_head(out, m->name, m->type, m->help);
		buf_addf(out, "wirewatch_%s", m->name);
		write_value(out, m, stats);
	}
	write_alerts(out, stats);
	write_histogram(out, "detect_delay_seconds",
	    "From an item's publication to its being seen.",
	    &stats->detect_delay);
	write_histogram(out, "deliver_delay_seconds",
	    "From an alert to its delivery.", &stats->deliver_delay);
}

/* ---- processes ------------------------------------------------------------
 */

static void
write_roles(struct buf *out, const struct desk_state *state)
{
	write_head(out, "role_up", "gauge", "1 while the process is up.");
	for (size_t i = 0; i < state->roles_len; i++) {
		const struct desk_role *role = &state->roles[i];

		buf_addf(out,
		    "wirewatch_role_up{role=\"%s\",index=\"%u\"} %d\n",
		    role_name(role->kind), role->index,
		    role->state != NULL && strcmp(role->state, "up") == 0);
	}
	write_head(
	    out, "role_restarts_total", "counter", "Restarts of the process.");
	for (size_t i = 0; i < state->roles_len; i++)
		buf_addf(out,
		    "wirewatch_role_restarts_total{role=\"%s\",index=\"%u\"} "
		    "%u\n",
		    role_name(state->roles[i].kind), state->roles[i].index,
		    state->roles[i].restarts);
}

static void
write_gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	write_head(out, name, "gauge", help);
	buf_addf(out, "wirewatch_%s %" PRIu64 "\n", name, value);
}

void
metrics_write(struct buf *out, const struct desk_state *state, int64_t now_at,
    unsigned connections)
{
	write_head(out, "build_info", "gauge", "The version that runs.");
	write_name(out, "build_info", "version", PACKAGE_VERSION);
	buf_add_str(out, "} 1\n");
	write_gauge(out, "start_time_seconds", "When the desk started.",
	    (uint64_t)(state->started_at / 1000000));
	write_gauge(out, "config_last_reload_successful",
	    "0 when the last reload was refused.", !state->reload_failed);
	write_gauge(out, "config_last_reload_success_timestamp_seconds",
	    "When the configuration came into force.",
	    (uint64_t)(state->configured_at / 1000000));
	write_gauge(out, "config_hash",
	    "Hash of the configuration's files, 48 bits of it.",
	    state->config_hash >> 16);
	write_gauge(
	    out, "desk_connections", "HTTP connections open.", connections);
	write_gauge(out, "engine_connected", "1 while the engine is there.",
	    state->engine_connected);
	write_roles(out, state);
	write_feeds(out, state);
	write_sinks(out, state, now_at);
	if (state->has_stats)
		write_engine(out, &state->stats);
}

void
metrics_write_websub(struct buf *out, const struct websub_list *websubs)
{
	static const char *const states[] = {
	    "idle", "pending", "active", "denied", "leaving"};

	write_head(out, "websub_subscriptions", "gauge",
	    "Feeds that name a hub, by how the subscription stands.");
	for (size_t i = 0; i < LEN(states); i++) {
		write_name(out, "websub_subscriptions", "state", states[i]);
		buf_addf(out, "} %zu\n", websub_list_count(websubs, states[i]));
	}
}

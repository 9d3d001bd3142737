/*
 * /api/v1/status, /metrics, /healthz, /readyz.
 */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "config.h"
#include "desk/api.h"
#include "desk/api_status.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/metrics.h"
#include "frame/clock.h"

static void
put_roles(struct buf *out, const struct desk_state *state)
{
	json_put_key(out, "roles");
	json_put_open(out, '[');
	for (size_t i = 0; i < state->roles_len; i++) {
		const struct desk_role *role = &state->roles[i];

		json_put_open(out, '{');
		json_pair_str(out, "role", role_name(role->kind));
		json_pair_u64(out, "index", role->index);
		json_pair_u64(out, "pid", role->pid);
		json_pair_str(out, "state", role->state);
		json_pair_u64(out, "restarts", role->restarts);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
}

static void
put_sinks(struct buf *out, const struct desk_state *state)
{
	json_put_key(out, "sinks");
	json_put_open(out, '[');
	for (size_t i = 0; i < state->sinks_len; i++) {
		const struct sink_state *sink = &state->sinks[i];

		json_put_open(out, '{');
		json_pair_str(out, "id", sink->sink);
		json_pair_str(out, "state", sink->state);
		json_pair_str(out, "error", sink->error);
		json_pair_u64(out, "delivered", sink->delivered);
		json_pair_u64(out, "failed", sink->attempts_failed);
		json_pair_u64(out, "dead", sink->dead);
		json_pair_u64(out, "waiting", sink->waiting);
		json_pair_date(out, "oldest_waiting", sink->oldest_waiting_at);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
}

static const char *const states[] = {"up", "waiting", "failing", "quarantined",
    "down", "silent", "gone", "blocked"};

#define STATES (sizeof(states) / sizeof(states[0]))

/* How many feeds are in each state; one may be in several. */
static void
put_feeds(struct buf *out, const struct desk_state *state)
{
	uint64_t count[STATES] = {0}, total = 0;

	for (size_t i = 0; i < state->feeds_len; i++) {
		if (!desk_feed_is_listed(&state->feeds[i]))
			continue;
		total++;
		for (size_t n = 0; n < STATES; n++)
			count[n] += desk_feed_is(&state->feeds[i], states[n]);
	}
	json_put_key(out, "feeds");
	json_put_open(out, '{');
	json_pair_u64(out, "total", total);
	for (size_t n = 0; n < STATES; n++)
		json_pair_u64(out, states[n], count[n]);
	json_put_close(out, '}');
}

static void
put_delay(struct buf *out, const char *key, const struct stats_histogram *from)
{
	static const struct {
		const char *name;
		double share;
	} shares[] = {{"p50_s", 0.5}, {"p99_s", 0.99}};

	json_put_key(out, key);
	json_put_open(out, '{');
	for (size_t i = 0; i < 2; i++) {
		double seconds = stats_quantile(from, shares[i].share);

		json_put_key(out, shares[i].name);
		if (seconds < 0)
			json_put_null(out);
		else
			buf_addf(out, "%g", seconds);
	}
	json_put_close(out, '}');
}

static void
put_stats(struct buf *out, const struct stats *stats)
{
	json_put_key(out, "alerts");
	json_put_open(out, '{');
	json_pair_u64(out, "last_seq", stats->seq);
	json_pair_u64(out, "routine", stats->alerts[ALERT_ITEM][0]);
	json_pair_u64(out, "urgent", stats->alerts[ALERT_ITEM][1]);
	json_pair_u64(out, "flash", stats->alerts[ALERT_ITEM][2]);
	json_put_close(out, '}');
	json_put_key(out, "items");
	json_put_open(out, '{');
	json_pair_u64(out, "new", stats->items_new);
	json_pair_u64(out, "edited", stats->items_edited);
	json_pair_u64(out, "gaps", stats->items_gap);
	json_put_close(out, '}');
	json_put_key(out, "store");
	json_put_open(out, '{');
	json_pair_bool(out, "ok", stats->store_ok != 0);
	json_pair_u64(out, "commits", stats->commits);
	json_pair_u64(out, "commit_errors", stats->commit_errors);
	json_pair_u64(out, "log_write_errors", stats->log_write_errors);
	json_put_close(out, '}');
	put_delay(out, "detect_delay", &stats->detect_delay);
	put_delay(out, "deliver_delay", &stats->deliver_delay);
}

static void
put_config(struct buf *out, const struct desk_state *state)
{
	json_put_key(out, "configuration");
	json_put_open(out, '{');
	json_pair_u64(out, "epoch", state->epoch);
	json_pair_u64(out, "hash", state->config_hash >> 16);
	json_pair_date(out, "in_force_since", state->configured_at);
	json_pair_bool(out, "last_reload_ok", !state->reload_failed);
	json_pair_str(out, "last_reload_error", state->reload_error);
	json_put_close(out, '}');
}

/* What keeps news from coming through, or NULL. */
static const char *
find_obstacle(const struct desk_state *state)
{
	if (!state->engine_connected)
		return "the engine is not connected";
	if (!state->has_stats)
		return "the engine has not reported yet";
	if (!state->stats.store_ok)
		return "the store cannot be written to";
	if (state->stats.fetchers == 0)
		return "no fetcher is connected";
	if (!state->stats.network_ok)
		return "nobody at all is reached: the network is down";
	return NULL;
}

void
api_get_status(const struct api_call *call)
{
	const struct desk_state *state = &call->desk->state;
	struct buf out = BUF_INIT;

	json_put_open(&out, '{');
	json_pair_str(&out, "version", PACKAGE_VERSION);
	json_pair_bool(&out, "ready", find_obstacle(state) == NULL);
	json_pair_str(&out, "obstacle", find_obstacle(state));
	json_pair_date(&out, "started", state->started_at);
	json_pair_date(&out, "now", clock_now_us());
	json_pair_str(&out, "listen", state->listen);
	put_config(&out, state);
	put_feeds(&out, state);
	if (state->has_stats)
		put_stats(&out, &state->stats);
	put_sinks(&out, state);
	put_roles(&out, state);
	json_put_close(&out, '}');
	api_reply_json(call, &out);
}

void
api_get_metrics(const struct api_call *call)
{
	struct buf out = BUF_INIT;

	metrics_write(&out, &call->desk->state, clock_now_us(),
	    http_connections(call->desk->http));
	metrics_write_websub(&out, call->desk->websubs);
	http_reply(
	    call->conn, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
}

void
api_get_healthz(const struct api_call *call)
{
	struct buf out = BUF_INIT;

	json_put_open(&out, '{');
	json_pair_bool(&out, "ok", true);
	json_put_close(&out, '}');
	api_reply_json(call, &out);
}

void
api_get_readyz(const struct api_call *call)
{
	const char *obstacle = find_obstacle(&call->desk->state);
	struct buf out = BUF_INIT;

	if (obstacle != NULL) {
		http_reply_error(call->conn, 503, "%s", obstacle);
		return;
	}
	json_put_open(&out, '{');
	json_pair_bool(&out, "ready", true);
	json_put_close(&out, '}');
	api_reply_json(call, &out);
}

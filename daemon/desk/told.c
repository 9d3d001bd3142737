/*
 * Alerts and their deliveries as JSON.
 */
#include "base/buf.h"
#include "base/json.h"
#include "desk/told.h"
#include "frame/config.h"
#include "rule/rule.h"
#include "store/trail.h"

struct telling {
	struct buf *out;
	const struct config *config;
	uint64_t seq; /* of the alert whose deliveries are being put; 0: none */
	struct strings sinks; /* that these went to */
};

static const char *
state_name(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_WAITING:
		return "waiting";
	case DELIVERY_DONE:
		return "delivered";
	case DELIVERY_LOST:
		return "dead";
	}
	return "unknown";
}

static void
put_delivery(struct buf *out, const struct trail_delivery *delivery)
{
	bool waits = delivery->state == DELIVERY_WAITING;

	json_put_open(out, '{');
	json_pair_str(out, "sink", delivery->sink);
	json_pair_str(out, "state",
	    waits && delivery->attempts > 0 ? "retrying"
					    : state_name(delivery->state));
	json_pair_u64(out, "attempts", delivery->attempts);
	json_pair_date(out, "done", delivery->done_at);
	json_pair_date(out, "next", waits ? delivery->next_at : 0);
	json_put_key(out, "http_status");
	if (delivery->status != 0)
		json_put_u64(out, delivery->status);
	else
		json_put_null(out);
	json_pair_str(out, "error", delivery->error);
	json_put_close(out, '}');
}

static void
open_alert(struct buf *out, const struct trail_alert *alert)
{
	json_put_open(out, '{');
	json_pair_u64(out, "seq", alert->seq);
	json_pair_str(out, "id", alert->id);
	json_pair_str(out, "type", alert->type);
	json_pair_str(out, "level", level_name((enum level)alert->level));
	json_pair_strings(out, "rules", alert->rules.at, alert->rules.len);
	json_put_key(out, "reason");
	json_put_raw(out, alert->reason != NULL ? alert->reason : "null");
	json_pair_u64(out, "item", alert->item);
	json_pair_date(out, "alerted", alert->at);
	json_put_key(out, "deliveries");
	json_put_open(out, '[');
}

static void
close_alert(struct telling *telling)
{
	const struct config *config = telling->config;
	struct buf *out = telling->out;

	if (telling->seq == 0)
		return;
	json_put_close(out, ']');
	json_put_key(out, "not_to");
	json_put_open(out, '[');
	for (size_t i = 0; i < config->sinks_len; i++)
		if (!strings_has(&telling->sinks, config->sinks[i].id))
			json_put_str(out, config->sinks[i].id);
	json_put_close(out, ']');
	json_put_close(out, '}');
	strings_clear(&telling->sinks);
}

static void
on_alert(void *arg, const struct trail_alert *alert,
    const struct trail_delivery *delivery)
{
	struct telling *telling = arg;

	if (alert->seq != telling->seq) {
		close_alert(telling);
		open_alert(telling->out, alert);
		telling->seq = alert->seq;
	}
	if (delivery != NULL) {
		put_delivery(telling->out, delivery);
		strings_add(&telling->sinks, delivery->sink);
	}
}

int
told_put(struct buf *out, struct store_reader *reader,
    const struct config *config, const struct told_about *about)
{
	struct telling telling = {.out = out, .config = config};
	int result;

	json_put_key(out, "alerts");
	json_put_open(out, '[');
	result = trail_read_alerts(
	    reader, about->story, about->item, on_alert, &telling);
	close_alert(&telling);
	json_put_close(out, ']');
	return result;
}

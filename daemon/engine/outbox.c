/*
 * The outbox: a small window per sink over what waits in the store. Runs in
 * the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/second.h"
#include "base/utf8.h"
#include "engine/outbox.h"
#include "frame/log.h"
#include "frame/state.h"
#include "store/batch.h"
#include "store/delivery.h"

#define ERROR_MAX 500 /* bytes of a failure that are kept */
#define RETRY_AFTER_MAX_US (86400 * SECOND_US)

/* Standard Webhooks: the wait before each attempt, in seconds. */
static const int64_t waits_s[OUTBOX_STEPS] = {
    0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};

struct held { /* a delivery at the courier, or settled but not committed */
	uint64_t id;
	int64_t alerted_at;
	int64_t next_at;
	unsigned attempts;
	unsigned step;
	bool early; /* this attempt is ahead of next_at */
	bool settled;
};

struct sink {
	char *id;
	struct held held[OUTBOX_WINDOW];
	unsigned held_len;
	bool answering; /* as far as is known */
	bool disabled;
	uint64_t told_waiting; /* when the state was told last */
	bool changed;          /* since its state was told */
	int64_t hold_until_at; /* Retry-After */
	char *error;           /* of the last failure; NULL: it answers */
	uint64_t delivered;
	uint64_t failed;
};

struct outbox {
	struct store *store;
	struct batch *batch;
	outbox_send send;
	void *arg;
	struct sink *sinks;
	size_t sinks_len;
	uint64_t random;
};

struct outbox *
outbox_new(struct store *store, struct batch *batch, outbox_send send,
    void *arg, uint64_t seed)
{
	struct outbox *outbox = xcalloc(1, sizeof(*outbox));

	outbox->store = store;
	outbox->batch = batch;
	outbox->send = send;
	outbox->arg = arg;
	outbox->random = seed | 1;
	return outbox;
}

static void
clear_sink(struct sink *sink)
{
	free(sink->id);
	free(sink->error);
}

void
outbox_free(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	for (size_t i = 0; i < outbox->sinks_len; i++)
		clear_sink(&outbox->sinks[i]);
	free(outbox->sinks);
	free(outbox);
}

static struct sink *
find_sink(struct outbox *outbox, const char *id)
{
	for (size_t i = 0; i < outbox->sinks_len; i++)
		if (strcmp(outbox->sinks[i].id, id) == 0)
			return &outbox->sinks[i];
	return NULL;
}

void
outbox_set_sinks(struct outbox *outbox, const struct strings *ids)
{
	struct sink *sinks = xcalloc(ids->len, sizeof(*sinks));

	for (size_t i = 0; i < ids->len; i++) {
		struct sink *old = find_sink(outbox, ids->at[i]);

		if (old != NULL) {
			sinks[i] = *old;
			*old = (struct sink){.id = xstrdup("")};
		} else {
			sinks[i].id = xstrdup(ids->at[i]);
		}
		sinks[i].disabled = false;
		sinks[i].answering = true;
		sinks[i].changed = true;
		sinks[i].hold_until_at = 0;
	}
	for (size_t i = 0; i < outbox->sinks_len; i++)
		clear_sink(&outbox->sinks[i]);
	free(outbox->sinks);
	outbox->sinks = sinks;
	outbox->sinks_len = ids->len;
}

/* ---- sending ------------------------------------------------------------ */

struct filling {
	struct outbox *outbox;
	struct sink *sink;
	unsigned window;
	int64_t now;
	bool full; /* the courier takes no more */
};

static bool
is_held(const struct sink *sink, uint64_t id)
{
	for (unsigned i = 0; i < sink->held_len; i++)
		if (sink->held[i].id == id)
			return true;
	return false;
}

static void
send_waiting(void *arg, const struct waiting_delivery *waiting)
{
	struct filling *filling = arg;
	struct sink *sink = filling->sink;
	struct outbox_delivery delivery = {
	    .id = waiting->id,
	    .sink = sink->id,
	    .alert = waiting->alert,
	    .type = waiting->type,
	    .json = waiting->json,
	    .alerted_at = waiting->alerted_at,
	    .attempt = waiting->attempts + 1,
	};

	if (filling->full || sink->held_len >= filling->window ||
	    is_held(sink, waiting->id))
		return;
	if (!filling->outbox->send(filling->outbox->arg, &delivery)) {
		filling->full = true;
		return;
	}
	sink->held[sink->held_len++] = (struct held){
	    .id = waiting->id,
	    .alerted_at = waiting->alerted_at,
	    .next_at = waiting->next_at,
	    .attempts = waiting->attempts,
	    .step = waiting->step,
	    .early = waiting->next_at > filling->now,
	};
	sink->changed = true;
}

static bool
fill_window(struct outbox *outbox, struct sink *sink, int64_t now)
{
	struct filling filling = {.outbox = outbox, .sink = sink, .now = now};

	filling.window =
	    sink->answering ? OUTBOX_WINDOW : OUTBOX_WINDOW_FAILING;
	if (sink->disabled || now < sink->hold_until_at ||
	    sink->held_len >= filling.window)
		return true;
	/* What is held is read again and skipped, hence the full window. */
	if (sink->answering)
		store_read_early(outbox->store, sink->id, filling.window,
		    send_waiting, &filling);
	if (sink->held_len < filling.window)
		store_read_due(outbox->store, sink->id, now, filling.window,
		    send_waiting, &filling);
	return !filling.full;
}

void
outbox_pump(struct outbox *outbox, int64_t now)
{
	for (size_t i = 0; i < outbox->sinks_len; i++)
		if (!fill_window(outbox, &outbox->sinks[i], now))
			return;
}

/* ---- answers ------------------------------------------------------------ */

static struct held *
find_held(struct outbox *outbox, uint64_t id, struct sink **sink)
{
	for (size_t i = 0; i < outbox->sinks_len; i++) {
		*sink = &outbox->sinks[i];
		for (unsigned j = 0; j < (*sink)->held_len; j++)
			if ((*sink)->held[j].id == id)
				return &(*sink)->held[j];
	}
	return NULL;
}

/* The wait before the step, a tenth more or less. */
static int64_t
jittered_wait(struct outbox *outbox, unsigned step)
{
	int64_t wait = waits_s[step] * SECOND_US;

	outbox->random =
	    outbox->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return wait - wait / 10 +
	       (int64_t)((outbox->random >> 33) % (uint64_t)(wait / 5 + 1));
}

static void
note_answer(struct sink *sink)
{
	sink->answering = true;
	sink->delivered++;
	if (sink->error == NULL || sink->disabled)
		return;
	log_info("sink %s: answers again", sink->id);
	free(sink->error);
	sink->error = NULL;
}

static void
note_failure(struct sink *sink, const struct outbox_outcome *outcome)
{
	const char *error =
	    outcome->error != NULL ? outcome->error : "no answer";

	sink->failed++;
	if (outcome->outcome == DELIVERY_DEAD)
		log_error("sink %s: delivery %llu refused for good: %s",
		    sink->id, (unsigned long long)outcome->delivery, error);
	else if (sink->error == NULL)
		log_warning("sink %s: not delivered: %s", sink->id, error);
	free(sink->error);
	sink->error =
	    xstrndup(error, utf8_cut(error, strlen(error), ERROR_MAX));
}

static void
plan_retry(struct outbox *outbox, struct sink *sink, const struct held *held,
    const struct outbox_outcome *outcome, struct delivery_record *record)
{
	int64_t now = record->done_at, asked = outcome->retry_after_us;

	sink->answering = false;
	if (held->early) {
		record->early = true;
	} else if (++record->step < OUTBOX_STEPS) {
		record->next_at = now + jittered_wait(outbox, record->step);
	} else {
		record->state = DELIVERY_LOST;
		log_error("sink %s: delivery %llu given up after %u attempts",
		    sink->id, (unsigned long long)record->id, record->attempts);
	}
	if (asked <= 0)
		return;
	asked = asked < RETRY_AFTER_MAX_US ? asked : RETRY_AFTER_MAX_US;
	sink->hold_until_at = record->next_at = now + asked;
}

static void
disable(struct sink *sink)
{
	if (!sink->disabled)
		log_error("sink %s: DISABLED: its receiver answers 410 Gone; "
			  "alerts for it wait until the next reload",
		    sink->id);
	sink->disabled = true;
}

int
outbox_settle(struct outbox *outbox, const struct outbox_outcome *outcome,
    int64_t now, int64_t *delay_us)
{
	struct sink *sink;
	struct held *held = find_held(outbox, outcome->delivery, &sink);
	struct delivery_record record;

	if (held == NULL || held->settled)
		return -1;
	if (outcome->outcome == DELIVERY_HELD) { /* as if never sent */
		*held = sink->held[--sink->held_len];
		*delay_us = 0;
		return 0;
	}
	held->settled = true;
	sink->changed = true;
	record = (struct delivery_record){
	    .id = held->id,
	    .attempts = held->attempts + 1,
	    .step = held->step,
	    .next_at = held->next_at,
	    .done_at = now,
	    .status = outcome->http_status,
	    .error = xstrdup_null(outcome->error),
	};
	*delay_us = now - held->alerted_at;
	if (outcome->outcome == DELIVERY_OK)
		note_answer(sink);
	else
		note_failure(sink, outcome);
	switch (outcome->outcome) {
	case DELIVERY_OK:
		record.state = DELIVERY_DONE;
		break;
	case DELIVERY_RETRY:
		plan_retry(outbox, sink, held, outcome, &record);
		break;
	case DELIVERY_DEAD:
		record.state = DELIVERY_LOST;
		break;
	case DELIVERY_GONE:
		disable(sink);
		break;
	case DELIVERY_HELD: /* see above */
		break;
	}
	if (record.state == DELIVERY_WAITING)
		record.done_at = 0;
	batch_add_delivery(outbox->batch, &record);
	return 0;
}

static void
drop_held(struct outbox *outbox, bool settled)
{
	for (size_t i = 0; i < outbox->sinks_len; i++) {
		struct sink *sink = &outbox->sinks[i];
		unsigned kept = 0, before = sink->held_len;

		for (unsigned j = 0; j < sink->held_len; j++)
			if (sink->held[j].settled != settled)
				sink->held[kept++] = sink->held[j];
		sink->held_len = kept;
		sink->changed |= kept < before;
	}
}

void
outbox_committed(struct outbox *outbox)
{
	drop_held(outbox, true);
}

void
outbox_courier_gone(struct outbox *outbox)
{
	drop_held(outbox, false);
}

/* ---- how things stand --------------------------------------------------- */

int64_t
outbox_next_at(struct outbox *outbox, int64_t now)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < outbox->sinks_len; i++) {
		struct sink *sink = &outbox->sinks[i];
		int64_t at;

		if (sink->disabled || sink->held_len > 0)
			continue; /* an answer comes first */
		at = store_next_due(outbox->store, sink->id);
		if (at < sink->hold_until_at)
			at = sink->hold_until_at;
		if (at < next)
			next = at;
	}
	return next > now ? next : now;
}

unsigned
outbox_under_way(const struct outbox *outbox)
{
	unsigned n = 0;

	for (size_t i = 0; i < outbox->sinks_len; i++)
		n += outbox->sinks[i].held_len;
	return n;
}

void
outbox_tell_states(
    struct outbox *outbox, bool all, outbox_on_state on_state, void *arg)
{
	for (size_t i = 0; i < outbox->sinks_len; i++) {
		struct sink *sink = &outbox->sinks[i];
		struct sink_totals totals = {0};
		struct sink_state state;

		if (!all && !sink->changed && sink->error == NULL)
			continue;
		store_read_totals(outbox->store, sink->id, &totals);
		if (!all && !sink->changed &&
		    totals.waiting == sink->told_waiting)
			continue; /* but in trouble, more may wait */
		sink->changed = false;
		sink->told_waiting = totals.waiting;
		state = (struct sink_state){
		    .sink = sink->id,
		    .state = (char *)(sink->disabled        ? "disabled"
				      : sink->error != NULL ? "retrying"
							    : "up"),
		    .error = sink->error,
		    .delivered = sink->delivered,
		    .attempts_failed = sink->failed,
		    .dead = totals.lost,
		    .waiting = totals.waiting,
		    .oldest_waiting_at = totals.oldest_waiting_at,
		};
		on_state(arg, &state);
	}
}

/*
 * Hubs answer, ask back, deny, and bring content. Runs in the engine, which
 * checks signatures but reads nothing of what they sign: that goes to a
 * fetcher.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/schedule.h"
#include "engine/websub.h"
#include "engine/websub_callback.h"
#include "engine/websub_signature.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "frame/websub.h"
#include "text/clean.h"

#define PING_US 10000000LL /* unsigned pushes have a feed polled so often */

static void
answer(struct peer *desk, uint64_t request, bool ok)
{
	struct buf *buf = peer_begin(desk, MESSAGE_ACTION_RESULT);

	message_put_u64(buf, request);
	message_put_u32(buf, ok);
	message_put_str(buf, NULL);
	peer_send(desk);
}

/* ---- the hub's answer to what was asked of it --------------------------- */

static struct websub *
find_ask(struct engine *engine, unsigned fetcher, uint64_t ask)
{
	for (size_t i = 0; i < engine->websubs->len; i++) {
		struct websub *websub = engine->websubs->at[i];

		if (websub->ask == ask && websub->fetcher == fetcher)
			return websub;
	}
	return NULL;
}

int
websub_on_answer(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_link *link = arg;
	struct engine *engine = link->engine;
	struct hub_answer got;
	struct websub *websub;
	char *error;

	if (hub_answer_get(reader, &got) == -1)
		return -1;
	websub = find_ask(engine, link->index, got.ask);
	if (websub == NULL) {
		hub_answer_clear(&got);
		return -1;
	}
	websub->ask = 0;
	engine->websubs->asks--;
	if (got.error != NULL && websub->subscription.tries == 1) {
		error = clean_str(got.error, CLEAN_LINE);
		log_warning("feed %s: its hub %s refuses: %s",
		    websub->subscription.record.feed,
		    websub->subscription.record.hub, error);
		free(error);
	}
	hub_answer_clear(&got);
	return 0;
}

/* ---- the hub asks back -------------------------------------------------- */

static bool
judge_verify(struct engine *engine, struct websub *websub,
    const struct websub_verify *verify)
{
	struct subscription *subscription = &websub->subscription;
	int64_t now = clock_now_us();
	char *reason;

	switch (verify->mode) {
	case WEBSUB_SUBSCRIBE:
	case WEBSUB_UNSUBSCRIBE:
		return subscription_confirm(subscription, verify->mode,
		    verify->topic, verify->lease_s, now, websub_chance());
	case WEBSUB_DENIED:
		if (!subscription_deny(subscription, verify->topic, now))
			return false;
		reason = clean_str(verify->reason, CLEAN_LINE);
		log_warning("feed %s: its hub %s denies the subscription: %s",
		    subscription->record.feed, subscription->record.hub,
		    reason != NULL ? reason : "no reason given");
		free(reason);
		return true;
	case WEBSUB_NONE:
	case WEBSUB_MODES:
		break;
	}
	return false;
}

int
websub_on_verify(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;
	struct websub_verify verify;
	struct websub *websub;
	bool ok = false;

	if (websub_verify_get(reader, &verify) == -1)
		return -1;
	websub = websub_find(engine, verify.token);
	if (websub != NULL)
		ok = judge_verify(engine, websub, &verify);
	if (ok)
		websub_save(engine, websub);
	answer(peer, verify.request, ok);
	websub_verify_clear(&verify);
	return 0;
}

/* ---- the hub brings content --------------------------------------------- */

/* Content that nobody vouches for is no more than a hint. */
static void
take_ping(struct engine *engine, struct websub *websub)
{
	int64_t now = engine_monotonic_us();

	engine->stats.websub_pings++;
	if (websub->pinged_at != 0 && now - websub->pinged_at < PING_US)
		return;
	websub->pinged_at = now;
	schedule_poll(engine->schedule, websub->feed->number, now);
	job_start_all(engine);
}

/* False: to be brought again later. What is signed wrongly is taken and thrown
 * away (WebSub section 7.1), so that nobody learns by trying. */
static bool
take_push(struct engine *engine, struct websub *websub,
    const struct websub_push *push)
{
	const char *secret = websub->subscription.record.secret;
	struct fetch_pushed pushed = {.content_type = push->content_type,
	    .body = push->body,
	    .len = push->body_len};

	engine->stats_changed = true;
	if (secret == NULL) {
		take_ping(engine, websub);
		return true;
	}
	if (!websub_signature_is_good(
		push->signature, secret, push->body, push->body_len)) {
		if (engine->stats.websub_forged++ == 0)
			log_warning("feed %s: a push without its hub's "
				    "signature is ignored, as are all such",
			    websub->feed->record.id);
		return true;
	}
	if (!job_start_pushed(engine, websub->feed, &pushed))
		return false;
	websub->pushes++;
	websub->changed = true;
	engine->stats.websub_pushes++;
	return true;
}

int
websub_on_push(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;
	struct websub_push push;
	struct websub *websub;
	bool ok = false;

	if (websub_push_get(reader, &push) == -1)
		return -1;
	websub = websub_find(engine, push.token);
	if (websub != NULL) /* what nobody wants any more is taken, too */
		ok = websub->feed == NULL || take_push(engine, websub, &push);
	answer(peer, push.request, ok);
	websub_push_clear(&push);
	return 0;
}

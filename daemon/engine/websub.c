/*
 * The table of subscriptions at hubs, and what is asked of hubs. Runs in the
 * engine; owns the table.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/context.h"
#include "engine/commit.h"
#include "engine/feed.h"
#include "engine/hub_form.h"
#include "engine/job.h"
#include "engine/schedule.h"
#include "engine/websub.h"
#include "frame/access.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "frame/websub.h"
#include "store/store.h"

#define ASKS_MAX 16 /* begun in a second, and under way */
#define SECRET_BYTES 32
#define PER_FEED_MAX 4 /* that are left behind by a feed which changes hubs */

uint32_t
websub_chance(void)
{
	uint32_t chance = 0;

	if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
		fatal("no random numbers");
	return chance;
}

/* Hexadecimal digits that nobody guesses; the caller frees. */
static char *
draw_digits(size_t bytes)
{
	unsigned char random[SECRET_BYTES];
	struct buf out = BUF_INIT;

	if (getrandom(random, bytes, 0) != (ssize_t)bytes)
		fatal("no random numbers");
	for (size_t i = 0; i < bytes; i++)
		buf_addf(&out, "%02x", random[i]);
	return buf_take(&out);
}

/* ---- the table ---------------------------------------------------------- */

struct websub *
websub_find(struct engine *engine, const char *token)
{
	struct websubs *websubs = engine->websubs;
	size_t at;

	if (websubs->by_token.len == 0)
		for (size_t i = 0; i < websubs->len; i++)
			map_add(&websubs->by_token,
			    websubs->at[i]->subscription.record.token, i);
	at = map_get(&websubs->by_token, token);
	return at != MAP_NONE ? websubs->at[at] : NULL;
}

static struct websub *
add_websub(struct engine *engine)
{
	struct websubs *websubs = engine->websubs;
	struct websub *websub = xcalloc(1, sizeof(*websub));

	map_clear(&websubs->by_token);
	websubs->at = xreallocarray(
	    websubs->at, websubs->len + 1, sizeof(struct websub *));
	websubs->at[websubs->len++] = websub;
	websub->changed = true;
	return websub;
}

void
websub_save(struct engine *engine, struct websub *websub)
{
	struct websub_record copy;

	websub_record_copy(&copy, &websub->subscription.record);
	batch_add_websub(engine->batch, &copy);
	commit_soon(engine);
	websub->changed = true;
}

static void
on_stored(void *arg, const struct websub_record *record)
{
	struct websub *websub = add_websub(arg);

	websub_record_copy(&websub->subscription.record, record);
}

void
websub_init(struct engine *engine)
{
	engine->websubs = xcalloc(1, sizeof(*engine->websubs));
	if (store_read_websubs(engine->store, on_stored, engine) == -1)
		fatal("store: %s", store_error(engine->store));
}

static void
free_websub(struct websub *websub)
{
	websub_record_clear(&websub->subscription.record);
	free(websub);
}

void
websub_free(struct engine *engine)
{
	struct websubs *websubs = engine->websubs;

	map_clear(&websubs->by_token);
	for (size_t i = 0; i < websubs->len; i++)
		free_websub(websubs->at[i]);
	free(websubs->at);
	free(websubs);
}

/* ---- the desk ----------------------------------------------------------- */

static void
tell(struct engine *engine, struct websub *websub, bool gone)
{
	struct websub_record *record = &websub->subscription.record;
	struct websub_state state = {
	    .token = record->token,
	    .feed = record->feed,
	    .state = (char *)subscription_state_name(
		subscription_state(&websub->subscription, clock_now_us())),
	    .hub = record->hub,
	    .topic = record->topic,
	    .lease_at = record->lease_at,
	    .pushes = websub->pushes,
	    .gone = gone,
	};

	websub_state_put(
	    peer_begin(engine->desk, MESSAGE_WEBSUB_STATE), &state);
	peer_send(engine->desk);
	websub->changed = false;
}

void
websub_tell(struct engine *engine, bool all)
{
	struct websubs *websubs = engine->websubs;

	for (size_t i = 0; all && i < websubs->len; i++)
		websubs->at[i]->changed = true;
	for (size_t i = 0; i < websubs->len; i++) {
		if (engine->desk == NULL || peer_is_full(engine->desk))
			return;
		if (websubs->at[i]->changed)
			tell(engine, websubs->at[i], false);
	}
}

/* ---- which are wanted --------------------------------------------------- */

/* What the hub is given: the public address and the token; NULL: nothing. */
static char *
callback_of(const struct engine *engine, const struct websub *websub)
{
	const char *public = engine->role.config->websub.callback;

	if (public == NULL || engine->role.once)
		return NULL;
	return xasprintf("%s%s", public, websub->subscription.record.token);
}

static void
want(struct engine *engine, struct websub *websub)
{
	struct subscription *subscription = &websub->subscription;
	const char *given = subscription->record.callback;
	char *callback = callback_of(engine, websub);
	bool wanted = callback != NULL && websub->feed != NULL;

	subscription_want(subscription, wanted, clock_now_us());
	/* The old address is left to its lease: nobody answers there. */
	if (wanted && given != NULL && strcmp(given, callback) != 0)
		subscription_move(subscription);
	free(callback);
	websub->changed = true;
}

void
websub_sync(struct engine *engine)
{
	struct websubs *websubs = engine->websubs;
	struct map feeds = {0};

	for (size_t i = 0; i < engine->feeds_len && websubs->len > 0; i++)
		if (engine->feeds[i] != NULL)
			map_add(&feeds, engine->feeds[i]->record.id, i);
	for (size_t i = 0; i < websubs->len; i++) {
		struct websub *websub = websubs->at[i];
		const struct websub_record *record =
		    &websub->subscription.record;
		size_t feed = map_get(&feeds, record->feed);

		websub->feed = NULL;
		if (feed != MAP_NONE && !record->left) {
			websub->feed = engine->feeds[feed];
			websub->feed->websub = websub;
		}
		want(engine, websub);
	}
	map_clear(&feeds);
}

/* ---- discovery ---------------------------------------------------------- */

static size_t
count_of_feed(const struct engine *engine, const char *feed)
{
	const struct websubs *websubs = engine->websubs;
	size_t count = 0;

	for (size_t i = 0; i < websubs->len; i++)
		count +=
		    strcmp(websubs->at[i]->subscription.record.feed, feed) == 0;
	return count;
}

/* The feed names another hub by now, or none. */
static void
leave(struct engine *engine, struct websub *websub)
{
	feed_set_slow(engine, websub->feed, false);
	websub->feed->websub = NULL;
	websub->feed = NULL;
	websub->subscription.record.left = true;
	want(engine, websub);
	websub_save(engine, websub);
}

static void
discover(
    struct engine *engine, struct feed *feed, const struct fetch_done *done)
{
	struct websub *websub = add_websub(engine);
	struct websub_record *record = &websub->subscription.record;

	record->token = draw_digits(WEBSUB_TOKEN_LEN / 2);
	record->feed = xstrdup(feed->record.id);
	record->hub = xstrdup(done->hub);
	record->topic = xstrdup(done->topic);
	/* In the clear it would be nobody's secret (WebSub section 5.1). */
	if (strncasecmp(done->hub, "https://", 8) == 0)
		record->secret = draw_digits(SECRET_BYTES);
	websub->feed = feed;
	feed->websub = websub;
	want(engine, websub);
	websub_save(engine, websub);
}

static void
note_hub(
    struct engine *engine, struct feed *feed, const struct fetch_done *done)
{
	bool named = done->hub != NULL && done->topic != NULL;
	struct websub *websub = feed->websub;

	if (websub != NULL && named &&
	    strcmp(done->hub, websub->subscription.record.hub) == 0 &&
	    strcmp(done->topic, websub->subscription.record.topic) == 0)
		return;
	if (websub != NULL)
		leave(engine, websub);
	if (named && count_of_feed(engine, feed->record.id) < PER_FEED_MAX)
		discover(engine, feed, done);
}

/* ---- trust -------------------------------------------------------------- */

void
websub_on_poll(struct engine *engine, struct feed *feed,
    const struct fetch_done *done, bool news)
{
	if (done->outcome == FETCH_OK &&
	    (feed->websub != NULL || done->hub != NULL))
		note_hub(engine, feed, done);
	if (feed->websub == NULL || !feed->websub->proven || !news)
		return;
	log_info("feed %s: a poll found what its hub did not bring: polled as "
		 "ever",
	    feed->record.id);
	feed->websub->proven = false;
	feed_set_slow(engine, feed, false);
}

void
websub_on_read(struct engine *engine, struct feed *feed, bool ok)
{
	int64_t now = clock_now_us();

	if (!ok) {
		schedule_poll(
		    engine->schedule, feed->number, engine_monotonic_us());
		return;
	}
	if (feed->websub == NULL ||
	    subscription_state(&feed->websub->subscription, now) !=
		SUBSCRIPTION_ACTIVE)
		return;
	feed->websub->proven = true;
	feed_set_slow(engine, feed, true);
}

/* ---- asking ------------------------------------------------------------- */

/* The fetcher that has least to lose: the first that listens. */
static struct fetcher_link *
find_fetcher(struct engine *engine)
{
	for (unsigned i = 0; i < engine->fetchers_len; i++) {
		struct fetcher_link *link = &engine->fetchers[i];

		if (link->peer != NULL && !peer_is_full(link->peer))
			return link;
	}
	return NULL;
}

static void
send_ask(struct engine *engine, struct websub *websub, enum websub_mode mode,
    struct fetcher_link *link)
{
	struct websub_record *record = &websub->subscription.record;
	const struct feed *feed = websub->feed;
	struct hub_ask ask = {.hub = (char *)hub_form_url(record)};
	struct access access = {0};

	if (mode == WEBSUB_SUBSCRIBE) {
		free(record->callback);
		record->callback = callback_of(engine, websub);
	}
	subscription_ask(
	    &websub->subscription, mode, clock_now_us(), websub_chance());
	websub->ask = ask.ask = ++engine->websubs->last_ask;
	websub->fetcher = link->index;
	engine->websubs->asks++;
	ask.form = hub_form_make(record, mode);
	access_of_feed(
	    &access, engine->role.config, feed != NULL ? feed->config : NULL);
	ask.proxy = access.proxy;
	if (engine->desk != NULL) /* ahead of what the hub brings */
		tell(engine, websub, false);
	hub_ask_put(peer_begin(link->peer, MESSAGE_HUB_ASK), &ask);
	peer_send(link->peer);
	free(ask.form);
	access_clear(&access);
	websub_save(engine, websub);
}

void
websub_fetcher_gone(struct engine *engine, unsigned fetcher)
{
	struct websubs *websubs = engine->websubs;

	for (size_t i = 0; i < websubs->len; i++) {
		if (websubs->at[i]->ask == 0 ||
		    websubs->at[i]->fetcher != fetcher)
			continue;
		websubs->at[i]->ask = 0;
		websubs->asks--;
	}
}

/* ---- each second -------------------------------------------------------- */

/* Notes how time alone has changed it. */
static void
follow_state(struct engine *engine, struct websub *websub, int64_t now)
{
	enum subscription_state state =
	    subscription_state(&websub->subscription, now);
	bool lost = websub->state == SUBSCRIPTION_ACTIVE &&
		    state != SUBSCRIPTION_ACTIVE;

	if (state == websub->state)
		return;
	websub->state = state;
	websub->changed = true;
	if (!lost || websub->feed == NULL)
		return;
	if (state == SUBSCRIPTION_PENDING)
		log_warning("feed %s: its hub %s did not renew the lease",
		    websub->feed->record.id, websub->subscription.record.hub);
	websub->proven = false;
	feed_set_slow(engine, websub->feed, false);
	schedule_poll(
	    engine->schedule, websub->feed->number, engine_monotonic_us());
}

static void
forget(struct engine *engine, size_t at)
{
	struct websubs *websubs = engine->websubs;
	struct websub *websub = websubs->at[at];

	map_clear(&websubs->by_token);
	websubs->at[at] = websubs->at[--websubs->len];
	batch_add_websub_gone(engine->batch, websub->subscription.record.token);
	if (engine->desk != NULL)
		tell(engine, websub, true);
	free_websub(websub);
}

void
websub_tick(struct engine *engine)
{
	struct websubs *websubs = engine->websubs;
	struct fetcher_link *link = find_fetcher(engine);
	unsigned room = ASKS_MAX - websubs->asks;
	int64_t now = clock_now_us();

	if (engine->role.stopping || engine->role.once)
		return;
	for (size_t i = websubs->len; i-- > 0;) {
		struct websub *websub = websubs->at[i];
		enum websub_mode mode =
		    subscription_due(&websub->subscription, now);

		follow_state(engine, websub, now);
		if (websub->ask != 0)
			continue;
		/* Nobody can leave a cloud: its lease is let run out. */
		if (mode == WEBSUB_UNSUBSCRIBE &&
		    websub_is_cloud(websub->subscription.record.hub))
			mode = WEBSUB_NONE;
		if (websub->feed == NULL &&
		    subscription_is_over(&websub->subscription, now)) {
			forget(engine, i);
		} else if (mode != WEBSUB_NONE && room > 0 && link != NULL) {
			send_ask(engine, websub, mode, link);
			room--;
		}
	}
	websub_tell(engine, false);
}

/*
 * The table of feeds. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/second.h"
#include "base/strings.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/health.h"
#include "engine/job.h"
#include "engine/redirect.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/domain.h"
#include "frame/log.h"
#include "parse/url.h"
#include "store/store.h"

#define SECONDS_PER_HOUR 3600.0
#define SLOW_FACTOR 10 /* times the interval, while a hub brings news */
#define SLOW_US_MAX (3600 * SECOND_US) /* but no longer than an hour */

struct feed *
feed_find(struct engine *engine, const char *id)
{
	for (size_t i = 0; i < engine->feeds_len; i++)
		if (engine->feeds[i] != NULL &&
		    strcmp(engine->feeds[i]->record.id, id) == 0)
			return engine->feeds[i];
	return NULL;
}

static void
free_feed(struct feed *feed)
{
	feed_record_clear(&feed->record);
	seen_clear(&feed->seen);
	free(feed->state.error);
	free(feed);
}

void
feed_free_all(struct engine *engine)
{
	for (size_t i = 0; i < engine->feeds_len; i++)
		if (engine->feeds[i] != NULL)
			free_feed(engine->feeds[i]);
	free(engine->feeds);
	engine->feeds = NULL;
	engine->feeds_len = 0;
}

/* Feeds of a host share a fetcher, which counts their connections, and the
 * patience that it asks for. */
static uint64_t
host_hash(const char *url)
{
	char *host = url_host(url);
	uint64_t hash = hash_str(0, host);

	free(host);
	return hash;
}

/* What is asked of the schedule for a feed. */
static struct schedule_feed
asked_for(const struct engine *engine, const struct feed *feed)
{
	const struct config_interval *interval = &feed->config->interval;
	const struct feed_hints *hints = &feed->record.hints;
	struct schedule_feed asked;

	if (interval->max_ms == 0)
		interval = &engine->role.config->defaults.interval;
	asked = (struct schedule_feed){
	    .host = host_hash(feed_url(feed)),
	    .min_us = interval->min_ms * 1000,
	    .max_us = interval->max_ms * 1000,
	    .rhythm = &feed->rhythm,
	    .hints = {.ttl_s = (uint32_t)hints->ttl_s,
		.skip_hours = (uint32_t)hints->skip_hours,
		.skip_days = (uint32_t)hints->skip_days},
	};
	if (feed->slow && asked.max_us < SLOW_US_MAX) {
		asked.max_us *= SLOW_FACTOR;
		if (asked.max_us > SLOW_US_MAX)
			asked.max_us = SLOW_US_MAX;
		asked.min_us = asked.max_us;
	}
	return asked;
}

void
feed_set_slow(struct engine *engine, struct feed *feed, bool slow)
{
	struct schedule_feed asked;

	if (feed->slow == slow)
		return;
	feed->slow = slow;
	asked = asked_for(engine, feed);
	schedule_change(engine->schedule, feed->number, &asked);
}

/* ---- what the store knows ----------------------------------------------- */

struct stored {
	struct feed_record *at;
	size_t len;
	size_t cap;
	struct map by_id;
};

static void
keep_record(void *arg, const struct feed_record *record)
{
	struct stored *stored = arg;

	if (stored->len == stored->cap) {
		stored->cap = stored->cap ? 2 * stored->cap : 64;
		stored->at =
		    xreallocarray(stored->at, stored->cap, sizeof(*stored->at));
	}
	feed_record_copy(&stored->at[stored->len++], record);
}

static void
read_stored(struct engine *engine, struct stored *stored)
{
	if (store_read_feeds(engine->store, keep_record, stored) == -1)
		fatal("store: %s", store_error(engine->store));
	for (size_t i = 0; i < stored->len; i++)
		map_add(&stored->by_id, stored->at[i].id, i);
}

static void
clear_stored(struct stored *stored)
{
	map_clear(&stored->by_id);
	for (size_t i = 0; i < stored->len; i++)
		feed_record_clear(&stored->at[i]);
	free(stored->at);
}

/* ---- in line with the configuration ------------------------------------- */

static void
replace(char **text, const char *by)
{
	free(*text);
	*text = xstrdup_null(by);
}

/* Another URL under the same id: what is known of its items stays, its
 * validators mean nothing any more. */
static bool
update_record(struct engine *engine, struct feed *feed)
{
	struct feed_record *record = &feed->record;
	const struct config_feed *config = feed->config;

	if (strings_are_equal(record->url, config->url) &&
	    strings_are_equal(record->outlet, config->outlet))
		return false;
	if (!strings_are_equal(record->url, config->url)) {
		replace(&record->etag, NULL);
		replace(&record->modified, NULL);
		record->body_hash = 0;
		record->hints = (struct feed_hints){.ttl_s = 0};
		free(record->move.url);
		record->move = (struct feed_move){.url = NULL};
		if (record->health == HEALTH_GONE) {
			record->health = HEALTH_UP;
			record->health_at = 0;
		}
	}
	replace(&record->url, config->url);
	replace(&record->outlet, config->outlet);
	feed_save(engine, feed);
	return true;
}

/* The first free number from this one on. */
static size_t
free_number(const struct engine *engine, size_t number)
{
	while (number < engine->feeds_len && engine->feeds[number] != NULL)
		number++;
	return number;
}

static void
put_in_table(struct engine *engine, struct feed *feed)
{
	if (feed->number == engine->feeds_len) {
		engine->feeds_len = 2 * engine->feeds_len + 16;
		engine->feeds = xreallocarray(
		    engine->feeds, engine->feeds_len, sizeof(*engine->feeds));
		for (size_t i = feed->number; i < engine->feeds_len; i++)
			engine->feeds[i] = NULL;
	}
	engine->feeds[feed->number] = feed;
}

/* From the record, which has it again when it is saved. */
static void
take_rhythm(struct feed *feed)
{
	struct feed_record *record = &feed->record;

	if (record->rhythm_len == sizeof(feed->rhythm))
		memcpy(&feed->rhythm, record->rhythm, sizeof(feed->rhythm));
	free(record->rhythm);
	record->rhythm = NULL;
	record->rhythm_len = 0;
}

/* As it stood when the engine stopped. */
static void
take_turn(struct engine *engine, const struct feed *feed)
{
	int64_t now = engine_monotonic_us();
	int64_t left = feed->record.held_until_at - clock_now_us();

	if (left > 0 && left <= SCHEDULE_RETRY_MAX_S * SECOND_US)
		schedule_hold(engine->schedule, feed->number, now + left, now);
	if (feed->record.health == HEALTH_GONE && !engine->role.once)
		schedule_stop(engine->schedule, feed->number);
}

static void
add_feed(struct engine *engine, const struct config_feed *config, size_t number,
    struct stored *stored)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));
	size_t known = map_get(&stored->by_id, config->id);
	struct schedule_feed asked;

	feed->number = number;
	feed->config = config;
	if (known != MAP_NONE) {
		feed->record = stored->at[known];
		stored->at[known] = (struct feed_record){.id = xstrdup("")};
		take_rhythm(feed);
	} else {
		feed->record.row = store_next_feed(engine->store);
		feed->record.id = xstrdup(config->id);
	}
	feed->state.last_success_at = feed->record.last_success_at;
	feed->state.last_new_at = feed->record.last_new_at;
	feed->state.last_item_at = feed->record.last_item_at;
	put_in_table(engine, feed);
	asked = asked_for(engine, feed);
	schedule_add(engine->schedule, number, &asked);
	update_record(engine, feed);
	take_turn(engine, feed);
	report_feed_soon(engine, feed);
	engine->once_left++;
}

/* One with another URL has its turn as one just added: it may be the mended
 * address of a feed that waits for hours because it failed. What the old
 * address still answers is not heard. */
static void
keep_feed(
    struct engine *engine, struct feed *feed, const struct config_feed *config)
{
	bool moved = !strings_are_equal(feed->record.url, config->url);
	struct schedule_feed asked;

	feed->config = config;
	if (update_record(engine, feed))
		report_feed_soon(engine, feed);
	asked = asked_for(engine, feed);
	if (!moved) {
		schedule_change(engine->schedule, feed->number, &asked);
	} else {
		job_forget_feed(engine, feed);
		schedule_remove(engine->schedule, feed->number);
		schedule_add(engine->schedule, feed->number, &asked);
	}
}

static void
drop_feed(struct engine *engine, struct feed *feed)
{
	report_feed_gone(engine, feed);
	job_forget_feed(engine, feed);
	schedule_remove(engine->schedule, feed->number);
	engine->feeds[feed->number] = NULL;
	free_feed(feed);
}

/* Feeds that were there already; the others are dropped. */
static void
keep_feeds(struct engine *engine, struct map *have)
{
	const struct config *config = engine->role.config;
	struct map wanted = {0};

	for (size_t i = 0; i < config->feeds_len; i++)
		map_add(&wanted, config->feeds[i].id, i);
	for (size_t i = 0; i < engine->feeds_len; i++) {
		struct feed *feed = engine->feeds[i];
		size_t found;

		if (feed == NULL)
			continue;
		found = map_get(&wanted, feed->record.id);
		if (found == MAP_NONE) {
			drop_feed(engine, feed);
			continue;
		}
		keep_feed(engine, feed, &config->feeds[found]);
		map_add(have, feed->record.id, i);
	}
	map_clear(&wanted);
}

/* The store is read only when there are new ones. */
static void
add_feeds(struct engine *engine, const struct map *have)
{
	const struct config *config = engine->role.config;
	struct stored stored = {0};
	bool read = false;
	size_t number = 0;

	for (size_t i = 0; i < config->feeds_len; i++) {
		if (map_get(have, config->feeds[i].id) != MAP_NONE)
			continue;
		if (!read)
			read_stored(engine, &stored);
		read = true;
		number = free_number(engine, number);
		add_feed(engine, &config->feeds[i], number, &stored);
	}
	clear_stored(&stored);
}

void
feed_sync(struct engine *engine)
{
	const struct config_defaults *defaults = &engine->role.config->defaults;
	struct map have = {0};

	keep_feeds(engine, &have);
	add_feeds(engine, &have);
	map_clear(&have);
	schedule_set_clock(
	    engine->schedule, clock_now_us() - engine_monotonic_us());
	schedule_set_budget(
	    engine->schedule, (double)defaults->budget / SECONDS_PER_HOUR);
	schedule_spread(engine->schedule, engine_monotonic_us());
}

/* ---- its address -------------------------------------------------------- */

const char *
feed_url(const struct feed *feed)
{
	const struct feed_move *move = &feed->record.move;

	return move->adopted ? move->url : feed->config->url;
}

static bool
is_safe(const struct engine *engine, const struct feed *feed, const char *url)
{
	return domains_may_move(engine->domains, feed->config->url, url);
}

static void
log_step(const struct feed *feed, enum redirect_step step, bool safe)
{
	const char *id = feed->record.id, *url = feed->record.move.url;

	switch (step) {
	case REDIRECT_NEW:
		log_info("feed %s: moved for good, its server says, to %s: %s",
		    id, url,
		    safe ? "polled there if that lasts for a day"
			 : "another domain, or no https: followed, not adopted;"
			   " if the outlet confirms it, change the "
			   "configuration");
		break;
	case REDIRECT_ADOPTED:
		log_info("feed %s: polled from now on at %s, where it moved: "
			 "the configuration should follow",
		    id, url);
		break;
	case REDIRECT_DROPPED:
		log_info("feed %s: polled at the configured address again", id);
		break;
	case REDIRECT_SAME:
	case REDIRECT_COUNTED:
	case REDIRECT_FORGOTTEN:
		break;
	}
}

static void
take_step(struct engine *engine, struct feed *feed, enum redirect_step step,
    bool safe)
{
	struct schedule_feed asked;

	if (step == REDIRECT_SAME)
		return;
	asked = asked_for(engine, feed);
	log_step(feed, step, safe);
	if (step == REDIRECT_ADOPTED || step == REDIRECT_DROPPED)
		schedule_change(engine->schedule, feed->number, &asked);
	feed_save(engine, feed);
}

void
feed_note_move(struct engine *engine, struct feed *feed, const char *target,
    int64_t now_at)
{
	bool safe = target != NULL && is_safe(engine, feed, target);

	take_step(engine, feed,
	    redirect_see(&feed->record.move, target, safe, now_at), safe);
}

void
feed_note_failure(struct engine *engine, struct feed *feed)
{
	take_step(engine, feed,
	    redirect_fail(&feed->record.move, feed->state.failures), false);
}

/* ---- one feed ----------------------------------------------------------- */

static void
on_seen(void *arg, const struct job_seen *seen)
{
	seen_put(arg, seen->key, seen->revision);
}

const struct seen *
feed_seen(struct engine *engine, struct feed *feed)
{
	if (!feed->seen.loaded) {
		store_read_seen(engine->store, feed->record.row, JOB_SEEN_MAX,
		    on_seen, &feed->seen);
		feed->seen.loaded = true;
		feed->seen.cut = feed->seen.len >= JOB_SEEN_MAX;
	}
	return &feed->seen;
}

void
feed_save(struct engine *engine, struct feed *feed)
{
	struct feed_record copy;

	feed_record_copy(&copy, &feed->record);
	copy.rhythm_len = sizeof(feed->rhythm);
	copy.rhythm = xcalloc(1, copy.rhythm_len);
	memcpy(copy.rhythm, &feed->rhythm, copy.rhythm_len);
	batch_add_feed(engine->batch, &copy);
}

static const char *
state_word(const struct feed *feed, int64_t now)
{
	if (quarantine_holds(&feed->quarantine, now))
		return "quarantined";
	if (feed->state.last_fetch_at == 0)
		return "waiting";
	return feed->state.failures > 0 ? "failing" : "up";
}

/* What becomes of a permanent redirect; NULL: there is none. */
static const char *
move_word(const struct engine *engine, const struct feed *feed)
{
	const struct feed_move *move = &feed->record.move;

	if (move->url == NULL)
		return NULL;
	if (move->adopted)
		return "adopted";
	return is_safe(engine, feed, move->url) ? "seen" : "foreign";
}

void
feed_fill_state(
    struct engine *engine, const struct feed *feed, struct feed_state *state)
{
	int64_t now = clock_now_us(), due_at;

	*state = feed->state;
	state->feed = feed->record.id;
	state->state = (char *)state_word(feed, now);
	state->health =
	    (char *)health_name((enum feed_health)feed->record.health);
	state->health_at = feed->record.health_at;
	state->healthy = feed->record.health == HEALTH_UP;
	state->title = feed->record.title;
	state->moved_to = feed->record.move.url;
	state->move = (char *)move_word(engine, feed);
	due_at = schedule_due_at(engine->schedule, feed->number);
	state->next_fetch_at =
	    due_at == INT64_MAX ? 0 : now + due_at - engine_monotonic_us();
}

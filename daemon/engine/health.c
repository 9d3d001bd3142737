/*
 * What is told of feeds themselves. Runs in the engine.
 *
 *	      failures for down_after          410
 *	UP ----------------------> DOWN   UP, DOWN ----> GONE
 *	 |  <---------------------		 <-------
 *	 |	  a good answer			a good answer
 *	 +--- quiet for long ---> SILENT --- something new ---> UP
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/second.h"
#include "base/strings.h"
#include "engine/alert.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/health.h"
#include "engine/reach.h"
#include "engine/report.h"
#include "engine/rhythm.h"
#include "engine/route.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/job.h"
#include "store/store.h"

#define HOUR_US (3600 * SECOND_US)
#define DOWN_FAILURES 3
#define SILENT_POSTS 15 /* that should have come; by chance once in 10^6 */
#define SILENT_KNOWN 20 /* posts that a rhythm must be made of */
#define SILENT_MIN_US (3 * HOUR_US)
#define SILENT_EVERY_US HOUR_US /* between two looks */

const char *
health_name(enum feed_health health)
{
	static const char *const names[HEALTHS] = {
	    [HEALTH_UP] = "up",
	    [HEALTH_DOWN] = "down",
	    [HEALTH_SILENT] = "silent",
	    [HEALTH_GONE] = "gone",
	};

	return health < HEALTHS ? names[health] : "up";
}

/* ---- alerts ------------------------------------------------------------- */

static void
tell(struct engine *engine, const struct feed *feed, enum alert_type type,
    const char *text)
{
	struct strings none = {0};
	struct buf json = BUF_INIT;
	struct alert_facts facts = {
	    .seq = store_next_seq(engine->store),
	    .type = alert_type_names[type],
	    .level = LEVEL_ROUTINE,
	    .rules = &none,
	    .feed = feed->record.id,
	    .outlet = feed->record.outlet,
	    .url = feed_url(feed),
	    .text = text,
	    .published_at = ITEM_NO_DATE,
	    .seen_at = clock_now_us(),
	    .matched_at = ITEM_NO_DATE,
	    .alerted_at = clock_now_us(),
	};
	struct alert_record record = {
	    .seq = facts.seq,
	    .id = xasprintf("%s-%llu", store_name(engine->store),
		(unsigned long long)facts.seq),
	    .type = facts.type,
	    .level = facts.level,
	    .feed = feed->record.row,
	    .at = facts.alerted_at,
	};

	facts.id = record.id;
	alert_add_json(&json, &facts);
	record.json = buf_take(&json);
	route_add_sinks(
	    engine->role.config, type, facts.level, &none, &record.sinks);
	batch_add_alert(engine->batch, &record);
	report_count_alert(engine, type, facts.level);
}

/* The episode is stored in the transaction of its alert. */
static void
change(struct engine *engine, struct feed *feed, enum feed_health health,
    const char *text)
{
	static const enum alert_type types[HEALTHS] = {
	    [HEALTH_UP] = ALERT_FEED_RECOVERED,
	    [HEALTH_DOWN] = ALERT_FEED_DOWN,
	    [HEALTH_SILENT] = ALERT_FEED_SILENT,
	    [HEALTH_GONE] = ALERT_FEED_DOWN,
	};

	tell(engine, feed, types[health], text);
	feed->record.health = health;
	feed->record.health_at = clock_now_us();
	feed_save(engine, feed);
}

static void
add_span(struct buf *out, int64_t us)
{
	int64_t minutes = us / (60 * SECOND_US);

	if (us < 0)
		buf_add_str(out, "a while"); /* the clock was set back */
	else if (minutes < 2)
		buf_addf(out, "%d s", (int)(us / SECOND_US));
	else if (minutes < 120)
		buf_addf(out, "%d min", (int)minutes);
	else if (minutes < 2 * 24 * 60)
		buf_addf(out, "%d h", (int)(minutes / 60));
	else
		buf_addf(out, "%d days", (int)(minutes / 60 / 24));
}

static void
recover(struct engine *engine, struct feed *feed)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "feed %s: %s again after ", feed->record.id,
	    feed->record.health == HEALTH_SILENT ? "publishes" : "is read");
	add_span(&text, clock_now_us() - feed->record.health_at);
	change(engine, feed, HEALTH_UP, buf_str(&text));
	buf_clear(&text);
}

/* ---- down --------------------------------------------------------------- */

static void
on_failure(struct engine *engine, struct feed *feed,
    const struct fetch_done *done, int64_t now)
{
	int64_t down_us = engine->role.config->defaults.down_ms * 1000;
	struct buf text = BUF_INIT;

	if (feed->state.failures <= 1)
		feed->failing_at = now;
	if (feed->record.health == HEALTH_DOWN ||
	    feed->record.health == HEALTH_GONE)
		return;
	if (reach_excuses(engine, done))
		feed->failing_at = now;
	if (feed->state.failures < DOWN_FAILURES ||
	    now - feed->failing_at < down_us)
		return;
	buf_addf(&text, "feed %s: not read for ", feed->record.id);
	add_span(&text, now - feed->failing_at);
	buf_addf(&text, ": %s",
	    feed->state.error != NULL ? feed->state.error
				      : fetch_outcome_name(done->outcome));
	change(engine, feed, HEALTH_DOWN, buf_str(&text));
	buf_clear(&text);
}

static void
on_gone(struct engine *engine, struct feed *feed)
{
	struct buf text = BUF_INIT;

	if (feed->record.health == HEALTH_GONE)
		return;
	buf_addf(&text,
	    "feed %s: HTTP 410 Gone: given up for good and polled no more; "
	    "remove it, or try `wirewatch poll %s`",
	    feed->record.id, feed->record.id);
	change(engine, feed, HEALTH_GONE, buf_str(&text));
	buf_clear(&text);
}

/* ---- silent ------------------------------------------------------------- */

/* Over a restart there is only the wall clock to go by. */
static int64_t
quiet_us(struct feed *feed, int64_t now)
{
	int64_t quiet = clock_now_us() - feed->record.last_new_at;

	if (feed->new_at == 0)
		feed->new_at = quiet > 0 ? now - quiet : now;
	return now - feed->new_at;
}

static void
check_silence(struct engine *engine, struct feed *feed, int64_t now)
{
	int64_t wall = clock_now_us(), quiet;
	struct buf text = BUF_INIT;
	float posts;

	if (feed->record.last_new_at == 0 || now < feed->silence_at ||
	    feed->rhythm.posts < SILENT_KNOWN)
		return;
	quiet = quiet_us(feed, now);
	if (quiet < SILENT_MIN_US)
		return;
	feed->silence_at = now + SILENT_EVERY_US;
	posts = rhythm_expect(
	    &feed->rhythm, (wall - quiet) / SECOND_US, wall / SECOND_US);
	if (posts < SILENT_POSTS)
		return;
	buf_addf(&text, "feed %s: nothing new for ", feed->record.id);
	add_span(&text, quiet);
	buf_addf(&text, ", where its rhythm promises %d items", (int)posts);
	change(engine, feed, HEALTH_SILENT, buf_str(&text));
	buf_clear(&text);
}

/* ---- all ---------------------------------------------------------------- */

void
health_on_fetch(struct engine *engine, struct feed *feed,
    const struct fetch_done *done, bool news)
{
	bool ok =
	    done->outcome == FETCH_OK || done->outcome == FETCH_NOT_MODIFIED;
	enum feed_health health = (enum feed_health)feed->record.health;
	int64_t now = engine_monotonic_us();

	if (done->outcome == FETCH_HTTP && done->http_status == 410)
		on_gone(engine, feed);
	else if (!ok)
		on_failure(engine, feed, done, now);
	else if (health == HEALTH_DOWN || health == HEALTH_GONE ||
		 (health == HEALTH_SILENT && news))
		recover(engine, feed);
	else if (health == HEALTH_UP && !news)
		check_silence(engine, feed, now);
}

void
health_tell_gap(struct engine *engine, const struct feed *feed)
{
	char *text = xasprintf("feed %s: none of its items was there at the "
			       "poll before: some in between may be lost",
	    feed->record.id);

	tell(engine, feed, ALERT_FEED_GAP, text);
	free(text);
}

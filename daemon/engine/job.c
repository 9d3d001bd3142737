/*
 * From the schedule to the fetchers, and back when one dies. Runs in the
 * engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/event.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/log.h"
#include "frame/peer.h"

#define BEAT_US 50000 /* feeds start together on it: one wake-up for many */
#define CROWDED_US (5 * SECOND_US) /* see job_cut_short() */
#define DOUBTFUL_US (10 * SECOND_US)
#define OVERDUE_US (60 * SECOND_US) /* beyond twice the timeout */

/* ---- the start of a fetch ----------------------------------------------- */

/* Views. */
static struct fetch_start
make_start(struct engine *engine, const struct job *job)
{
	struct feed *feed = job->feed;
	const struct seen *seen = feed_seen(engine, feed);

	return (struct fetch_start){
	    .job = job->id,
	    .feed = feed->record.id,
	    .url = (char *)(uintptr_t)feed_url(feed),
	    .language = feed->config->language,
	    .etag = feed->record.etag,
	    .modified = feed->record.modified,
	    .body_hash = feed->record.body_hash,
	    .solo = job->solo,
	    .seen = seen->at,
	    .seen_len = seen->len,
	};
}

static struct job *
add_job(struct engine *engine, struct fetcher_link *link, struct feed *feed)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->id = ++engine->last_job;
	job->feed = feed;
	job->started_at = engine_monotonic_us();
	job->first_fetch = feed->record.first_success_at == 0;
	job->seen_gone = feed->seen.gone;
	job->solo = quarantine_is_suspect(&feed->quarantine, clock_now_us());
	job->last_read_at = feed->record.last_success_at;
	job->link = link;
	LIST_INSERT_HEAD(&link->jobs, job, in_link);
	LIST_INSERT_HEAD(
	    &engine->job_table[job->id % JOB_TABLE_SIZE], job, in_table);
	engine->jobs++;
	return job;
}

static void
start_job(struct engine *engine, struct fetcher_link *link, struct feed *feed)
{
	struct job *job = add_job(engine, link, feed);
	struct fetch_start start = make_start(engine, job);

	access_of_feed(&start.access, engine->role.config, feed->config);
	fetch_start_put(peer_begin(link->peer, MESSAGE_FETCH_START), &start);
	peer_send(link->peer);
	access_clear(&start.access);
}

/* Whether both are at the same scheme, host and port: access goes along. */
static bool
is_same_origin(const char *a, const char *b)
{
	const char *host = strstr(a, "://");
	size_t len;

	if (host == NULL)
		return false;
	len = (size_t)(host - a) + 3;
	len += strcspn(host + 3, "/?#");
	return strncasecmp(a, b, len) == 0 && strchr("/?#", b[len]) != NULL;
}

bool
job_start_page(struct engine *engine, struct fetcher_link *link,
    const struct job *from, const struct fetch_done *done)
{
	struct feed *feed = from->feed;
	struct fetch_start start;
	struct job *job;

	if (peer_is_full(link->peer) || engine_is_paused(engine))
		return false;
	job = add_job(engine, link, feed);
	job->page = from->page + 1;
	job->page_items = from->page_items + done->items;
	job->last_read_at = from->last_read_at;
	job->flood.told = from->flood.told;
	start = make_start(engine, job);
	if (!is_same_origin(start.url, done->older)) {
		job_end(engine, job);
		return false;
	}
	start.url = done->older;
	start.etag = start.modified = NULL;
	start.body_hash = 0;
	access_of_feed(&start.access, engine->role.config, feed->config);
	fetch_start_put(peer_begin(link->peer, MESSAGE_FETCH_START), &start);
	peer_send(link->peer);
	access_clear(&start.access);
	return true;
}

bool
job_start_pushed(
    struct engine *engine, struct feed *feed, const struct fetch_pushed *pushed)
{
	struct fetcher_link *link =
	    &engine->fetchers[schedule_fetcher(engine->schedule, feed->number)];
	struct fetch_start start;
	struct job *job;

	if (link->peer == NULL || peer_is_full(link->peer) ||
	    engine_is_paused(engine) ||
	    quarantine_holds(&feed->quarantine, clock_now_us()))
		return false;
	job = add_job(engine, link, feed);
	job->pushed = true;
	start = make_start(engine, job);
	fetch_pushed_put(
	    peer_begin(link->peer, MESSAGE_FETCH_PUSHED), pushed, &start);
	peer_send(link->peer);
	return true;
}

/* A feed in quarantine misses its turns. */
static bool
is_held_back(struct engine *engine, const struct feed *feed, int64_t now)
{
	int64_t left = feed->quarantine.until_at - clock_now_us();

	if (left <= 0)
		return false;
	schedule_put_back(engine->schedule, feed->number, now + left);
	return true;
}

/* The last beat of the fetcher at or before the time. Fetchers take turns, so
 * that what they find comes in smaller bursts. */
static int64_t
beat_before(
    const struct engine *engine, const struct fetcher_link *link, int64_t at)
{
	int64_t offset = BEAT_US * link->index / engine->fetchers_len;

	return at - (at - offset) % BEAT_US;
}

static void
set_timer(struct engine *engine, struct fetcher_link *link, int64_t now)
{
	int64_t at = schedule_next_at(engine->schedule, link->index);
	struct timeval delay;

	if (at == INT64_MAX) {
		evtimer_del(link->timer);
		return;
	}
	at = beat_before(engine, link, at + BEAT_US - 1);
	if (at == link->timer_at && evtimer_pending(link->timer, NULL))
		return;
	link->timer_at = at;
	delay = clock_timeval_ms(at > now ? (at - now) / 1000 + 1 : 0);
	evtimer_add(link->timer, &delay);
}

void
job_start_due(struct engine *engine, struct fetcher_link *link)
{
	int64_t now = engine_monotonic_us();
	int64_t beat_at = beat_before(engine, link, now);
	size_t number;

	if (link->peer == NULL || engine_is_paused(engine))
		return;
	while (!peer_is_full(link->peer)) {
		number = schedule_take(engine->schedule, link->index, beat_at);
		if (number == SCHEDULE_NONE)
			break;
		if (!is_held_back(engine, engine->feeds[number], now))
			start_job(engine, link, engine->feeds[number]);
	}
	if (!peer_is_full(link->peer)) /* else on_drain goes on */
		set_timer(engine, link, now);
}

void
job_start_all(struct engine *engine)
{
	for (unsigned i = 0; i < engine->fetchers_len; i++)
		job_start_due(engine, &engine->fetchers[i]);
}

/* ---- under way ---------------------------------------------------------- */

struct job *
job_find(const struct fetcher_link *link, uint64_t id)
{
	struct job *job;

	LIST_FOREACH (
	    job, &link->engine->job_table[id % JOB_TABLE_SIZE], in_table)
		if (job->id == id)
			break;
	return job != NULL && job->link == link ? job : NULL;
}

int
job_add_item(struct job *job, struct item_message *message, int64_t seen_at)
{
	const struct item *item = &message->item;

	job->bytes +=
	    strlen(item->title) + strlen(item->summary) + strlen(item->content);
	if (job->items_len == JOB_ITEMS_MAX || job->bytes > JOB_BYTES_MAX)
		return -1;
	if (job->items_len == job->items_cap) {
		job->items_cap = job->items_cap ? 2 * job->items_cap : 8;
		job->items = xreallocarray(
		    job->items, job->items_cap, sizeof(*job->items));
	}
	job->items[job->items_len++] = (struct job_item){
	    .item = message->item,
	    .mentions = message->mentions,
	    .mentions_len = message->mentions_len,
	    .seen_at = seen_at,
	};
	*message = (struct item_message){0};
	return 0;
}

void
job_note_present(struct job *job, const struct fetch_done *done)
{
	const struct seen *seen = &job->feed->seen;
	size_t gone = seen->gone - job->seen_gone; /* for another job */

	for (size_t i = gone; i < JOB_SEEN_MAX && i - gone < seen->len; i++)
		if (done->present[i / 8] & 1u << i % 8)
			seen_add(&job->present, seen->at[i - gone].key,
			    seen->at[i - gone].revision);
}

static void
free_job(struct job *job)
{
	for (size_t i = 0; i < job->items_len; i++) {
		struct item_message message = {
		    .item = job->items[i].item,
		    .mentions = job->items[i].mentions,
		    .mentions_len = job->items[i].mentions_len,
		};

		item_message_clear(&message);
	}
	free(job->items);
	seen_clear(&job->present);
	flood_clear(&job->flood);
	free(job);
}

void
job_end(struct engine *engine, struct job *job)
{
	LIST_REMOVE(job, in_link);
	LIST_REMOVE(job, in_table);
	engine->jobs--;
	free_job(job);
}

void
job_forget_feed(struct engine *engine, const struct feed *feed)
{
	struct job *job;

	for (unsigned i = 0; i < engine->fetchers_len; i++)
		LIST_FOREACH (job, &engine->fetchers[i].jobs, in_link)
			if (job->feed == feed)
				job->feed = NULL;
}

/* How long a poll may take, as things are. */
static int64_t
patience_us(const struct engine *engine, const struct job *job, bool crowded)
{
	if (job->feed == NULL || job->cut || job->pushed || job->page > 0)
		return INT64_MAX;
	if (crowded)
		return CROWDED_US;
	return schedule_is_doubtful(engine->schedule, job->feed->number)
		   ? DOUBTFUL_US
		   : INT64_MAX;
}

void
job_cut_short(struct engine *engine, struct fetcher_link *link)
{
	int64_t now = engine_monotonic_us();
	bool crowded = schedule_is_crowded(engine->schedule, link->index, now);
	struct job *job;

	LIST_FOREACH (job, &link->jobs, in_link) {
		if (peer_is_full(link->peer))
			return;
		if (now - job->started_at <= patience_us(engine, job, crowded))
			continue;
		job->cut = true;
		message_put_u64(
		    peer_begin(link->peer, MESSAGE_FETCH_CANCEL), job->id);
		peer_send(link->peer);
	}
}

void
job_judge_cut(const struct job *job, struct fetch_done *done)
{
	if (!job->cut || done->outcome != FETCH_CANCELLED ||
	    done->duration_ms < CROWDED_US / 1000)
		return; /* it only waited for its host */
	done->outcome = FETCH_TIMEOUT;
	free(done->error);
	done->error = xasprintf("no answer within %u s, while other feeds "
				"waited for its place",
	    done->duration_ms / 1000);
}

bool
job_is_overdue(const struct engine *engine, const struct fetcher_link *link)
{
	int64_t oldest = engine_monotonic_us() - OVERDUE_US -
			 2000 * engine->role.config->defaults.timeout_ms;
	const struct job *job;

	LIST_FOREACH (job, &link->jobs, in_link)
		if (job->started_at < oldest)
			return true;
	return false;
}

/* ---- a fetcher's death -------------------------------------------------- */

static void
accuse(struct engine *engine, struct feed *feed, unsigned fetcher)
{
	if (quarantine_add_crash(&feed->quarantine, clock_now_us()))
		log_error("feed %s: QUARANTINED for a day: %d fetchers in a "
			  "row died over it",
		    feed->record.id, QUARANTINE_CRASHES);
	else
		log_warning("feed %s: was on the bench when fetcher %u died: "
			    "tried again alone",
		    feed->record.id, fetcher);
	report_feed(engine, feed);
}

void
job_fetcher_gone(struct engine *engine, struct fetcher_link *link, bool crashed)
{
	uint64_t on_bench = 0;
	int64_t now = engine_monotonic_us();

	if (crashed && link->bench != NULL)
		on_bench = __atomic_load_n(link->bench, __ATOMIC_RELAXED);
	while (!LIST_EMPTY(&link->jobs)) {
		struct job *job = LIST_FIRST(&link->jobs);
		struct feed *feed = job->feed;

		if (feed != NULL && job->id == on_bench)
			accuse(engine, feed, link->index);
		if (feed == NULL || job->page > 0)
			; /* a gap stays as it is */
		else if (job->pushed)
			schedule_poll(engine->schedule, feed->number, now);
		else
			schedule_put_back(engine->schedule, feed->number, now);
		job_end(engine, job);
	}
}

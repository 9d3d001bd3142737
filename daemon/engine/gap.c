/*
 * Gaps between two polls, and what fills them. Runs in the engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/second.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/gap.h"
#include "engine/health.h"
#include "engine/job.h"
#include "frame/clock.h"
#include "frame/log.h"

#define DELTA 226 /* RFC 3229: new items alone, as asked for */
#define CALM_US (86400 * SECOND_US) /* without a gap: the next is told */

/* Whether the document holds none of the items that were known before. */
static bool
is_disjoint(const struct job *job, const struct fetch_done *done)
{
	return done->outcome == FETCH_OK && done->http_status != DELTA &&
	       done->items > 0 && done->known == 0 && !job->overlaps;
}

/* A window of one item rolls over with each; that says nothing. */
static bool
is_gap(const struct job *job, const struct fetch_done *done)
{
	return !job->first_fetch && job->feed->seen.len > job->items_len &&
	       done->items > 1 && is_disjoint(job, done);
}

/* Of a feed with one gap after the other the first is told. */
static void
tell_gap(
    struct engine *engine, const struct job *job, const struct fetch_done *done)
{
	struct feed *feed = job->feed;
	int64_t now = clock_now_us();

	health_tell_gap(engine, feed);
	log_warning("feed %s: window rolled over: none of its %" PRIu32
		    " items was there %" PRId64 " s ago, items in between may "
		    "be lost: %s, polled sooner for a while",
	    feed->record.id, done->items, (now - job->last_read_at) / SECOND_US,
	    done->older != NULL ? "its archive is read"
				: "it names no archive");
}

/* A gap at the sooner poll, too: that is no cure, and costs the server. */
static void
note_gap(
    struct engine *engine, const struct job *job, const struct fetch_done *done)
{
	struct feed *feed = job->feed;
	int64_t now = engine_monotonic_us();

	if (feed->state.gaps == 0 || now - feed->gap_at > CALM_US)
		tell_gap(engine, job, done);
	feed->hurry = feed->gap ? 0 : GAP_HURRY;
	feed->gap_at = now;
	feed->state.gaps++;
	feed->state.last_gap_at = clock_now_us();
	engine->stats.items_gap++;
}

static void
go_on(struct engine *engine, struct fetcher_link *link, const struct job *job,
    const struct fetch_done *done)
{
	const char *id = job->feed->record.id;

	if (done->older == NULL)
		return;
	if (job->page == GAP_PAGES_MAX ||
	    job->page_items + done->items > GAP_ITEMS_MAX)
		log_warning("feed %s: the gap is longer than %u pages or %u "
			    "items of its archive",
		    id, GAP_PAGES_MAX, GAP_ITEMS_MAX);
	else if (!job_start_page(engine, link, job, done))
		log_warning("feed %s: its archive is not read: it is at "
			    "another host, or there is too much to do",
		    id);
}

void
gap_on_poll(struct engine *engine, struct fetcher_link *link, struct job *job,
    const struct fetch_done *done)
{
	bool gap = is_gap(job, done);

	if (gap)
		note_gap(engine, job, done);
	job->feed->gap = gap;
	if (gap)
		go_on(engine, link, job, done);
}

void
gap_on_page(struct engine *engine, struct fetcher_link *link, struct job *job,
    const struct fetch_done *done)
{
	const char *id = job->feed->record.id;

	if (done->outcome != FETCH_OK && done->outcome != FETCH_NOT_MODIFIED)
		log_warning("feed %s: page %u of its archive cannot be read: "
			    "%s",
		    id, job->page,
		    done->error != NULL ? done->error
					: fetch_outcome_name(done->outcome));
	else if (!is_disjoint(job, done))
		log_info("feed %s: gap closed on page %u of its archive", id,
		    job->page);
	else
		go_on(engine, link, job, done);
}

bool
gap_is_hurry(struct feed *feed)
{
	if (feed->hurry == 0)
		return false;
	feed->hurry--;
	return true;
}

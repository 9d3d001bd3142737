/*
 * Items and the ends of fetches. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/second.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "engine/commit.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/gap.h"
#include "engine/health.h"
#include "engine/intake.h"
#include "engine/job.h"
#include "engine/judge.h"
#include "engine/learn.h"
#include "engine/reach.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "engine/tell.h"
#include "engine/websub.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "text/clean.h"

#define URL_MAX 8192
#define ERROR_MAX 500
#define TITLE_MAX 500
#define NEVER_US (365 * 86400 * SECOND_US) /* as far as --once goes */

/* ---- items -------------------------------------------------------------- */

/* Text that mentions point into must have come clean. */
static bool
is_clean_field(const char *text)
{
	char *clean;
	bool same;

	if (strlen(text) > ITEM_FIELD_MAX)
		return false;
	if (clean_is_plain(text, CLEAN_TEXT))
		return true;
	clean = clean_str(text, CLEAN_TEXT);
	same = strcmp(clean, text) == 0;
	free(clean);
	return same;
}

/* Cleans in place, and cuts to max bytes. */
static void
clean_line(char **text, size_t max)
{
	char *clean;

	if (*text == NULL ||
	    (clean_is_plain(*text, CLEAN_LINE) && strlen(*text) <= max))
		return;
	clean = clean_str(*text, CLEAN_LINE);
	if (strlen(clean) > max)
		clean[utf8_cut(clean, strlen(clean), max)] = '\0';
	free(*text);
	*text = clean;
}

static void
clean_item(struct item *item)
{
	clean_line(&item->guid, URL_MAX);
	clean_line(&item->language, 35); /* BCP 47 section 4.4.1 */
	if (item->url != NULL && strlen(item->url) > URL_MAX) {
		free(item->url);
		item->url = NULL;
	}
	clean_line(&item->url, URL_MAX);
}

int
intake_on_item(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_link *link = arg;
	struct item_message message;
	struct job *job;

	if (item_message_get(reader, &message) == -1)
		return -1;
	job = job_find(link, message.job);
	if (job == NULL || !is_clean_field(message.item.title) ||
	    !is_clean_field(message.item.summary) ||
	    !is_clean_field(message.item.content))
		goto refuse;
	clean_item(&message.item);
	if (job_add_item(job, &message, clock_now_us()) == 0)
		return 0;
refuse:
	item_message_clear(&message);
	return -1;
}

/* ---- the end of a fetch ------------------------------------------------- */

static bool
is_ok(const struct fetch_done *done)
{
	return done->outcome == FETCH_OK || done->outcome == FETCH_NOT_MODIFIED;
}

/* A validator goes back in a header, verbatim or not at all. */
static char *
take_validator(char **text)
{
	char *validator = *text;

	*text = NULL;
	if (validator == NULL)
		return NULL;
	for (const char *p = validator; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			continue;
		free(validator);
		return NULL;
	}
	if (strlen(validator) <= VALIDATOR_MAX)
		return validator;
	free(validator);
	return NULL;
}

/* Takes text; whether it was another one. */
static bool
replace(char **text, char *by)
{
	bool changed = !strings_are_equal(*text, by);

	free(*text);
	*text = by;
	return changed;
}

/* A 304 after a restart does not bring them again. Whether they are others. */
static bool
take_hints(struct feed_hints *hints, const struct fetch_done *done)
{
	struct feed_hints new = {.ttl_s = done->ttl_s > 0 ? done->ttl_s : 0,
	    .skip_hours = done->skip_hours,
	    .skip_days = done->skip_days};
	bool changed = new.ttl_s != hints->ttl_s ||
		       new.skip_hours != hints->skip_hours ||
		       new.skip_days != hints->skip_days;

	*hints = new;
	return changed;
}

/* Validators are saved in the transaction of the items they brought. A feed
 * that has not changed is not written. */
static void
note_success(struct engine *engine, struct feed *feed, struct fetch_done *done,
    int64_t now)
{
	struct feed_record *record = &feed->record;
	bool changed = record->first_success_at == 0;

	record->last_success_at = feed->state.last_success_at = now;
	if (changed)
		record->first_success_at = now;
	if (done->etag != NULL || done->outcome == FETCH_OK)
		changed |= replace(&record->etag, take_validator(&done->etag));
	if (done->modified != NULL || done->outcome == FETCH_OK)
		changed |=
		    replace(&record->modified, take_validator(&done->modified));
	if (done->body_hash != 0 && record->body_hash != done->body_hash) {
		record->body_hash = done->body_hash;
		changed = true;
	}
	if (done->outcome == FETCH_OK)
		changed |= take_hints(&record->hints, done);
	if (done->title != NULL) {
		clean_line(&done->title, TITLE_MAX);
		changed |= replace(&record->title, done->title);
		done->title = NULL;
	}
	if (changed)
		feed_save(engine, feed);
}

/* Why it could not be read, or not to its end: what is as before is as well or
 * ill readable as before. */
static void
note_problem(struct feed *feed, struct fetch_done *done, bool was_ok)
{
	struct feed_state *state = &feed->state;
	const char *old = state->error != NULL ? state->error : "";

	if (was_ok && done->outcome == FETCH_NOT_MODIFIED)
		return;
	if (is_ok(done) && done->error != NULL && strcmp(old, done->error) != 0)
		log_warning(
		    "feed %s: read in part: %s", feed->record.id, done->error);
	free(state->error);
	state->error = done->error;
	done->error = NULL;
}

static void
note_outcome(struct engine *engine, struct feed *feed, struct fetch_done *done,
    int64_t now)
{
	struct feed_state *state = &feed->state;
	bool ok = is_ok(done), was_ok = state->failures == 0;

	clean_line(&done->error, ERROR_MAX);
	if (!ok && !feed->complained && !reach_excuses(engine, done)) {
		log_warning("feed %s: fetch failed: %s", feed->record.id,
		    done->error != NULL ? done->error
					: fetch_outcome_name(done->outcome));
		feed->complained = true;
	}
	if (ok && feed->complained) {
		log_info("feed %s: back after %u failures", feed->record.id,
		    state->failures);
		feed->complained = false;
	}
	state->failures = ok ? 0 : state->failures + 1;
	state->outcome = done->outcome;
	state->http_status = done->http_status;
	state->last_fetch_at = now;
	state->duration_ms = done->duration_ms;
	state->fetches++;
	state->bytes += done->bytes;
	state->not_modified += done->outcome == FETCH_NOT_MODIFIED;
	state->errors += !ok;
	note_problem(feed, done, was_ok);
}

static void
plan_next(
    struct engine *engine, struct feed *feed, const struct fetch_done *done)
{
	int64_t now = engine_monotonic_us();

	if (done->outcome == FETCH_CANCELLED) {
		schedule_put_back(engine->schedule, feed->number, now);
	} else if (engine->role.once) {
		engine->once_left -= !feed->once_done;
		feed->once_done = true;
		schedule_put_back(
		    engine->schedule, feed->number, now + NEVER_US);
	} else {
		learn_turn(engine, feed, done);
		if (is_ok(done) && done->retry_after_s == 0 &&
		    gap_is_hurry(feed))
			schedule_sooner(engine->schedule, feed->number, now);
	}
}

static void
judge_items(
    struct engine *engine, struct job *job, const struct fetch_done *done)
{
	struct feed *feed = job->feed;
	struct learn learn = {.len = 0};
	int64_t now = clock_now_us();

	job_note_present(job, done);
	for (size_t i = 0; i < job->items_len; i++) {
		int64_t published_at = job->items[i].item.published_at;
		uint64_t before = feed->state.new_items;

		judge_item(engine, job, &job->items[i]);
		if (feed->state.new_items > before)
			learn_add(&learn, feed, published_at, now);
	}
	tell_flood(engine, feed, &job->flood);
	if (job->items_len > 0 || is_ok(done))
		learn_rhythm(feed, &learn, now);
}

/* What a hub brought says nothing of the next poll: it may be a part of the
 * feed, and has no validators. */
static void
finish_pushed(
    struct engine *engine, struct job *job, const struct fetch_done *done)
{
	struct feed *feed = job->feed;
	bool ok = done->outcome == FETCH_OK;

	judge_items(engine, job, done);
	if (!ok)
		log_warning("feed %s: what its hub brought cannot be read: "
			    "polled at once",
		    feed->record.id);
	websub_on_read(engine, feed, ok);
	report_feed(engine, feed);
	commit_polled(engine);
}

/* A page of the feed's archive says nothing of the feed's turn, either. */
static void
finish_page(struct engine *engine, struct fetcher_link *link, struct job *job,
    const struct fetch_done *done)
{
	judge_items(engine, job, done);
	gap_on_page(engine, link, job, done);
	report_feed(engine, job->feed);
	commit_polled(engine);
}

/* One of the many polls that bring nothing and change nothing. */
static bool
is_routine(const struct feed *feed, const struct fetch_done *done)
{
	return done->outcome == FETCH_NOT_MODIFIED &&
	       feed->state.failures == 0 && feed->state.last_fetch_at != 0;
}

static void
finish_job(struct engine *engine, struct fetcher_link *link, struct job *job,
    struct fetch_done *done)
{
	struct feed *feed = job->feed;
	uint64_t new_items = feed->state.new_items;
	bool was_silent, routine;
	int64_t now = clock_now_us();

	job_judge_cut(job, done);
	routine = is_routine(feed, done);
	judge_items(engine, job, done);
	gap_on_poll(engine, link, job, done);
	if (done->outcome == FETCH_CANCELLED) { /* it was not asked */
		plan_next(engine, feed, done);
		commit_polled(engine);
		return;
	}
	was_silent =
	    feed->state.failures > 0 && reach_is_silence(feed->state.outcome);
	note_outcome(engine, feed, done, now);
	if (is_ok(done)) {
		note_success(engine, feed, done, now);
		feed_note_move(engine, feed, done->moved_to, now);
		websub_on_poll(
		    engine, feed, done, feed->state.new_items > new_items);
	} else if (!reach_excuses(engine, done))
		feed_note_failure(engine, feed);
	if (done->outcome == FETCH_OK || done->outcome == FETCH_NOT_A_FEED ||
	    done->outcome == FETCH_HOSTILE)
		quarantine_clear(&feed->quarantine);
	reach_on_fetch(engine, done, was_silent);
	health_on_fetch(engine, feed, done, feed->state.new_items > new_items);
	plan_next(engine, feed, done);
	if (routine)
		report_feed_soon(engine, feed);
	else
		report_feed(engine, feed);
	commit_polled(engine);
}

int
intake_on_done(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_link *link = arg;
	struct engine *engine = link->engine;
	struct fetch_done done;
	struct job *job;

	if (fetch_done_get(reader, &done) == -1)
		return -1;
	job = job_find(link, done.job);
	if (job == NULL) {
		fetch_done_clear(&done);
		return -1;
	}
	if (job->feed != NULL && job->pushed)
		finish_pushed(engine, job, &done);
	else if (job->feed != NULL && job->page > 0)
		finish_page(engine, link, job, &done);
	else if (job->feed != NULL)
		finish_job(engine, link, job, &done);
	job_end(engine, job);
	fetch_done_clear(&done);
	job_start_due(engine, link);
	return 0;
}

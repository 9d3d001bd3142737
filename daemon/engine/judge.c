/*
 * From an item to an alert. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/flood.h"
#include "engine/job.h"
#include "engine/judge.h"
#include "engine/known.h"
#include "engine/newness.h"
#include "engine/stories.h"
#include "engine/tell.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_match.h"
#include "store/batch.h"
#include "store/store.h"
#include "story/keys.h"

void
judge_set_rules(struct engine *engine)
{
	rule_set_free(engine->rules);
	engine->rules = config_rule_set(engine->role.config);
}

/* ---- rules -------------------------------------------------------------- */

static void
on_met(void *arg, const char *rule, enum level level)
{
	struct met *met = arg;

	strings_add(&met->rules, rule);
	if (level > met->level)
		met->level = level;
}

static void
ask_rules(struct engine *engine, const struct feed *feed,
    const struct job_item *item, struct met *met)
{
	struct rule_mention *mentions =
	    xcalloc(item->mentions_len, sizeof(*mentions));
	struct rule_facts facts = {
	    .feed = feed->record.id,
	    .outlet = feed->record.outlet,
	    .language = item->item.language,
	    .feed_tags = &feed->config->tags,
	    .item_tags = &item->item.tags,
	    .mentions = mentions,
	    .mentions_len = item->mentions_len,
	};

	for (size_t i = 0; i < item->mentions_len; i++)
		mentions[i] = (struct rule_mention){
		    item->mentions[i].entity, item->mentions[i].field};
	rule_set_evaluate(engine->rules, &facts, on_met, met);
	free(mentions);
}

/* ---- the verdict -------------------------------------------------------- */

/* Keys that are older than those in memory are in the store. */
static bool
was_seen(
    struct engine *engine, const struct feed *feed, const struct item *item)
{
	return seen_has(&feed->seen, item->key, item->revision) ||
	       (feed->seen.cut &&
		   store_has_seen(engine->store, feed->record.row, item->key,
		       item->revision));
}

static struct item_keys
make_keys(const struct item *item)
{
	struct keys keys;

	keys_make_stored(item->url, item->title, &keys);
	return (struct item_keys){
	    item->key, keys.url, keys.title, keys.head, keys.tail};
}

static void
judge_known(const struct known *known, const struct job_item *item,
    struct verdict *verdict, struct buf *why)
{
	struct buf changes = BUF_INIT;

	verdict->item = known->item;
	verdict->story = known->story;
	verdict->newness = !known->variant.same ? NEWNESS_EDIT
			   : known->by_key && known->by_url
			       ? NEWNESS_KNOWN
			       : NEWNESS_REPUBLISHED;
	verdict->new_mention = known_has_new_mention(known, item);
	known_add_reason(why, known);
	if (verdict->newness == NEWNESS_EDIT) {
		known_add_changes(&changes, known, item);
		buf_add_str(why, buf_str(&changes));
		verdict->changes = buf_take(&changes);
	}
}

static void
judge_unknown(const struct engine *engine, const struct job *job,
    const struct item *item, struct verdict *verdict, struct buf *why)
{
	const struct feed_record *feed = &job->feed->record;
	struct newness_facts facts = {
	    .first_fetch = job->first_fetch,
	    .published_at = item->published_at,
	    .now = clock_now_us(),
	    .fresh_us = engine->role.config->defaults.fresh_ms * 1000,
	    .first_read_at = feed->first_success_at,
	    .last_read_at = job->last_read_at,
	    .reused = verdict->reused,
	};

	verdict->newness = newness_judge(&facts);
	newness_add_reason(why, verdict->newness, &facts, feed->id);
}

static void
find_verdict(struct engine *engine, const struct job *job,
    const struct job_item *item, const struct item_keys *keys,
    struct verdict *verdict)
{
	struct buf why = BUF_INIT;
	struct known known;

	*verdict = (struct verdict){.newness = NEWNESS_KNOWN};
	if (was_seen(engine, job->feed, &item->item))
		return;
	known_find(engine, job, &item->item, keys, &known);
	verdict->reused = known.reused;
	if (known.item != 0)
		judge_known(&known, item, verdict, &why);
	else
		judge_unknown(engine, job, &item->item, verdict, &why);
	verdict->why = buf_take(&why);
	known_clear(&known);
}

/* ---- items -------------------------------------------------------------- */

/* Takes the verdict's reason, and what the item owns. */
static void
take_record(const struct feed *feed, struct job_item *item,
    const struct item_keys *keys, struct verdict *verdict,
    struct item_record *record)
{
	*record = (struct item_record){
	    .id = verdict->item,
	    .feed = feed->record.row,
	    .seen_at = item->seen_at,
	    .story = verdict->story,
	    .keys = *keys,
	    .verdict = newness_name(verdict->newness),
	    .why = verdict->why,
	    .item = item->item,
	    .mentions = item->mentions,
	    .mentions_len = item->mentions_len,
	};
	record->item.published_at =
	    newness_clamp_date(item->item.published_at, clock_now_us());
	verdict->why = NULL;
	item_init(&item->item);
	item->mentions = NULL;
	item->mentions_len = 0;
}

/* Known with the same words: only the key or the markup is another one. */
static void
keep_known(struct engine *engine, const struct feed *feed,
    const struct job_item *item, const struct verdict *verdict)
{
	struct seen_record seen = {
	    .feed = feed->record.row,
	    .key = item->item.key,
	    .revision = item->item.revision,
	    .item = verdict->item,
	    .seen_at = item->seen_at,
	};

	batch_add_seen(engine->batch, &seen);
}

/* Of an edit: drops the rules that do not ask for edits. */
static void
keep_edit_rules(const struct config *config, struct met *met)
{
	struct strings kept = {0};

	met->level = LEVEL_ROUTINE;
	for (size_t i = 0; i < config->rules_len; i++) {
		const struct config_rule *rule = &config->rules[i];

		if (!rule->edits || !strings_has(&met->rules, rule->id))
			continue;
		strings_add(&kept, rule->id);
		if (rule->level > met->level)
			met->level = rule->level;
	}
	strings_clear(&met->rules);
	met->rules = kept;
}

/* Whether the item meets rules, but more of its feed than one wants to hear
 * at a time; it says so then. */
static bool
is_flooding(struct engine *engine, struct job *job, const struct met *met,
    struct verdict *verdict)
{
	char *why = verdict->why;

	if (met->rules.len == 0 ||
	    flood_admits(&job->flood, engine->role.config->defaults.flood))
		return false;
	verdict->why = xasprintf("%s" RECORD_IN_DIGEST, why);
	free(why);
	return true;
}

static void
keep_edit(struct engine *engine, struct job *job, struct job_item *item,
    const struct item_keys *keys, struct verdict *verdict)
{
	struct feed *feed = job->feed;
	struct met met = {.level = LEVEL_ROUTINE};
	struct edit edit = {
	    stories_find(engine->stories, verdict->story), verdict->changes};
	struct item_record record, view;
	bool flooding;

	ask_rules(engine, feed, item, &met);
	if (!verdict->new_mention)
		keep_edit_rules(engine->role.config, &met);
	flooding = is_flooding(engine, job, &met, verdict);
	take_record(feed, item, keys, verdict, &record);
	view = record; /* the batch owns its strings from now on */
	batch_add_edit(engine->batch, &record);
	if (flooding)
		flood_add(&job->flood, engine->rules, &view, &met);
	else if (met.rules.len > 0)
		tell_edit(engine, feed, &view, &met, &edit);
	feed->state.edits++;
	engine->stats.items_edited++;
	strings_clear(&met.rules);
}

static void
keep_copy(struct engine *engine, const struct feed *feed, struct job_item *item,
    const struct item_keys *keys, struct verdict *verdict)
{
	struct item_record record;

	take_record(feed, item, keys, verdict, &record);
	batch_add_copy(engine->batch, &record);
}

static void
note_new_item(struct engine *engine, struct feed *feed, bool news,
    const struct item_record *record)
{
	int64_t published_at = record->item.published_at;

	feed->state.new_items++;
	feed->state.last_new_at = feed->record.last_new_at = record->seen_at;
	feed->new_at = engine_monotonic_us();
	if (published_at != ITEM_NO_DATE &&
	    published_at > feed->record.last_item_at)
		feed->state.last_item_at = feed->record.last_item_at =
		    published_at;
	engine->stats.items_new++;
	if (news && published_at != ITEM_NO_DATE)
		stats_histogram_add(&engine->stats.detect_delay,
		    record->seen_at - published_at);
}

static void
keep_new(struct engine *engine, struct job *job, struct job_item *item,
    const struct item_keys *keys, struct verdict *verdict)
{
	struct feed *feed = job->feed;
	bool news = newness_is_news(verdict->newness), flooding;
	struct story_arrival arrival;
	struct met met = {.level = LEVEL_ROUTINE};
	struct item_record record, view;

	if (news)
		ask_rules(engine, feed, item, &met);
	flooding = is_flooding(engine, job, &met, verdict);
	verdict->item = store_next_item(engine->store);
	take_record(feed, item, keys, verdict, &record);
	stories_add(engine->stories, &record, feed->record.outlet, &arrival);
	note_new_item(engine, feed, news, &record);
	view = record; /* the batch owns its strings from now on */
	batch_add_item(engine->batch, &record);
	engine->stats.stories += !arrival.joined;
	if (flooding)
		flood_add(&job->flood, engine->rules, &view, &met);
	else if (news)
		tell_item(engine, feed, &view, &met, &arrival);
	strings_clear(&met.rules);
}

void
judge_item(struct engine *engine, struct job *job, struct job_item *item)
{
	struct feed *feed = job->feed;
	uint64_t key = item->item.key, revision = item->item.revision;
	struct item_keys keys = make_keys(&item->item);
	struct verdict verdict;

	find_verdict(engine, job, item, &keys, &verdict);
	switch (verdict.newness) {
	case NEWNESS_KNOWN:
		keep_known(engine, feed, item, &verdict);
		break;
	case NEWNESS_EDIT:
		keep_edit(engine, job, item, &keys, &verdict);
		break;
	case NEWNESS_REPUBLISHED:
		keep_copy(engine, feed, item, &keys, &verdict);
		break;
	case NEWNESS_BACKLOG:
	case NEWNESS_FRESH:
	case NEWNESS_OLD:
	case NEWNESS_NEW:
		keep_new(engine, job, item, &keys, &verdict);
		break;
	case NEWNESS_KINDS:
		break;
	}
	job->overlaps |= verdict.newness == NEWNESS_KNOWN ||
			 verdict.newness == NEWNESS_EDIT ||
			 verdict.newness == NEWNESS_REPUBLISHED;
	seen_put(&feed->seen, key, revision);
	seen_put(&job->present, key, revision);
	free(verdict.why);
	free(verdict.changes);
}

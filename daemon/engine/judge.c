/*
 * From an item to an alert. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/judge.h"
#include "engine/newness.h"
#include "engine/stories.h"
#include "engine/tell.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_match.h"
#include "store/store.h"

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
	struct strings tags = {item->item.tags, item->item.tags_len};
	struct rule_facts facts = {
	    .feed = feed->record.id,
	    .outlet = feed->record.outlet,
	    .language = item->item.language,
	    .feed_tags = &feed->config->tags,
	    .item_tags = &tags,
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
find_key(struct engine *engine, struct feed *feed, const struct item *item,
    uint64_t *revision)
{
	const struct job_seen *seen = seen_find(&feed->seen, item->key);

	if (seen != NULL) {
		*revision = seen->revision;
		return true;
	}
	return feed->seen.cut && store_find_seen(engine->store,
				     feed->record.row, item->key, revision);
}

static void
find_verdict(struct engine *engine, const struct job *job,
    const struct item *item, struct verdict *verdict)
{
	struct feed *feed = job->feed;
	uint64_t known_revision = 0;
	struct newness_facts facts = {
	    .key_known = find_key(engine, feed, item, &known_revision),
	    .revision_known = known_revision == item->revision,
	    .first_fetch = job->first_fetch,
	    .published_at = item->published_at,
	    .now = clock_now_us(),
	    .fresh_us = engine->role.config->defaults.fresh_ms * 1000,
	};
	struct buf why = BUF_INIT;

	*verdict = (struct verdict){.newness = newness_judge(&facts)};
	newness_add_reason(&why, verdict->newness, item, feed->record.id);
	verdict->why = buf_take(&why);
}

/* ---- items -------------------------------------------------------------- */

/* Takes the verdict's reason, and what the item owns. */
static void
take_record(const struct feed *feed, struct job_item *item,
    struct verdict *verdict, struct item_record *record)
{
	*record = (struct item_record){
	    .id = verdict->item,
	    .feed = feed->record.row,
	    .seen_at = item->seen_at,
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

static void
keep_edit(struct engine *engine, struct feed *feed, struct job_item *item,
    struct verdict *verdict)
{
	struct item_record record;

	take_record(feed, item, verdict, &record);
	batch_add_edit(engine->batch, &record);
	feed->state.edits++;
	engine->stats.items_edited++;
}

static void
note_new_item(struct engine *engine, struct feed *feed, bool news,
    const struct item_record *record)
{
	int64_t published_at = record->item.published_at;

	feed->state.new_items++;
	feed->state.last_new_at = feed->record.last_new_at = record->seen_at;
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
keep_new(struct engine *engine, struct feed *feed, struct job_item *item,
    struct verdict *verdict)
{
	bool news = newness_is_news(verdict->newness);
	struct story_arrival arrival;
	struct met met = {.level = LEVEL_ROUTINE};
	struct item_record record, view;

	if (news)
		ask_rules(engine, feed, item, &met);
	verdict->item = store_next_item(engine->store);
	take_record(feed, item, verdict, &record);
	stories_add(engine->stories, &record, feed->record.outlet, &arrival);
	note_new_item(engine, feed, news, &record);
	view = record; /* the batch owns its strings from now on */
	batch_add_item(engine->batch, &record);
	engine->stats.stories += !arrival.joined;
	if (news)
		tell_item(engine, feed, &view, &met, &arrival);
	strings_clear(&met.rules);
}

void
judge_item(struct engine *engine, struct job *job, struct job_item *item)
{
	struct feed *feed = job->feed;
	uint64_t key = item->item.key, revision = item->item.revision;
	struct verdict verdict;

	find_verdict(engine, job, &item->item, &verdict);
	switch (verdict.newness) {
	case NEWNESS_KNOWN: /* it fell out of memory: bring it back */
		batch_add_seen(engine->batch, feed->record.row, key, revision,
		    item->seen_at);
		break;
	case NEWNESS_EDIT:
		keep_edit(engine, feed, item, &verdict);
		break;
	case NEWNESS_BACKLOG:
	case NEWNESS_FRESH:
	case NEWNESS_NEW:
		keep_new(engine, feed, item, &verdict);
		break;
	case NEWNESS_KINDS:
		break;
	}
	seen_put(&feed->seen, key, revision);
	free(verdict.why);
}

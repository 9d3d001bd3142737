/*
 * Alerts of items and stories, made and put into the batch. Runs in the
 * engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/alert.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/flood.h"
#include "engine/report.h"
#include "engine/route.h"
#include "engine/stories.h"
#include "engine/story_alerts.h"
#include "engine/tell.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "store/store.h"

#define REASON_MAX 1000 /* bytes; further mentions are left out */

/* An item on its way to alerts. */
struct telling {
	struct engine *engine;
	const struct feed *feed;
	const struct item_record *item;
	const struct story_state *story;
	struct alert_entity *entities; /* the item's, then the story's others */
	size_t entities_len;           /* of the item */
	size_t all_entities_len;
};

/* ---- entities ----------------------------------------------------------- */

static const char *
entity_label(const struct engine *engine, const char *id)
{
	const struct config *config = engine->role.config;

	for (size_t i = 0; i < config->entities_len; i++)
		if (strcmp(config->entities[i].id, id) == 0)
			return config->entities[i].label != NULL
				   ? config->entities[i].label
				   : id;
	return NULL;
}

/* Adds an entity unless it is there; a rule's word is none. */
static void
add_entity(struct telling *telling, const char *id)
{
	const char *name = entity_label(telling->engine, id);
	size_t len = telling->all_entities_len;

	for (size_t i = 0; i < len; i++)
		if (strcmp(telling->entities[i].id, id) == 0)
			return;
	if (name == NULL)
		return;
	telling->entities[len] = (struct alert_entity){id, name};
	telling->all_entities_len++;
}

/* Those that count, each once, in the order of mention. */
static void
list_entities(struct telling *telling)
{
	const struct item_record *item = telling->item;

	telling->entities =
	    xcalloc(item->mentions_len, sizeof(*telling->entities));
	for (size_t i = 0; i < item->mentions_len; i++)
		if (rule_set_counts(
			telling->engine->rules, item->mentions[i].entity))
			add_entity(telling, item->mentions[i].entity);
	telling->entities_len = telling->all_entities_len;
}

static void
list_more_entities(struct telling *telling)
{
	const struct strings *more = &telling->story->entities;

	telling->entities = xreallocarray(telling->entities,
	    telling->entities_len + more->len, sizeof(*telling->entities));
	for (size_t i = 0; i < more->len; i++)
		add_entity(telling, more->at[i]);
}

/* ---- reasons ------------------------------------------------------------ */

/* "Crocus City Hall in title, Macron in title, Macron in summary" */
static void
add_places(struct buf *out, const struct item_record *item,
    const struct alert_entity *entity, const char **separator)
{
	bool told[ITEM_FIELDS] = {false};

	for (size_t i = 0; i < item->mentions_len; i++) {
		const struct job_mention *mention = &item->mentions[i];

		if (strcmp(mention->entity, entity->id) != 0 ||
		    told[mention->field])
			continue;
		told[mention->field] = true;
		buf_addf(out, "%s%s in %s", *separator, entity->name,
		    item_field_name(mention->field));
		*separator = ", ";
	}
}

/* "rules crocus, macron: ..." */
static void
add_reason(
    struct buf *out, const struct telling *telling, const struct strings *rules)
{
	const char *separator = ": ";

	if (rules->len == 0)
		return;
	buf_add_str(out, rules->len > 1 ? "rules " : "rule ");
	for (size_t i = 0; i < rules->len; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", rules->at[i]);
	for (size_t i = 0; i < telling->entities_len && out->len < REASON_MAX;
	     i++)
		add_places(
		    out, telling->item, &telling->entities[i], &separator);
}

/* ---- alerts ------------------------------------------------------------- */

/* What alerts of one item differ in. */
struct alert_about {
	enum alert_type type;
	enum level level;
	const struct strings *rules;
	const char *text;
	const char *held;
	const struct story_alert *news; /* of the story; NULL: of the item */
	uint64_t digest;                /* items that it stands for */
};

/* A rule with stories off pushes the item to where stories go. */
static void
add_sinks(const struct config *config, const struct alert_about *about,
    struct strings *sinks)
{
	struct strings off = {0};

	route_add_sinks(config, about->type, about->level, about->rules, sinks);
	for (size_t i = 0; i < about->rules->len; i++)
		if (story_alerts_are_off(config, about->rules->at[i]))
			strings_add(&off, about->rules->at[i]);
	if (about->type == ALERT_ITEM && off.len > 0)
		route_add_sinks(
		    config, ALERT_STORY_NEW, about->level, &off, sinks);
	strings_clear(&off);
}

static char *
write_json(const struct alert_facts *facts)
{
	struct buf json = BUF_INIT;

	alert_add_json(&json, facts);
	if (json.len > ALERT_JSON_MAX) { /* hundreds of entities */
		struct alert_facts bare = *facts;

		bare.mentions_len = 0;
		buf_reset(&json);
		alert_add_json(&json, &bare);
	}
	return buf_take(&json);
}

static void
add_alert(const struct telling *telling, const struct alert_facts *facts,
    const struct alert_about *about)
{
	struct engine *engine = telling->engine;
	struct alert_record record = {
	    .seq = facts->seq,
	    .id = xstrdup(facts->id),
	    .type = facts->type,
	    .level = facts->level,
	    .feed = telling->feed->record.row,
	    .item = facts->item_id,
	    .story = facts->story != NULL ? facts->story->id : 0,
	    .at = facts->alerted_at,
	    .json = write_json(facts),
	};

	for (size_t i = 0; i < facts->rules->len; i++)
		strings_add(&record.rules, facts->rules->at[i]);
	for (size_t i = 0; i < facts->entities_len; i++)
		strings_add(&record.entities, facts->entities[i].id);
	add_sinks(engine->role.config, about, &record.sinks);
	batch_add_alert(engine->batch, &record);
	report_count_alert(engine, about->type, about->level);
}

static bool
is_remembered(const struct story_state *story)
{
	return story != NULL && story->id != 0;
}

static void
make_alert(const struct telling *telling, const struct alert_about *about)
{
	const struct item_record *item = telling->item;
	struct engine *engine = telling->engine;
	struct alert_facts facts = {
	    .seq = store_next_seq(engine->store),
	    .type = alert_type_names[about->type],
	    .level = about->level,
	    .rules = about->rules,
	    .entities = telling->entities,
	    .entities_len = telling->all_entities_len,
	    .mentions = item->mentions,
	    .mentions_len = item->mentions_len,
	    .item_id = item->id,
	    .item = &item->item,
	    .feed = telling->feed->record.id,
	    .outlet = telling->feed->record.outlet,
	    .story = is_remembered(telling->story) ? telling->story : NULL,
	    .why_new = item->why,
	    .text = about->text,
	    .held = about->held,
	    .digest = about->digest,
	    .published_at = item->item.published_at,
	    .seen_at = item->seen_at,
	    .matched_at = clock_now_us(),
	};
	char *id = xasprintf("%s-%llu", store_name(engine->store),
	    (unsigned long long)facts.seq);

	facts.id = id;
	if (about->news != NULL) {
		facts.new_rules = &about->news->new_rules;
		facts.new_entities = &about->news->new_entities;
	}
	facts.alerted_at = clock_now_us();
	add_alert(telling, &facts, about);
	free(id);
}

/* An edit may meet rules that have no part in stories. */
static void
add_met(struct alert_about *about, const struct met *met, struct strings *rules)
{
	for (size_t i = 0; i < met->rules.len; i++)
		strings_add_once(rules, met->rules.at[i]);
	if (met->level > about->level)
		about->level = met->level;
}

/* Each alert names all rules that the story has told. */
static void
tell_story(struct telling *telling, const struct met *met,
    const struct story_alerts *alerts)
{
	const struct story_told *told = &telling->story->told;
	struct strings rules = {0};

	list_more_entities(telling);
	for (size_t i = 0; i < told->rules.len; i++)
		strings_add(&rules, told->rules.at[i]);
	for (size_t i = 0; i < alerts->len; i++) {
		const struct story_alert *alert = &alerts->at[i];
		struct alert_about about = {alert->type, told->level, &rules,
		    alert->text, NULL, alert, 0};

		if (alert->type == ALERT_STORY_EDITED)
			add_met(&about, met, &rules);
		make_alert(telling, &about);
	}
	strings_clear(&rules);
}

static void
count_silence(struct stats *stats, enum story_silence silence)
{
	stats->held_told += silence == STORY_SILENT_TOLD;
	stats->held_waiting += silence == STORY_SILENT_WAITING;
}

/* Decides, with or without an alert of the item itself, and makes all.
 * changes: since an alert told the item; NULL: none has. */
static void
tell(struct telling *telling, const struct met *met,
    const struct story_arrival *arrival, const char *changes)
{
	struct engine *engine = telling->engine;
	const struct config *config = engine->role.config;
	struct story_news news = {
	    .arrival = arrival, .rules = &met->rules, .changes = changes};
	struct story_alerts alerts;
	struct buf reason = BUF_INIT;

	telling->story = arrival->story;
	if (met->rules.len > 0)
		list_entities(telling);
	add_reason(&reason, telling, &met->rules);
	news.entities = telling->entities;
	news.entities_len = telling->entities_len;
	news.reason = buf_str(&reason);
	if (changes != NULL)
		story_alerts_decide_edit(config, &news, &alerts);
	else
		story_alerts_decide(config, &news, &alerts);
	count_silence(&engine->stats, alerts.silence);
	if (met->rules.len > 0 && changes == NULL) {
		report_count_entities(
		    engine, telling->entities, telling->entities_len);
		make_alert(telling,
		    &(struct alert_about){ALERT_ITEM, met->level, &met->rules,
			news.reason, alerts.held, NULL, 0});
	}
	if (alerts.len > 0)
		tell_story(telling, met, &alerts);
	story_alerts_clear(&alerts);
	free(telling->entities);
	buf_clear(&reason);
}

void
tell_item(struct engine *engine, const struct feed *feed,
    const struct item_record *item, const struct met *met,
    const struct story_arrival *arrival)
{
	struct telling telling = {.engine = engine, .feed = feed, .item = item};

	tell(&telling, met, arrival, NULL);
}

void
tell_edit(struct engine *engine, const struct feed *feed,
    const struct item_record *item, const struct met *met,
    const struct edit *edit)
{
	struct telling telling = {.engine = engine, .feed = feed, .item = item};
	struct story_state forgotten = {.independent = 1};
	struct story_arrival arrival = {
	    .story = edit->story != NULL ? edit->story : &forgotten,
	    .joined = true};
	bool told = batch_has_alert_of(engine->batch, item->id) ||
		    store_has_alert(engine->store, item->id);

	tell(&telling, met, &arrival, told ? edit->changes : NULL);
	strings_clear(&forgotten.rules);
	strings_clear(&forgotten.entities);
	strings_clear(&forgotten.told.rules);
	strings_clear(&forgotten.told.entities);
}

void
tell_flood(
    struct engine *engine, const struct feed *feed, const struct flood *flood)
{
	struct item_record item = flood->item;
	struct telling telling = {
	    .engine = engine,
	    .feed = feed,
	    .item = &item,
	};
	struct buf why = BUF_INIT, text = BUF_INIT;

	if (flood->items == 0)
		return;
	telling.entities =
	    xcalloc(flood->entities.len, sizeof(*telling.entities));
	for (size_t i = 0; i < flood->entities.len; i++)
		add_entity(&telling, flood->entities.at[i]);
	buf_addf(&why,
	    "a flood: after %" PRIu64 " items of this poll of feed %s, told "
	    "one by one, %" PRIu64 " more met rules; all are kept",
	    flood->told, feed->record.id, flood->items);
	item.why = (char *)buf_str(&why);
	buf_addf(&text, "%" PRIu64 " items, ", flood->items);
	add_reason(&text, &telling, &flood->rules);
	buf_addf(&text, ": %s%s", buf_str(&flood->headlines),
	    flood->items > FLOOD_HEADLINES_MAX ? " | ..." : "");
	make_alert(&telling,
	    &(struct alert_about){ALERT_DIGEST, flood->level, &flood->rules,
		buf_str(&text), NULL, NULL, flood->items});
	free(telling.entities);
	buf_clear(&why);
	buf_clear(&text);
}

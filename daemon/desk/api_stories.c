/*
 * /api/v1/stories and /api/v1/stories/{id}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/api.h"
#include "desk/api_stories.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/params.h"
#include "desk/revisions.h"
#include "desk/story.h"
#include "desk/told.h"
#include "frame/config.h"
#include "rule/rule.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/trail.h"

#define STORIES_LIMIT 50 /* when no limit is asked for */
#define STORIES_MAX 200  /* each costs four reads */
#define ENTITIES_MAX 20  /* of a story */
#define MENTIONS_MAX 30  /* of an item */

#define OF(member) offsetof(struct store_filter, member)

static const struct param story_params[] = {
    {"after", PARAM_NUMBER, OF(after)},
    {"before", PARAM_NUMBER, OF(before)},
    {"entity", PARAM_TEXT, OF(entity)},
    {"level", PARAM_LEVEL, OF(level)},
    {"limit", PARAM_LIMIT, OF(limit)},
    {"outlet", PARAM_TEXT, OF(outlet)},
    {"outlets", PARAM_NUMBER, OF(outlets)},
    {"since", PARAM_TIME, OF(since_at)},
    {"text", PARAM_TEXT, OF(text)},
    {"told", PARAM_FLAG, OF(told)},
    {"until", PARAM_TIME, OF(until_at)},
    {NULL, PARAM_TEXT, 0},
};

/* An answer under way. */
struct answer {
	struct buf out;
	struct store_reader *reader;
	const struct config *config;
	bool failed; /* a read did */
};

static void
note(struct answer *answer, int result)
{
	answer->failed |= result != 0;
}

/* ---- what both have in common ------------------------------------------ */

static void
put_id(struct buf *out, const char *key, uint64_t number)
{
	char id[24];

	snprintf(id, sizeof(id), "%" PRIu64, number);
	json_pair_str(out, key, id);
}

static const char *
entity_label(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->entities_len; i++)
		if (strcmp(config->entities[i].id, id) == 0)
			return config->entities[i].label;
	return NULL;
}

static void
on_entity(void *arg, const char *entity, uint64_t items)
{
	struct answer *answer = arg;
	const char *label = entity_label(answer->config, entity);

	json_put_open(&answer->out, '{');
	json_pair_str(&answer->out, "id", entity);
	json_pair_str(&answer->out, "name", label != NULL ? label : entity);
	json_pair_u64(&answer->out, "items", items);
	json_put_close(&answer->out, '}');
}

static void
put_outlets(struct buf *out, const struct story *story)
{
	json_pair_u64(out, "outlets", story->outlets_len);
	json_put_key(out, "outlet_names");
	json_put_open(out, '[');
	for (size_t i = 0; i < story->outlets_len; i++)
		json_put_str(out, story->outlets[i].name);
	json_put_close(out, ']');
	json_pair_str(out, "first_outlet", story->outlets[0].name);
	if (story->outlets_len > 1)
		story_put_minutes(out, "lead_minutes",
		    story_minutes(story, story->outlets[1].first_at));
	else
		json_pair_str(out, "lead_minutes", NULL);
}

/* The members of a story that lists and its own page have alike. */
static void
put_summary(struct answer *answer, const struct story *story)
{
	struct buf *out = &answer->out;
	struct trail_told told = {0};

	note(answer, trail_read_told(answer->reader, story->id, &told));
	put_id(out, "id", story->id);
	json_pair_str(out, "headline", story->headline);
	json_pair_str(out, "level",
	    told.alerts > 0 ? level_name((enum level)told.level) : NULL);
	json_pair_u64(out, "items", story->items_len);
	put_outlets(out, story);
	json_pair_strings(
	    out, "languages", story->languages.at, story->languages.len);
	json_pair_date(out, "first", story->items[0].at);
	json_pair_date(out, "first_seen", story->first_seen_at);
	json_pair_date(out, "last_seen", story->last_seen_at);
	json_put_key(out, "entities");
	json_put_open(out, '[');
	note(answer, trail_read_entities(answer->reader, story->id,
			 ENTITIES_MAX, on_entity, answer));
	json_put_close(out, ']');
}

static int
open_answer(const struct api_call *call, struct answer *answer)
{
	char *error = NULL;

	*answer = (struct answer){.reader = desk_open_store(call->desk, &error),
	    .config = call->desk->role.config};
	if (answer->reader != NULL)
		return 0;
	http_reply_error(
	    call->conn, 503, "the store cannot be read: %s", error);
	free(error);
	return -1;
}

static void
send_answer(const struct api_call *call, struct answer *answer)
{
	if (!answer->failed) {
		api_reply_json(call, &answer->out);
		return;
	}
	http_reply_error(call->conn, 503, "the store cannot be read: %s",
	    store_reader_error(answer->reader));
	buf_clear(&answer->out);
}

/* ---- the list ----------------------------------------------------------- */

struct ids {
	uint64_t at[STORIES_MAX];
	size_t len;
};

static void
on_story(void *arg, uint64_t story)
{
	struct ids *ids = arg;

	if (ids->len < STORIES_MAX)
		ids->at[ids->len++] = story;
}

static void
put_stories(struct answer *answer, const struct ids *ids)
{
	json_put_key(&answer->out, "stories");
	json_put_open(&answer->out, '[');
	for (size_t i = 0; i < ids->len && !answer->failed; i++) {
		struct story story;

		note(answer, story_read(answer->reader, ids->at[i], &story));
		if (story.items_len > 0) {
			json_put_open(&answer->out, '{');
			put_summary(answer, &story);
			json_put_close(&answer->out, '}');
		}
		story_clear(&story);
	}
	json_put_close(&answer->out, ']');
}

static void
reply_stories(const struct api_call *call, const struct store_filter *filter)
{
	struct answer answer;
	struct ids ids = {.len = 0};
	char cursor[24];

	if (open_answer(call, &answer) != 0)
		return;
	note(&answer,
	    store_query_stories(answer.reader, filter, on_story, &ids));
	json_put_open(&answer.out, '{');
	put_stories(&answer, &ids);
	if (ids.len < filter->limit) {
		json_pair_str(&answer.out, "next", NULL);
	} else {
		snprintf(
		    cursor, sizeof(cursor), "%" PRIu64, ids.at[ids.len - 1]);
		api_put_next(&answer.out, call,
		    filter->after != 0 ? "after" : "before", cursor);
	}
	json_put_close(&answer.out, '}');
	send_answer(call, &answer);
}

void
api_get_stories(const struct api_call *call)
{
	struct store_filter filter = {.limit = STORIES_LIMIT};
	struct strings owned = {0};

	if (api_read_params(call, story_params, &filter, &owned) == 0) {
		if (filter.limit > STORIES_MAX)
			filter.limit = STORIES_MAX;
		reply_stories(call, &filter);
	}
	strings_clear(&owned);
}

/* ---- one story ---------------------------------------------------------- */

static void
on_mention(void *arg, const struct trail_mention *mention)
{
	struct answer *answer = arg;
	struct buf *out = &answer->out;
	size_t prefix = strlen(RULE_WORD_PREFIX);
	bool is_word = strncmp(mention->entity, RULE_WORD_PREFIX, prefix) == 0;

	json_put_open(out, '{');
	json_pair_str(out, "entity", is_word ? NULL : mention->entity);
	json_pair_str(out, "name", mention->name);
	json_pair_str(out, "field", item_field_name(mention->field));
	json_pair_u64(out, "offset", mention->offset);
	json_pair_u64(out, "length", mention->len);
	json_pair_str(out, "accepted_by", mention->accepted_by);
	json_put_close(out, '}');
}

static void
put_item(struct answer *answer, const struct story *story,
    const struct story_item *item)
{
	struct buf *out = &answer->out;

	json_put_open(out, '{');
	json_pair_u64(out, "id", item->id);
	json_pair_date(out, "at", item->at);
	story_put_minutes(out, "minutes", story_minutes(story, item->at));
	json_pair_str(out, "feed", item->feed);
	json_pair_str(out, "outlet", item->outlet);
	json_pair_str(out, "url", item->url);
	json_pair_str(out, "title", item->title);
	json_pair_str(out, "language", item->language);
	json_pair_date(out, "published", item->published_at);
	json_pair_date(out, "seen", item->seen_at);
	json_put_key(out, "mentions");
	json_put_open(out, '[');
	note(answer, trail_read_mentions(answer->reader, item->id, MENTIONS_MAX,
			 on_mention, answer));
	json_put_close(out, ']');
	note(answer, revisions_put(out, answer->reader, item->id));
	json_put_close(out, '}');
}

static void
put_coverage(struct buf *out, const struct story *story)
{
	json_put_key(out, "coverage");
	json_put_open(out, '[');
	for (size_t i = 0; i < story->outlets_len; i++) {
		const struct story_outlet *outlet = &story->outlets[i];

		json_put_open(out, '{');
		json_pair_str(out, "outlet", outlet->name);
		json_pair_date(out, "first", outlet->first_at);
		story_put_minutes(
		    out, "minutes", story_minutes(story, outlet->first_at));
		json_pair_u64(out, "items", outlet->items);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
}

static void
put_story(struct answer *answer, const struct story *story)
{
	struct buf *out = &answer->out;

	json_put_open(out, '{');
	put_summary(answer, story);
	put_coverage(out, story);
	json_put_key(out, "timeline");
	json_put_open(out, '[');
	for (size_t i = 0; i < story->items_len; i++)
		put_item(answer, story, &story->items[i]);
	json_put_close(out, ']');
	note(answer, told_put(out, answer->reader, answer->config,
			 &(struct told_about){.story = story->id}));
	json_put_close(out, '}');
}

/* The id of a path; 0 when it is none. */
static uint64_t
read_id(const char *text)
{
	char *end;
	uint64_t id = strtoull(text, &end, 10);

	return *text >= '1' && *text <= '9' && *end == '\0' && id < INT64_MAX
		   ? id
		   : 0;
}

void
api_get_story(const struct api_call *call)
{
	struct answer answer;
	struct story story;

	if (open_answer(call, &answer) != 0)
		return;
	note(&answer, story_read(answer.reader, read_id(call->id), &story));
	if (story.items_len > 0)
		put_story(&answer, &story);
	if (story.items_len == 0 && !answer.failed)
		http_reply_error(call->conn, 404,
		    "no story \"%s\"; `wirewatch stories` lists them",
		    call->id);
	else
		send_answer(call, &answer);
	story_clear(&story);
}

/*
 * The shape of an alert. Runs in the engine.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/utf8.h"
#include "engine/alert.h"
#include "engine/stories.h"

const char *
alert_link(const char *url)
{
	if (url != NULL && (strncasecmp(url, "http://", 7) == 0 ||
			       strncasecmp(url, "https://", 8) == 0))
		return url;
	return NULL;
}

static void
add_cut(struct buf *out, const char *key, const char *text, size_t max)
{
	json_put_key(out, key);
	json_put_strn(out, text, utf8_cut(text, strlen(text), max));
}

static void
add_mention(
    struct buf *out, const struct item *item, const struct job_mention *mention)
{
	const char *text =
	    item_field_text(item, mention->field) + mention->offset;

	json_put_open(out, '{');
	json_pair_str(out, "field", item_field_name(mention->field));
	json_pair_u64(out, "offset", mention->offset);
	json_pair_u64(out, "length", mention->len);
	json_put_key(out, "text");
	json_put_strn(
	    out, text, utf8_cut(text, mention->len, ALERT_MENTION_TEXT_MAX));
	json_put_close(out, '}');
}

static void
add_entity(struct buf *out, const struct alert_facts *facts,
    const struct alert_entity *entity, unsigned *all)
{
	unsigned told = 0;

	json_put_open(out, '{');
	json_pair_str(out, "id", entity->id);
	json_pair_str(out, "name", entity->name);
	json_put_key(out, "mentions");
	json_put_open(out, '[');
	for (size_t i = 0; i < facts->mentions_len; i++) {
		const struct job_mention *mention = &facts->mentions[i];

		if (strcmp(mention->entity, entity->id) == 0 &&
		    told < ALERT_MENTIONS_MAX &&
		    *all < ALERT_MENTIONS_ALL_MAX) {
			told++;
			++*all;
			add_mention(out, facts->item, mention);
		}
	}
	json_put_close(out, ']');
	json_put_close(out, '}');
}

static void
add_entities(struct buf *out, const struct alert_facts *facts)
{
	unsigned all = 0;

	json_put_key(out, "entities");
	json_put_open(out, '[');
	for (size_t i = 0; i < facts->entities_len; i++)
		add_entity(out, facts, &facts->entities[i], &all);
	json_put_close(out, ']');
}

static void
add_item(struct buf *out, const struct alert_facts *facts)
{
	const struct item *item = facts->item;

	json_put_key(out, "item");
	if (item == NULL) {
		json_put_null(out);
		return;
	}
	json_put_open(out, '{');
	json_pair_u64(out, "id", facts->item_id);
	json_pair_str(out, "feed", facts->feed);
	json_pair_str(out, "outlet", facts->outlet);
	json_pair_str(out, "url", alert_link(item->url));
	add_cut(out, "title", item->title, ALERT_TITLE_MAX);
	add_cut(out, "summary", item->summary, ALERT_SUMMARY_MAX);
	json_pair_date(out, "published", facts->published_at);
	json_pair_str(
	    out, "language", item->language != NULL ? item->language : "und");
	json_put_close(out, '}');
}

static void
add_feed(struct buf *out, const struct alert_facts *facts)
{
	json_put_key(out, "feed");
	json_put_open(out, '{');
	json_pair_str(out, "id", facts->feed);
	json_pair_str(out, "outlet", facts->outlet);
	json_pair_str(out, "url", alert_link(facts->url));
	json_put_close(out, '}');
}

static void
add_outlets(struct buf *out, const struct story_state *story)
{
	json_put_key(out, "outlet_names");
	json_put_open(out, '[');
	for (size_t i = 0; i < story->outlets_len; i++)
		json_put_str(out, story->outlets[i].name);
	json_put_close(out, ']');
}

static void
add_story(struct buf *out, const struct story_state *story)
{
	char id[24];

	json_put_key(out, "story");
	if (story == NULL) {
		json_put_null(out);
		return;
	}
	json_put_open(out, '{');
	snprintf(id, sizeof(id), "%" PRIu64, story->id);
	json_pair_str(out, "id", id);
	json_pair_u64(out, "items", story->items);
	json_pair_u64(out, "outlets", story->outlets_len);
	json_pair_u64(out, "independent", story->independent);
	add_outlets(out, story);
	json_pair_strings(
	    out, "languages", story->languages.at, story->languages.len);
	json_pair_date(out, "first_seen", story->first_seen_at);
	add_cut(out, "headline", story->headline, ALERT_TITLE_MAX);
	json_put_close(out, '}');
}

static void
add_reason_and_times(struct buf *out, const struct alert_facts *facts)
{
	json_put_key(out, "reason");
	json_put_open(out, '{');
	json_pair_str(out, "why_new", facts->why_new);
	json_pair_str(out, "text", facts->text);
	json_pair_str(out, "held", facts->held);
	if (facts->digest > 0)
		json_pair_u64(out, "digest", facts->digest);
	if (facts->new_rules != NULL) {
		json_pair_strings(out, "new_rules", facts->new_rules->at,
		    facts->new_rules->len);
		json_pair_strings(out, "new_entities", facts->new_entities->at,
		    facts->new_entities->len);
	}
	json_put_close(out, '}');
	json_put_key(out, "times");
	json_put_open(out, '{');
	json_pair_date(out, "published", facts->published_at);
	json_pair_date(out, "seen", facts->seen_at);
	json_pair_date(out, "matched", facts->matched_at);
	json_pair_date(out, "alerted", facts->alerted_at);
	json_put_close(out, '}');
}

void
alert_add_json(struct buf *out, const struct alert_facts *facts)
{
	json_put_open(out, '{');
	json_pair_str(out, "id", facts->id);
	json_pair_u64(out, "seq", facts->seq);
	json_pair_str(out, "type", facts->type);
	json_pair_str(out, "level", level_name(facts->level));
	json_pair_strings(out, "rules", facts->rules->at, facts->rules->len);
	add_entities(out, facts);
	add_item(out, facts);
	if (facts->item == NULL)
		add_feed(out, facts);
	add_story(out, facts->story);
	add_reason_and_times(out, facts);
	json_put_close(out, '}');
}

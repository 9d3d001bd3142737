/*
 * Why an item alerted, or did not. The rules asked are those in force now, on
 * the mentions that were stored; its text is looked through once more for names
 * that were refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "desk/desk.h"
#include "desk/explain.h"
#include "desk/revisions.h"
#include "desk/story.h"
#include "desk/told.h"
#include "frame/config.h"
#include "frame/config_match.h"
#include "frame/job.h"
#include "match/match.h"
#include "rule/explain.h"
#include "store/batch.h"
#include "store/query.h"
#include "store/trail.h"

#define EDITS_MAX 20
#define MISSES_MAX 20
#define MISS_TEXT_MAX 100 /* bytes */

/* The item, copied out of the store. */
struct subject {
	struct stored_item item; /* its strings are in `owned` */
	struct strings owned;
	struct rule_mention *mentions; /* their entities are in `owned` */
	size_t mentions_len;
};

struct explanation {
	struct buf *out;
	struct desk *desk;
	struct store_reader *reader;
	struct subject subject;
	unsigned met;       /* rules */
	uint64_t first_seq; /* of the item's first alert; 0: none */
	bool of_story;      /* that alert told of the story alone */
	int64_t told_at;    /* its last alert */
	int64_t edited_at;  /* its last edit that no digest told; 0: none */
	unsigned misses;
	bool told;   /* by an alert of its own or in a digest */
	bool failed; /* a read did */
};

static void
note(struct explanation *e, int result)
{
	e->failed |= result != 0;
}

/* ---- the item ------------------------------------------------------------ */

static const char *
own(struct subject *subject, const char *text)
{
	if (text == NULL)
		return NULL;
	strings_add(&subject->owned, text);
	return subject->owned.at[subject->owned.len - 1];
}

static void
on_item(void *arg, const struct stored_item *item)
{
	struct subject *subject = arg;

	subject->item = *item;
	subject->item.feed = own(subject, item->feed);
	subject->item.outlet = own(subject, item->outlet);
	subject->item.guid = own(subject, item->guid);
	subject->item.url = own(subject, item->url);
	subject->item.title = own(subject, item->title);
	subject->item.summary = own(subject, item->summary);
	subject->item.content = own(subject, item->content);
	subject->item.language = own(subject, item->language);
	subject->item.verdict = own(subject, item->verdict);
	subject->item.why = own(subject, item->why);
}

static void
on_mention(void *arg, const struct trail_mention *mention)
{
	struct subject *subject = arg;

	if (subject->mentions == NULL)
		subject->mentions =
		    xcalloc(JOB_MENTIONS_MAX, sizeof(*subject->mentions));
	if (mention->field < ITEM_FIELDS)
		subject->mentions[subject->mentions_len++] =
		    (struct rule_mention){
			own(subject, mention->entity), mention->field};
}

static void
put_item(struct explanation *e)
{
	const struct stored_item *item = &e->subject.item;

	json_pair_u64(e->out, "id", item->id);
	json_pair_str(e->out, "feed", item->feed);
	json_pair_str(e->out, "outlet", item->outlet);
	json_pair_str(e->out, "guid", item->guid);
	json_pair_str(e->out, "url", item->url);
	json_pair_str(e->out, "title", item->title);
	json_pair_str(e->out, "language", item->language);
	json_pair_date(e->out, "published", item->published_at);
	json_pair_date(e->out, "seen", item->seen_at);
	json_pair_str(e->out, "verdict", item->verdict);
	json_pair_str(e->out, "why", item->why);
	note(e, revisions_put(e->out, e->reader, item->id));
}

/* ---- its story ----------------------------------------------------------- */

/* The first alert of a story, and its item. */
struct first_alert {
	uint64_t seq;
	uint64_t item;
	int64_t at;
};

static void
on_story_alert(void *arg, const struct trail_alert *alert,
    const struct trail_delivery *delivery)
{
	struct first_alert *first = arg;

	if (first->seq == 0)
		*first =
		    (struct first_alert){alert->seq, alert->item, alert->at};
}

static void
put_first_alert(struct explanation *e, const struct story *story)
{
	struct first_alert first = {0};
	const char *outlet = NULL;

	note(e,
	    trail_read_alerts(e->reader, story->id, 0, on_story_alert, &first));
	json_put_key(e->out, "first_alert");
	if (first.seq == 0) {
		json_put_null(e->out);
		return;
	}
	for (size_t i = 0; i < story->items_len; i++)
		if (story->items[i].id == first.item)
			outlet = story->items[i].outlet;
	json_put_open(e->out, '{');
	json_pair_u64(e->out, "seq", first.seq);
	json_pair_u64(e->out, "item", first.item);
	json_pair_str(e->out, "outlet", outlet);
	json_pair_date(e->out, "alerted", first.at);
	json_put_close(e->out, '}');
}

/* Its story as far as it says who was there before. */
static void
put_story(struct explanation *e)
{
	struct story story;
	char id[24];
	size_t place = 0;

	note(e, story_read(e->reader, e->subject.item.story, &story));
	json_put_key(e->out, "story");
	if (e->subject.item.story == 0 || story.items_len == 0) {
		json_put_null(e->out);
		story_clear(&story);
		return;
	}
	while (place < story.items_len - 1 &&
	       story.items[place].id != e->subject.item.id)
		place++;
	snprintf(id, sizeof(id), "%" PRIu64, story.id);
	json_put_open(e->out, '{');
	json_pair_str(e->out, "id", id);
	json_pair_str(e->out, "headline", story.headline);
	json_pair_u64(e->out, "place", place + 1);
	json_pair_u64(e->out, "items", story.items_len);
	json_pair_u64(e->out, "outlets", story.outlets_len);
	json_pair_str(e->out, "first_outlet", story.outlets[0].name);
	story_put_minutes(
	    e->out, "minutes", story_minutes(&story, story.items[place].at));
	put_first_alert(e, &story);
	json_put_close(e->out, '}');
	story_clear(&story);
}

/* ---- rules --------------------------------------------------------------- */

static void
on_answer(void *arg, const struct rule_answer *answer)
{
	struct explanation *e = arg;

	json_put_open(e->out, '{');
	json_pair_str(e->out, "id", answer->rule);
	json_pair_str(e->out, "level", level_name(answer->level));
	json_pair_bool(e->out, "met", answer->met);
	json_pair_str(e->out, "why", answer->why);
	json_put_close(e->out, '}');
	e->met += answer->met;
}

static void
put_rules(struct explanation *e)
{
	const struct stored_item *item = &e->subject.item;
	const struct desk_feed *feed =
	    desk_state_find(&e->desk->state, item->feed);
	struct rule_set *rules = config_rule_set(e->desk->role.config);
	struct rule_facts facts = {
	    .feed = item->feed,
	    .outlet = item->outlet,
	    .language = item->language,
	    .feed_tags = feed != NULL && feed->config != NULL
			     ? &feed->config->tags
			     : NULL,
	    .mentions = e->subject.mentions,
	    .mentions_len = e->subject.mentions_len,
	};

	json_put_key(e->out, "rules");
	json_put_open(e->out, '[');
	rule_set_explain(rules, &facts, on_answer, e);
	json_put_close(e->out, ']');
	rule_set_free(rules);
}

/* ---- names that were refused ----------------------------------------------
 */

struct field_scan {
	struct explanation *e;
	const struct match_set *set;
	enum item_field field;
	const char *text;
};

static void
on_place(void *arg, const struct match_mention *place)
{
	struct field_scan *scan = arg;
	struct buf *out = scan->e->out;
	size_t len = place->len < MISS_TEXT_MAX ? place->len : MISS_TEXT_MAX;

	if (!place->miss || scan->e->misses++ >= MISSES_MAX)
		return;
	json_put_open(out, '{');
	json_pair_str(
	    out, "entity", match_set_entity_id(scan->set, place->entity));
	json_pair_str(out, "field", item_field_name(scan->field));
	json_put_key(out, "text");
	json_put_strn(out, scan->text + place->offset, len);
	json_pair_str(out, "why", place->rule);
	json_put_close(out, '}');
}

static void
scan_fields(struct explanation *e, const struct match_set *set)
{
	const struct stored_item *item = &e->subject.item;
	const char *texts[ITEM_FIELDS] = {[ITEM_TITLE] = item->title,
	    [ITEM_SUMMARY] = item->summary,
	    [ITEM_CONTENT] = item->content};

	for (int field = 0; field < ITEM_FIELDS; field++) {
		struct field_scan scan = {
		    e, set, (enum item_field)field, texts[field]};

		match_explain(set, scan.text, strlen(scan.text), item->language,
		    on_place, &scan);
	}
}

/* The names are those of the fetchers, mapped for this one look. */
static void
put_near_misses(struct explanation *e)
{
	int fd = e->desk->role.match_set_fd;
	struct match_set *set;
	struct stat st;
	void *block;

	json_put_key(e->out, "near_misses");
	json_put_open(e->out, '[');
	if (fd != -1 && fstat(fd, &st) == 0 && st.st_size > 0) {
		block = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		set = block != MAP_FAILED
			  ? match_set_open(block, (size_t)st.st_size)
			  : NULL;
		if (set != NULL)
			scan_fields(e, set);
		match_set_free(set);
		if (block != MAP_FAILED)
			munmap(block, (size_t)st.st_size);
	}
	json_put_close(e->out, ']');
}

/* ---- the answer -----------------------------------------------------------
 */

static void
on_own_alert(void *arg, const struct trail_alert *alert,
    const struct trail_delivery *delivery)
{
	struct explanation *e = arg;

	if (alert->at > e->told_at)
		e->told_at = alert->at;
	if (e->first_seq != 0)
		return;
	e->first_seq = alert->seq;
	e->of_story = strcmp(alert->type, "story.grown") == 0;
}

static void
on_revision(void *arg, const struct trail_revision *revision)
{
	struct explanation *e = arg;

	if (strcmp(revision->verdict, "edit") == 0 &&
	    strstr(revision->why, RECORD_IN_DIGEST) == NULL)
		e->edited_at = revision->seen_at;
}

static bool
is_news(const char *verdict)
{
	return verdict == NULL || strcmp(verdict, "new") == 0 ||
	       strcmp(verdict, "fresh") == 0;
}

/* One sentence. */
static void
put_answer(struct explanation *e)
{
	const struct stored_item *item = &e->subject.item;
	struct buf text = BUF_INIT;
	uint64_t digest = 0;

	if (e->first_seq == 0 && e->met > 0 && is_news(item->verdict))
		note(e, trail_find_digest(e->reader, item->id, &digest));
	if (e->of_story)
		buf_addf(&text,
		    "no rule is met; its story has grown by it: alert "
		    "%" PRIu64,
		    e->first_seq);
	else if (e->first_seq != 0)
		buf_addf(&text, "it alerted: number %" PRIu64, e->first_seq);
	else if (!is_news(item->verdict))
		buf_addf(&text, "no alert: it was not news (%s: %s)",
		    item->verdict, item->why != NULL ? item->why : "");
	else if (digest != 0)
		buf_addf(&text,
		    "one of a flood: told in the digest, alert %" PRIu64,
		    digest);
	else if (e->met > 0)
		buf_add_str(&text,
		    "no alert: its rules are met now but were not when it "
		    "came; it was edited since, or the configuration changed");
	else
		buf_add_str(&text, "no alert: no rule is met");
	if (e->first_seq != 0 && e->edited_at > e->told_at)
		buf_add_str(&text,
		    "; its last edit did not: it brought no new name, and no "
		    "rule that it meets has edits: true");
	e->told = e->first_seq != 0 || digest != 0;
	json_pair_bool(e->out, "alerted", e->told);
	json_pair_str(e->out, "answer", buf_str(&text));
	buf_clear(&text);
}

int
explain_put_item(struct buf *out, struct desk *desk,
    struct store_reader *reader, uint64_t item, bool *told)
{
	struct explanation e = {.out = out, .desk = desk, .reader = reader};
	const struct store_filter filter = {.item = item, .limit = 1};

	note(&e, store_query_items(reader, &filter, on_item, &e.subject));
	if (e.subject.item.id != 0) {
		note(&e, trail_read_mentions(reader, item, JOB_MENTIONS_MAX,
			     on_mention, &e.subject));
		note(&e, trail_read_alerts(reader, 0, item, on_own_alert, &e));
		note(&e, trail_read_revisions(
			     reader, item, EDITS_MAX, on_revision, &e));
		json_put_open(out, '{');
		put_item(&e);
		put_story(&e);
		put_rules(&e);
		put_near_misses(&e);
		put_answer(&e);
		note(&e, told_put(out, reader, desk->role.config,
			     &(struct told_about){.item = item}));
		json_put_close(out, '}');
	}
	*told |= e.told;
	strings_clear(&e.subject.owned);
	free(e.subject.mentions);
	return e.failed ? -1 : 0;
}

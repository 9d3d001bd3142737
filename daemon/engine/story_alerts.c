/*
 * Alerts of stories. A rule is due in a story once as many independent
 * outlets have it as the rule waits for; what the story meets of due rules and
 * has not told yet is news. Runs in the engine.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/second.h"
#include "engine/alert.h"
#include "engine/stories.h"
#include "engine/story_alerts.h"

#define OUTLETS_NAMED 6 /* of the earlier ones in a reason */

/* ---- rules -------------------------------------------------------------- */

static const struct config_rule *
find_rule(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->rules_len; i++)
		if (strcmp(config->rules[i].id, id) == 0)
			return &config->rules[i];
	return NULL;
}

bool
story_alerts_are_off(const struct config *config, const char *id)
{
	const struct config_rule *rule = find_rule(config, id);

	return rule != NULL && rule->stories == RULE_STORIES_OFF;
}

/* A rule that is gone since then waits for ever. */
static bool
is_known(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->entities_len; i++)
		if (strcmp(config->entities[i].id, id) == 0)
			return true;
	return find_rule(config, id) != NULL;
}

static bool
is_due(const struct config *config, const struct story_state *story,
    const char *id)
{
	const struct config_rule *rule = find_rule(config, id);

	if (rule == NULL)
		return is_known(config, id);
	return rule->stories == RULE_STORIES_ON &&
	       story->independent >= (uint64_t)rule->min_outlets;
}

static enum level
rule_level(const struct config *config, const char *id)
{
	const struct config_rule *rule = find_rule(config, id);

	return rule != NULL ? rule->level : LEVEL_ROUTINE;
}

/* ---- what is new -------------------------------------------------------- */

/* What an item brings that its story has not told. */
struct change {
	struct strings rules;
	struct strings entities;
	enum level level; /* the highest of due rules */
	bool due;         /* the item itself meets a due rule */
};

/* What is gathered here comes back from stored alerts at a start. */
static void
note_met(struct story_state *story, const struct story_news *news)
{
	for (size_t i = 0; i < news->rules->len; i++)
		strings_add_once(&story->rules, news->rules->at[i]);
	for (size_t i = 0; i < news->entities_len; i++)
		strings_add_once(&story->entities, news->entities[i].id);
}

static void
find_change(const struct config *config, const struct story_news *news,
    struct change *change)
{
	const struct story_state *story = news->arrival->story;

	for (size_t i = 0; i < story->rules.len; i++) {
		const char *rule = story->rules.at[i];
		enum level level = rule_level(config, rule);

		if (!is_due(config, story, rule))
			continue;
		change->due |= strings_has(news->rules, rule);
		if (level > change->level)
			change->level = level;
		if (!strings_has(&story->told.rules, rule))
			strings_add(&change->rules, rule);
	}
	for (size_t i = 0; i < news->entities_len && change->due; i++)
		if (!strings_has(&story->told.entities, news->entities[i].id))
			strings_add(&change->entities, news->entities[i].id);
}

static bool
is_quiet(const struct config *config, const struct story_arrival *arrival)
{
	return arrival->quiet_us >= config->stories.quiet_ms * 1000;
}

static bool
is_update(const struct config *config, const struct story_news *news,
    const struct change *change)
{
	const struct story_arrival *arrival = news->arrival;

	if (change->rules.len > 0 || change->entities.len > 0 ||
	    change->level > arrival->story->told.level)
		return true;
	return change->due && (arrival->loose || is_quiet(config, arrival));
}

/* Whether a number of outlets that is to be told lies above the one told
 * last. */
static bool
is_milestone(const struct config_stories *stories, size_t told, size_t now)
{
	static const size_t usual[] = {2, 3, 5, 10, 20};
	const size_t usual_len = sizeof(usual) / sizeof(usual[0]);
	size_t number;

	for (size_t i = 0; i < stories->grown.len; i++) {
		number = strtoul(stories->grown.at[i], NULL, 10); /* off: 0 */
		if (told < number && number <= now)
			return true;
	}
	if (stories->grown.len > 0)
		return false;
	for (size_t i = 0; i < usual_len; i++)
		if (told < usual[i] && usual[i] <= now)
			return true;
	for (number = 2 * usual[usual_len - 1]; number <= now; number *= 2)
		if (told < number)
			return true;
	return false;
}

static bool
is_growth(const struct config *config, const struct story_news *news)
{
	const struct story_arrival *arrival = news->arrival;
	const struct story_state *story = arrival->story;

	return arrival->new_outlet && !arrival->loose &&
	       is_milestone(
		   &config->stories, story->told.outlets, story->outlets_len);
}

/* ---- words -------------------------------------------------------------- */

/* "40 s", "6 min", "3 h", "2 d" */
static void
put_span(struct buf *out, int64_t span_us)
{
	int64_t span_s = span_us / SECOND_US;

	if (span_s < 120)
		buf_addf(out, "%" PRId64 " s", span_s);
	else if (span_s < 2 * 3600)
		buf_addf(out, "%" PRId64 " min", span_s / 60);
	else if (span_s < 2 * 86400)
		buf_addf(out, "%" PRId64 " h", span_s / 3600);
	else
		buf_addf(out, "%" PRId64 " d", span_s / 86400);
}

/* The name, and how long after the first: "RT (+6 min)". */
static void
put_outlet(struct buf *out, const struct story_state *story, size_t i)
{
	const struct story_outlet *outlet = &story->outlets[i];

	buf_add_str(out, outlet->name);
	if (i == 0)
		return;
	buf_add_str(out, " (+");
	put_span(out, outlet->first_at - story->outlets[0].first_at);
	buf_add_char(out, ')');
}

/* The first so many outlets. */
static void
put_outlets(struct buf *out, const struct story_state *story, size_t len)
{
	size_t named = len <= OUTLETS_NAMED + 1 ? len : OUTLETS_NAMED;

	for (size_t i = 0; i < named; i++) {
		buf_add_str(out, i > 0 ? ", " : "");
		put_outlet(out, story, i);
	}
	if (named < len)
		buf_addf(out, " and %zu more", len - named);
}

/* "rule crocus: Crocus City Hall in title; 2 outlets: TASS, RT (+6 min)" */
static void
put_new(
    struct buf *out, const struct story_news *news, const struct change *change)
{
	const struct story_state *story = news->arrival->story;

	if (change->due)
		buf_add_str(out, news->reason);
	else
		buf_add_str(out, change->rules.len > 1 ? "rules " : "rule ");
	for (size_t i = 0; i < change->rules.len && !change->due; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", change->rules.at[i]);
	if (story->outlets_len < 2)
		return;
	buf_addf(out, "; %zu outlets", story->outlets_len);
	if (story->independent < story->outlets_len)
		buf_addf(
		    out, " (%zu with a text of their own)", story->independent);
	buf_add_str(out, ": ");
	put_outlets(out, story, story->outlets_len);
}

static const char *
entity_name(const struct story_news *news, const char *id)
{
	for (size_t i = 0; i < news->entities_len; i++)
		if (strcmp(news->entities[i].id, id) == 0)
			return news->entities[i].name;
	return id;
}

/* "new in the story: Sergei Shoigu, rule defence, level urgent" */
static void
put_change(
    struct buf *out, const struct story_news *news, const struct change *change)
{
	const char *separator = "new in the story: ";

	for (size_t i = 0; i < change->entities.len; i++) {
		buf_addf(out, "%s%s", separator,
		    entity_name(news, change->entities.at[i]));
		separator = ", ";
	}
	for (size_t i = 0; i < change->rules.len; i++) {
		const char *rule = change->rules.at[i];

		if (strings_has(&change->entities, rule))
			continue; /* an entity that is its own rule */
		buf_addf(out, "%srule %s", separator, rule);
		separator = ", ";
	}
	if (change->level > news->arrival->story->told.level)
		buf_addf(
		    out, "%slevel %s", separator, level_name(change->level));
}

static void
put_update(struct buf *out, const struct config *config,
    const struct story_news *news, const struct change *change)
{
	const struct story_arrival *arrival = news->arrival;

	put_change(out, news, change);
	if (change->due && is_quiet(config, arrival)) {
		buf_add_str(out, out->len > 0 ? "; " : "");
		buf_add_str(out, "after ");
		put_span(out, arrival->quiet_us);
		buf_add_str(out, " of quiet");
	}
	if (change->due && arrival->loose) {
		buf_add_str(out, out->len > 0 ? "; " : "");
		buf_addf(out,
		    "perhaps another story (likeness %.3f, sure from %.3f)",
		    arrival->score, arrival->needed);
	}
}

/* "third outlet: RT (+6 min) after TASS, Reuters (+2 min)" */
static void
put_growth(struct buf *out, const struct story_news *news)
{
	static const char *const ordinals[] = {"first", "second", "third",
	    "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"};
	const struct story_state *story = news->arrival->story;
	size_t last = story->outlets_len - 1;

	if (last < sizeof(ordinals) / sizeof(ordinals[0]))
		buf_addf(out, "%s outlet: ", ordinals[last]);
	else
		buf_addf(out, "%zu outlets now: ", last + 1);
	put_outlet(out, story, last);
	buf_add_str(out, " after ");
	put_outlets(out, story, last);
}

/* ---- the decision ------------------------------------------------------- */

static void
copy_strings(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->len; i++)
		strings_add(to, from->at[i]);
}

static void
add_alert(struct story_alerts *alerts, enum alert_type type,
    const struct change *change, struct buf *text)
{
	struct story_alert *alert = &alerts->at[alerts->len++];

	*alert = (struct story_alert){.type = type, .text = buf_take(text)};
	if (type == ALERT_STORY_GROWN)
		return;
	copy_strings(&alert->new_rules, &change->rules);
	copy_strings(&alert->new_entities, &change->entities);
}

static void
add_alerts(const struct config *config, const struct story_news *news,
    const struct change *change, struct story_alerts *alerts)
{
	struct buf text = BUF_INIT;

	if (news->arrival->story->told.outlets == 0) {
		if (change->rules.len == 0)
			return;
		put_new(&text, news, change);
		add_alert(alerts, ALERT_STORY_NEW, change, &text);
		return;
	}
	if (is_update(config, news, change)) {
		put_update(&text, config, news, change);
		add_alert(alerts, ALERT_STORY_UPDATE, change, &text);
	}
	if (is_growth(config, news)) {
		put_growth(&text, news);
		add_alert(alerts, ALERT_STORY_GROWN, change, &text);
	}
}

static void
note_told(struct story_state *story, const struct change *change)
{
	for (size_t i = 0; i < change->rules.len; i++)
		strings_add_once(&story->told.rules, change->rules.at[i]);
	for (size_t i = 0; i < story->entities.len; i++)
		strings_add_once(&story->told.entities, story->entities.at[i]);
	if (change->level > story->told.level)
		story->told.level = change->level;
	story->told.outlets = story->outlets_len;
}

/* The first of the item's rules that waits for more outlets. */
static const struct config_rule *
waiting_rule(const struct config *config, const struct story_news *news)
{
	for (size_t i = 0; i < news->rules->len; i++) {
		const struct config_rule *rule =
		    find_rule(config, news->rules->at[i]);

		if (rule != NULL && rule->stories == RULE_STORIES_ON &&
		    !is_due(config, news->arrival->story, rule->id))
			return rule;
	}
	return NULL;
}

static void
note_silence(const struct config *config, const struct story_news *news,
    const struct change *change, struct story_alerts *alerts)
{
	const struct story_state *story = news->arrival->story;
	const struct config_rule *waiting = waiting_rule(config, news);

	if (change->due) {
		alerts->silence = STORY_SILENT_TOLD;
		alerts->held = xasprintf("story %" PRIu64 " is told, and this "
					 "adds nothing to it",
		    story->id);
	} else if (waiting != NULL) {
		alerts->silence = STORY_SILENT_WAITING;
		alerts->held = xasprintf("rule %s waits for %" PRId64
					 " outlets with a text of their own; "
					 "the story has %zu",
		    waiting->id, waiting->min_outlets, story->independent);
	}
}

void
story_alerts_decide(const struct config *config, const struct story_news *news,
    struct story_alerts *alerts)
{
	struct story_state *story = news->arrival->story;
	struct change change = {.level = LEVEL_ROUTINE};

	*alerts = (struct story_alerts){.len = 0};
	note_met(story, news);
	find_change(config, news, &change);
	add_alerts(config, news, &change, alerts);
	if (alerts->len > 0)
		note_told(story, &change);
	else if (news->rules->len > 0)
		note_silence(config, news, &change, alerts);
	strings_clear(&change.rules);
	strings_clear(&change.entities);
}

/* Whether the item meets a rule that pushes whatever its story tells. */
static bool
is_pushed_alone(const struct config *config, const struct strings *rules)
{
	for (size_t i = 0; i < rules->len; i++)
		if (story_alerts_are_off(config, rules->at[i]))
			return true;
	return false;
}

/* "an item that was told has changed; new in the story: Sergei Shoigu; title
 * changed: ..." */
static void
add_edited(const struct story_news *news, const struct change *change,
    struct story_alerts *alerts)
{
	struct buf text = BUF_INIT, more = BUF_INIT;

	put_change(&more, news, change);
	buf_addf(&text, "an item that was told has changed%s%s%s",
	    more.len > 0 ? "; " : "", buf_str(&more), news->changes);
	add_alert(alerts, ALERT_STORY_EDITED, change, &text);
	buf_clear(&more);
}

void
story_alerts_decide_edit(const struct config *config,
    const struct story_news *news, struct story_alerts *alerts)
{
	struct change change = {.level = LEVEL_ROUTINE};

	*alerts = (struct story_alerts){.len = 0};
	note_met(news->arrival->story, news);
	find_change(config, news, &change);
	if (change.due || is_pushed_alone(config, news->rules)) {
		add_edited(news, &change, alerts);
		note_told(news->arrival->story, &change);
	} else {
		note_silence(config, news, &change, alerts);
	}
	strings_clear(&change.rules);
	strings_clear(&change.entities);
}

void
story_alerts_clear(struct story_alerts *alerts)
{
	for (size_t i = 0; i < alerts->len; i++) {
		strings_clear(&alerts->at[i].new_rules);
		strings_clear(&alerts->at[i].new_entities);
		free(alerts->at[i].text);
	}
	free(alerts->held);
	*alerts = (struct story_alerts){.len = 0};
}

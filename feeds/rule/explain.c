/*
 * Rules in words: what of a condition an item meets, or the first part that it
 * does not meet.
 */
#include <string.h>

#include "base/buf.h"
#include "rule/explain.h"
#include "rule/rule_set.h"

#define LISTED_MAX 8 /* values of a list that are named */

struct telling {
	const struct rule_set *set;
	const struct rule_facts *facts;
	struct buf out;
};

static const char *
subject_name(const struct subject *subject)
{
	return subject->is_word ? subject->id + strlen(RULE_WORD_PREFIX)
				: subject->id;
}

/* "title, summary" */
static void
add_fields(struct buf *out, uint32_t fields)
{
	const char *separator = "";

	for (int field = 0; field < ITEM_FIELDS; field++) {
		if ((fields & 1u << field) == 0)
			continue;
		buf_addf(out, "%s%s", separator,
		    item_field_name((enum item_field)field));
		separator = ", ";
	}
}

static void
add_names(struct telling *telling, const size_t *subjects, size_t len)
{
	for (size_t i = 0; i < len && i < LISTED_MAX; i++)
		buf_addf(&telling->out, "%s%s", i > 0 ? ", " : "",
		    subject_name(telling->set->subjects[subjects[i]]));
	if (len > LISTED_MAX)
		buf_addf(&telling->out, " and %zu more", len - LISTED_MAX);
}

static void
add_values(struct buf *out, const struct strings *values)
{
	for (size_t i = 0; i < values->len && i < LISTED_MAX; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", values->at[i]);
	if (values->len > LISTED_MAX)
		buf_addf(out, " and %zu more", values->len - LISTED_MAX);
}

/* ---- what is not met ----------------------------------------------------- */

/* A subject that is there, but not as the condition wants it. */
static void
add_elsewhere(
    struct telling *telling, const struct subject *subject, uint32_t in)
{
	struct buf *out = &telling->out;

	if (subject->fields == 0)
		return;
	if ((subject->fields & in) == 0) {
		buf_addf(out, "; %s only in ", subject_name(subject));
		add_fields(out, subject->fields);
		return;
	}
	buf_addf(out, "; %s in ", subject_name(subject));
	add_fields(out, subject->fields);
	buf_add_str(out, " does not count without one of ");
	add_names(telling, subject->require, subject->require_len);
}

/* "none of the entities a, b is mentioned in title; a only in content" */
static void
add_missing(struct telling *telling, const struct condition *c,
    const size_t *subjects, size_t len)
{
	bool words = subjects == c->words;
	struct buf *out = &telling->out;

	if (len > 1)
		buf_add_str(out,
		    words ? "none of the words " : "none of the entities ");
	else
		buf_add_str(out, words ? "word " : "entity ");
	add_names(telling, subjects, len);
	buf_add_str(out, len > 1 ? " is" : " is not");
	buf_add_str(out, words ? " found" : " mentioned");
	if (c->in != RULE_ALL_FIELDS) {
		buf_add_str(out, " in ");
		add_fields(out, c->in);
	}
	for (size_t i = 0; i < len && out->len < RULE_WHY_MAX; i++)
		add_elsewhere(
		    telling, telling->set->subjects[subjects[i]], c->in);
}

static void
add_not_among(struct telling *telling, const char *what, const char *value,
    const struct strings *wanted)
{
	buf_addf(&telling->out, "%s %s is not among ", what,
	    value != NULL ? value : "unknown");
	add_values(&telling->out, wanted);
}

static void add_unmet(struct telling *, const struct condition *);
static void add_met(struct telling *, const struct condition *);

/* The first of the list that is met, or is not. */
static const struct condition *
find_condition(const struct telling *telling, const struct condition *list,
    size_t len, bool met)
{
	for (size_t i = 0; i < len; i++)
		if ((rule_condition_fails(telling->set, &list[i],
			 telling->facts) == RULE_MET) == met)
			return &list[i];
	return NULL;
}

static void
add_alternatives(struct telling *telling, const struct condition *c)
{
	buf_add_str(&telling->out, "no alternative of `any` is met (");
	for (size_t i = 0; i < c->any_len; i++) {
		if (telling->out.len > RULE_WHY_MAX)
			break;
		buf_add_str(&telling->out, i > 0 ? "; or: " : "");
		add_unmet(telling, &c->any[i]);
	}
	buf_add_char(&telling->out, ')');
}

static void
add_unmet(struct telling *telling, const struct condition *c)
{
	const struct rule_facts *facts = telling->facts;

	switch (rule_condition_fails(telling->set, c, facts)) {
	case RULE_MET:
		break;
	case RULE_ENTITIES:
		add_missing(telling, c, c->subjects, c->subjects_len);
		break;
	case RULE_WORDS:
		add_missing(telling, c, c->words, c->words_len);
		break;
	case RULE_FEEDS:
		add_not_among(telling, "feed", facts->feed, &c->feeds);
		break;
	case RULE_OUTLETS:
		add_not_among(telling, "outlet", facts->outlet, &c->outlets);
		break;
	case RULE_LANGUAGES:
		add_not_among(
		    telling, "language", facts->language, &c->languages);
		break;
	case RULE_TAGS:
		buf_add_str(&telling->out,
		    facts->item_tags != NULL
			? "neither feed nor item has a tag of "
			: "the feed (the item's own tags are not kept) has no "
			  "tag of ");
		add_values(&telling->out, &c->tags);
		break;
	case RULE_ALL:
		add_unmet(telling,
		    find_condition(telling, c->all, c->all_len, false));
		break;
	case RULE_ANY:
		add_alternatives(telling, c);
		break;
	case RULE_NONE:
		buf_add_str(&telling->out, "excluded by `not`: ");
		add_met(telling,
		    find_condition(telling, c->none, c->none_len, true));
		break;
	}
}

/* ---- what is met --------------------------------------------------------- */

static void
begin_part(struct buf *out)
{
	if (out->len > 0 && strchr(" (", out->data[out->len - 1]) == NULL)
		buf_add_str(out, ", ");
}

static void
add_found(struct telling *telling, const struct condition *c,
    const size_t *subjects, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct subject *subject =
		    telling->set->subjects[subjects[i]];

		if ((subject->fields & c->in) == 0 ||
		    !rule_subject_counts(telling->set, subject))
			continue;
		begin_part(&telling->out);
		buf_addf(&telling->out, "%s %s in ",
		    subject->is_word ? "word" : "entity",
		    subject_name(subject));
		add_fields(&telling->out, subject->fields & c->in);
		return;
	}
}

static void
add_from(struct telling *telling, const char *what, const char *value,
    const struct strings *wanted)
{
	if (wanted->len == 0)
		return;
	begin_part(&telling->out);
	buf_addf(&telling->out, "%s %s", what, value);
}

static void
add_met(struct telling *telling, const struct condition *c)
{
	const struct rule_facts *facts = telling->facts;

	if (telling->out.len > RULE_WHY_MAX)
		return;
	add_found(telling, c, c->subjects, c->subjects_len);
	add_found(telling, c, c->words, c->words_len);
	add_from(telling, "feed", facts->feed, &c->feeds);
	add_from(telling, "outlet", facts->outlet, &c->outlets);
	add_from(telling, "language", facts->language, &c->languages);
	if (c->tags.len > 0) {
		begin_part(&telling->out);
		buf_add_str(&telling->out, "a tag of ");
		add_values(&telling->out, &c->tags);
	}
	for (size_t i = 0; i < c->all_len; i++)
		add_met(telling, &c->all[i]);
	if (c->any_len > 0)
		add_met(
		    telling, find_condition(telling, c->any, c->any_len, true));
}

/* ---- rules ----------------------------------------------------------------
 */

static void
explain_rule(struct telling *telling, const struct rule *rule,
    rule_on_answer on_answer, void *arg)
{
	struct rule_answer answer = {.rule = rule->id,
	    .level = rule->level,
	    .met = rule_condition_fails(
		       telling->set, &rule->when, telling->facts) == RULE_MET};

	buf_reset(&telling->out);
	if (answer.met)
		add_met(telling, &rule->when);
	else
		add_unmet(telling, &rule->when);
	if (telling->out.len == 0)
		buf_add_str(&telling->out, "it asks for nothing");
	answer.why = buf_str(&telling->out);
	on_answer(arg, &answer);
}

/* An entity that no rule names. */
static void
explain_entity(
    struct telling *telling, size_t n, rule_on_answer on_answer, void *arg)
{
	const struct subject *subject = telling->set->subjects[n];
	const struct condition alone = {
	    .subjects = &n, .subjects_len = 1, .in = RULE_ALL_FIELDS};
	const struct rule rule = {subject->id, LEVEL_ROUTINE, alone};

	if (!subject->is_word && !subject->has_rule)
		explain_rule(telling, &rule, on_answer, arg);
}

void
rule_set_explain(struct rule_set *set, const struct rule_facts *facts,
    rule_on_answer on_answer, void *arg)
{
	struct telling telling = {set, facts, BUF_INIT};

	rule_set_note(set, facts);
	for (size_t i = 0; i < set->rules_len; i++)
		explain_rule(&telling, &set->rules[i], on_answer, arg);
	for (size_t i = 0; i < set->touched_len; i++)
		explain_entity(&telling, set->touched[i], on_answer, arg);
	buf_clear(&telling.out);
}

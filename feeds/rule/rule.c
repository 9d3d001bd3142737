/*
 * Rules over one item: entity ids become numbers when a rule is added, so that
 * an evaluation is a walk over small arrays.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "rule/rule.h"
#include "rule/rule_set.h"

const char *
level_name(enum level level)
{
	switch (level) {
	case LEVEL_ROUTINE:
		return "routine";
	case LEVEL_URGENT:
		return "urgent";
	case LEVEL_FLASH:
		return "flash";
	}
	return "routine";
}

struct rule_set *
rule_set_new(void)
{
	return xcalloc(1, sizeof(struct rule_set));
}

static void clear_condition(struct condition *);

static void
clear_conditions(struct condition *list, size_t len)
{
	for (size_t i = 0; i < len; i++)
		clear_condition(&list[i]);
	free(list);
}

static void
clear_condition(struct condition *c)
{
	clear_conditions(c->all, c->all_len);
	clear_conditions(c->any, c->any_len);
	clear_conditions(c->none, c->none_len);
	free(c->subjects);
	free(c->words);
	strings_clear(&c->feeds);
	strings_clear(&c->outlets);
	strings_clear(&c->languages);
	strings_clear(&c->tags);
}

void
rule_set_free(struct rule_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->subjects_len; i++) {
		free(set->subjects[i]->id);
		free(set->subjects[i]->require);
		free(set->subjects[i]);
	}
	for (size_t i = 0; i < set->rules_len; i++) {
		free(set->rules[i].id);
		clear_condition(&set->rules[i].when);
	}
	free(set->subjects);
	free(set->rules);
	free(set->touched);
	map_clear(&set->ids);
	free(set);
}

/* ---- compiling --------------------------------------------------------- */

/* The number of a subject, a new one if need be. Takes id. */
static size_t
add_subject(struct rule_set *set, char *id, bool is_word)
{
	size_t n = map_get(&set->ids, id);

	if (n != MAP_NONE) {
		free(id);
		return n;
	}
	n = set->subjects_len++;
	if ((n & (n - 1)) == 0)
		set->subjects = xreallocarray(
		    set->subjects, n ? n * 2 : 1, sizeof(*set->subjects));
	set->subjects[n] = xcalloc(1, sizeof(**set->subjects));
	set->subjects[n]->id = id;
	set->subjects[n]->is_word = is_word;
	map_add(&set->ids, id, n);
	return n;
}

static size_t *
add_subjects(struct rule_set *set, const struct strings *ids, bool words)
{
	size_t *numbers = xcalloc(ids->len, sizeof(*numbers));

	for (size_t i = 0; i < ids->len; i++)
		numbers[i] = add_subject(set,
		    words ? xasprintf("%s%s", RULE_WORD_PREFIX, ids->at[i])
			  : xstrdup(ids->at[i]),
		    words);
	return numbers;
}

void
rule_set_add_entity(
    struct rule_set *set, const char *id, const struct strings *require)
{
	size_t n = add_subject(set, xstrdup(id), false);
	struct subject *subject = set->subjects[n];

	if (require == NULL || require->len == 0 || subject->require != NULL)
		return;
	subject->require = add_subjects(set, require, false);
	subject->require_len = require->len;
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
copy_sorted(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->len; i++)
		strings_add(to, from->at[i]);
	if (to->len > 1)
		qsort(to->at, to->len, sizeof(*to->at), compare_strings);
}

static void compile(struct rule_set *, struct condition *,
    const struct rule_condition *, uint32_t in, bool negated);

static struct condition *
compile_list(struct rule_set *set, const struct rule_condition *list,
    size_t len, uint32_t in, bool negated)
{
	struct condition *compiled = xcalloc(len, sizeof(*compiled));

	for (size_t i = 0; i < len; i++)
		compile(set, &compiled[i], &list[i], in, negated);
	return compiled;
}

/* in: fields of the condition around. */
static void
compile(struct rule_set *set, struct condition *to,
    const struct rule_condition *from, uint32_t in, bool negated)
{
	*to = (struct condition){.in = from->in != 0 ? from->in : in,
	    .subjects_len = from->entities.len,
	    .words_len = from->words.len,
	    .all_len = from->all_len,
	    .any_len = from->any_len,
	    .none_len = from->none_len};
	to->subjects = add_subjects(set, &from->entities, false);
	to->words = add_subjects(set, &from->words, true);
	for (size_t i = 0; i < to->subjects_len && !negated; i++)
		set->subjects[to->subjects[i]]->has_rule = true;
	copy_sorted(&to->feeds, &from->feeds);
	copy_sorted(&to->outlets, &from->outlets);
	copy_sorted(&to->languages, &from->languages);
	copy_sorted(&to->tags, &from->tags);
	to->all = compile_list(set, from->all, from->all_len, to->in, negated);
	to->any = compile_list(set, from->any, from->any_len, to->in, negated);
	to->none =
	    compile_list(set, from->none, from->none_len, to->in, !negated);
}

void
rule_set_add_rule(struct rule_set *set, const char *id, enum level level,
    const struct rule_condition *when)
{
	size_t n = set->rules_len++;

	if ((n & (n - 1)) == 0)
		set->rules = xreallocarray(
		    set->rules, n ? n * 2 : 1, sizeof(*set->rules));
	set->rules[n].id = xstrdup(id);
	set->rules[n].level = level;
	compile(set, &set->rules[n].when, when, RULE_ALL_FIELDS, false);
}

/* ---- evaluating -------------------------------------------------------- */

static bool
has_sorted(const struct strings *sorted, const char *text)
{
	return text != NULL && sorted->len > 0 &&
	       bsearch(&text, sorted->at, sorted->len, sizeof(*sorted->at),
		   compare_strings) != NULL;
}

static bool
has_any_sorted(const struct strings *sorted, const struct strings *texts)
{
	for (size_t i = 0; texts != NULL && i < texts->len; i++)
		if (has_sorted(sorted, texts->at[i]))
			return true;
	return false;
}

/* Whether the tag is one of these or narrower, in any case of letters, as feeds
 * write it: "en" takes "EN-gb". */
static bool
has_language(const struct strings *wanted, const char *language)
{
	for (size_t i = 0; language != NULL && i < wanted->len; i++) {
		size_t len = strlen(wanted->at[i]);

		if (strncasecmp(language, wanted->at[i], len) == 0 &&
		    (language[len] == '\0' || language[len] == '-'))
			return true;
	}
	return false;
}

bool
rule_subject_counts(const struct rule_set *set, const struct subject *subject)
{
	if (subject->require_len == 0)
		return true;
	for (size_t i = 0; i < subject->require_len; i++)
		if (set->subjects[subject->require[i]]->fields != 0)
			return true;
	return false;
}

static bool
has_subject(
    const struct rule_set *set, const size_t *numbers, size_t len, uint32_t in)
{
	for (size_t i = 0; i < len; i++) {
		const struct subject *subject = set->subjects[numbers[i]];

		if (subject->fields & in && rule_subject_counts(set, subject))
			return true;
	}
	return false;
}

static size_t
count_met(const struct rule_set *set, const struct condition *list, size_t len,
    const struct rule_facts *facts)
{
	size_t met = 0;

	for (size_t i = 0; i < len; i++)
		met += rule_condition_fails(set, &list[i], facts) == RULE_MET;
	return met;
}

enum rule_part
rule_condition_fails(const struct rule_set *set, const struct condition *c,
    const struct rule_facts *facts)
{
	if (c->subjects_len > 0 &&
	    !has_subject(set, c->subjects, c->subjects_len, c->in))
		return RULE_ENTITIES;
	if (c->words_len > 0 &&
	    !has_subject(set, c->words, c->words_len, c->in))
		return RULE_WORDS;
	if (c->feeds.len > 0 && !has_sorted(&c->feeds, facts->feed))
		return RULE_FEEDS;
	if (c->outlets.len > 0 && !has_sorted(&c->outlets, facts->outlet))
		return RULE_OUTLETS;
	if (c->languages.len > 0 &&
	    !has_language(&c->languages, facts->language))
		return RULE_LANGUAGES;
	if (c->tags.len > 0 && !has_any_sorted(&c->tags, facts->feed_tags) &&
	    !has_any_sorted(&c->tags, facts->item_tags))
		return RULE_TAGS;
	if (count_met(set, c->all, c->all_len, facts) < c->all_len)
		return RULE_ALL;
	if (c->any_len > 0 && count_met(set, c->any, c->any_len, facts) == 0)
		return RULE_ANY;
	if (count_met(set, c->none, c->none_len, facts) > 0)
		return RULE_NONE;
	return RULE_MET;
}

static void
note_mention(struct rule_set *set, const struct rule_mention *mention)
{
	size_t n = map_get(&set->ids, mention->entity);

	if (n == MAP_NONE)
		return;
	if (set->touched_len == set->touched_cap) {
		set->touched_cap = set->touched_cap ? set->touched_cap * 2 : 16;
		set->touched = xreallocarray(
		    set->touched, set->touched_cap, sizeof(*set->touched));
	}
	if (set->subjects[n]->fields == 0)
		set->touched[set->touched_len++] = n;
	set->subjects[n]->fields |= 1u << mention->field;
}

void
rule_set_note(struct rule_set *set, const struct rule_facts *facts)
{
	for (size_t i = 0; i < set->touched_len; i++)
		set->subjects[set->touched[i]]->fields = 0;
	set->touched_len = 0;
	for (size_t i = 0; i < facts->mentions_len; i++)
		note_mention(set, &facts->mentions[i]);
}

void
rule_set_evaluate(struct rule_set *set, const struct rule_facts *facts,
    rule_on_met on_met, void *arg)
{
	rule_set_note(set, facts);
	for (size_t i = 0; i < set->rules_len; i++)
		if (rule_condition_fails(set, &set->rules[i].when, facts) ==
		    RULE_MET)
			on_met(arg, set->rules[i].id, set->rules[i].level);
	for (size_t i = 0; i < set->touched_len; i++) {
		const struct subject *subject = set->subjects[set->touched[i]];

		if (!subject->is_word && !subject->has_rule &&
		    rule_subject_counts(set, subject))
			on_met(arg, subject->id, LEVEL_ROUTINE);
	}
}

bool
rule_set_counts(const struct rule_set *set, const char *entity)
{
	size_t n = map_get(&set->ids, entity);

	return n != MAP_NONE && rule_subject_counts(set, set->subjects[n]);
}

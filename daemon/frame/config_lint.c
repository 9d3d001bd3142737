/*
 * Warnings about rules and names.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "frame/config_lint.h"
#include "frame/config_match.h"
#include "frame/config_reader.h"
#include "match/lint.h"

/* ---- rules -------------------------------------------------------------- */

static bool
has_all(const struct strings *list, const struct strings *wanted)
{
	for (size_t i = 0; i < wanted->len; i++)
		if (!strings_has(list, wanted->at[i]))
			return false;
	return wanted->len > 0;
}

/* Whether whatever meets `when` meets `other`, too, seen by single lists: then
 * `not: other` refuses all of it. */
static bool
is_covered(
    const struct rule_condition *when, const struct rule_condition *other)
{
	const struct {
		const struct strings *list;
		const struct strings *by;
	} lists[] = {{&when->entities, &other->entities},
	    {&when->words, &other->words}, {&when->feeds, &other->feeds},
	    {&when->outlets, &other->outlets},
	    {&when->languages, &other->languages}, {&when->tags, &other->tags}};
	bool covered = false;

	if (other->all_len + other->any_len + other->none_len > 0 ||
	    (other->in != 0 && other->in != when->in))
		return false;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i].by->len == 0)
			continue;
		if (!has_all(lists[i].by, lists[i].list))
			return false;
		covered = true;
	}
	return covered;
}

static bool
takes_language(const struct strings *languages, const char *language)
{
	for (size_t i = 0; i < languages->len; i++) {
		size_t len = strlen(languages->at[i]);

		if (strncasecmp(languages->at[i], language, len) == 0 &&
		    (language[len] == '\0' || language[len] == '-'))
			return true;
	}
	return languages->len == 0;
}

/* Whether a condition asks for nothing but feeds and outlets. */
static bool
is_place(const struct rule_condition *when)
{
	return when->feeds.len + when->outlets.len > 0 &&
	       when->entities.len + when->words.len + when->languages.len +
		       when->tags.len + when->all_len + when->any_len +
		       when->none_len ==
		   0;
}

/* Whether an item of the feed may meet the condition; by_language: in the
 * language that the feed is said to have. */
static bool
takes_feed(const struct rule_condition *when, const struct config_feed *feed,
    bool by_language)
{
	bool any = when->any_len == 0;

	if ((when->feeds.len > 0 && !strings_has(&when->feeds, feed->id)) ||
	    (when->outlets.len > 0 &&
		!strings_has(&when->outlets, feed->outlet)) ||
	    (by_language && feed->language != NULL &&
		!takes_language(&when->languages, feed->language)))
		return false;
	for (size_t i = 0; i < when->none_len; i++)
		if (is_place(&when->none[i]) &&
		    takes_feed(&when->none[i], feed, by_language))
			return false;
	for (size_t i = 0; i < when->all_len; i++)
		if (!takes_feed(&when->all[i], feed, by_language))
			return false;
	for (size_t i = 0; i < when->any_len && !any; i++)
		any = takes_feed(&when->any[i], feed, by_language);
	return any;
}

static bool
takes_no_feed(const struct config *config, const struct rule_condition *when,
    bool by_language)
{
	for (size_t i = 0; i < config->feeds_len; i++)
		if (takes_feed(when, &config->feeds[i], by_language))
			return false;
	return config->feeds_len > 0;
}

static bool
is_never_met(const struct config *config, const struct rule_condition *when)
{
	if (takes_no_feed(config, when, false))
		return true;
	for (size_t i = 0; i < when->none_len; i++)
		if (is_covered(when, &when->none[i]))
			return true;
	for (size_t i = 0; i < when->all_len; i++)
		if (is_never_met(config, &when->all[i]))
			return true;
	for (size_t i = 0; i < when->any_len; i++)
		if (!is_never_met(config, &when->any[i]))
			return false;
	return when->any_len > 0;
}

/* ---- outlets ------------------------------------------------------------ */

static void
lint_outlet(struct config_reader *reader, const struct map *outlets,
    const struct config_rule *rule, const char *outlet)
{
	struct problem_guess guess = {.word = outlet};
	char *hint;

	if (map_get(outlets, outlet) != MAP_NONE)
		return;
	for (size_t i = 0; i < outlets->cap; i++)
		if (outlets->slots[i].key != NULL)
			problem_guess(&guess, outlets->slots[i].key);
	hint = problem_guess_text(&guess);
	reader_warn(reader, &rule->mark,
	    "rule \"%s\": no feed has the outlet \"%s\"%s", rule->id, outlet,
	    hint);
	free(hint);
}

static void
lint_outlets(struct config_reader *reader, const struct map *outlets,
    const struct config_rule *rule, const struct rule_condition *when)
{
	for (size_t i = 0; i < when->outlets.len; i++)
		lint_outlet(reader, outlets, rule, when->outlets.at[i]);
	for (size_t i = 0; i < when->all_len; i++)
		lint_outlets(reader, outlets, rule, &when->all[i]);
	for (size_t i = 0; i < when->any_len; i++)
		lint_outlets(reader, outlets, rule, &when->any[i]);
	for (size_t i = 0; i < when->none_len; i++)
		lint_outlets(reader, outlets, rule, &when->none[i]);
}

static void
lint_rules(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct map outlets = {NULL, 0, 0};

	for (size_t i = 0; i < config->feeds_len; i++)
		map_add(&outlets, config->feeds[i].outlet, i);
	for (size_t i = 0; i < config->rules_len; i++) {
		const struct config_rule *rule = &config->rules[i];

		lint_outlets(reader, &outlets, rule, &rule->when);
		if (is_never_met(config, &rule->when))
			reader_warn(reader, &rule->mark,
			    "rule \"%s\" can never be met", rule->id);
		else if (takes_no_feed(config, &rule->when, true))
			reader_warn(reader, &rule->mark,
			    "rule \"%s\" can hardly be met: no feed that it "
			    "takes is in one of its languages",
			    rule->id);
		if (rule->min_outlets > 1 &&
		    (uint64_t)rule->min_outlets > outlets.len)
			reader_warn(reader, &rule->mark,
			    "rule \"%s\" waits for %" PRId64
			    " outlets (min_outlets), but the feeds have %zu",
			    rule->id, rule->min_outlets, outlets.len);
	}
	map_clear(&outlets);
}

/* ---- names -------------------------------------------------------------- */

static void
on_name(void *arg, size_t entity, size_t name, const char *message)
{
	struct config_reader *reader = arg;
	const struct config_entity *e = &reader->config->entities[entity];

	reader_warn(reader,
	    name < e->names_len ? &e->names[name].mark : &e->mark, "%s",
	    message);
}

static void
lint_all_names(struct config_reader *reader)
{
	struct config_match match;

	config_match_init(&match, reader->config);
	lint_names(
	    match.entities, reader->config->entities_len, on_name, reader);
	config_match_clear(&match);
}

static void
lint_emptiness(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct config_mark mark = {.file = config->files.at[0]};

	if (config->feeds_len == 0)
		reader_warn(reader, &mark, "no feeds: nothing will be polled");
	if (config->entities_len == 0 && config->rules_len == 0)
		reader_warn(
		    reader, &mark, "no entities or rules: nothing will alert");
}

/* ---- the budget --------------------------------------------------------- */

/* Feeds with one interval cannot keep it when there are too many of them. */
static void
lint_budget(struct config_reader *reader)
{
	const struct config *config = reader->config;
	struct config_mark mark = {.file = config->files.at[0]};
	double polls_per_h = 0;

	for (size_t i = 0; i < config->feeds_len; i++) {
		const struct config_interval *interval =
		    config->feeds[i].interval.max_ms != 0
			? &config->feeds[i].interval
			: &config->defaults.interval;

		polls_per_h += 3600000.0 / (double)interval->max_ms;
	}
	if (config->defaults.budget != 0 &&
	    polls_per_h > (double)config->defaults.budget)
		reader_warn(reader, &mark,
		    "the feeds' intervals alone need %.3g polls a second, "
		    "more than the budget: polls will come late",
		    polls_per_h / 3600);
}

void
config_lint(struct config_reader *reader)
{
	lint_all_names(reader);
	if (reader->entities_only)
		return;
	lint_rules(reader);
	lint_emptiness(reader);
	lint_budget(reader);
}

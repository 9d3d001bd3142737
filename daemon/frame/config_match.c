/*
 * Hands entities and rules over to feeds/match and feeds/rule.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_match.h"
#include "rule/rule.h"

/* Collects the words of a condition, each once. */
static void
collect_words(
    const struct rule_condition *when, struct map *seen, struct strings *words)
{
	for (size_t i = 0; i < when->words.len; i++)
		if (map_add(seen, when->words.at[i], 0) == MAP_NONE)
			strings_add(words, when->words.at[i]);
	for (size_t i = 0; i < when->all_len; i++)
		collect_words(&when->all[i], seen, words);
	for (size_t i = 0; i < when->any_len; i++)
		collect_words(&when->any[i], seen, words);
	for (size_t i = 0; i < when->none_len; i++)
		collect_words(&when->none[i], seen, words);
}

static struct strings
collect_all_words(const struct config *config)
{
	struct strings words = {NULL, 0};
	struct map seen = {NULL, 0, 0};

	for (size_t i = 0; i < config->rules_len; i++)
		collect_words(&config->rules[i].when, &seen, &words);
	map_clear(&seen);
	return words;
}

static void
fill_name(struct match_name *to, const struct config_name *from)
{
	*to = (struct match_name){.text = from->text,
	    .language = from->language,
	    .exact = from->exact,
	    .regex = from->regex,
	    .letter_case = from->letter_case};
}

static void
fill_entity(struct match_entity *to, const struct config_entity *from,
    struct match_name *names)
{
	*to = (struct match_entity){.id = from->id,
	    .type = from->type,
	    .names = names,
	    .names_len = from->names_len,
	    .exclude = (const char *const *)from->exclude.at,
	    .exclude_len = from->exclude.len,
	    .near = (const char *const *)from->near.at,
	    .near_len = from->near.len,
	    .near_words = (unsigned)from->near_words};
	for (size_t i = 0; i < from->names_len; i++)
		fill_name(&names[i], &from->names[i]);
}

void
config_match_init(struct config_match *match, const struct config *config)
{
	struct strings words = collect_all_words(config);
	size_t names = words.len, at = 0;

	for (size_t i = 0; i < config->entities_len; i++)
		names += config->entities[i].names_len;
	*match = (struct config_match){.len = config->entities_len + words.len,
	    .names = xcalloc(names, sizeof(*match->names)),
	    .word_ids = words.at,
	    .word_ids_len = words.len};
	match->entities = xcalloc(match->len, sizeof(*match->entities));
	for (size_t i = 0; i < config->entities_len; i++) {
		fill_entity(&match->entities[i], &config->entities[i],
		    &match->names[at]);
		at += config->entities[i].names_len;
	}
	for (size_t i = 0; i < words.len; i++, at++) {
		char *id = xasprintf("%s%s", RULE_WORD_PREFIX, words.at[i]);

		free(words.at[i]);
		words.at[i] = id;
		match->names[at].text = id + strlen(RULE_WORD_PREFIX);
		match->entities[config->entities_len + i] =
		    (struct match_entity){
			.id = id, .names = &match->names[at], .names_len = 1};
	}
}

void
config_match_clear(struct config_match *match)
{
	for (size_t i = 0; i < match->word_ids_len; i++)
		free(match->word_ids[i]);
	free(match->word_ids);
	free(match->entities);
	free(match->names);
	*match = (struct config_match){.entities = NULL};
}

struct match_set *
config_match_set(const struct config *config)
{
	struct config_match match;
	struct match_set *set;

	config_match_init(&match, config);
	set = match_set_new(match.entities, match.len);
	config_match_clear(&match);
	return set;
}

struct rule_set *
config_rule_set(const struct config *config)
{
	struct rule_set *set = rule_set_new();

	for (size_t i = 0; i < config->entities_len; i++)
		rule_set_add_entity(
		    set, config->entities[i].id, &config->entities[i].require);
	for (size_t i = 0; i < config->rules_len; i++)
		rule_set_add_rule(set, config->rules[i].id,
		    config->rules[i].level, &config->rules[i].when);
	return set;
}

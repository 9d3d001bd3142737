/*
 * Checks over the whole configuration, and the defaults that need it whole.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "frame/access.h"
#include "frame/config_check.h"
#include "frame/config_reader.h"

/* ---- feeds ------------------------------------------------------------- */

static void
check_auth(struct config_reader *reader, const struct config_feed *feed)
{
	const struct config_auth *auth = &feed->auth;

	if ((auth->user || auth->bearer) &&
	    strncasecmp(feed->url, "http:", 5) == 0)
		reader_warn(reader, &feed->mark,
		    "feed \"%s\": its secret travels readable for all on the "
		    "way (use https)",
		    feed->id);
}

static void
check_headers(struct config_reader *reader, const struct config_access *access,
    const struct config_mark *mark)
{
	if (access->headers.len > ACCESS_HEADERS_MAX)
		reader_error(reader, mark, "more than %d \"headers\"",
		    ACCESS_HEADERS_MAX);
}

static void
check_feeds(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct map urls = {NULL, 0, 0};

	for (size_t i = 0; i < config->feeds_len; i++) {
		struct config_feed *feed = &config->feeds[i];
		size_t same;

		if (feed->id == NULL || feed->url == NULL)
			continue; /* told already */
		if (feed->outlet == NULL)
			feed->outlet = xstrdup(feed->id);
		check_auth(reader, feed);
		check_headers(reader, &feed->access, &feed->mark);
		same = map_add(&urls, feed->url, i);
		if (same != MAP_NONE &&
		    strcmp(feed->id, config->feeds[same].id) != 0)
			reader_warn(reader, &feed->mark,
			    "feed \"%s\" has the same address as feed \"%s\"",
			    feed->id, config->feeds[same].id);
	}
	map_clear(&urls);
}

/* ---- entities ---------------------------------------------------------- */

static void
set_label(struct config_entity *entity)
{
	const struct config_name *best = NULL;

	for (size_t i = 0; i < entity->names_len; i++) {
		const struct config_name *name = &entity->names[i];
		bool english = name->language != NULL &&
			       (strcmp(name->language, "en") == 0 ||
				   strncmp(name->language, "en-", 3) == 0);

		if (name->text == NULL || name->regex)
			continue;
		if (best == NULL || english)
			best = name;
		if (english)
			break;
	}
	entity->label = xstrdup(best != NULL ? best->text : entity->id);
}

static void
check_entity(struct config_reader *reader, struct config_entity *entity)
{
	if (entity->id == NULL)
		return;
	for (size_t i = 0; i < entity->names_len; i++) {
		struct config_name *name = &entity->names[i];

		name->exact |= entity->exact;
		if (name->letter_case == MATCH_CASE_AUTO)
			name->letter_case = entity->letter_case;
	}
	if (entity->label == NULL)
		set_label(entity);
	if (strings_has(&entity->require, entity->id))
		reader_error(reader, &entity->mark,
		    "entity \"%s\" requires itself", entity->id);
}

/* ---- rules ------------------------------------------------------------- */

static bool
is_empty(const struct rule_condition *when)
{
	return when->entities.len + when->words.len + when->feeds.len +
		   when->outlets.len + when->languages.len + when->tags.len +
		   when->all_len + when->any_len + when->none_len ==
	       0;
}

static bool check_condition(struct config_reader *, const struct config_rule *,
    const struct rule_condition *);

static bool
check_conditions(struct config_reader *reader, const struct config_rule *rule,
    const struct rule_condition *list, size_t len)
{
	bool names_own_id = false;

	for (size_t i = 0; i < len; i++)
		names_own_id |= check_condition(reader, rule, &list[i]);
	return names_own_id;
}

/* Returns whether the rule's id is among its entities. */
static bool
check_condition(struct config_reader *reader, const struct config_rule *rule,
    const struct rule_condition *when)
{
	bool own = strings_has(&when->entities, rule->id);

	if (is_empty(when))
		reader_error(reader, &rule->mark,
		    "rule \"%s\" has a condition without entities, words, "
		    "feeds, outlets, languages or tags",
		    rule->id);
	own |= check_conditions(reader, rule, when->all, when->all_len);
	own |= check_conditions(reader, rule, when->any, when->any_len);
	check_conditions(reader, rule, when->none, when->none_len);
	return own;
}

static void
check_rules(struct config_reader *reader)
{
	struct config *config = reader->config;

	for (size_t i = 0; i < config->rules_len; i++) {
		const struct config_rule *rule = &config->rules[i];

		if (rule->id == NULL)
			continue;
		if (!check_condition(reader, rule, &rule->when) &&
		    ids_find(reader, ID_ENTITY, rule->id) != NULL)
			reader_error(reader, &rule->mark,
			    "rule \"%s\" has the id of an entity that it does "
			    "not name",
			    rule->id);
	}
}

/* ---- stories ----------------------------------------------------------- */

/* Whether each number is above the one before it. */
static bool
is_rising(const struct strings *numbers)
{
	for (size_t i = 1; i < numbers->len; i++)
		if (strtoul(numbers->at[i], NULL, 10) <=
		    strtoul(numbers->at[i - 1], NULL, 10))
			return false;
	return true;
}

static void
check_stories(struct config_reader *reader)
{
	const struct config_stories *stories = &reader->config->stories;

	if (stories->hold < stories->join)
		reader_error(reader, &stories->mark,
		    "stories: hold must not be below join");
	if (stories->grown.len > 1 && strings_has(&stories->grown, "off"))
		reader_error(reader, &stories->mark,
		    "stories: grown must be numbers of outlets, or off alone");
	else if (!is_rising(&stories->grown))
		reader_error(reader, &stories->mark,
		    "stories: grown must be numbers that rise");
	for (size_t i = 0; i < reader->config->rules_len; i++) {
		const struct config_rule *rule = &reader->config->rules[i];

		if (rule->stories == RULE_STORIES_OFF && rule->min_outlets > 1)
			reader_error(reader, &rule->mark,
			    "rule \"%s\": min_outlets waits for a story, but "
			    "stories are off",
			    rule->id);
	}
}

/* ---- sinks ------------------------------------------------------------- */

static void
check_sinks(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct map paths = {NULL, 0, 0};

	for (size_t i = 0; i < config->sinks_len; i++) {
		struct config_sink *sink = &config->sinks[i];
		size_t same;

		if (sink->type != SINK_LOG || sink->path == NULL)
			continue;
		same = map_add(&paths, sink->path, i);
		if (same != MAP_NONE && sink->id != NULL)
			reader_error(reader, &sink->mark,
			    "sink \"%s\" writes the same file as sink \"%s\"",
			    sink->id, config->sinks[same].id);
	}
	map_clear(&paths);
}

void
config_check(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct config_mark mark = {0};

	ids_check(reader);
	for (size_t i = 0; i < config->entities_len; i++)
		check_entity(reader, &config->entities[i]);
	check_rules(reader);
	if (reader->entities_only)
		return;
	mark.file = reader->config->files.at[0];
	check_headers(reader, &reader->config->defaults.access, &mark);
	check_stories(reader);
	check_feeds(reader);
	check_sinks(reader);
}

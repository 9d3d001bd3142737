/*
 * daemon/engine/story_alerts: what a story tells, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "engine/alert.h"
#include "engine/stories.h"
#include "engine/story_alerts.h"
#include "store/batch.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

/* A story that items come to one by one, as daemon/engine/stories.c would have
 * it. */
struct world {
	struct config config;
	struct config_rule rules[3];
	struct config_entity entities[2];
	struct story_outlet outlets[100];
	struct story_state story;
	struct story_arrival arrival;
	struct story_alerts alerts;
};

static int
set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->rules[0] = (struct config_rule){
	    .id = (char *)"crocus", .level = LEVEL_URGENT, .min_outlets = 1};
	w->rules[1] = (struct config_rule){
	    .id = (char *)"quorum", .level = LEVEL_FLASH, .min_outlets = 2};
	w->rules[2] = (struct config_rule){.id = (char *)"each",
	    .stories = RULE_STORIES_OFF,
	    .min_outlets = 1};
	w->entities[0].id = (char *)"macron";
	w->entities[1].id = (char *)"shoigu";
	w->config = (struct config){.rules = w->rules,
	    .rules_len = 3,
	    .entities = w->entities,
	    .entities_len = 2,
	    .stories = {.quiet_ms = 6 * 3600 * 1000}};
	w->story.id = 5;
	w->story.outlets = w->outlets;
	w->arrival.story = &w->story;
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	story_alerts_clear(&w->alerts);
	strings_clear(&w->story.rules);
	strings_clear(&w->story.entities);
	strings_clear(&w->story.told.rules);
	strings_clear(&w->story.told.entities);
	strings_clear(&w->config.stories.grown);
	free(w);
	return 0;
}

/* An item of a new outlet, a minute after the one before; rule and entity may
 * be NULL. */
static void
come(struct world *w, const char *rule, const char *entity)
{
	static const char *const names[] = {"TASS", "RT", "Reuters", "BBC"};
	size_t len = w->story.outlets_len++;
	struct alert_entity mentioned = {entity, "Sergei Shoigu"};
	struct strings rules = {0};
	struct story_news news = {.arrival = &w->arrival,
	    .rules = &rules,
	    .entities = &mentioned,
	    .entities_len = entity != NULL,
	    .reason = "rule so and so"};

	w->outlets[len] = (struct story_outlet){
	    (char *)names[len % 4], (int64_t)len * 60 * SECOND, true};
	w->arrival.new_outlet = true;
	if (rule != NULL)
		strings_add(&rules, rule);
	story_alerts_clear(&w->alerts);
	story_alerts_decide(&w->config, &news, &w->alerts);
	strings_clear(&rules);
}

static void
assert_alert(const struct world *w, enum alert_type type, const char *text)
{
	assert_int_equal(w->alerts.len, 1);
	assert_int_equal(w->alerts.at[0].type, type);
	assert_string_equal(w->alerts.at[0].text, text);
	assert_null(w->alerts.held);
}

static void
first_match_is_told_though_others_came_before(void **state)
{
	struct world *w = *state;

	come(w, NULL, NULL);
	assert_int_equal(w->alerts.len, 0);
	assert_null(w->alerts.held);
	w->story.independent = 2;
	come(w, "crocus", NULL);
	assert_alert(
	    w, ALERT_STORY_NEW, "rule so and so; 2 outlets: TASS, RT (+60 s)");
	assert_int_equal(w->story.told.level, LEVEL_URGENT);
	assert_string_equal(w->alerts.at[0].new_rules.at[0], "crocus");
}

static void
milestones_double_beyond_the_usual_ones(void **state)
{
	static const size_t want[] = {2, 3, 5, 10, 20, 40, 80};
	struct world *w = *state;
	size_t told = 0;

	w->story.independent = 1;
	come(w, "crocus", NULL);
	for (size_t i = 2; i <= 100; i++) {
		come(w, NULL, NULL);
		if (w->alerts.len == 0)
			continue;
		assert_int_equal(w->alerts.at[0].type, ALERT_STORY_GROWN);
		assert_int_equal(i, want[told++]);
	}
	assert_int_equal(told, 7);
}

static void
given_milestones_are_all_there_are(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "3");
	w->story.independent = 1;
	come(w, "crocus", NULL);
	come(w, "crocus", NULL);
	assert_int_equal(w->alerts.silence, STORY_SILENT_TOLD);
	assert_string_equal(
	    w->alerts.held, "story 5 is told, and this adds nothing to it");
	come(w, NULL, NULL);
	assert_alert(w, ALERT_STORY_GROWN,
	    "third outlet: Reuters (+2 min) after TASS, RT (+60 s)");
	for (size_t i = 4; i < 100; i++) {
		come(w, NULL, NULL);
		assert_int_equal(w->alerts.len, 0);
	}
}

static void
an_item_may_bring_news_and_be_the_third_outlet(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "2");
	w->story.independent = 1;
	come(w, "macron", "macron");
	come(w, "shoigu", "shoigu");
	assert_int_equal(w->alerts.len, 2);
	assert_int_equal(w->alerts.at[0].type, ALERT_STORY_UPDATE);
	assert_string_equal(
	    w->alerts.at[0].text, "new in the story: Sergei Shoigu");
	assert_string_equal(w->alerts.at[0].new_entities.at[0], "shoigu");
	assert_int_equal(w->alerts.at[1].type, ALERT_STORY_GROWN);
	come(w, "shoigu", "shoigu");
	assert_int_equal(w->alerts.len, 0);
}

static void
a_rule_waits_for_outlets_and_is_then_told(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "quorum", NULL);
	assert_int_equal(w->alerts.silence, STORY_SILENT_WAITING);
	assert_string_equal(w->alerts.held,
	    "rule quorum waits for 2 outlets with a text of their own; the "
	    "story has 1");
	w->story.independent = 2;
	come(w, NULL, NULL); /* itself, it meets no rule */
	assert_alert(
	    w, ALERT_STORY_NEW, "rule quorum; 2 outlets: TASS, RT (+60 s)");
	assert_int_equal(w->story.told.level, LEVEL_FLASH);
}

static void
a_loose_join_or_long_quiet_is_an_update(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "crocus", NULL);
	w->arrival.loose = true;
	w->arrival.score = 0.2;
	w->arrival.needed = 0.24;
	come(w, "crocus", NULL);
	assert_alert(w, ALERT_STORY_UPDATE,
	    "perhaps another story (likeness 0.200, sure from 0.240)");
	come(w, NULL, NULL); /* nothing is held back of it */
	assert_int_equal(w->alerts.len, 0);
	w->arrival.loose = false;
	w->arrival.quiet_us = 7 * HOUR;
	come(w, "crocus", NULL);
	assert_alert(w, ALERT_STORY_UPDATE, "after 7 h of quiet");
}

static void
a_rule_with_stories_off_has_no_part(void **state)
{
	struct world *w = *state;

	w->story.independent = 1;
	come(w, "each", "macron");
	assert_int_equal(w->alerts.len, 0);
	assert_null(w->alerts.held);
	assert_true(story_alerts_are_off(&w->config, "each"));
	assert_false(story_alerts_are_off(&w->config, "macron"));
	come(w, "crocus", "macron");
	assert_int_equal(w->alerts.at[0].type, ALERT_STORY_NEW);
	assert_int_equal(w->story.told.rules.len, 1);
}

static void
a_rule_that_is_gone_tells_nothing(void **state)
{
	struct world *w = *state;

	w->story.independent = 1;
	come(w, "gone", "macron");
	assert_int_equal(w->alerts.len, 0);
}

static void
an_item_counts_by_any_of_the_rules_of_its_story(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "crocus", NULL);
	come(w, "shoigu", NULL);
	w->arrival.quiet_us = 6 * HOUR;
	come(w, "crocus", NULL);
	assert_alert(w, ALERT_STORY_UPDATE, "after 6 h of quiet");
}

static void
what_meets_no_rule_brings_no_entity(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "crocus", NULL);
	come(w, NULL, "shoigu");
	assert_int_equal(w->alerts.len, 0);
}

static void
a_loose_join_is_no_growth(void **state)
{
	struct world *w = *state;

	w->story.independent = 1;
	come(w, "crocus", NULL);
	w->arrival.loose = true;
	come(w, NULL, NULL);
	assert_int_equal(w->alerts.len, 0);
}

static void
the_highest_rule_gives_the_level(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "quorum", NULL);
	w->story.independent = 2;
	come(w, "crocus", NULL);
	assert_int_equal(w->story.told.level, LEVEL_FLASH);
}

static void
a_rule_raised_by_a_reload_is_told_with_its_level(void **state)
{
	struct world *w = *state;

	strings_add(&w->config.stories.grown, "off");
	w->story.independent = 1;
	come(w, "crocus", NULL);
	w->rules[0].level = LEVEL_FLASH;
	come(w, "crocus", NULL);
	assert_alert(w, ALERT_STORY_UPDATE, "new in the story: level flash");
	come(w, "crocus", NULL);
	assert_int_equal(w->alerts.len, 0);
}

static void
the_first_outlets_are_named_and_the_others_counted(void **state)
{
	struct world *w = *state;

	w->rules[0].min_outlets = 2;
	w->story.independent = 1;
	come(w, "quorum", NULL);
	for (int i = 0; i < 5; i++)
		come(w, "crocus", NULL);
	w->story.independent = 2;
	come(w, NULL, NULL);
	assert_alert(w, ALERT_STORY_NEW,
	    "rules quorum, crocus; 7 outlets (2 with a text of their own): "
	    "TASS, RT (+60 s), Reuters (+2 min), BBC (+3 min), TASS (+4 min), "
	    "RT (+5 min), Reuters (+6 min)");
	come(w, "shoigu", NULL);
	come(w, NULL, NULL);
	come(w, NULL, NULL);
	assert_alert(w, ALERT_STORY_GROWN,
	    "tenth outlet: RT (+9 min) after TASS, RT (+60 s), "
	    "Reuters (+2 min), BBC (+3 min), TASS (+4 min), RT (+5 min) "
	    "and 3 more");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void
a_story_has_no_end_of_languages(void **state)
{
	const struct config_stories config = {.join = 180, .hold = 240};
	struct stories *stories = stories_new(1, &config);
	char language[8], title[] = "Macron meets farmers in Metz", none[] = "";
	struct story_arrival arrival;

	for (unsigned i = 0; i < 150; i++) {
		struct item_record record = {.id = i + 1,
		    .seen_at = HOUR,
		    .item = {.title = title,
			.summary = none,
			.content = none,
			.language = language,
			.published_at = ITEM_NO_DATE}};

		snprintf(language, sizeof(language), "x-%u", i);
		stories_add(stories, &record, "Gazette", &arrival);
	}
	assert_int_equal(arrival.story->items, 150);
	assert_true(arrival.story->languages.len < 100);
	stories_free(stories);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(first_match_is_told_though_others_came_before),
	    TEST(milestones_double_beyond_the_usual_ones),
	    TEST(given_milestones_are_all_there_are),
	    TEST(an_item_may_bring_news_and_be_the_third_outlet),
	    TEST(a_rule_waits_for_outlets_and_is_then_told),
	    TEST(a_loose_join_or_long_quiet_is_an_update),
	    TEST(a_rule_with_stories_off_has_no_part),
	    TEST(a_rule_that_is_gone_tells_nothing),
	    TEST(an_item_counts_by_any_of_the_rules_of_its_story),
	    TEST(what_meets_no_rule_brings_no_entity),
	    TEST(a_loose_join_is_no_growth),
	    TEST(the_highest_rule_gives_the_level),
	    TEST(a_rule_raised_by_a_reload_is_told_with_its_level),
	    TEST(the_first_outlets_are_named_and_the_others_counted),
	    cmocka_unit_test(a_story_has_no_end_of_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * feeds/rule: which rules an item meets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rule/explain.h"
#include "rule/rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A list of borrowed strings. */
#define LIST(...)                                          \
	{                                                  \
		(char **)(const char *[]){__VA_ARGS__},    \
		    COUNT(((const char *[]){__VA_ARGS__})) \
	}

static void
on_met(void *arg, const char *rule, enum level level)
{
	buf_addf(arg, "%s:%d ", rule, (int)level);
}

/* The rules that are met, as "id:level id:level ". */
static char *
evaluate(struct rule_set *set, const struct rule_facts *facts)
{
	struct buf met = BUF_INIT;

	rule_set_evaluate(set, facts, on_met, &met);
	return buf_take(&met);
}

static void
expect(struct rule_set *set, const struct rule_facts *facts, const char *want)
{
	char *met = evaluate(set, facts);

	assert_string_equal(met, want);
	free(met);
}

static struct rule_facts
mentions_of(const struct rule_mention *mentions, size_t len)
{
	return (struct rule_facts){.feed = "tass-en",
	    .outlet = "TASS",
	    .language = "en-GB",
	    .mentions = mentions,
	    .mentions_len = len};
}

static void
entity_without_rule_is_a_rule(void **state)
{
	const struct rule_condition crocus = {.entities = LIST("crocus")};
	const struct rule_mention mentions[] = {{"macron", ITEM_CONTENT},
	    {"crocus", ITEM_TITLE}, {"shoigu", ITEM_TITLE},
	    {"macron", ITEM_TITLE}, {"unheard-of", ITEM_TITLE}};
	struct rule_facts facts = mentions_of(mentions, COUNT(mentions));
	struct rule_set *set = rule_set_new();

	rule_set_add_entity(set, "shoigu", NULL);
	rule_set_add_entity(set, "macron", NULL);
	rule_set_add_entity(set, "crocus", NULL);
	rule_set_add_rule(set, "attack", LEVEL_URGENT, &crocus);
	expect(set, &facts, "attack:1 macron:0 shoigu:0 ");
	facts.mentions_len = 0;
	expect(set, &facts, "");
	rule_set_free(set);
}

static void
fields_are_asked_for_and_inherited(void **state)
{
	struct rule_condition nested[] = {{.entities = LIST("a")},
	    {.entities = LIST("b"), .in = 1 << ITEM_CONTENT}};
	const struct rule_condition when = {
	    .in = 1 << ITEM_TITLE, .all = nested, .all_len = COUNT(nested)};
	struct rule_mention mentions[] = {
	    {"a", ITEM_TITLE}, {"b", ITEM_CONTENT}};
	struct rule_facts facts = mentions_of(mentions, COUNT(mentions));
	struct rule_set *set = rule_set_new();

	rule_set_add_entity(set, "a", NULL);
	rule_set_add_entity(set, "b", NULL);
	rule_set_add_rule(set, "both", LEVEL_FLASH, &when);
	expect(set, &facts, "both:2 ");
	mentions[0].field = ITEM_SUMMARY;
	expect(set, &facts, "");
	mentions[0].field = ITEM_TITLE;
	mentions[1].field = ITEM_TITLE;
	expect(set, &facts, "");
	rule_set_free(set);
}

static void
keys_are_all_asked_for_and_values_are_choices(void **state)
{
	const struct strings tags = LIST("state", "russia");
	const struct rule_condition when = {
	    .entities = LIST("a", "b"),
	    .feeds = LIST("rt", "tass-en"),
	    .outlets = LIST("TASS"),
	    .languages = LIST("fr", "en"),
	    .tags = LIST("world", "russia"),
	};
	const struct rule_mention mentions[] = {{"b", ITEM_SUMMARY}};
	struct rule_facts facts = mentions_of(mentions, COUNT(mentions));
	struct rule_set *set = rule_set_new();

	rule_set_add_rule(set, "r", LEVEL_ROUTINE, &when);
	facts.item_tags = &tags;
	expect(set, &facts, "r:0 ");
	facts.item_tags = NULL;
	expect(set, &facts, "");
	facts.feed_tags = &tags;
	expect(set, &facts, "r:0 ");
	facts.language = "e";
	expect(set, &facts, "");
	facts.language = NULL;
	expect(set, &facts, "");
	facts.language = "en";
	facts.outlet = "RT";
	expect(set, &facts, "");
	rule_set_free(set);
}

static void
languages_are_the_same_in_any_case_of_letters(void **state)
{
	static const char *const met[] = {"en-gb", "EN-GB", "Fr", "fr-CA"};
	static const char *const unmet[] = {"en", "en-US", "f", "frr"};
	const struct rule_condition when = {.languages = LIST("en-GB", "fr")};
	struct rule_facts facts = mentions_of(NULL, 0);
	struct rule_set *set = rule_set_new();

	rule_set_add_rule(set, "r", LEVEL_ROUTINE, &when);
	for (size_t i = 0; i < COUNT(met); i++) {
		facts.language = met[i];
		expect(set, &facts, "r:0 ");
	}
	for (size_t i = 0; i < COUNT(unmet); i++) {
		facts.language = unmet[i];
		expect(set, &facts, "");
	}
	rule_set_free(set);
}

static void
not_refuses_and_any_needs_one(void **state)
{
	struct rule_condition any[] = {
	    {.words = LIST("shelling")}, {.feeds = LIST("tass-en")}};
	struct rule_condition none[] = {
	    {.words = LIST("football", "ice hockey")},
	    {.entities = LIST("macron")}};
	const struct rule_condition when = {.any = any,
	    .any_len = COUNT(any),
	    .none = none,
	    .none_len = COUNT(none)};
	struct rule_mention mentions[] = {
	    {RULE_WORD_PREFIX "shelling", ITEM_TITLE},
	    {RULE_WORD_PREFIX "ice hockey", ITEM_CONTENT}};
	struct rule_facts facts = mentions_of(mentions, 1);
	struct rule_set *set = rule_set_new();

	rule_set_add_entity(set, "macron", NULL);
	rule_set_add_rule(set, "war", LEVEL_URGENT, &when);
	facts.feed = "rt";
	expect(set, &facts, "war:1 ");
	facts.mentions_len = 2;
	expect(set, &facts, "");
	facts.mentions_len = 0;
	expect(set, &facts, "");
	facts.feed = "tass-en";
	expect(set, &facts, "war:1 ");
	/* named under `not` only: still a rule of its own */
	mentions[0].entity = "macron";
	facts.mentions_len = 1;
	expect(set, &facts, "macron:0 ");
	rule_set_free(set);
}

static void
required_entity_makes_a_mention_count(void **state)
{
	const struct strings require = LIST("moscow", "fsb");
	const struct rule_condition hall = {.entities = LIST("crocus")};
	const struct rule_mention mentions[] = {
	    {"crocus", ITEM_TITLE}, {"fsb", ITEM_CONTENT}};
	struct rule_facts facts = mentions_of(mentions, 1);
	struct rule_set *set = rule_set_new();

	rule_set_add_entity(set, "crocus", &require);
	rule_set_add_entity(set, "moscow", NULL);
	rule_set_add_entity(set, "fsb", NULL);
	rule_set_add_rule(set, "hall", LEVEL_URGENT, &hall);
	expect(set, &facts, "");
	assert_false(rule_set_counts(set, "crocus"));
	facts.mentions_len = 2;
	expect(set, &facts, "hall:1 fsb:0 ");
	assert_true(rule_set_counts(set, "crocus"));
	assert_false(rule_set_counts(set, "unheard-of"));
	rule_set_free(set);
}

static void
thousands_of_entities_cost_only_what_is_mentioned(void **state)
{
	const struct rule_mention mentions[] = {{"e77", ITEM_TITLE}};
	struct rule_facts facts = mentions_of(mentions, 1);
	struct rule_set *set = rule_set_new();
	char id[20];

	for (int i = 0; i < 20000; i++) {
		snprintf(id, sizeof(id), "e%d", i);
		rule_set_add_entity(set, id, NULL);
	}
	for (int i = 0; i < 20000; i++)
		expect(set, &facts, "e77:0 ");
	rule_set_free(set);
	rule_set_free(NULL);
}

static void
on_answer(void *arg, const struct rule_answer *answer)
{
	buf_addf(arg, "%s%s: %s\n", answer->rule, answer->met ? "" : " not met",
	    answer->why);
}

static void
expect_answer(
    struct rule_set *set, const struct rule_facts *facts, const char *want)
{
	struct buf got = BUF_INIT;

	rule_set_explain(set, facts, on_answer, &got);
	assert_string_equal(buf_str(&got), want);
	buf_clear(&got);
}

/* What rule_set_explain() says of one rule about entity a in the title, b and
 * the word siege in the content. */
static void
expect_why(const struct rule_condition *when, const char *want)
{
	const struct strings tags = LIST("state");
	const struct strings require = LIST("x", "y");
	const struct rule_mention mentions[] = {{"a", ITEM_TITLE},
	    {"b", ITEM_CONTENT}, {"needy", ITEM_TITLE},
	    {RULE_WORD_PREFIX "siege", ITEM_CONTENT}};
	struct rule_facts facts = mentions_of(mentions, COUNT(mentions));
	struct rule_set *set = rule_set_new();
	const struct rule_condition others = {
	    .entities = LIST("a", "b", "needy"), .feeds = LIST("none")};
	struct buf whole = BUF_INIT;

	facts.feed_tags = &tags;
	facts.item_tags = &tags;
	rule_set_add_entity(set, "needy", &require);
	rule_set_add_rule(set, "r", LEVEL_URGENT, when);
	rule_set_add_rule(set, "o", LEVEL_URGENT, &others);
	buf_addf(
	    &whole, "r%s\no not met: feed tass-en is not among none\n", want);
	expect_answer(set, &facts, buf_str(&whole));
	buf_clear(&whole);
	rule_set_free(set);
}

#define WHEN(...) (&(const struct rule_condition){__VA_ARGS__})
#define IN_TITLE (1u << ITEM_TITLE)
#define IN_TEXT (1u << ITEM_TITLE | 1u << ITEM_SUMMARY)

static void
what_is_not_met_is_named(void **state)
{
	expect_why(WHEN(.entities = LIST("crocus")),
	    " not met: entity crocus is not mentioned");
	expect_why(WHEN(.entities = LIST("b"), .in = IN_TEXT),
	    " not met: entity b is not mentioned in title, summary; b only in "
	    "content");
	expect_why(WHEN(.entities = LIST("b", "c"), .in = IN_TITLE),
	    " not met: none of the entities b, c is mentioned in title; b only "
	    "in content");
	expect_why(WHEN(.entities = LIST("needy")),
	    " not met: entity needy is not mentioned; needy in title does not "
	    "count without one of x, y");
	expect_why(WHEN(.words = LIST("siege"), .in = IN_TITLE),
	    " not met: word siege is not found in title; siege only in "
	    "content");
	expect_why(WHEN(.entities = LIST("a"), .feeds = LIST("rt", "bbc")),
	    " not met: feed tass-en is not among bbc, rt");
	expect_why(WHEN(.outlets = LIST("RT")),
	    " not met: outlet TASS is not among RT");
	expect_why(WHEN(.languages = LIST("fr")),
	    " not met: language en-GB is not among fr");
	expect_why(WHEN(.tags = LIST("sport")),
	    " not met: neither feed nor item has a tag of sport");
	expect_why(WHEN(.entities = LIST(
			    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")),
	    " not met: none of the entities 1, 2, 3, 4, 5, 6, 7, 8 and 2 more "
	    "is mentioned");
}

static void
the_part_of_a_nested_condition_is_named(void **state)
{
	struct rule_condition both[] = {
	    {.entities = LIST("a")}, {.words = LIST("flood")}};
	struct rule_condition siege[] = {{.words = LIST("siege")}};

	expect_why(WHEN(.all = both, .all_len = 2),
	    " not met: word flood is not found");
	expect_why(WHEN(.any = both + 1, .any_len = 1),
	    " not met: no alternative of `any` is met (word flood is not "
	    "found)");
	expect_why(WHEN(.entities = LIST("a"), .none = siege, .none_len = 1),
	    " not met: excluded by `not`: word siege in content");
}

static void
what_is_met_is_named(void **state)
{
	struct rule_condition any[] = {
	    {.words = LIST("flood")}, {.words = LIST("siege")}};

	expect_why(
	    WHEN(.entities = LIST("a"), .in = IN_TITLE), ": entity a in title");
	expect_why(WHEN(.entities = LIST("c", "b"), .feeds = LIST("tass-en"),
		       .tags = LIST("state"), .any = any, .any_len = 2),
	    ": entity b in content, feed tass-en, a tag of state, word siege "
	    "in content");
	expect_why(WHEN(.in = 0), ": it asks for nothing");
}

static void
an_entity_that_is_a_rule_is_explained_when_mentioned(void **state)
{
	const struct rule_mention mentions[] = {{"macron", ITEM_CONTENT}};
	struct rule_facts facts = mentions_of(mentions, COUNT(mentions));
	struct rule_set *set = rule_set_new();

	rule_set_add_entity(set, "shoigu", NULL);
	rule_set_add_entity(set, "macron", NULL);
	expect_answer(set, &facts, "macron: entity macron in content\n");
	facts.mentions_len = 0;
	expect_answer(set, &facts, "");
	rule_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entity_without_rule_is_a_rule),
	    cmocka_unit_test(fields_are_asked_for_and_inherited),
	    cmocka_unit_test(keys_are_all_asked_for_and_values_are_choices),
	    cmocka_unit_test(languages_are_the_same_in_any_case_of_letters),
	    cmocka_unit_test(not_refuses_and_any_needs_one),
	    cmocka_unit_test(required_entity_makes_a_mention_count),
	    cmocka_unit_test(thousands_of_entities_cost_only_what_is_mentioned),
	    cmocka_unit_test(what_is_not_met_is_named),
	    cmocka_unit_test(the_part_of_a_nested_condition_is_named),
	    cmocka_unit_test(what_is_met_is_named),
	    cmocka_unit_test(
		an_entity_that_is_a_rule_is_explained_when_mentioned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

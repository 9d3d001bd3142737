/*
 * feeds/story: words, skeletons, and which items become one story.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "story/language.h"
#include "story/skeleton.h"
#include "story/story.h"
#include "story/words.h"
#include "text/letter.h"

#define HOUR (INT64_C(3600) * 1000000)
#define START (INT64_C(1712188800) * 1000000) /* 2024-04-04 */

static json_t *
load(const char *name)
{
	char *path =
	    xasprintf("%s/tests/data/story/%s", getenv("SRCDIR"), name);
	json_t *json = json_load_file(path, 0, NULL);

	assert_non_null(json);
	free(path);
	return json;
}

static void
assert_words(struct words *words, const char *text, const json_t *want)
{
	words_split(words, text, strlen(text), SIZE_MAX, SIZE_MAX);
	for (size_t i = 0; i < words->len; i++) {
		const char *word = json_string_value(json_array_get(want, i));

		assert_non_null(word);
		assert_int_equal(words->at[i].len, strlen(word));
		assert_memory_equal(
		    words_text(words, &words->at[i]), word, strlen(word));
	}
	assert_int_equal(words->len, json_array_size(want));
}

/* tests/data/story/words.json was made by the reference. */
static void
words_are_those_of_the_reference(void **state)
{
	struct words words = {.len = 0};
	json_t *cases = load("words.json"), *one;
	size_t i;

	json_array_foreach(cases, i, one)
	{
		const char *text =
		    json_string_value(json_object_get(one, "text"));

		words.join_marks = false;
		assert_words(&words, text, json_object_get(one, "words"));
		words.join_marks = true;
		assert_words(&words, text, json_object_get(one, "joined"));
	}
	json_decref(cases);
	words_clear(&words);
}

static void
upper_case_at_a_sentence_start_is_no_name(void **state)
{
	static const char text[] = "Paris said. Moscow and Kiev? Rome.Bonn";
	static const uint32_t flags[] = {WORD_UPPER, 0, WORD_UPPER, 0,
	    WORD_UPPER | WORD_INNER, WORD_UPPER, WORD_UPPER | WORD_INNER};
	struct words words = {.len = 0};

	words_split(&words, text, strlen(text), SIZE_MAX, SIZE_MAX);
	assert_int_equal(words.len, 7);
	for (size_t i = 0; i < words.len; i++)
		assert_int_equal(words.at[i].flags, flags[i]);
	assert_int_equal(words.tokens, 7);
	assert_int_equal(words.upper, 5);
	words_clear(&words);
}

static void
words_stop_at_their_bounds(void **state)
{
	struct words words = {.len = 0};

	words_split(&words, "one two three", 13, 6, SIZE_MAX);
	assert_int_equal(words.len, 2);
	assert_int_equal(words.at[1].len, 2);
	words_split(&words, "one two three", 13, SIZE_MAX, 2);
	assert_int_equal(words.len, 2);
	words_split(
	    &words, "\xe5\x8c\x97\xe4\xba\xac\xe5\xb8\x82", 9, SIZE_MAX, 1);
	assert_int_equal(words.len, 1);
	words_split(&words, "caf\xc3", 4, SIZE_MAX, SIZE_MAX);
	assert_int_equal(words.at[0].len, 3);
	words_clear(&words);
}

static void
skeleton_is_one_for_latin_and_cyrillic(void **state)
{
	static const char *const pairs[][2] = {
	    {"putin", "путина"},
	    {"lavrov", "лавровым"},
	    {"macron", "макрон"},
	    {"khrushchev", "хрущев"},
	    {"bortnikov", "бортников"},
	    {"kiev", "киев"},
	};
	char latin[SKELETON_MAX + 1], cyrillic[SKELETON_MAX + 1];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		skeleton_of(pairs[i][0], strlen(pairs[i][0]), latin);
		skeleton_of(pairs[i][1], strlen(pairs[i][1]), cyrillic);
		assert_memory_equal(latin, cyrillic, strlen(latin));
	}
	assert_int_equal(skeleton_of("aeiou", 5, latin), 0);
	assert_int_equal(skeleton_of("bbbddd", 6, latin), 2);
}

static struct story_verdict
add(struct story_index *index, const char *title, const char *language,
    int64_t at)
{
	struct story_item item = {
	    .title = title, .language = language, .at = at};
	struct story_verdict verdict;

	story_index_add(index, &item, &verdict);
	return verdict;
}

static const char meeting[] = "Ministers meet in Geneva over grain corridor";
static const char again[] = "Geneva: ministers discuss the grain corridor";
static const char russian[] = "\u041c\u0430\u043a\u0440\u043e\u043d \u0438 "
			      "\u041b\u0430\u0432\u0440\u043e\u0432";

static void
items_on_one_event_are_one_story(void **state)
{
	struct story_index *index = story_index_new(NULL);
	struct story_verdict first, second, other;

	first = add(index, meeting, "en", START);
	other = add(
	    index, "Football: late goal decides the derby", "en", START + 1);
	second = add(index, again, "en", START + 2);
	assert_int_equal(first.link, STORY_ALONE);
	assert_int_equal(other.link, STORY_ALONE);
	assert_int_equal(second.link, STORY_WORDS);
	assert_true(second.sure);
	assert_int_equal(second.story, first.story);
	assert_int_not_equal(other.story, first.story);
	story_index_free(index);
}

static void
names_and_numbers_join_languages(void **state)
{
	struct story_index *index = story_index_new(NULL);
	struct story_verdict english, verdict;

	english = add(index, "Deal of Macron and Lavrov", "en-GB", START);
	verdict = add(index, russian, "ru", START + HOUR);
	assert_int_equal(verdict.link, STORY_NAMES);
	assert_int_equal(verdict.story, english.story);
	story_index_free(index);
}

static void
unknown_languages_are_told_by_their_script(void **state)
{
	assert_int_equal(
	    language_code("en-GB", NULL), language_code("EN", russian));
	assert_int_not_equal(
	    language_code("en", NULL), language_code("ru", NULL));
	assert_int_equal(
	    language_code(NULL, russian), language_code("und", russian));
	assert_int_not_equal(
	    language_code(NULL, russian), language_code(NULL, meeting));
	assert_int_equal(
	    language_code("", again), language_code("und", meeting));
}

static void
tracked_entities_join_scripts_without_skeleton(void **state)
{
	static const char *const ids[] = {"macron", "geneva"};
	struct story_index *index = story_index_new(NULL);
	struct story_item item = {.title = "Paris talks",
	    .language = "en",
	    .at = START,
	    .entities = ids,
	    .entities_len = 2};
	struct story_verdict english, arabic;

	story_index_add(index, &item, &english);
	item.title = "\u0628\u0627\u0631\u064a\u0633";
	item.language = "ar";
	story_index_add(index, &item, &arabic);
	assert_int_not_equal(arabic.link, STORY_ALONE);
	assert_int_equal(arabic.story, english.story);
	story_index_free(index);
}

static void
item_after_72_hours_starts_a_story(void **state)
{
	struct story_index *index = story_index_new(NULL);
	struct story_stats stats;
	uint64_t first = add(index, meeting, "en", START).story;

	assert_int_equal(
	    add(index, meeting, "en", START + 71 * HOUR).story, first);
	assert_int_equal(
	    add(index, meeting, "en", START + 142 * HOUR).story, first);
	assert_int_not_equal(
	    add(index, meeting, "en", START + 215 * HOUR).story, first);
	add(index, meeting, "en", START + 215 * HOUR);
	story_index_stats(index, &stats);
	assert_int_equal(stats.items, 2);
	assert_int_equal(stats.stories, 1);
	story_index_free(index);
}

static void
one_date_far_ahead_forgets_nothing(void **state)
{
	struct story_index *index = story_index_new(NULL);
	uint64_t first = add(index, meeting, "en", START).story;

	add(index, "Next century", "en", START + 876000 * HOUR);
	add(index, "The year dot", "en", INT64_MIN);
	add(index, "The end of time", "en", INT64_MAX);
	assert_int_equal(add(index, again, "en", START + HOUR).story, first);
	story_index_free(index);
}

static void
window_holds_no_more_than_72_hours(void **state)
{
	struct story_index *index = story_index_new(NULL);
	struct story_stats stats;
	char title[64];
	size_t early = 0;

	for (int i = 0; i < 40000; i++) {
		snprintf(title, sizeof(title), "Report %d of item%d thing%d",
		    i % 97, i, i / 3);
		add(index, title, "en", START + i * (HOUR / 100));
		story_index_stats(index, &stats);
		if (i == 20000)
			early = stats.bytes;
	}
	assert_true(stats.items <= 7202);
	assert_true(stats.bytes < early * 2);
	story_index_free(index);
}

static void
restored_index_decides_as_the_one_before(void **state)
{
	static const struct story_options later = {.first_id = 3};
	struct story_index *old = story_index_new(NULL);
	struct story_index *new = story_index_new(&later);
	char title[64];

	for (int i = 0; i < 2000; i++) {
		struct story_item item = {.title = title, .at = START + i};
		struct story_verdict a, b;

		snprintf(title, sizeof(title), "Talks %d in Town%d on Plan%d",
		    i % 7, i % 61, i % 13);
		story_index_add(old, &item, &a);
		if (i < 1000) {
			story_index_restore(new, &item, a.story);
			continue;
		}
		story_index_add(new, &item, &b);
		assert_int_equal(a.story, b.story);
		assert_true(a.score == b.score);
	}
	story_index_free(old);
	story_index_free(new);
}

static void
hold_back_asks_for_more_than_show(void **state)
{
	static const struct story_options strict = {.hold_back = 1.5};
	static const struct story_options apart = {.show = 1.5};
	struct story_index *index = story_index_new(&strict);
	struct story_verdict verdict;

	add(index, meeting, "en", START);
	verdict = add(index, again, "en", START);
	assert_int_equal(verdict.link, STORY_WORDS);
	assert_false(verdict.sure);
	story_index_free(index);
	index = story_index_new(&apart);
	add(index, meeting, "en", START);
	assert_int_equal(add(index, again, "en", START).link, STORY_ALONE);
	story_index_free(index);
}

static void
empty_and_endless_items_are_taken(void **state)
{
	struct story_index *index = story_index_new(NULL);
	struct story_item item = {.at = START};
	struct story_verdict first, second;
	char *endless = xmalloc(300000);

	story_index_add(index, &item, &first);
	story_index_add(index, &item, &second);
	assert_int_not_equal(first.story, second.story);
	for (int i = 0; i < 299999; i++)
		endless[i] = i % 5 == 0 ? ' ' : (char)('a' + i * 7 / 5 % 26);
	endless[299999] = '\0';
	item.title = item.body = endless;
	story_index_add(index, &item, &first);
	story_index_add(index, &item, &second);
	assert_int_equal(first.story, second.story);
	free(endless);
	story_index_free(index);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_are_those_of_the_reference),
	    cmocka_unit_test(upper_case_at_a_sentence_start_is_no_name),
	    cmocka_unit_test(words_stop_at_their_bounds),
	    cmocka_unit_test(skeleton_is_one_for_latin_and_cyrillic),
	    cmocka_unit_test(items_on_one_event_are_one_story),
	    cmocka_unit_test(names_and_numbers_join_languages),
	    cmocka_unit_test(unknown_languages_are_told_by_their_script),
	    cmocka_unit_test(tracked_entities_join_scripts_without_skeleton),
	    cmocka_unit_test(item_after_72_hours_starts_a_story),
	    cmocka_unit_test(one_date_far_ahead_forgets_nothing),
	    cmocka_unit_test(window_holds_no_more_than_72_hours),
	    cmocka_unit_test(restored_index_decides_as_the_one_before),
	    cmocka_unit_test(hold_back_asks_for_more_than_show),
	    cmocka_unit_test(empty_and_endless_items_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

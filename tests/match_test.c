/*
 * feeds/match: the rules for names, hostile texts.
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
#include "base/strings.h"
#include "match/lint.h"
#include "match/match.h"
#include "tests/match_told.h"

#define ENTITY(i, t, n, len)                                             \
	{                                                                \
		.id = (i), .type = (t), .names = (n), .names_len = (len) \
	}

/* Scans with a set of one entity with these names. */
static void
check(const struct match_entity *entity, const char *text, const char *expected)
{
	struct match_set *set = match_set_new(entity, 1);
	char *told = match_told_scan(set, text, NULL);

	assert_string_equal(told, expected);
	free(told);
	match_set_free(set);
}

static void
of_overlapping_mentions_the_longest_is_told(void **state)
{
	const struct match_name names[] = {
	    {.text = "Macron"}, {.text = "Emmanuel Macron"}};
	const struct match_entity e = ENTITY("m", MATCH_PERSON, names, 2);

	check(&e, "Emmanuel Macron and Macron", "m:Emmanuel Macron\nm:Macron");
}

static void
initials_and_patronymics_may_stand_between_a_persons_names(void **state)
{
	const struct match_name names[] = {{.text = "Владимир Путин"},
	    {.text = "George Bush"}, {.text = "Анна Козлова"}};
	const struct match_entity e = ENTITY("p", MATCH_PERSON, names, 3);
	const struct match_entity place = ENTITY("p", MATCH_PLACE, names, 3);

	check(&e, "Владимиру Владимировичу Путину",
	    "p:Владимиру Владимировичу Путину");
	check(&e, "George H. W. Bush", "p:George H. W. Bush");
	check(&e, "с Анной Сергеевной Козловой", "p:Анной Сергеевной Козловой");
	check(&e, "Владимир Большой Путин", "");
	check(&place, "George H. W. Bush", "");
}

static void
no_name_reaches_over_the_end_of_a_line(void **state)
{
	const struct match_name names[] = {{.text = "Nord Stream"}};
	const struct match_entity e = ENTITY("n", MATCH_OTHER, names, 1);

	check(&e, "Nord\nStream Nord\r\nStream Nord\rStream", "");
	check(&e, "Nord\xc2\x85Stream Nord\u2028Stream Nord\u2029Stream", "");
	check(&e, "Nord\u00a0Stream, Nord\tStream",
	    "n:Nord\u00a0Stream\nn:Nord\tStream");
}

static void
excluded_phrases_hide_mentions(void **state)
{
	const struct match_name names[] = {{.text = "Macron"}};
	const char *const phrases[] = {"Macron Software"};
	const struct match_entity e = {.id = "m",
	    .names = names,
	    .names_len = 1,
	    .exclude = phrases,
	    .exclude_len = 1};

	check(&e, "Macron Software sued, Macron said", "m:Macron");
	check(&e, "MACRON SOFTWARE", "");
}

static void
near_words_must_be_near(void **state)
{
	const struct match_name names[] = {{.text = "Jordan"}};
	const char *const words[] = {"Amman", "king"};
	const struct match_entity e = {.id = "j",
	    .names = names,
	    .names_len = 1,
	    .near = words,
	    .near_len = 2,
	    .near_words = 3};

	check(&e, "Jordan scored for the Bulls", "");
	check(&e, "the king of Jordan", "j:Jordan");
	check(&e, "Jordan, whose old King came", "j:Jordan");
	check(&e, "Jordan scored while a king was watching", "");
}

static void
exact_names_are_not_inflected(void **state)
{
	const struct match_name names[] = {{.text = "Орёл", .exact = true}};
	const struct match_entity e = ENTITY("o", MATCH_PLACE, names, 1);

	check(&e, "Орла в Орле у Орел", "o:Орел");
}

static void
letter_case_may_be_fixed_or_free(void **state)
{
	const struct match_name any[] = {
	    {.text = "Telegram", .letter_case = MATCH_CASE_ANY}};
	const struct match_name exact[] = {
	    {.text = "iPhone", .letter_case = MATCH_CASE_EXACT}};
	const struct match_name small[] = {{.text = "еврозона"}};
	const struct match_entity e = ENTITY("t", MATCH_OTHER, any, 1);
	const struct match_entity f = ENTITY("i", MATCH_OTHER, exact, 1);
	const struct match_entity g = ENTITY("z", MATCH_OTHER, small, 1);

	check(&e, "a telegram or Telegram", "t:telegram\nt:Telegram");
	check(&f, "IPHONE Iphone iPhone iPhonem", "i:iPhone\ni:iPhonem");
	check(&g, "в еврозоне Еврозона", "z:еврозоне\nz:Еврозона");
}

static void
regular_expressions_are_names_of_last_resort(void **state)
{
	const struct match_name names[] = {
	    {.text = "\\bS-?[34]00\\b", .regex = true},
	    {.text = "(broken", .regex = true}};
	const struct match_entity e = ENTITY("s", MATCH_OTHER, names, 2);
	char *error = match_check_regex("(broken");

	check(&e, "S-400 and S300, \xff S500", "s:S-400\ns:S300");
	assert_non_null(strstr(error, "at character"));
	free(error);
	assert_null(match_check_regex("a+"));
}

static void
a_text_without_capitals_is_matched_all_the_same(void **state)
{
	const struct match_name names[] = {{.text = "Macron"}};
	const struct match_entity e = ENTITY("m", MATCH_PERSON, names, 1);

	check(&e, "said macron", "");
	check(&e,
	    "one two three four five six seven eight nine ten one two three "
	    "four five six seven eight nine macron",
	    "m:macron");
}

static void
near_misses_are_explained(void **state)
{
	const struct match_name names[] = {{.text = "Macron"}, {.text = "WHO"}};
	const struct match_entity e = ENTITY("m", MATCH_PERSON, names, 2);
	struct match_set *set = match_set_new(&e, 1);
	char *told = match_told_explain(set, "two macrons, Macron, who");

	assert_string_equal(told, "m:Macron\nm?who (written small)");
	free(told);
	told = match_told_explain(set, "a macron");
	assert_string_equal(told, "m?macron (written small)");
	free(told);
	match_set_free(set);
}

static void
sentences_and_lines_part_names(void **state)
{
	const struct match_name names[] = {
	    {.text = "Crocus City Hall"}, {.text = "St. Petersburg"}};
	const struct match_entity e = ENTITY("c", MATCH_PLACE, names, 2);

	check(&e, "the city. Hall", "");
	check(&e, "Crocus City. Hall", "");
	check(&e, "Crocus City\nHall", "");
	check(&e, "Crocus City — Hall", "c:Crocus City — Hall");
	check(&e, "in St. Petersburg", "c:St. Petersburg");
}

static void
decomposed_letters_are_the_same_letters(void **state)
{
	const struct match_name names[] = {{.text = "Толстой"},
	    {.text = "Львів"}, {.text = "마크롱"}, {.text = "Élysée"}};
	const struct match_entity e = ENTITY("d", MATCH_OTHER, names, 4);

	check(&e, "Толстои\xcc\x86", "d:Толстои\xcc\x86");
	check(&e,
	    "E\xcc\x81lyse\xcc\x81"
	    "e",
	    "d:E\xcc\x81lyse\xcc\x81"
	    "e");
	check(&e,
	    "\xe1\x84\x86\xe1\x85\xa1\xe1\x84\x8f\xe1\x85\xb3"
	    "\xe1\x84\x85\xe1\x85\xa9\xe1\x86\xbc",
	    "d:\xe1\x84\x86\xe1\x85\xa1\xe1\x84\x8f\xe1\x85\xb3"
	    "\xe1\x84\x85\xe1\x85\xa9\xe1\x86\xbc");
}

static void
names_in_other_letters_stand_out_of_scripts_without_spaces(void **state)
{
	const struct match_name names[] = {
	    {.text = "NATO"}, {.text = "Macron"}, {.text = "马克龙"}};
	const struct match_entity e = ENTITY("e", MATCH_OTHER, names, 3);

	check(
	    &e, "北约NATO表示，Macron总统马克龙", "e:NATO\ne:Macron\ne:马克龙");
	check(&e, "Macron은 발언", "e:Macron은");
}

static void
collect_warning(void *arg, size_t entity, size_t name, const char *message)
{
	buf_addf(arg, "%zu.%zu %s\n", entity, name, message);
}

static void
doubtful_names_are_warned_of(void **state)
{
	const struct match_name first[] = {{.text = "Martin"},
	    {.text = "Мартин Лютер"}, {.text = "Ым"}, {.text = "UN"},
	    {.text = "US", .letter_case = MATCH_CASE_ANY},
	    {.text = "Canal+ Group"}};
	const struct match_name second[] = {
	    {.text = "мартин  лютер"}, {.text = "Фокус"}, {.text = "-"}};
	const char *const near[] = {"Paris"};
	const struct match_entity entities[] = {
	    ENTITY("a", MATCH_PERSON, first, 6),
	    ENTITY("b", MATCH_PERSON, second, 3),
	    {.id = "c",
		.names = first,
		.names_len = 1,
		.near = near,
		.near_len = 1},
	};
	struct buf told = BUF_INIT;

	lint_names(entities, 3, collect_warning, &told);
	assert_non_null(
	    strstr(told.data, "0.0 the name \"Martin\" is a given"));
	assert_non_null(strstr(told.data, "0.2 the name \"Ым\" is very short"));
	assert_non_null(strstr(told.data,
	    "1.0 the name \"мартин  лютер\" is also one of entity \"a\""));
	assert_non_null(
	    strstr(told.data, "1.1 the name \"Фокус\" is a common"));
	assert_non_null(strstr(told.data, "1.2 a name without letters"));
	assert_null(strstr(told.data, "0.1"));
	assert_non_null(strstr(told.data, "0.3 the name \"UN\" is very short "
					  "and will be found wherever"));
	assert_non_null(strstr(told.data, "0.4 the name \"US\" is very short"));
	assert_non_null(strstr(told.data, "0.5 the name \"Canal+ Group\" is "
					  "never found"));
	assert_null(
	    strstr(told.data, "is a given name and will be found where "
			      "others are meant: give a longer name, or "
			      "words under \"near\"\n2.0"));
	buf_clear(&told);
	assert_true(lint_is_common("Anna"));
	assert_true(lint_is_common("..."));
	assert_true(lint_is_common("president"));
	assert_false(lint_is_common("Macron"));
}

static void
collect_forms(
    void *arg, const char *word, size_t len, const struct strings *forms)
{
	buf_addf(arg, "%.*s:", (int)len, word);
	for (size_t i = 0; i < forms->len; i++)
		buf_addf(arg, " %s", forms->at[i]);
	buf_add_str(arg, "\n");
}

#define DIGITS_10 "0123456789"

static void
forms_of_a_name_are_listed_word_by_word(void **state)
{
	struct buf told = BUF_INIT;

	match_list_forms("Праги, Київ", "uk", collect_forms, &told);
	assert_non_null(strstr(told.data, "Київ:"));
	assert_non_null(strstr(told.data, " києва"));
	assert_null(strstr(told.data, "київский"));
	buf_reset(&told);
	match_list_forms("Macron", "en", collect_forms, &told);
	assert_string_equal(told.data, "Macron: macron\n");
	buf_reset(&told);
	/* Longer than any word that is matched, and of no script. */
	match_list_forms(DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10
			     DIGITS_10 DIGITS_10 DIGITS_10,
	    "en", collect_forms, &told);
	assert_int_equal(told.len, 80 + strlen(":\n"));
	buf_clear(&told);
}

static void
an_empty_set_finds_nothing(void **state)
{
	struct match_set *set = match_set_new(NULL, 0);
	char *told = match_told_scan(set, "Emmanuel Macron", "fr");

	assert_string_equal(told, "");
	free(told);
	match_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_overlapping_mentions_the_longest_is_told),
	    cmocka_unit_test(
		initials_and_patronymics_may_stand_between_a_persons_names),
	    cmocka_unit_test(no_name_reaches_over_the_end_of_a_line),
	    cmocka_unit_test(excluded_phrases_hide_mentions),
	    cmocka_unit_test(near_words_must_be_near),
	    cmocka_unit_test(exact_names_are_not_inflected),
	    cmocka_unit_test(letter_case_may_be_fixed_or_free),
	    cmocka_unit_test(regular_expressions_are_names_of_last_resort),
	    cmocka_unit_test(a_text_without_capitals_is_matched_all_the_same),
	    cmocka_unit_test(near_misses_are_explained),
	    cmocka_unit_test(sentences_and_lines_part_names),
	    cmocka_unit_test(decomposed_letters_are_the_same_letters),
	    cmocka_unit_test(
		names_in_other_letters_stand_out_of_scripts_without_spaces),
	    cmocka_unit_test(doubtful_names_are_warned_of),
	    cmocka_unit_test(forms_of_a_name_are_listed_word_by_word),
	    cmocka_unit_test(an_empty_set_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

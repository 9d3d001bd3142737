/*
 * feeds/text/caseless: names as people type them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "text/caseless.h"

static void
capitals_and_marks_make_no_difference(void **state)
{
	assert_true(caseless_is_same("TASS", "tass"));
	assert_true(caseless_is_same("Невский вестник", "НЕВСКИЙ ВЕСТНИК"));
	assert_true(caseless_is_same("Goniec Wiślany", "goniec wislany"));
	assert_true(caseless_is_same("El Pai\xcc\x81s", "el país"));
	assert_false(caseless_is_same("TASS", "TASS EN"));
	assert_false(caseless_is_same("TASS EN", "TASS"));
	assert_false(caseless_is_same("RT", "RT."));
	assert_true(caseless_is_same("", ""));
}

static void
the_order_is_one(void **state)
{
	assert_int_equal(caseless_compare("a", 1, "B", 1), -1);
	assert_int_equal(caseless_compare("B", 1, "a", 1), 1);
	assert_int_equal(caseless_compare("", 0, "a", 1), -1);
	assert_int_equal(caseless_compare("a", 1, "", 0), 1);
	assert_int_equal(caseless_compare("\xff", 1, "\xfe", 1), 0);
}

static void
a_part_is_found_anywhere(void **state)
{
	assert_true(caseless_holds("Невский вестник", "ВЕСТ"));
	assert_true(caseless_holds("https://Feed.example/1", "feed.EX"));
	assert_true(caseless_holds("aab", "AB"));
	assert_true(caseless_holds("x", ""));
	assert_true(caseless_holds("", ""));
	assert_false(caseless_holds("ab", "abc"));
	assert_false(caseless_holds("", "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(capitals_and_marks_make_no_difference),
	    cmocka_unit_test(the_order_is_one),
	    cmocka_unit_test(a_part_is_found_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

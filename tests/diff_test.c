/*
 * feeds/story/diff: how two versions of a text differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "story/diff.h"

static void
check_diff(
    const char *before, const char *after, size_t context, const char *expected)
{
	struct buf out = BUF_INIT;

	diff_add_words(&out, before, after, context);
	assert_string_equal(buf_str(&out), expected);
	buf_clear(&out);
}

static void
words_that_went_and_came_are_marked(void **state)
{
	check_diff("Fire in Perm kills 12", "Fire in Perm kills 15", SIZE_MAX,
	    "Fire in Perm kills [-12-] {+15+}");
	check_diff("Fire kills 12", "Big fire kills 12", SIZE_MAX,
	    "[-Fire-] {+Big fire+} kills 12");
	check_diff("a b c d e f", "a c d x y f", SIZE_MAX,
	    "a [-b-] c d [-e-] {+x y+} f");
	check_diff("", "all of it", SIZE_MAX, "{+all of it+}");
	check_diff("all of it", "", SIZE_MAX, "[-all of it-]");
}

static void
equal_words_are_no_difference(void **state)
{
	check_diff("the same  words", " the same\nwords ", 3, "");
	check_diff("", "", 3, "");
}

static void
words_far_from_a_change_are_left_out(void **state)
{
	check_diff("a b c d e f g h i", "a b c d X f g h i", 2,
	    "... c d [-e-] {+X+} f g ...");
	check_diff("a b c d e f g h i", "X b c d e f g h Y", 2,
	    "[-a-] {+X+} b c ... g h [-i-] {+Y+}");
	check_diff("a b c d e f g", "X b c d e f Y", 3,
	    "[-a-] {+X+} b c d e f [-g-] {+Y+}");
}

/* Each word of one version once, in order, whatever was kept. */
static void
both_versions_can_be_read_off(void **state)
{
	uint32_t random = 1;

	for (int round = 0; round < 2000; round++) {
		char text[2][81] = {{0}}, read[2][200] = {{0}};
		size_t len[2] = {0, 0};
		struct buf out = BUF_INIT;
		int side = 2; /* both */

		for (int v = 0; v < 2; v++)
			for (int i = 0; i < 40; i++) {
				random = random * 1664525 + 1013904223;
				text[v][2 * i] = (char)('a' + (random >> 30));
				text[v][2 * i + 1] = ' ';
			}
		diff_add_words(&out, text[0], text[1], SIZE_MAX);
		for (size_t i = 0; i < out.len; i++) {
			char c = out.data[i];

			if (c == '[' || c == '{')
				side = c == '{';
			else if (c == ']' || c == '}')
				side = 2;
			else if (c >= 'a' && c <= 'd')
				for (int v = 0; v < 2; v++)
					if (side == 2 || side == v) {
						read[v][len[v]++] = c;
						read[v][len[v]++] = ' ';
					}
		}
		assert_string_equal(read[0], text[0]);
		assert_string_equal(read[1], text[1]);
		buf_clear(&out);
	}
}

static void
long_texts_are_replaced_as_a_whole(void **state)
{
	struct buf a = BUF_INIT, b = BUF_INIT, out = BUF_INIT;

	for (int i = 0; i < DIFF_WORDS_MAX + 1; i++) {
		buf_addf(&a, "a%d stays ", i);
		buf_addf(&b, "b%d stays ", i);
	}
	diff_add_words(&out, buf_str(&a), buf_str(&b), 0);
	assert_int_equal(
	    out.len, a.len - 1 - 6 + 4 + 1 + b.len - 1 - 6 + 4 + 4);
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_that_went_and_came_are_marked),
	    cmocka_unit_test(equal_words_are_no_difference),
	    cmocka_unit_test(words_far_from_a_change_are_left_out),
	    cmocka_unit_test(both_versions_can_be_read_off),
	    cmocka_unit_test(long_texts_are_replaced_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

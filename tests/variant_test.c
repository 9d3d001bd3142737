/*
 * feeds/story/variant: which texts are versions of one item.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "story/variant.h"

static const char body[] =
    "Rescuers work at the scene, where the roof of the hall came down; the "
    "governor said that roads nearby would be shut until Monday evening.";

static struct variant
compare(const char *title, const char *text, const char *other_title,
    const char *other_text)
{
	struct variant_text a, b;
	struct variant variant;

	variant_text_init(&a, title, text, NULL);
	variant_text_init(&b, other_title, NULL, other_text);
	variant = variant_compare(&a, &b);
	variant_text_clear(&a);
	variant_text_clear(&b);
	return variant;
}

static void
spelling_and_bulletin_marks_do_not_count(void **state)
{
	assert_true(compare("Fire in Perm", body, "FIRE  in Perm!", body).same);
	assert_true(compare("BREAKING: Fire at a mill in Perm", body,
	    "Fire at a mill in Perm - Daily Post", body)
			.same);
	assert_false(compare("Fire in Perm", body, "Fire in Omsk", body).same);
	assert_true(compare("", NULL, NULL, "").same);
}

static void
a_slip_mended_is_light(void **state)
{
	struct variant v = compare("Fire at a mill in Perm put out at last",
	    body, "Fire at the mill in Perm put out at last", body);

	assert_true(v.light && v.title && !v.body && !v.figures && !v.same);
	/* One word of a long headline over the same body, even a name. */
	v = compare("Fire at a mill in Perm put out at last", body,
	    "Fire at a mill in Omsk put out at last", body);
	assert_true(v.light);
}

static void
other_names_and_figures_are_not_light(void **state)
{
	struct variant v = compare("Fire at a mill kills 12 people in Perm",
	    body, "Fire at a mill kills 15 people in Perm", body);

	assert_false(v.light);
	assert_true(v.figures && v.related);
	v = compare("Drones were shot down over Perm", "No one was hurt",
	    "Drones were shot down over Omsk", "No one was hurt");
	assert_false(v.light);
	v = compare("Fire at a mill in Perm put out at last", NULL,
	    "Fire at a mill in Omsk put out at last", NULL);
	assert_false(v.light);
}

static void
a_flash_is_related_to_its_article(void **state)
{
	assert_true(compare("Explosion in a mall", NULL,
	    "What is known of the explosion that shook a shopping mall", body)
			.related);
	assert_true(compare("Roof came down", NULL, "Later", body).related);
	assert_false(compare("Museum of clocks opened in Besancon", NULL,
	    "Rouble gains two per cent", body)
			 .related);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spelling_and_bulletin_marks_do_not_count),
	    cmocka_unit_test(a_slip_mended_is_light),
	    cmocka_unit_test(other_names_and_figures_are_not_light),
	    cmocka_unit_test(a_flash_is_related_to_its_article),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

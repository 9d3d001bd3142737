/*
 * daemon/engine/redirect and daemon/frame/domain: which permanent redirects
 * are adopted, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/redirect.h"
#include "frame/domain.h"
#include "store/batch.h"

#define HOUR (3600 * 1000000LL)
#define NOW (1000 * HOUR)
#define NEW "https://example.org/new.xml"

static void
three_equal_sightings_over_a_day_are_adopted(void **state)
{
	struct feed_move move = {0};

	assert_int_equal(redirect_see(&move, NEW, true, NOW), REDIRECT_NEW);
	assert_int_equal(
	    redirect_see(&move, NEW, true, NOW + HOUR), REDIRECT_COUNTED);
	assert_int_equal(
	    redirect_see(&move, NEW, true, NOW + 2 * HOUR), REDIRECT_COUNTED);
	assert_int_equal(
	    redirect_see(&move, NEW, true, NOW + 24 * HOUR - 1), REDIRECT_SAME);
	assert_false(move.adopted);
	assert_int_equal(
	    redirect_see(&move, NEW, true, NOW + 24 * HOUR), REDIRECT_ADOPTED);
	assert_true(move.adopted);
	assert_string_equal(move.url, NEW);
	/* polled there, and it leads nowhere else */
	assert_int_equal(
	    redirect_see(&move, NULL, false, NOW + 25 * HOUR), REDIRECT_SAME);
	free(move.url);
}

static void
two_sightings_are_not_enough_however_old(void **state)
{
	struct feed_move move = {0};

	redirect_see(&move, NEW, true, 0);
	assert_int_equal(
	    redirect_see(&move, NEW, true, 100 * HOUR), REDIRECT_COUNTED);
	assert_int_equal(
	    redirect_see(&move, NEW, true, 101 * HOUR), REDIRECT_ADOPTED);
	free(move.url);
}

static void
another_target_or_none_begins_anew(void **state)
{
	struct feed_move move = {0};

	redirect_see(&move, NEW, true, 0);
	redirect_see(&move, NEW, true, HOUR);
	assert_int_equal(
	    redirect_see(&move, NEW "?2", true, 30 * HOUR), REDIRECT_NEW);
	assert_int_equal(
	    redirect_see(&move, NULL, true, 31 * HOUR), REDIRECT_FORGOTTEN);
	assert_null(move.url);
	assert_int_equal(
	    redirect_see(&move, NULL, true, 32 * HOUR), REDIRECT_SAME);
}

static void
foreign_target_is_never_adopted(void **state)
{
	struct feed_move move = {0};

	redirect_see(&move, NEW, false, 0);
	for (int i = 1; i < 1000; i++)
		assert_true(redirect_see(&move, NEW, false, i * HOUR) <=
			    REDIRECT_COUNTED);
	assert_false(move.adopted);
	free(move.url);
}

static void
adopted_address_that_fails_or_leads_on_is_dropped(void **state)
{
	struct feed_move move = {0};

	for (int i = 0; i < 4; i++)
		redirect_see(&move, NEW, true, i * 10 * HOUR);
	assert_true(move.adopted);
	assert_int_equal(redirect_fail(&move, 2), REDIRECT_SAME);
	assert_int_equal(redirect_fail(&move, 3), REDIRECT_DROPPED);
	assert_null(move.url);
	assert_int_equal(redirect_fail(&move, 4), REDIRECT_SAME);

	for (int i = 0; i < 4; i++)
		redirect_see(&move, NEW, true, i * 10 * HOUR);
	assert_int_equal(
	    redirect_see(&move, NEW "?2", true, 50 * HOUR), REDIRECT_DROPPED);
	assert_false(move.adopted);
	assert_string_equal(move.url, NEW "?2");
	for (int i = 0; i < 3; i++)
		redirect_see(&move, NEW "?2", true, (60 + i * 12) * HOUR);
	assert_true(move.adopted);
	assert_int_equal(/* in a circle */
	    redirect_see(&move, NEW "?2", true, 90 * HOUR), REDIRECT_DROPPED);
	free(move.url);
}

static void
clock_that_is_set_back_delays_no_more_than_a_day(void **state)
{
	struct feed_move move = {0};

	redirect_see(&move, NEW, true, 1000 * HOUR);
	redirect_see(&move, NEW, true, 2 * HOUR);
	redirect_see(&move, NEW, true, 3 * HOUR);
	assert_int_equal(
	    redirect_see(&move, NEW, true, 26 * HOUR), REDIRECT_ADOPTED);
	free(move.url);
}

static void
owner_of_a_domain_is_known_by_the_public_suffixes(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
	    {"https://example.org/a", "http://example.org:8080/b", true},
	    {"https://www.example.co.uk/", "https://rss.example.co.uk/", true},
	    {"https://example.co.uk/", "https://other.co.uk/", false},
	    {"https://me.github.io/", "https://you.github.io/", false},
	    {"https://tass.com/", "https://tass.ru/", false},
	    {"https://Example.ORG./", "https://rss.example.org/", true},
	    {"https://xn--e1afmkfd.xn--p1ai/", "https://rss.пример.рф/", true},
	    {"https://example.org/", "https://example.org.evil.net/", false},
	    {"http://10.0.0.1/", "http://10.0.0.2/", false},
	    {"http://10.0.0.1/", "http://10.0.0.1/x", true},
	    {"http://localhost/", "http://localhost/x", true},
	    {"http://[2001:db8::1]/", "http://[2001:db8::2]/", false},
	    {"nonsense", "", false},
	};
	struct domains *domains = domains_new();

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (domains_same_owner(domains, pairs[i].a, pairs[i].b) !=
		    pairs[i].same)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
	domains_free(domains);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(three_equal_sightings_over_a_day_are_adopted),
	    cmocka_unit_test(two_sightings_are_not_enough_however_old),
	    cmocka_unit_test(another_target_or_none_begins_anew),
	    cmocka_unit_test(foreign_target_is_never_adopted),
	    cmocka_unit_test(adopted_address_that_fails_or_leads_on_is_dropped),
	    cmocka_unit_test(clock_that_is_set_back_delays_no_more_than_a_day),
	    cmocka_unit_test(owner_of_a_domain_is_known_by_the_public_suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * daemon/engine/host_hold: hosts that asked for patience.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/second.h"
#include "engine/host_hold.h"

#define S SECOND_US
#define HOUR (3600 * S)

static uint32_t
slowness(struct host_holds *holds, uint64_t host, int64_t now)
{
	const struct host_hold *hold = host_holds_find(holds, host, now);

	return hold != NULL ? hold->slowness : 0;
}

static void
a_host_is_held_as_long_as_it_asked(void **state)
{
	struct host_holds holds = {0};

	assert_null(host_holds_find(&holds, 5, S));
	host_holds_slow(&holds, 5, 600 * S, S);
	assert_true(host_holds_find(&holds, 5, S)->until_at == 601 * S);
	assert_null(host_holds_find(&holds, 6, S));
	host_holds_slow(&holds, 5, 10 * S, 2 * S);
	assert_true(host_holds_find(&holds, 5, 2 * S)->until_at == 601 * S);
	host_holds_slow(&holds, 5, 3000 * S, 2 * S);
	assert_true(host_holds_find(&holds, 5, 2 * S)->until_at == 3002 * S);
	host_holds_slow(&holds, 7, 0, S);
	assert_true(host_holds_find(&holds, 7, S)->until_at == 61 * S);
	assert_int_equal(holds.len, 2);
	host_holds_clear(&holds);
}

/* Answers to what was under way are one complaint; each later one doubles the
 * intervals, up to a bound, and an hour of calm halves them. */
static void
complaints_add_up_and_an_hour_of_calm_takes_one_back(void **state)
{
	struct host_holds holds = {0};
	int64_t now = S;

	host_holds_slow(&holds, 5, 60 * S, now);
	host_holds_slow(&holds, 5, 60 * S, now);
	assert_int_equal(slowness(&holds, 5, now), 1);
	for (unsigned i = 2; i < 8; i++) {
		now += 60 * S;
		host_holds_slow(&holds, 5, 60 * S, now);
		assert_int_equal(slowness(&holds, 5, now), i < 4 ? i : 4);
	}
	now += 60 * S;
	assert_int_equal(slowness(&holds, 5, now + HOUR - 1), 4);
	assert_int_equal(slowness(&holds, 5, now + HOUR), 3);
	assert_int_equal(slowness(&holds, 5, now + 3 * HOUR), 1);
	assert_null(host_holds_find(&holds, 5, now + 4 * HOUR));
	host_holds_clear(&holds);
}

/* Calm that nobody asked about counts at the next complaint. */
static void
an_old_complaint_is_forgotten_by_the_next_one(void **state)
{
	struct host_holds holds = {0};

	host_holds_slow(&holds, 5, 60 * S, S);
	host_holds_slow(&holds, 5, 60 * S, 10 * HOUR);
	assert_int_equal(slowness(&holds, 5, 10 * HOUR), 1);
	host_holds_clear(&holds);
}

static void
a_host_without_a_name_is_never_held(void **state)
{
	struct host_holds holds = {0};

	host_holds_slow(&holds, 0, 600 * S, S);
	assert_int_equal(holds.len, 0);
	host_holds_slow(&holds, 5, 600 * S, S);
	assert_null(host_holds_find(&holds, 0, S));
	host_holds_clear(&holds);
}

/* They share their last bits, by which they are found. */
static void
many_hosts_are_told_apart(void **state)
{
	struct host_holds holds = {0};

	for (uint64_t i = 1; i <= 1000; i++)
		host_holds_slow(&holds, i << 20, (int64_t)i * S, S);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_true(host_holds_find(&holds, i << 20, S)->until_at ==
			    (int64_t)(i + 1) * S);
	assert_null(host_holds_find(&holds, 1001ULL << 20, S));
	assert_int_equal(holds.len, 1000);
	assert_int_equal(holds.cap, 2048);
	host_holds_clear(&holds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_host_is_held_as_long_as_it_asked),
	    cmocka_unit_test(
		complaints_add_up_and_an_hour_of_calm_takes_one_back),
	    cmocka_unit_test(an_old_complaint_is_forgotten_by_the_next_one),
	    cmocka_unit_test(a_host_without_a_name_is_never_held),
	    cmocka_unit_test(many_hosts_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

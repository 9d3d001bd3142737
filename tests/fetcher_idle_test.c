/*
 * daemon/fetcher/idle: whose connections are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "fetcher/idle.h"

static uint64_t
server(unsigned number)
{
	return hash_bytes(0, &number, sizeof(number));
}

/* Asks so many servers in turn; how many are kept. */
static size_t
ask_all(struct idle *idle, unsigned count, int64_t now_s)
{
	size_t kept = 0;

	for (unsigned i = 0; i < count; i++)
		kept += idle_keeps(idle, server(i), now_s);
	return kept;
}

static void
half_is_for_those_unknown_all_for_those_that_come_back(void **state)
{
	struct idle *idle = idle_new(100);

	assert_int_equal(ask_all(idle, 1000, 1000), 50);
	assert_int_equal(ask_all(idle, 1000, 1060), 100);
	assert_int_equal(ask_all(idle, 1000, 1120), 100);
	assert_int_equal(idle_kept(idle), 100);
	idle_free(idle);
}

/* With the least recently used thrown out nobody would find his place. */
static void
who_has_a_place_keeps_it(void **state)
{
	struct idle *idle = idle_new(10);

	ask_all(idle, 100, 1000);
	ask_all(idle, 100, 1060);
	for (int round = 2; round < 20; round++)
		for (unsigned i = 0; i < 100; i++)
			assert_int_equal(
			    idle_keeps(idle, server(i), 1000 + round * 60),
			    i < 10);
	idle_free(idle);
}

static void
who_stays_away_loses_it(void **state)
{
	struct idle *idle = idle_new(10);

	ask_all(idle, 10, 1000);
	ask_all(idle, 10, 1010);
	assert_int_equal(idle_kept(idle), 10);
	/* the first ten are gone by now */
	for (unsigned i = 100; i < 110; i++)
		idle_keeps(idle, server(i), 1010 + IDLE_MAX_S + 1);
	assert_int_equal(idle_kept(idle), 5);
	for (unsigned i = 100; i < 110; i++)
		assert_true(idle_keeps(idle, server(i), 1020 + IDLE_MAX_S));
	idle_free(idle);
}

static void
servers_seldom_asked_are_forgotten(void **state)
{
	struct idle *idle = idle_new(1000);
	int64_t now_s = 1000;

	/* a hundred thousand, each asked every 300 s */
	for (unsigned i = 0; i < 300000; i++) {
		idle_keeps(idle, server(i % 100000), now_s);
		now_s += i % 333 == 0;
	}
	assert_true(idle_kept(idle) <= 1000);
	idle_free(idle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		half_is_for_those_unknown_all_for_those_that_come_back),
	    cmocka_unit_test(who_has_a_place_keeps_it),
	    cmocka_unit_test(who_stays_away_loses_it),
	    cmocka_unit_test(servers_seldom_asked_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

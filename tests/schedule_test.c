/*
 * daemon/engine/schedule: turns, back-off, fetchers; time is a number here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/schedule.h"

#define S 1000000LL

static struct schedule *
with_feeds(size_t n, int64_t interval_us)
{
	struct schedule *schedule = schedule_new(42);

	for (size_t i = 0; i < n; i++)
		schedule_add(schedule, i, i * 7919, interval_us);
	schedule_spread(schedule, 0);
	return schedule;
}

/* Runs a minute of time and counts the turns of feed 0. */
static unsigned
turns_in(struct schedule *schedule, int64_t from, int64_t to,
    enum schedule_outcome outcome)
{
	unsigned turns = 0;

	for (int64_t now = from; now < to; now += S / 10) {
		size_t feed = schedule_take(schedule, 0, now);

		if (feed == SCHEDULE_NONE)
			continue;
		turns++;
		schedule_done(schedule, feed, outcome, 0, now);
	}
	return turns;
}

static void
a_feed_is_polled_each_interval(void **state)
{
	struct schedule *schedule = with_feeds(1, 60 * S);

	assert_in_range(turns_in(schedule, 0, 6000 * S, SCHEDULE_OK), 95, 105);
	schedule_free(schedule);
}

static void
the_first_turns_are_spread(void **state)
{
	struct schedule *schedule = with_feeds(1000, 60 * S);
	unsigned early = 0;

	for (size_t i = 0; i < 1000; i++) {
		assert_in_range(schedule_due_at(schedule, i), 0, 10 * S);
		early += schedule_due_at(schedule, i) < S;
	}
	assert_in_range(early, 60, 150);
	schedule_free(schedule);
}

static void
turns_come_in_order_of_their_time(void **state)
{
	struct schedule *schedule = with_feeds(200, 60 * S);
	int64_t last = 0;

	for (int i = 0; i < 200; i++) {
		int64_t at = schedule_next_at(schedule, 0);
		size_t feed = schedule_take(schedule, 0, at);

		assert_true(at >= last);
		last = at;
		assert_int_not_equal(feed, SCHEDULE_NONE);
		schedule_remove(schedule, feed);
	}
	assert_true(schedule_next_at(schedule, 0) == INT64_MAX);
	schedule_free(schedule);
}

static int64_t
wait_after(struct schedule *schedule, enum schedule_outcome outcome,
    int64_t retry_after_s, int64_t *now)
{
	int64_t at = schedule_next_at(schedule, 0), wait;

	*now = at > *now ? at : *now;
	assert_int_equal(schedule_take(schedule, 0, *now), 0);
	schedule_done(schedule, 0, outcome, retry_after_s, *now);
	wait = schedule_due_at(schedule, 0) - *now;
	return wait;
}

static void
failures_double_the_wait_to_a_limit_for_ever(void **state)
{
	static const struct {
		enum schedule_outcome outcome;
		int64_t limit;
	} cases[] = {{SCHEDULE_UNREACHED, 480 * S}, {SCHEDULE_FAILED, 3600 * S},
	    {SCHEDULE_MISSING, 86400 * S}};

	for (size_t c = 0; c < 3; c++) {
		struct schedule *schedule = with_feeds(1, 60 * S);
		int64_t now = 0, expected = 60 * S;

		for (int i = 0; i < 200; i++) {
			int64_t wait =
			    wait_after(schedule, cases[c].outcome, 0, &now);

			expected *= 2;
			if (expected > cases[c].limit)
				expected = cases[c].limit;
			assert_in_range(
			    wait, expected / 10 * 9, expected / 10 * 11);
		}
		assert_in_range(
		    wait_after(schedule, SCHEDULE_OK, 0, &now), 54 * S, 66 * S);
		schedule_free(schedule);
	}
}

static void
retry_after_is_honoured_up_to_a_day(void **state)
{
	struct schedule *schedule = with_feeds(1, 60 * S);
	int64_t now = 0;

	assert_int_equal(
	    wait_after(schedule, SCHEDULE_FAILED, 7200, &now), 7200 * S);
	assert_int_equal(
	    wait_after(schedule, SCHEDULE_FAILED, 1000000000, &now), 86400 * S);
	assert_in_range(
	    wait_after(schedule, SCHEDULE_OK, 1, &now), 54 * S, 66 * S);
	schedule_free(schedule);
}

static void
a_fetcher_gets_so_many_jobs_at_once(void **state)
{
	struct schedule *schedule = with_feeds(SCHEDULE_JOBS_MAX + 1, 60 * S);

	for (int i = 0; i < SCHEDULE_JOBS_MAX; i++)
		assert_int_not_equal(
		    schedule_take(schedule, 0, 100 * S), SCHEDULE_NONE);
	assert_int_equal(schedule_take(schedule, 0, 100 * S), SCHEDULE_NONE);
	schedule_free(schedule);
}

static void
hosts_stay_with_their_fetcher(void **state)
{
	struct schedule *schedule = schedule_new(1);
	unsigned count[3] = {0};

	schedule_set_fetchers(schedule, 3);
	for (size_t i = 0; i < 300; i++)
		schedule_add(schedule, i, i / 2 * 2654435761u, S);
	schedule_spread(schedule, 0);
	for (size_t i = 0; i < 300; i += 2) {
		count[schedule_fetcher(schedule, i)]++;
		assert_int_equal(schedule_fetcher(schedule, i),
		    schedule_fetcher(schedule, i + 1));
	}
	for (int i = 0; i < 3; i++)
		assert_in_range(count[i], 25, 75);
	assert_int_equal(schedule_take(schedule, 3, S), SCHEDULE_NONE);
	schedule_free(schedule);
}

static void
more_fetchers_take_over_what_waits(void **state)
{
	struct schedule *schedule = with_feeds(100, 60 * S);
	size_t under_way = schedule_take(schedule, 0, 100 * S);
	unsigned taken = 0;

	schedule_set_fetchers(schedule, 2);
	assert_true(schedule_is_under_way(schedule, under_way));
	for (unsigned f = 0; f < 2; f++)
		while (schedule_take(schedule, f, 100 * S) != SCHEDULE_NONE)
			taken++;
	assert_int_equal(taken, 99);
	schedule_done(schedule, under_way, SCHEDULE_OK, 0, 100 * S);
	schedule_free(schedule);
}

static void
a_poll_by_hand_comes_at_once(void **state)
{
	struct schedule *schedule = with_feeds(1, 60 * S);
	int64_t now = 0;

	wait_after(schedule, SCHEDULE_OK, 0, &now);
	schedule_poll(schedule, 0, now);
	assert_int_equal(schedule_take(schedule, 0, now), 0);
	schedule_poll(schedule, 0, now); /* under way: nothing happens */
	schedule_put_back(schedule, 0, now + S);
	assert_int_equal(schedule_due_at(schedule, 0), now + S);
	schedule_free(schedule);
}

static void
a_turn_may_come_sooner(void **state)
{
	struct schedule *schedule = with_feeds(1, 60 * S);
	int64_t now = 0;

	wait_after(schedule, SCHEDULE_OK, 0, &now);
	schedule_poll(schedule, 0, now);
	schedule_take(schedule, 0, now);
	schedule_sooner(schedule, 0, now); /* under way: nothing happens */
	schedule_put_back(schedule, 0, now + 40 * S);
	schedule_sooner(schedule, 0, now);
	assert_int_equal(schedule_due_at(schedule, 0), now + 10 * S);
	schedule_free(schedule);
}

static void
a_network_that_is_back_wakes_who_waits_for_it(void **state)
{
	struct schedule *schedule = with_feeds(2, 60 * S);
	int64_t now = 600 * S;

	for (int i = 0; i < 10; i++, now += 600 * S) {
		for (int n = 0; n < 2; n++) {
			size_t feed = schedule_take(schedule, 0, now);

			schedule_done(schedule, feed,
			    feed == 0 ? SCHEDULE_UNREACHED : SCHEDULE_FAILED, 0,
			    now);
		}
		now += 3600 * S;
	}
	schedule_take(schedule, 0, now);
	schedule_take(schedule, 0, now);
	schedule_done(schedule, 0, SCHEDULE_UNREACHED, 0, now);
	schedule_done(schedule, 1, SCHEDULE_FAILED, 0, now);
	schedule_wake(schedule, now);
	assert_in_range(schedule_due_at(schedule, 0), now, now + 60 * S);
	assert_true(schedule_due_at(schedule, 1) > now + 3000 * S);
	schedule_free(schedule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_feed_is_polled_each_interval),
	    cmocka_unit_test(the_first_turns_are_spread),
	    cmocka_unit_test(turns_come_in_order_of_their_time),
	    cmocka_unit_test(failures_double_the_wait_to_a_limit_for_ever),
	    cmocka_unit_test(retry_after_is_honoured_up_to_a_day),
	    cmocka_unit_test(a_fetcher_gets_so_many_jobs_at_once),
	    cmocka_unit_test(hosts_stay_with_their_fetcher),
	    cmocka_unit_test(more_fetchers_take_over_what_waits),
	    cmocka_unit_test(a_poll_by_hand_comes_at_once),
	    cmocka_unit_test(a_turn_may_come_sooner),
	    cmocka_unit_test(a_network_that_is_back_wakes_who_waits_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

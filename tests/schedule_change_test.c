/*
 * daemon/engine/schedule: feeds and fetchers that change, come and go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/schedule.h"

#define S 1000000LL

static struct schedule_feed
asked(uint64_t host, int64_t min_s, int64_t max_s)
{
	return (struct schedule_feed){
	    .host = host, .min_us = min_s * S, .max_us = max_s * S};
}

static void
add(struct schedule *schedule, size_t feed, uint64_t host)
{
	struct schedule_feed each_minute = asked(host, 60, 60);

	schedule_add(schedule, feed, &each_minute);
}

static void
change(struct schedule *schedule, size_t feed, struct schedule_feed to)
{
	schedule_change(schedule, feed, &to);
}

/* One feed a minute, which waits for its turn after 100 s. */
static struct schedule *
with_a_feed(void)
{
	struct schedule_result result = {.outcome = SCHEDULE_OK};
	struct schedule *schedule = schedule_new(42);

	schedule_set_fetchers(schedule, 2, 1);
	add(schedule, 0, 2);
	schedule_spread(schedule, 0);
	assert_int_equal(schedule_take(schedule, 0, 100 * S), 0);
	schedule_done(schedule, 0, &result, 100 * S);
	return schedule;
}

static void
a_shorter_interval_brings_the_turn_forward(void **state)
{
	struct schedule *schedule = with_a_feed();
	int64_t due_at = schedule_due_at(schedule, 0);

	change(schedule, 0, asked(2, 10, 10));
	assert_true(schedule_due_at(schedule, 0) == due_at - 50 * S);
	assert_true(schedule_interval(schedule, 0) == 10 * S);
	assert_int_equal(schedule_take(schedule, 0, due_at - 50 * S), 0);
	schedule_free(schedule);
}

static void
a_longer_interval_leaves_the_turn_alone(void **state)
{
	struct schedule *schedule = with_a_feed();
	int64_t due_at = schedule_due_at(schedule, 0);

	change(schedule, 0, asked(2, 600, 600));
	assert_true(schedule_due_at(schedule, 0) == due_at);
	assert_true(schedule_interval(schedule, 0) == 600 * S);
	schedule_free(schedule);
}

static void
an_interval_that_new_bounds_allow_stays(void **state)
{
	struct schedule *schedule = with_a_feed();
	int64_t due_at = schedule_due_at(schedule, 0);

	change(schedule, 0, asked(2, 60, 240));
	assert_true(schedule_interval(schedule, 0) == 60 * S);
	change(schedule, 0, asked(2, 15, 240));
	assert_true(schedule_interval(schedule, 0) == 60 * S);
	assert_true(schedule_due_at(schedule, 0) == due_at);
	change(schedule, 0, asked(2, 15, 15));
	assert_true(schedule_interval(schedule, 0) == 15 * S);
	schedule_free(schedule);
}

static void
bounds_make_sense_whatever_is_asked(void **state)
{
	struct schedule *schedule = with_a_feed();

	change(schedule, 0, asked(2, 0, 0));
	assert_true(schedule_interval(schedule, 0) == S);
	change(schedule, 0, asked(2, 90, 30));
	assert_true(schedule_interval(schedule, 0) == 90 * S);
	schedule_free(schedule);
}

static void
another_host_may_mean_another_fetcher(void **state)
{
	struct schedule *schedule = with_a_feed();
	int64_t due_at = schedule_due_at(schedule, 0);

	change(schedule, 0, asked(3, 60, 60));
	assert_int_equal(schedule_fetcher(schedule, 0), 1);
	assert_int_equal(schedule_take(schedule, 0, due_at), SCHEDULE_NONE);
	assert_int_equal(schedule_take(schedule, 1, due_at), 0);
	schedule_free(schedule);
}

static void
a_feed_under_way_changes_for_its_next_turn(void **state)
{
	struct schedule_result result = {.outcome = SCHEDULE_OK};
	struct schedule *schedule = with_a_feed();

	assert_int_equal(schedule_take(schedule, 0, 200 * S), 0);
	change(schedule, 0, asked(3, 10, 10));
	assert_true(schedule_is_under_way(schedule, 0));
	assert_int_equal(schedule_take(schedule, 1, 9000 * S), SCHEDULE_NONE);
	schedule_done(schedule, 0, &result, 200 * S);
	assert_in_range(schedule_due_at(schedule, 0), 209 * S, 211 * S);
	assert_int_equal(schedule_take(schedule, 1, 211 * S), 0);
	schedule_free(schedule);
}

/* The fetcher has one job at a time. */
static void
a_feed_that_is_removed_gives_its_job_back(void **state)
{
	struct schedule *schedule = with_a_feed();

	add(schedule, 1, 4);
	schedule_spread(schedule, 101 * S);
	assert_int_equal(schedule_take(schedule, 0, 110 * S), 1);
	assert_int_equal(schedule_take(schedule, 0, 200 * S), SCHEDULE_NONE);
	schedule_remove(schedule, 1);
	assert_int_equal(schedule_take(schedule, 0, 200 * S), 0);
	schedule_remove(schedule, 0);
	add(schedule, 0, 2);
	schedule_spread(schedule, 200 * S);
	assert_int_equal(schedule_take(schedule, 0, 210 * S), 0);
	schedule_free(schedule);
}

static void
a_stopped_feed_has_no_job_to_give_back(void **state)
{
	struct schedule *schedule = with_a_feed();

	add(schedule, 1, 4);
	schedule_stop(schedule, 1); /* before its first turn */
	schedule_spread(schedule, 101 * S);
	assert_int_equal(schedule_take(schedule, 0, 110 * S), SCHEDULE_NONE);
	schedule_remove(schedule, 1);
	schedule_stop(schedule, 0); /* while it waits */
	assert_true(schedule_due_at(schedule, 0) == INT64_MAX);
	assert_int_equal(schedule_take(schedule, 0, 900 * S), SCHEDULE_NONE);
	schedule_poll(schedule, 0, 900 * S);
	assert_int_equal(schedule_take(schedule, 0, 900 * S), 0);
	schedule_stop(schedule, 0); /* under way: too late */
	assert_true(schedule_is_under_way(schedule, 0));
	schedule_free(schedule);
}

static void
jobs_under_way_count_for_new_fetchers(void **state)
{
	struct schedule *schedule = with_a_feed();

	add(schedule, 1, 8);
	add(schedule, 2, 16);
	schedule_spread(schedule, 101 * S);
	schedule_stop(schedule, 2);
	assert_int_equal(schedule_take(schedule, 0, 110 * S), 1);
	schedule_set_fetchers(schedule, 0, 1); /* there is always one */
	schedule_set_fetchers(schedule, 4, 1);
	assert_int_equal(schedule_fetcher(schedule, 0), 2);
	assert_int_equal(schedule_take(schedule, 2, 200 * S), 0);
	schedule_put_back(schedule, 0, 300 * S);
	change(schedule, 0, asked(4, 60, 60));
	assert_int_equal(schedule_take(schedule, 0, 300 * S), SCHEDULE_NONE);
	schedule_put_back(schedule, 1, 400 * S);
	assert_int_equal(schedule_take(schedule, 0, 300 * S), 0);
	schedule_free(schedule);
}

static void
a_host_is_held_for_all_of_its_feeds(void **state)
{
	struct schedule *schedule = with_a_feed();

	add(schedule, 1, 2);
	add(schedule, 2, 4);
	schedule_spread(schedule, 101 * S);
	assert_true(schedule_held_until(schedule, 0, 101 * S) == 0);
	schedule_hold(schedule, 0, 500 * S, 101 * S);
	assert_true(schedule_held_until(schedule, 1, 101 * S) == 500 * S);
	assert_true(schedule_held_until(schedule, 2, 101 * S) == 0);
	assert_true(schedule_held_until(schedule, 1, 500 * S) == 0);
	assert_int_equal(schedule_take(schedule, 0, 499 * S), 2);
	schedule_remove(schedule, 2);
	assert_int_equal(schedule_take(schedule, 0, 499 * S), SCHEDULE_NONE);
	schedule_poll(schedule, 1, 499 * S); /* by hand all the same */
	assert_int_equal(schedule_take(schedule, 0, 499 * S), 1);
	schedule_free(schedule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_shorter_interval_brings_the_turn_forward),
	    cmocka_unit_test(a_longer_interval_leaves_the_turn_alone),
	    cmocka_unit_test(an_interval_that_new_bounds_allow_stays),
	    cmocka_unit_test(bounds_make_sense_whatever_is_asked),
	    cmocka_unit_test(another_host_may_mean_another_fetcher),
	    cmocka_unit_test(a_feed_under_way_changes_for_its_next_turn),
	    cmocka_unit_test(a_feed_that_is_removed_gives_its_job_back),
	    cmocka_unit_test(a_stopped_feed_has_no_job_to_give_back),
	    cmocka_unit_test(jobs_under_way_count_for_new_fetchers),
	    cmocka_unit_test(a_host_is_held_for_all_of_its_feeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

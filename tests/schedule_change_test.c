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

/* ---- the network comes back ---------------------------------------------- */

#define FEEDS 50

/* Feeds of two fetchers, none of which was reached at 100 s. */
static struct schedule *
with_unreached(int64_t interval_s)
{
	struct schedule_result result = {.outcome = SCHEDULE_UNREACHED};
	struct schedule *schedule = schedule_new(42);
	struct schedule_feed feed = asked(0, interval_s, interval_s);
	int64_t now = 200 * S;

	schedule_set_fetchers(schedule, 2, FEEDS);
	for (size_t i = 0; i < FEEDS; i++) {
		feed.host = i + 2;
		schedule_add(schedule, i, &feed);
	}
	schedule_spread(schedule, 0);
	for (size_t i = 0; i < FEEDS; i++) {
		schedule_poll(schedule, i, 100 * S);
		while (!schedule_is_under_way(schedule, i))
			schedule_take(schedule, (unsigned)(i % 2), now += S);
		schedule_done(schedule, i, &result, 100 * S);
	}
	return schedule;
}

static int64_t
latest(const struct schedule *schedule)
{
	int64_t at = 0;

	for (size_t i = 0; i < FEEDS; i++)
		if (schedule_due_at(schedule, i) > at)
			at = schedule_due_at(schedule, i);
	return at;
}

static size_t
first(const struct schedule *schedule)
{
	size_t feed = 0;

	for (size_t i = 1; i < FEEDS; i++)
		if (schedule_due_at(schedule, i) <
		    schedule_due_at(schedule, feed))
			feed = i;
	return feed;
}

static void
of_all_fetchers_feeds_the_first_is_tried(void **state)
{
	struct schedule *schedule;
	int64_t last;
	size_t feed;

	for (int64_t interval_s = 60; interval_s < 70; interval_s++) {
		schedule = with_unreached(interval_s);
		feed = first(schedule);
		last = latest(schedule);
		schedule_try(schedule, 101 * S);
		assert_true(schedule_due_at(schedule, feed) == 101 * S);
		assert_int_equal(first(schedule), feed);
		assert_true(latest(schedule) == last);
		schedule_try(schedule, 102 * S); /* it is late by then */
		assert_true(schedule_due_at(schedule, feed) == 101 * S);
		schedule_free(schedule);
	}
}

static void
a_wake_takes_half_an_interval_or_half_a_minute(void **state)
{
	static const struct {
		int64_t interval_s, window_s;
	} cases[] = {{600, 300}, {20, 20}, {40, 30}};

	for (size_t i = 0; i < 3; i++) {
		struct schedule *schedule = with_unreached(cases[i].interval_s);
		int64_t window = cases[i].window_s * S, due_at;
		size_t soon = first(schedule);

		due_at = schedule_due_at(schedule, soon);
		schedule_wake(schedule, due_at - S);
		assert_true(schedule_due_at(schedule, soon) == due_at);
		schedule_poll(schedule, 0, 101 * S);
		assert_int_equal(schedule_take(schedule, 0, 101 * S), 0);
		schedule_wake(schedule, 101 * S);
		assert_true(schedule_is_under_way(schedule, 0));
		assert_in_range(latest(schedule), 101 * S + window / 10 * 8,
		    101 * S + window);
		schedule_free(schedule);
	}
}

static void
a_fetcher_is_crowded_while_feeds_are_due_that_it_cannot_take(void **state)
{
	struct schedule *schedule = with_a_feed();

	assert_false(schedule_is_crowded(schedule, 0, 200 * S));
	assert_int_equal(schedule_take(schedule, 0, 200 * S), 0);
	assert_false(schedule_is_crowded(schedule, 0, 200 * S));
	add(schedule, 1, 4);
	schedule_spread(schedule, 200 * S);
	assert_false(schedule_is_crowded(schedule, 0, 199 * S));
	assert_true(schedule_is_crowded(schedule, 0, 201 * S));
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
	    cmocka_unit_test(of_all_fetchers_feeds_the_first_is_tried),
	    cmocka_unit_test(a_wake_takes_half_an_interval_or_half_a_minute),
	    cmocka_unit_test(
		a_fetcher_is_crowded_while_feeds_are_due_that_it_cannot_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

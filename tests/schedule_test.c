/*
 * daemon/engine/schedule: turns, back-off, fetchers; time is a number here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/rhythm.h"
#include "engine/schedule.h"

#define S 1000000LL

static void
add(struct schedule *schedule, size_t feed, uint64_t host, int64_t interval_us)
{
	struct schedule_feed asked = {
	    .host = host, .min_us = interval_us, .max_us = interval_us};

	schedule_add(schedule, feed, &asked);
}

static void
done(struct schedule *schedule, size_t feed, enum schedule_outcome outcome,
    int64_t now)
{
	struct schedule_result result = {.outcome = outcome};

	schedule_done(schedule, feed, &result, now);
}

static struct schedule *
with_feeds(size_t n, int64_t interval_us)
{
	struct schedule *schedule = schedule_new(42);

	for (size_t i = 0; i < n; i++)
		add(schedule, i, i * 7919, interval_us);
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
		done(schedule, feed, outcome, now);
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
	struct schedule_result result = {
	    .outcome = outcome, .retry_after_s = retry_after_s};
	int64_t at = schedule_next_at(schedule, 0), wait;

	*now = at > *now ? at : *now;
	assert_int_equal(schedule_take(schedule, 0, *now), 0);
	schedule_done(schedule, 0, &result, *now);
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
	struct schedule *schedule = with_feeds(21, 60 * S);

	schedule_set_fetchers(schedule, 1, 20);
	for (int i = 0; i < 20; i++)
		assert_int_not_equal(
		    schedule_take(schedule, 0, 100 * S), SCHEDULE_NONE);
	assert_true(schedule_is_crowded(schedule, 0, 100 * S));
	assert_int_equal(schedule_take(schedule, 0, 100 * S), SCHEDULE_NONE);
	schedule_free(schedule);
}

static void
feeds_that_do_not_answer_get_a_quarter_of_the_jobs(void **state)
{
	struct schedule *schedule = with_feeds(100, 60 * S);
	unsigned sound = 0, doubtful = 0;
	int64_t now;
	size_t feed;

	schedule_set_fetchers(schedule, 1, 40);
	for (int i = 0; i < 100; i++) {
		now = 60 * S + i * S / 50;
		feed = schedule_take(schedule, 0, now);
		done(schedule, feed,
		    feed < 80 ? SCHEDULE_UNREACHED : SCHEDULE_OK, now);
	}
	for (now = 600 * S; now < 660 * S; now += S / 50) {
		feed = schedule_take(schedule, 0, now);
		if (feed == SCHEDULE_NONE)
			continue;
		doubtful += schedule_is_doubtful(schedule, feed);
		sound += !schedule_is_doubtful(schedule, feed);
	}
	assert_int_equal(sound, 20);
	assert_in_range(doubtful, 10, 11);
	schedule_free(schedule);
}

static void
overdue_feeds_are_spread(void **state)
{
	struct schedule *schedule = with_feeds(6000, 60 * S);
	unsigned most = 0, all = 0;

	schedule_set_fetchers(schedule, 1, 10000);
	for (int64_t second = 1000; second < 1100; second++) {
		unsigned polls = 0;

		for (int64_t now = second * S; now < (second + 1) * S;
		     now += S / 100) {
			size_t feed;

			while ((feed = schedule_take(schedule, 0, now)) !=
			       SCHEDULE_NONE) {
				done(schedule, feed, SCHEDULE_OK, now);
				polls++;
			}
		}
		if (second > 1000 && polls > most)
			most = polls;
		all += polls;
	}
	assert_in_range(most, 150, 250); /* on average 100 are due */
	assert_in_range(all, 6000, 14000);
	schedule_free(schedule);
}

static void
a_budget_is_kept_by_feeds_whose_bounds_need_more(void **state)
{
	struct schedule *schedule = with_feeds(600, S);
	unsigned polls = 0;
	size_t feed;

	schedule_set_budget(schedule, 50);
	for (int64_t now = 0; now < 100 * S; now += S / 100)
		while (
		    (feed = schedule_take(schedule, 0, now)) != SCHEDULE_NONE) {
			done(schedule, feed, SCHEDULE_OK, now);
			polls++;
		}
	assert_in_range(polls, 4900, 5100);
	schedule_free(schedule);
}

static void
a_bound_below_is_kept_by_all_jitter(void **state)
{
	struct schedule_feed bounds = {
	    .host = 1, .min_us = 60 * S, .max_us = 600 * S};
	struct schedule *schedule = schedule_new(42);
	struct rhythm rhythm = {.since = 0};
	int64_t now = 0, wait, least = INT64_MAX, most = 0;

	bounds.rhythm = &rhythm;
	schedule_add(schedule, 0, &bounds);
	schedule_set_budget(schedule, 1000);
	schedule_spread(schedule, 0);
	for (int i = 0; i < 200; i++) {
		wait = wait_after(schedule, SCHEDULE_OK, 0, &now);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_in_range(least, 60 * S, 62 * S);
	assert_in_range(most, 64 * S, 66 * S);
	schedule_set_budget(schedule, 0.0001);
	wait_after(schedule, SCHEDULE_OK, 0, &now);
	least = INT64_MAX;
	most = 0;
	for (int i = 0; i < 200; i++) {
		wait = wait_after(schedule, SCHEDULE_OK, 0, &now);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_in_range(least, 540 * S, 560 * S);
	assert_in_range(most, 580 * S, 600 * S);
	schedule_free(schedule);
}

#define BEAT (S / 50) /* turns are given on it */
#define BUSY 1000

/* A minute of feeds whose exchanges last a beat; from stall_at on nothing
 * happens for a while. Returns the longest time between two of a feed. */
static int64_t
longest_gap(int64_t interval, int64_t stall_at, int64_t stall_us)
{
	struct schedule *schedule = with_feeds(BUSY, interval);
	int64_t asked_at[BUSY] = {0}, gap, longest = 0;
	size_t under_way[BUSY], len = 0, feed;

	for (int64_t now = 0; now < 60 * S; now += BEAT) {
		if (now >= stall_at && now < stall_at + stall_us)
			continue;
		while (len > 0)
			done(schedule, under_way[--len], SCHEDULE_OK, now);
		while (
		    (feed = schedule_take(schedule, 0, now)) != SCHEDULE_NONE) {
			gap = now - asked_at[feed];
			longest = gap > longest ? gap : longest;
			asked_at[feed] = now;
			under_way[len++] = feed;
		}
	}
	for (size_t i = 0; i < BUSY; i++)
		assert_true(asked_at[i] > 60 * S - longest - interval);
	schedule_free(schedule);
	return longest;
}

static void
no_feed_waits_longer_than_the_jitter_wants(void **state)
{
	assert_in_range(
	    longest_gap(2 * S, 0, 0), 2 * S, 2 * S * 11 / 10 + 2 * BEAT);
}

static void
a_stall_costs_each_feed_no_more_than_its_length(void **state)
{
	int64_t longest = longest_gap(2 * S, 30 * S, S / 2);

	assert_in_range(
	    longest, 2 * S + S / 2, 2 * S * 11 / 10 + S / 2 + 2 * BEAT);
}

static void
a_host_that_complains_slows_all_of_its_feeds(void **state)
{
	struct schedule_result slow = {.outcome = SCHEDULE_FAILED,
	    .slow_host = true,
	    .retry_after_s = 600};
	struct schedule *schedule = schedule_new(7);
	int64_t wait;

	add(schedule, 0, 5, 60 * S);
	add(schedule, 1, 5, 60 * S);
	add(schedule, 2, 6, 60 * S);
	schedule_spread(schedule, 0);
	while (schedule_take(schedule, 0, 100 * S) != 0)
		;
	schedule_done(schedule, 0, &slow, 100 * S);
	for (size_t i = 1; i < 3; i++)
		if (schedule_is_under_way(schedule, i))
			schedule_put_back(schedule, i, 100 * S);
	assert_int_equal(schedule_take(schedule, 0, 101 * S), 2);
	assert_int_equal(schedule_take(schedule, 0, 699 * S), SCHEDULE_NONE);
	wait = schedule_due_at(schedule, 1) - 700 * S;
	assert_in_range(wait, 0, 60 * S);
	while (schedule_take(schedule, 0, 2000 * S) != 1)
		;
	done(schedule, 1, SCHEDULE_OK, 2000 * S);
	assert_in_range(schedule_due_at(schedule, 1) - 2000 * S, 100 * S,
	    140 * S); /* twice the interval for an hour */
	schedule_free(schedule);
}

static void
a_host_that_complains_often_is_still_polled_each_day(void **state)
{
	struct schedule_result slow = {
	    .outcome = SCHEDULE_FAILED, .slow_host = true};
	struct schedule *schedule = schedule_new(7);
	int64_t now = 100 * S;

	add(schedule, 0, 5, 12 * 3600 * S);
	schedule_spread(schedule, 0);
	for (int i = 0; i < 8; i++) {
		schedule_poll(schedule, 0, now);
		assert_int_equal(schedule_take(schedule, 0, now), 0);
		schedule_done(schedule, 0, &slow, now);
		assert_in_range(schedule_due_at(schedule, 0) - now,
		    12 * 3600 * S * 9 / 10, 24 * 3600 * S * 11 / 10);
		now += 600 * S;
	}
	schedule_free(schedule);
}

static void
a_complaint_without_a_time_is_a_minute(void **state)
{
	struct schedule_result slow = {
	    .outcome = SCHEDULE_FAILED, .slow_host = true};
	struct schedule *schedule = schedule_new(7);

	add(schedule, 0, 5, S);
	schedule_spread(schedule, 0);
	assert_int_equal(schedule_take(schedule, 0, 100 * S), 0);
	schedule_done(schedule, 0, &slow, 100 * S);
	assert_int_equal(schedule_due_at(schedule, 0), 160 * S);
	schedule_free(schedule);
}

static void
a_feed_that_is_gone_stops_until_it_is_polled_by_hand(void **state)
{
	struct schedule *schedule = with_feeds(1, 60 * S);

	assert_int_equal(schedule_take(schedule, 0, 100 * S), 0);
	done(schedule, 0, SCHEDULE_FAILED, 100 * S);
	schedule_stop(schedule, 0);
	assert_true(schedule_due_at(schedule, 0) == INT64_MAX);
	assert_int_equal(
	    schedule_take(schedule, 0, 100000000 * S), SCHEDULE_NONE);
	schedule_poll(schedule, 0, 200 * S);
	assert_int_equal(schedule_take(schedule, 0, 200 * S), 0);
	done(schedule, 0, SCHEDULE_OK, 200 * S);
	assert_in_range(schedule_due_at(schedule, 0) - 200 * S, 54 * S, 66 * S);
	schedule_free(schedule);
}

static void
hosts_stay_with_their_fetcher(void **state)
{
	struct schedule *schedule = schedule_new(1);
	unsigned count[3] = {0};

	schedule_set_fetchers(schedule, 3, 256);
	for (size_t i = 0; i < 300; i++)
		add(schedule, i, i / 2 * 2654435761u, S);
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

	schedule_set_fetchers(schedule, 2, 256);
	assert_true(schedule_is_under_way(schedule, under_way));
	for (int64_t now = 100 * S; now < 110 * S; now += S / 10)
		for (unsigned f = 0; f < 2; f++)
			while (schedule_take(schedule, f, now) != SCHEDULE_NONE)
				taken++;
	assert_int_equal(taken, 99);
	done(schedule, under_way, SCHEDULE_OK, 100 * S);
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

			done(schedule, feed,
			    feed == 0 ? SCHEDULE_UNREACHED : SCHEDULE_FAILED,
			    now);
		}
		now += 3600 * S;
	}
	schedule_take(schedule, 0, now);
	schedule_take(schedule, 0, now);
	done(schedule, 0, SCHEDULE_UNREACHED, now);
	done(schedule, 1, SCHEDULE_FAILED, now);
	schedule_wake(schedule, now);
	assert_in_range(schedule_due_at(schedule, 0), now, now + 60 * S);
	assert_true(schedule_due_at(schedule, 1) > now + 3000 * S);
	schedule_free(schedule);
}

static void
of_those_that_were_not_reached_one_is_tried(void **state)
{
	struct schedule *schedule = with_feeds(3, 60 * S);
	int64_t now = 600 * S, first, second;

	schedule_try(schedule, now); /* there is none */
	for (int i = 0; i < 3; i++) {
		size_t feed = schedule_take(schedule, 0, now);

		done(schedule, feed,
		    feed == 0 ? SCHEDULE_OK : SCHEDULE_UNREACHED, now);
	}
	first = schedule_due_at(schedule, 1);
	second = schedule_due_at(schedule, 2);
	schedule_try(schedule, now);
	assert_int_equal(
	    schedule_due_at(schedule, first < second ? 1 : 2), now);
	assert_int_equal(schedule_due_at(schedule, first < second ? 2 : 1),
	    first < second ? second : first);
	assert_int_equal(
	    schedule_take(schedule, 0, now), first < second ? 1 : 2);
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
	    cmocka_unit_test(
		feeds_that_do_not_answer_get_a_quarter_of_the_jobs),
	    cmocka_unit_test(overdue_feeds_are_spread),
	    cmocka_unit_test(a_budget_is_kept_by_feeds_whose_bounds_need_more),
	    cmocka_unit_test(a_bound_below_is_kept_by_all_jitter),
	    cmocka_unit_test(no_feed_waits_longer_than_the_jitter_wants),
	    cmocka_unit_test(a_stall_costs_each_feed_no_more_than_its_length),
	    cmocka_unit_test(a_host_that_complains_slows_all_of_its_feeds),
	    cmocka_unit_test(
		a_host_that_complains_often_is_still_polled_each_day),
	    cmocka_unit_test(a_complaint_without_a_time_is_a_minute),
	    cmocka_unit_test(
		a_feed_that_is_gone_stops_until_it_is_polled_by_hand),
	    cmocka_unit_test(hosts_stay_with_their_fetcher),
	    cmocka_unit_test(more_fetchers_take_over_what_waits),
	    cmocka_unit_test(a_poll_by_hand_comes_at_once),
	    cmocka_unit_test(a_turn_may_come_sooner),
	    cmocka_unit_test(a_network_that_is_back_wakes_who_waits_for_it),
	    cmocka_unit_test(of_those_that_were_not_reached_one_is_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

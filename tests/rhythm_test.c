/*
 * daemon/engine/rhythm, plan, budget: what is learned of feeds and how it
 * becomes waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/budget.h"
#include "engine/plan.h"
#include "engine/rhythm.h"

#define HOUR 3600
#define DAY 86400
#define START (20000LL * DAY) /* midnight */
#define S 1000000LL

#define assert_near(value, wanted, within)                \
	assert_in_range((uint64_t)((value)*1000),         \
	    (uint64_t)((wanted) * (1 - (within)) * 1000), \
	    (uint64_t)((wanted) * (1 + (within)) * 1000))

/* Posts evenly from 8 to 20 o'clock, none at night, for so many hours. */
static void
post_by_day(struct rhythm *rhythm, int hours, int per_hour)
{
	rhythm_begin(rhythm, START);
	for (int64_t hour = 0; hour < hours; hour++)
		for (int i = 0; i < per_hour; i++)
			if (hour % 24 >= 8 && hour % 24 < 20)
				rhythm_add(rhythm,
				    START + hour * HOUR + i * HOUR / per_hour);
}

static void
the_rate_is_found(void **state)
{
	struct rhythm rhythm;

	rhythm_begin(&rhythm, START);
	for (int64_t at = START; at < START + 10 * DAY; at += 360)
		rhythm_add(&rhythm, at);
	for (int64_t hour = 0; hour < 48; hour++)
		assert_near(rhythm_rate(&rhythm, START + 10 * DAY + hour * HOUR,
				START + 10 * DAY),
		    10.0, 0.15);
}

static void
an_unknown_feed_posts_once_an_hour(void **state)
{
	struct rhythm rhythm = {.since = 0};

	assert_near(rhythm_rate(&rhythm, START, START), 1.0, 0.01);
	rhythm_begin(&rhythm, START);
	assert_near(rhythm_rate(&rhythm, START, START), 1.0, 0.01);
	assert_true(rhythm_rate(&rhythm, START + DAY, START + DAY) < 0.1);
}

static void
hours_of_the_day_are_told_apart(void **state)
{
	struct rhythm rhythm;
	int64_t now = START + 14 * DAY;

	post_by_day(&rhythm, 14 * 24, 6);
	assert_near(rhythm_rate(&rhythm, now + 14 * HOUR, now), 6.0, 0.35);
	assert_true(rhythm_rate(&rhythm, now + 3 * HOUR, now) < 0.3);
	assert_near(rhythm_expect(&rhythm, now, now + DAY), 72.0, 0.2);
}

static void
few_posts_tell_day_from_night(void **state)
{
	struct rhythm rhythm;
	int64_t now = START + 3 * DAY;

	rhythm_begin(&rhythm, START);
	for (int64_t day = START; day < now; day += DAY)
		for (int64_t hour = 8; hour <= 17; hour += 3)
			rhythm_add(&rhythm, day + hour * HOUR);
	/* at 13 o'clock nothing ever came, as at 2 */
	assert_true(rhythm_rate(&rhythm, now + 13 * HOUR, now) >
		    2.5F * rhythm_rate(&rhythm, now + 2 * HOUR, now));
}

static void
a_burst_is_seen_within_the_hour_and_forgotten(void **state)
{
	struct rhythm rhythm;
	int64_t now = START + 14 * DAY + 14 * HOUR;

	post_by_day(&rhythm, 14 * 24 + 14, 2);
	for (int i = 0; i < 60; i++)
		rhythm_add(&rhythm, now + i * 60);
	assert_true(rhythm_rate(&rhythm, now + HOUR, now + HOUR) > 6);
	assert_true(rhythm_rate(&rhythm, now + DAY, now + DAY) < 4);
}

static void
pinned_items_of_a_first_document_say_nothing(void **state)
{
	struct rhythm rhythm;
	int64_t now = START + 9 * DAY, dates[40];

	for (int i = 0; i < 40; i++)
		dates[i] = i < 4 ? now - 400 * DAY : now - (i - 4) * HOUR / 2;
	rhythm_begin_with(&rhythm, dates, 40, now);
	assert_near(rhythm_rate(&rhythm, now, now), 2.0, 0.3);
	rhythm_begin_with(&rhythm, dates, 0, now);
	assert_near(rhythm_rate(&rhythm, now, now), 1.0, 0.01);
}

static void
a_clock_that_is_set_back_distorts_no_rhythm(void **state)
{
	struct rhythm rhythm;
	int64_t now = START + 14 * DAY;

	rhythm_begin(&rhythm, START);
	for (int64_t at = START; at < now; at += 360)
		rhythm_add(&rhythm, at);
	rhythm_add(&rhythm, now + 365 * DAY); /* the clock is a year ahead */
	assert_in_range(rhythm_rate(&rhythm, now, now) * 1000, 0, 15000);
	rhythm_begin(&rhythm, START);
	for (int64_t at = START; at < now; at += 360)
		rhythm_add(&rhythm, at);
	assert_near(rhythm_rate(&rhythm, now - DAY, now - DAY), 10.0, 0.3);
	rhythm_set_back(&rhythm, now - DAY);
	for (int64_t at = now - DAY; at < now + DAY; at += 360)
		rhythm_add(&rhythm, at);
	assert_near(rhythm_rate(&rhythm, now + DAY, now + DAY), 10.0, 0.3);
	rhythm_set_back(&rhythm, START - DAY);
	for (int64_t at = START - DAY; at < START + 9 * DAY; at += 360)
		rhythm_add(&rhythm, at);
	assert_near(
	    rhythm_rate(&rhythm, START + 9 * DAY, START + 9 * DAY), 10.0, 0.3);
}

static struct plan
plan_of(const struct rhythm *rhythm)
{
	return (struct plan){
	    .min_us = 30 * S, .max_us = 900 * S, .rhythm = rhythm};
}

static void
waits_keep_to_their_bounds(void **state)
{
	struct rhythm rhythm;
	struct plan plan = plan_of(&rhythm), promise = plan_of(&rhythm);

	post_by_day(&rhythm, 7 * 24, 10);
	assert_int_equal(plan_wait(&plan, 1e-6, START + 7 * DAY), 900 * S);
	assert_int_equal(plan_wait(&plan, 10, START + 7 * DAY), 30 * S);
	promise.max_us = 30 * S;
	promise.hints.ttl_s = promise.hints.fresh_s = 600;
	promise.hints.skip_hours = UINT32_MAX;
	assert_int_equal(plan_wait(&promise, 1, START), 30 * S);
}

static void
a_feed_is_polled_by_the_root_of_its_rate(void **state)
{
	struct rhythm slow, quick;
	struct plan slow_plan = plan_of(&slow), quick_plan = plan_of(&quick);
	int64_t noon = START + 14 * DAY + 12 * HOUR;
	int64_t night = START + 15 * DAY + 2 * HOUR;
	double ratio;

	post_by_day(&slow, 14 * 24 + 12, 2);
	post_by_day(&quick, 14 * 24 + 12, 32);
	ratio = (double)plan_wait(&slow_plan, 0.004, noon) /
		(double)plan_wait(&quick_plan, 0.004, noon);
	assert_near(ratio, 4.0, 0.3);
	assert_true(plan_demand(&quick_plan, night, noon).weight * 3 <
		    plan_demand(&quick_plan, noon, noon).weight);
}

static void
hints_count_up_to_their_caps(void **state)
{
	struct rhythm rhythm;
	struct plan plan = plan_of(&rhythm);
	int64_t noon = START + 7 * DAY + 12 * HOUR;

	post_by_day(&rhythm, 7 * 24 + 12, 6);
	plan.hints.fresh_s = 200;
	assert_int_equal(plan_wait(&plan, 1, noon), 200 * S);
	plan.hints.fresh_s = 86400;
	assert_int_equal(plan_wait(&plan, 1, noon), 300 * S);
	plan.hints = (struct plan_hints){.ttl_s = 400};
	assert_int_equal(plan_wait(&plan, 1, noon), 400 * S);
	plan.hints.ttl_s = 3600; /* "hourly", but six items come in an hour */
	assert_in_range(plan_wait(&plan, 1, noon), 400 * S, 800 * S);
	plan.hints = (struct plan_hints){.skip_hours = 1u << 12};
	assert_int_equal(plan_wait(&plan, 1, noon), 900 * S);
	assert_int_equal(plan_wait(&plan, 1, noon + HOUR), 30 * S);
	plan.hints = (struct plan_hints){.skip_days = 0x7f};
	assert_int_equal(plan_wait(&plan, 1, noon), 900 * S);
}

/* Polls a second that a feed is worth on average of a day. */
static double
polls_at(const struct plan *plan, double effort, int64_t now)
{
	double polls = 0;

	for (int hour = 0; hour < 24; hour++) {
		struct plan_demand demand =
		    plan_demand(plan, now + hour * HOUR, now);
		double wish = effort * demand.weight;

		polls += wish > demand.most    ? demand.most
			 : wish < demand.least ? demand.least
					       : wish;
	}
	return polls / 24;
}

static void
the_effort_spends_the_budget(void **state)
{
	struct rhythm rhythms[20];
	struct budget budget = {.least = 0};
	int64_t now = START + 7 * DAY;
	double effort, polls = 0;

	for (int i = 0; i < 20; i++) {
		struct plan plan = plan_of(&rhythms[i]);

		post_by_day(&rhythms[i], 7 * 24, i + 1);
		budget_add(&budget, &plan, now);
	}
	effort = budget_effort(&budget, 0.1);
	for (int i = 0; i < 20; i++) {
		struct plan plan = plan_of(&rhythms[i]);

		polls += polls_at(&plan, effort, now);
	}
	assert_near(polls, 0.1, 0.05);
	assert_true(budget_effort(&budget, 0.001) < effort);
	assert_true(budget_effort(&budget, 100) > effort);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_rate_is_found),
	    cmocka_unit_test(an_unknown_feed_posts_once_an_hour),
	    cmocka_unit_test(hours_of_the_day_are_told_apart),
	    cmocka_unit_test(few_posts_tell_day_from_night),
	    cmocka_unit_test(a_burst_is_seen_within_the_hour_and_forgotten),
	    cmocka_unit_test(pinned_items_of_a_first_document_say_nothing),
	    cmocka_unit_test(a_clock_that_is_set_back_distorts_no_rhythm),
	    cmocka_unit_test(waits_keep_to_their_bounds),
	    cmocka_unit_test(a_feed_is_polled_by_the_root_of_its_rate),
	    cmocka_unit_test(hints_count_up_to_their_caps),
	    cmocka_unit_test(the_effort_spends_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * daemon/engine/outbox by example.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/outbox_play.h"

static void
a_window_of_each_sink_is_at_the_courier(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 200);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW);
	assert_int_equal(play_at_courier(play, "log"), OUTBOX_WINDOW);
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW);
	assert_int_equal(play_hook_state(play).waiting, 199);
	assert_int_equal(play_hook_state(play).delivered, 1);
}

static void
attempts_follow_the_schedule_and_then_end(void **state)
{
	static const int64_t waits_s[] = {
	    5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	struct play *play = *state;
	char alert[40];

	play_add_alerts(play, 1);
	strcpy(alert, play->sent[play_find(play, "hook")].alert);
	for (unsigned i = 0; i < 9; i++) {
		assert_int_equal(
		    play->sent[play_find(play, "hook")].attempt, i + 1);
		assert_string_equal(
		    play->sent[play_find(play, "hook")].alert, alert);
		play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
		play_commit(play);
		play->now += waits_s[i] * SECOND / 100 * 89;
		outbox_pump(play->outbox, play->now);
		assert_int_equal(play_at_courier(play, "hook"), 0);
		play->now += waits_s[i] * SECOND / 100 * 22;
		outbox_pump(play->outbox, play->now);
	}
	play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_commit(play);
	assert_int_equal(play_hook_state(play).waiting, 0);
	assert_int_equal(play_hook_state(play).dead, 1);
}

static void
a_sink_that_is_back_gets_all_at_once(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 10);
	while (play_at_courier(play, "hook") > 0)
		play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), 0);
	play->now += MINUTE;
	outbox_pump(play->outbox, play->now);
	while (play_at_courier(play, "hook") > 0) { /* four at a time */
		assert_in_range(play_at_courier(play, "hook"), 1, 4);
		while (play_at_courier(play, "hook") > 0)
			play_answer(
			    play, play_find(play, "hook"), DELIVERY_RETRY);
		play_commit(play);
	}
	assert_int_equal(play_hook_state(play).waiting, 10);
	play->now += MINUTE;
	play_add_alerts(
	    play, 1); /* the next tries are minutes away, but this one: */
	assert_int_equal(play_at_courier(play, "hook"), 1);
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), 10);
}

/* How often the sink, which takes all else, is sent this one. */
static unsigned
refuse(struct play *play, uint64_t bad)
{
	unsigned tries = 0;

	for (int i = 0; i < 100; i++) {
		for (unsigned j = 0; j < play->sent_len;) {
			bool refused = play->sent[j].id == bad;

			tries += refused;
			play_answer(
			    play, j, refused ? DELIVERY_RETRY : DELIVERY_OK);
		}
		play_commit(play);
		play_add_alerts(play, 1);
	}
	return tries;
}

static void
one_that_is_always_refused_gets_one_early_try_a_step(void **state)
{
	struct play *play = *state;
	uint64_t bad;

	play_add_alerts(play, 1);
	bad = play->sent[play_find(play, "hook")].id;
	assert_int_equal(refuse(play, bad), 2);
	play->now += MINUTE;
	assert_int_equal(refuse(play, bad), 2);
	play_stop(play); /* what was used up is over a restart, too */
	play_start(play);
	outbox_pump(play->outbox, play->now);
	play->now += MINUTE;
	assert_int_equal(refuse(play, bad), 0);
}

static void
one_that_is_due_this_moment_is_not_early(void **state)
{
	struct play *play = *state;

	play->now = 3000; /* when the alert is made */
	play_add_alerts(play, 1);
	play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), 0);
}

static void
retry_after_holds_the_sink(void **state)
{
	struct play *play = *state;
	struct outbox_outcome result = {.outcome = DELIVERY_RETRY,
	    .http_status = 429,
	    .retry_after_us = 90 * SECOND,
	    .error = "HTTP 429"};
	unsigned index;
	int64_t delay;

	play_add_alerts(play, 1);
	index = play_find(play, "hook");
	result.delivery = play->sent[index].id;
	play->sent[index] = play->sent[--play->sent_len];
	assert_int_equal(
	    outbox_settle(play->outbox, &result, play->now, &delay), 0);
	play_add_alerts(play, 1);
	play->now += 89 * SECOND;
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 0);
	play->now += SECOND;
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 2);
}

/* Another receiver may stand there now, but what was refused waits as long as
 * it was asked to. */
static void
a_reload_ends_the_hold_but_not_the_wait(void **state)
{
	struct play *play = *state;
	struct outbox_outcome result = {
	    .outcome = DELIVERY_RETRY, .retry_after_us = HOUR};

	play_add_alerts(play, 1);
	play_settle(play, result);
	play_set_sinks(play);
	play_commit(play); /* its early try */
	assert_int_equal(play_at_courier(play, "hook"), 1);
	play_settle(play, result);
	play_add_alerts(play, 1);
	assert_int_equal(play_at_courier(play, "hook"), 0);
	play_set_sinks(play);
	play->now += HOUR - SECOND;
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 1);
	play->now += SECOND;
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 2);
}

static void
what_comes_back_untried_was_never_sent(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 2);
	while (play_at_courier(play, "hook") > 0)
		play_answer(play, play_find(play, "hook"), DELIVERY_HELD);
	assert_int_equal(play_hook_state(play).attempts_failed, 0);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), 2);
	assert_int_equal(play->sent[play_find(play, "hook")].attempt, 1);
}

static void
a_gone_receiver_disables_its_sink_until_reload(void **state)
{
	struct play *play = *state;
	struct sink_state changed = {0};

	play_add_alerts(play, 1);
	play_answer(play, play_find(play, "hook"), DELIVERY_GONE);
	play_add_alerts(play, 3);
	assert_int_equal(play_at_courier(play, "hook"), 0);
	assert_int_equal(play_at_courier(play, "log"), 4);
	assert_string_equal(play_hook_state(play).state, "disabled");
	assert_int_equal(play_hook_state(play).waiting, 4);
	play_add_alerts(play, 1);
	outbox_tell_states(play->outbox, false, play_tell_hook, &changed);
	assert_int_equal(changed.waiting, 5);
	play_set_sinks(play);
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 5);
}

static void
answers_nobody_asked_for_are_refused(void **state)
{
	struct play *play = *state;
	struct outbox_outcome result = {.delivery = 99};
	int64_t delay;

	assert_int_equal(
	    outbox_settle(play->outbox, &result, play->now, &delay), -1);
	play_add_alerts(play, 1);
	result.delivery = play->sent[0].id;
	assert_int_equal(
	    outbox_settle(play->outbox, &result, play->now, &delay), 0);
	assert_int_equal(
	    outbox_settle(play->outbox, &result, play->now, &delay), -1);
}

static void
a_window_holds_early_tries_and_new_deliveries_alike(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, OUTBOX_WINDOW);
	while (play_at_courier(play, "hook") > 0)
		play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_add_alerts(play, OUTBOX_WINDOW);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW_FAILING);
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW);
}

static void
what_is_held_takes_no_place_of_early_tries(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, OUTBOX_WINDOW);
	for (unsigned i = OUTBOX_WINDOW; i-- > OUTBOX_WINDOW / 2;)
		play_answer(play, i, DELIVERY_RETRY); /* hook's newest */
	play_answer(play, 0, DELIVERY_OK);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW - 1);
}

static void
what_is_held_takes_no_place_of_what_is_due(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, OUTBOX_WINDOW);
	while (play_at_courier(play, "hook") > 0)
		play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_commit(play);
	play->now += MINUTE;
	outbox_pump(play->outbox, play->now);
	play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	play_commit(play);
	assert_int_equal(play_at_courier(play, "hook"), OUTBOX_WINDOW_FAILING);
}

static void
a_message_that_is_refused_for_good_is_dead(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 1);
	play_answer(play, play_find(play, "hook"), DELIVERY_DEAD);
	play_commit(play);
	assert_int_equal(play_hook_state(play).waiting, 0);
	assert_int_equal(play_hook_state(play).dead, 1);
}

static void
a_sink_that_answers_again_is_up(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 3);
	play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	assert_string_equal(play_hook_state(play).state, "retrying");
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	assert_string_equal(play_hook_state(play).state, "up");
	assert_null(play_hook_state(play).error);
	play_answer(play, play_find(play, "hook"), DELIVERY_GONE);
	assert_string_equal(play_hook_state(play).state, "disabled");
}

/* The answer to what had left before it was gone. */
static void
a_late_answer_does_not_bring_back_who_is_gone(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 2);
	play_answer(play, play_find(play, "hook"), DELIVERY_GONE);
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	assert_string_equal(play_hook_state(play).state, "disabled");
	assert_string_equal(play_hook_state(play).error, "HTTP 503");
}

static bool
is_hook_told(struct play *play, struct sink_state *told)
{
	*told = (struct sink_state){0};
	outbox_tell_states(play->outbox, false, play_tell_hook, told);
	return told->sink != NULL;
}

static void
each_change_is_told_once(void **state)
{
	struct play *play = *state;
	struct sink_state told;

	assert_true(is_hook_told(play, &told));
	assert_false(is_hook_told(play, &told));
	play_add_alerts(play, 1);
	assert_true(is_hook_told(play, &told));
	assert_int_equal(told.waiting, 1);
	assert_false(is_hook_told(play, &told));
	play_answer(play, play_find(play, "hook"), DELIVERY_OK);
	assert_true(is_hook_told(play, &told));
	play_commit(play);
	assert_true(is_hook_told(play, &told));
	assert_int_equal(told.waiting, 0);
	assert_int_equal(told.delivered, 1);
	assert_false(is_hook_told(play, &told));
	play_set_sinks(play);
	assert_true(is_hook_told(play, &told));
}

static void
a_courier_that_is_full_is_asked_once(void **state)
{
	struct play *play = *state;

	play->full = true;
	play_add_alerts(play, 3);
	assert_int_equal(play->refused, 1);
	play->full = false;
	outbox_pump(play->outbox, play->now);
	assert_int_equal(play_at_courier(play, "hook"), 3);
	assert_int_equal(play_at_courier(play, "log"), 3);
}

static void
sinks_that_stay_keep_what_the_courier_holds(void **state)
{
	struct play *play = *state;
	struct strings sinks = {0};

	play_add_alerts(play, 2);
	play_answer(play, play_find(play, "hook"), DELIVERY_RETRY);
	strings_add(&sinks, "other");
	strings_add(&sinks, "log");
	strings_add(&sinks, "hook");
	outbox_set_sinks(play->outbox, &sinks);
	strings_clear(&sinks);
	play_commit(play);
	assert_int_equal(
	    play_at_courier(play, "hook"), 2); /* one is tried again */
	assert_int_equal(play_at_courier(play, "log"), 2);
	assert_int_equal(play_at_courier(play, "other"), 0);
	assert_int_equal(outbox_under_way(play->outbox), 4);
	assert_string_equal(play_hook_state(play).error, "HTTP 503");
}

static void
an_endless_retry_after_is_a_day(void **state)
{
	struct play *play = *state;

	play_add_alerts(play, 1);
	play_settle(play, (struct outbox_outcome){.outcome = DELIVERY_RETRY,
			      .retry_after_us = 48 * HOUR});
	play_answer(play, play_find(play, "log"), DELIVERY_OK);
	play_commit(play);
	assert_true(
	    outbox_next_at(play->outbox, play->now) == play->now + 24 * HOUR);
	play_add_alerts(play, 1); /* waits with it */
	assert_true(
	    outbox_next_at(play->outbox, play->now) == play->now + 24 * HOUR);
}

static void
the_next_time_is_that_of_the_first_sink_with_something_due(void **state)
{
	struct play *play = *state;
	int64_t retry_at;

	assert_true(outbox_next_at(play->outbox, play->now) == INT64_MAX);
	play_add_alerts(play, 1);
	assert_int_equal(outbox_under_way(play->outbox), 2);
	assert_true(outbox_next_at(play->outbox, play->now) == INT64_MAX);
	play_answer(play, play_find(play, "log"), DELIVERY_RETRY);
	play_commit(play);
	retry_at = outbox_next_at(play->outbox, play->now);
	assert_in_range(retry_at - play->now, 4 * SECOND, 6 * SECOND);
	play_settle(play, (struct outbox_outcome){.outcome = DELIVERY_RETRY,
			      .retry_after_us = 90 * SECOND});
	play_commit(play);
	assert_true(outbox_next_at(play->outbox, play->now) == retry_at);
	assert_true(
	    outbox_next_at(play->outbox, play->now + HOUR) == play->now + HOUR);
	play->now += 7 * SECOND;
	outbox_pump(play->outbox, play->now);
	play_answer(play, play_find(play, "log"), DELIVERY_GONE);
	play_commit(play);
	assert_true(outbox_next_at(play->outbox, play->now) ==
		    play->now + (90 - 7) * SECOND);
}

int
main(void)
{
#define OUTBOX_TEST(name) \
	cmocka_unit_test_setup_teardown(name, play_set_up, play_tear_down)
	const struct CMUnitTest tests[] = {
	    OUTBOX_TEST(a_window_of_each_sink_is_at_the_courier),
	    OUTBOX_TEST(attempts_follow_the_schedule_and_then_end),
	    OUTBOX_TEST(a_sink_that_is_back_gets_all_at_once),
	    OUTBOX_TEST(one_that_is_always_refused_gets_one_early_try_a_step),
	    OUTBOX_TEST(one_that_is_due_this_moment_is_not_early),
	    OUTBOX_TEST(retry_after_holds_the_sink),
	    OUTBOX_TEST(a_reload_ends_the_hold_but_not_the_wait),
	    OUTBOX_TEST(what_comes_back_untried_was_never_sent),
	    OUTBOX_TEST(a_gone_receiver_disables_its_sink_until_reload),
	    OUTBOX_TEST(answers_nobody_asked_for_are_refused),
	    OUTBOX_TEST(a_window_holds_early_tries_and_new_deliveries_alike),
	    OUTBOX_TEST(what_is_held_takes_no_place_of_early_tries),
	    OUTBOX_TEST(what_is_held_takes_no_place_of_what_is_due),
	    OUTBOX_TEST(a_message_that_is_refused_for_good_is_dead),
	    OUTBOX_TEST(a_sink_that_answers_again_is_up),
	    OUTBOX_TEST(a_late_answer_does_not_bring_back_who_is_gone),
	    OUTBOX_TEST(each_change_is_told_once),
	    OUTBOX_TEST(a_courier_that_is_full_is_asked_once),
	    OUTBOX_TEST(sinks_that_stay_keep_what_the_courier_holds),
	    OUTBOX_TEST(an_endless_retry_after_is_a_day),
	    OUTBOX_TEST(
		the_next_time_is_that_of_the_first_sink_with_something_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

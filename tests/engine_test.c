/*
 * The engine in a world of its own: what it keeps, tells and survives.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/log_line.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/job.h"
#include "frame/peer.h"
#include "frame/state.h"
#include "tests/engine_world.h"
#include "tests/store_fixture.h"

static void
the_first_fetch_is_quiet_but_for_fresh_items(void **state)
{
	struct world *world = *state;

	world_wait_for_job(world);
	assert_int_equal(world->job.seen_len, 0);
	assert_null(world->job.etag);
	world_send_item(world, "Macron long ago", clock_now_us() - 86400000000);
	world_send_item(world, "Macron undated", ITEM_NO_DATE);
	world_send_item(
	    world, "Macron an hour ago", clock_now_us() - 3600000000);
	world_send_done(world, FETCH_OK);
	WAIT_FOR(world, world->alerts_at_desk == 1);
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_non_null(strstr(world->delivery[0].json, "Macron an hour ago"));
	world_wait_for_job(world);
	assert_int_equal(world->job.seen_len, 3);
	assert_string_equal(world->job.etag, "\"v1\"");
	assert_int_equal(world_log_lines(world), 1);
}

static void
a_new_item_goes_to_log_courier_and_desk_alike(void **state)
{
	struct world *world = *state;
	char *text = NULL;
	size_t len = 0;
	FILE *log;
	json_t *alert;

	world_first_fetch(world);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
	WAIT_FOR(world, world->alerts_at_desk == 1);
	log = fopen(world->log_path, "r");
	assert_true(getline(&text, &len, log) > 0);
	fclose(log);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, world->delivery[0].json);
	alert = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(alert, "id")),
	    world->delivery[0].alert);
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(alert, "rules"), 0)),
	    "macron");
	json_decref(alert);
	free(text);
	world_answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->stats.deliver_delay.sum_us > 0);
	assert_int_equal(world->stats.alerts[ALERT_ITEM][0], 1);
	assert_string_equal(world->stats.entity[0], "macron");
}

/* At once, not with the next second. */
static void
the_courier_has_an_alert_before_the_desk(void **state)
{
	static const char *const titles[] = {
	    "Macron one", "Macron two", "Macron three", "Macron four"};
	struct world *world = *state;

	world_first_fetch(world);
	for (unsigned i = 0; i < 4; i++) {
		world_fetch(world, titles[i]);
		WAIT_FOR(world, world->alerts_at_desk == i + 1);
		world_turn(world);
		assert_int_equal(world->deliveries_len, i + 1);
	}
}

static void
an_item_without_a_tracked_name_is_kept_quietly(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	world_fetch(world, "Weather");
	WAIT_FOR(world, world->stats.items_new == 2);
	assert_int_equal(world->alerts_at_desk, 0);
	assert_int_equal(world_log_lines(world), 0);
}

static void
a_fetcher_that_answers_for_another_job_is_cut_off(void **state)
{
	struct world *world = *state;

	world_wait_for_job(world);
	world->job.job += 1000;
	world_send_item(world, "Macron forged", ITEM_NO_DATE);
	world->job.job = 0;
	WAIT_FOR(world, world->cut_off);
	WAIT_FOR(world, world->fetcher == NULL);
	world_connect_fetcher(world);
	world_first_fetch(world);
}

static void
a_courier_and_a_desk_are_cut_off_too(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	message_put_u64(peer_begin(world->courier, MESSAGE_DELIVERED), 1);
	peer_send(world->courier);
	WAIT_FOR(world, world->cut_off == ROLE_COURIER);
	WAIT_FOR(world, world->courier == NULL);
	message_put_u64(peer_begin(world->desk, MESSAGE_POLL), 1);
	peer_send(world->desk);
	WAIT_FOR(world, world->cut_off == ROLE_DESK);
}

static void
a_dirty_text_is_a_reason_too(void **state)
{
	struct world *world = *state;

	world_wait_for_job(world);
	world_send_item(world, "Macron \xe2\x80\xae reversed", ITEM_NO_DATE);
	WAIT_FOR(world, world->cut_off);
}

static void
an_answer_nobody_asked_for_does_no_harm(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	world->delivery[0].id = 77;
	world->deliveries_len = 1;
	world_answer(world, DELIVERY_OK);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
}

static void
a_new_courier_gets_what_the_old_one_held(void **state)
{
	struct world *world = *state;
	char alert[40];

	world_first_fetch(world);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
	strcpy(alert, world->delivery[0].alert);
	peer_free(world->courier);
	world->deliveries_len = 0;
	world->courier = world_connect_as(world, ROLE_COURIER);
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_string_equal(world->delivery[0].alert, alert);
}

static void
the_third_crash_over_a_feed_is_quarantine(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 3; i++) {
		world_wait_for_job(world);
		assert_int_equal(world->job.solo, i > 0);
		*world->bench = world->job.job;
		peer_free(world->fetcher);
		world->fetcher = NULL;
		world->job.job = 0;
		if (i < 2)
			world_connect_fetcher(world);
	}
	WAIT_FOR(
	    world, world->feed_state.state != NULL &&
		       strcmp(world->feed_state.state, "quarantined") == 0);
}

static void
a_crash_over_another_feed_accuses_nobody(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 5; i++) {
		world_wait_for_job(world);
		assert_false(world->job.solo);
		peer_free(world->fetcher);
		world->job.job = 0;
		world_connect_fetcher(world);
	}
	world_first_fetch(world);
}

static void
failures_show_and_end(void **state)
{
	struct world *world = *state;

	world_wait_for_job(world);
	world_send_done(world, FETCH_HTTP);
	WAIT_FOR(world, world->feed_state.failures == 1);
	assert_string_equal(world->feed_state.state, "failing");
	assert_string_equal(world->feed_state.error, "it broke");
	world_first_fetch(world);
	WAIT_FOR(world, world->feed_state.failures == 0);
	assert_string_equal(world->feed_state.state, "up");
}

/* Cut short while it waited for its host: nothing is known of it. */
static void
fetch_that_was_not_made_is_no_failure(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	WAIT_FOR(world, world->feed_state.last_success_at != 0);
	world_wait_for_job(world);
	world_send_done(world, FETCH_CANCELLED);
	world_wait_for_job(world);
	world_send_done(world, FETCH_HTTP);
	WAIT_FOR(world, world->feed_state.outcome == FETCH_HTTP);
	assert_int_equal(world->feed_state.failures, 1);
	assert_int_equal(world->feed_state.fetches, 2);
}

static void
ask_for_poll(struct world *world, const char *feed)
{
	struct buf *buf = peer_begin(world->desk, MESSAGE_POLL);
	unsigned before = world->polls;

	message_put_u64(buf, 5);
	message_put_str(buf, feed);
	peer_send(world->desk);
	WAIT_FOR(world, world->polls > before);
}

static void
a_poll_by_hand_is_answered(void **state)
{
	struct world *world = *state;

	ask_for_poll(world, "tass");
	assert_true(world->poll_ok);
	ask_for_poll(world, "nobody");
	assert_false(world->poll_ok);
}

static void
a_feed_that_is_gone_is_not_revived_by_another_error(void **state)
{
	struct world *world = *state;

	world->http_status = 410;
	world_wait_for_job(world);
	world_send_done(world, FETCH_HTTP);
	WAIT_FOR(world, world->feed_state.failures == 1);
	assert_string_equal(world->feed_state.health, "gone");
	assert_int_equal(world->feed_state.next_fetch_at, 0);
	world->http_status = 500;
	ask_for_poll(world, "tass");
	world_wait_for_job(world);
	world_send_done(world, FETCH_HTTP);
	WAIT_FOR(world, world->feed_state.failures == 2);
	assert_string_equal(world->feed_state.health, "gone");
	assert_int_equal(world->feed_state.next_fetch_at, 0);
	ask_for_poll(world, "tass");
	world_fetch(world, NULL);
	WAIT_FOR(world, world->feed_state.failures == 0);
	assert_string_equal(world->feed_state.health, "up");
	assert_true(world->feed_state.next_fetch_at > 0);
}

static void
a_stop_takes_in_what_is_under_way(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	world_wait_for_job(world);
	peer_begin(world->parent, MESSAGE_STOP);
	peer_send(world->parent);
	world_send_item(world, "Macron at the last moment", ITEM_NO_DATE);
	world_send_done(world, FETCH_OK);
	WAIT_FOR(world, world->deliveries_len == 1);
	world_answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->parent == NULL);
	waitpid(world->engine, NULL, 0);
	assert_int_equal(world_log_lines(world), 1);
	world_drop_peers(world);
	world->job.job = 0;
	world_start_engine(world);
	world_wait_for_job(world);
	assert_int_equal(world->job.seen_len, 2);
	assert_int_equal(world->deliveries_len, 0);
}

/* Words in common draw an item to what came before, but not from so far. */
static void
old_backlog_is_no_part_of_todays_story(void **state)
{
	struct world *world = *state;
	int64_t now = clock_now_us();

	world_wait_for_job(world);
	world_send_item(
	    world, "Macron opens the harbour bridge", now - 3600000000);
	world_send_item(world, "Macron opens the long harbour bridge",
	    now - 10 * 86400000000);
	world_send_item(world, "Macron opens the new harbour bridge",
	    now - 2 * 86400000000);
	world_send_done(world, FETCH_OK);
	WAIT_FOR(world, world->stats.items_new == 3);
	assert_int_equal(world->stats.stories, 2);
	world_stop(world);
	world_drop_peers(world);
	world->job.job = 0;
	world_start_engine(world);
	WAIT_FOR(world, world->deliveries_len == 1);
	world_fetch(world, "Macron opens the old harbour bridge");
	WAIT_FOR(world, world->deliveries_len == 2);
	assert_non_null(strstr(world->delivery[1].json, "\"items\":3"));
}

static void
once_polls_delivers_and_says_so(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	world_stop(world);
	world_drop_peers(world);
	world->job.job = 0;
	world->once = true;
	world_start_engine(world);
	world_wait_for_job(world);
	world_send_done(world, FETCH_CANCELLED); /* it is still to be asked */
	world_fetch(world, "Macron once");
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_false(world->finished);
	world_answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->finished);
	world_stop(world);
}

static void
a_reload_changes_feeds_and_rules(void **state)
{
	struct world *world = *state;
	char *text = xasprintf("%s%s", world_config_text,
	    "  - {id: second, type: log, path: second.jsonl}\n");
	char *second = xasprintf("%s/second.jsonl", world->folder);

	world_first_fetch(world);
	world_reload(world, text);
	world_fetch(world, "Macron after the reload");
	world_fetch(world, NULL); /* the next may have been under way before */
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_int_equal(access(second, F_OK), 0);
	free(text);
	free(second);
}

/* Its lines go on there: what the old file holds is not written again. */
static void
a_log_that_moves_has_no_line_twice(void **state)
{
	static const char moved[] = WORLD_CONFIG_HEAD
	    "sinks:\n"
	    "  - {id: log, type: log, path: moved.jsonl, types: [item]}\n";
	struct world *world = *state;

	world_first_fetch(world);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world_log_lines(world) == 1);
	world_reload(world, moved);
	free(world->log_path);
	world->log_path = xasprintf("%s/moved.jsonl", world->folder);
	world_fetch(world, "Macron sings");
	world_fetch(world, NULL); /* the next may have been under way before */
	WAIT_FOR(world, world->alerts_at_desk == 2);
	WAIT_FOR(world, world_log_lines(world) > 0);
	assert_int_equal(world_log_lines(world), 1);
}

/* ---- kills at random ---------------------------------------------------- */

#define KILL_ROUNDS 25

/* The feed "published" so many items; a fetch brings what the engine says it
 * has not seen. */
static void
serve_job(struct world *world, unsigned published)
{
	char title[40];

	for (unsigned n = 1; n <= published; n++) {
		bool known = false;

		snprintf(title, sizeof(title), "Macron %u", n);
		for (size_t i = 0; i < world->job.seen_len; i++)
			known |= world->job.seen[i].key == hash_str(0, title);
		if (!known)
			world_send_item(world, title, ITEM_NO_DATE);
	}
	world_send_done(world, FETCH_OK);
}

/* Fetches, publishes and delivers for a while, and is cut short. */
static void
live(struct world *world, unsigned *published, unsigned turns)
{
	while (turns-- > 0) {
		*published += rand() % 3 == 0;
		if (world->job.job != 0 && rand() % 2)
			serve_job(world, *published);
		if (world->deliveries_len > 0 && rand() % 2)
			world_answer(world, DELIVERY_OK);
		world_turn(world);
	}
}

/* Counts titles in the log; each alert is about the item of its number. */
static unsigned
titles_in_log(struct world *world, unsigned published)
{
	unsigned char *count = xcalloc(published + 1, 1);
	FILE *log = fopen(world->log_path, "r");
	unsigned n, titles = 0;
	char *line = NULL;
	size_t size = 0;

	while (log != NULL && getline(&line, &size, log) > 0) {
		const char *title = strstr(line, "\"title\":\"Macron ");

		assert_non_null(title);
		assert_int_equal(sscanf(title, "\"title\":\"Macron %u", &n), 1);
		assert_in_range(n, 1, published);
		assert_int_equal(count[n]++, 0);
		titles++;
	}
	if (log != NULL)
		fclose(log);
	free(line);
	free(count);
	return titles;
}

static unsigned
count_delivered(const struct world *world)
{
	unsigned n = 0;

	for (unsigned id = 1; id < SENT_MAX; id++)
		n += world->alert_of[id][0] != '\0';
	return n;
}

static void
settle(struct world *world, unsigned published)
{
	WAIT_FOR(world, world->job.job != 0);
	serve_job(world, published);
	WAIT_FOR(world, titles_in_log(world, published) == published);
	while (
	    count_delivered(world) < published || world->deliveries_len > 0) {
		WAIT_FOR(world, world->deliveries_len > 0);
		world_answer(world, DELIVERY_OK);
	}
}

/* Whatever moment kill -9 comes at: each item is told once in the log and at
 * least once, under one id, at the courier. */
static void
kills_at_random_lose_and_double_nothing(void **state)
{
	struct world *world = *state;
	unsigned published = 0;

	srand(9);
	WAIT_FOR(world, world->job.job != 0);
	world_send_done(world, FETCH_OK); /* the first fetch finds nothing */
	WAIT_FOR(world, world->feed_state.last_success_at != 0);
	for (int round = 0; round < KILL_ROUNDS; round++) {
		live(world, &published, (unsigned)rand() % 60);
		world_kill_engine(world);
		world_start_engine(world);
		WAIT_FOR(world, world->ready);
	}
	settle(world, published);
	print_message("# %d kills, %u items\n", KILL_ROUNDS, published);
	assert_true(published > 100);
	assert_int_equal(count_delivered(world), published);
}

int
main(void)
{
#define ENGINE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    ENGINE_TEST(the_first_fetch_is_quiet_but_for_fresh_items),
	    ENGINE_TEST(old_backlog_is_no_part_of_todays_story),
	    ENGINE_TEST(a_new_item_goes_to_log_courier_and_desk_alike),
	    ENGINE_TEST(the_courier_has_an_alert_before_the_desk),
	    ENGINE_TEST(an_item_without_a_tracked_name_is_kept_quietly),
	    ENGINE_TEST(a_fetcher_that_answers_for_another_job_is_cut_off),
	    ENGINE_TEST(a_courier_and_a_desk_are_cut_off_too),
	    ENGINE_TEST(a_dirty_text_is_a_reason_too),
	    ENGINE_TEST(an_answer_nobody_asked_for_does_no_harm),
	    ENGINE_TEST(a_new_courier_gets_what_the_old_one_held),
	    ENGINE_TEST(the_third_crash_over_a_feed_is_quarantine),
	    ENGINE_TEST(a_crash_over_another_feed_accuses_nobody),
	    ENGINE_TEST(failures_show_and_end),
	    ENGINE_TEST(fetch_that_was_not_made_is_no_failure),
	    ENGINE_TEST(a_poll_by_hand_is_answered),
	    ENGINE_TEST(a_feed_that_is_gone_is_not_revived_by_another_error),
	    ENGINE_TEST(a_stop_takes_in_what_is_under_way),
	    ENGINE_TEST(once_polls_delivers_and_says_so),
	    ENGINE_TEST(a_reload_changes_feeds_and_rules),
	    ENGINE_TEST(a_log_that_moves_has_no_line_twice),
	    ENGINE_TEST(kills_at_random_lose_and_double_nothing),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * daemon/engine/judge: what becomes of items that a feed shows again, and what
 * their alerts say of it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "frame/clock.h"
#include "tests/engine_world.h"

#define DAY_US 86400000000

static void
edit(struct world *world, const char *first, const char *title)
{
	world_wait_for_job(world);
	world_send_edit(world, first, 2, title);
	world_send_done(world, FETCH_OK);
}

static void
assert_alert_says(struct world *world, const char *text)
{
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_non_null(strstr(world->delivery[0].json, text));
}

/* Rules that do not ask for edits are not of its level, either. */
static void
an_edit_of_an_untold_item_is_told_by_rules_that_ask(void **state)
{
	static const char with_edits[] = WORLD_CONFIG_HEAD
	    "rules:\n"
	    "  - {id: watch, entities: [macron], level: urgent, edits: true}\n"
	    "  - {id: also, entities: [macron], edits: true}\n"
	    "  - {id: loud, entities: [macron], level: flash}\n"
	    "sinks:\n"
	    "  - {id: hook, type: webhook, url: 'http://127.0.0.1/',\n"
	    "     types: [item]}\n";
	struct world *world = *state;

	world_first_fetch(world);
	world_reload(world, with_edits);
	edit(world, "Macron was here before", "Macron was there before");
	assert_alert_says(
	    world, "\"level\":\"urgent\",\"rules\":[\"watch\",\"also\"]");
}

static void
another_text_under_an_id_is_another_item(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	world_fetch(world, "Rain and fog in Lille");
	edit(world, "Rain and fog in Lille", "Macron opens a long bridge");
	assert_alert_says(
	    world, ", another text under an id or link seen before");
}

static void
other_markup_of_a_text_is_known_from_then_on(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	edit(world, "Macron was here before", "Macron was here before");
	world_wait_for_job(world);
	assert_int_equal(world->job.seen_len, 2);
	world_stop(world);
	world_drop_peers(world);
	world->job.job = 0;
	world_start_engine(world);
	world_wait_for_job(world);
	assert_int_equal(world->job.seen_len, 2);
}

static void
a_date_to_come_is_told_as_the_present(void **state)
{
	struct world *world = *state;
	const char *published, *matched;
	json_t *alert;

	world_first_fetch(world);
	world_wait_for_job(world);
	world_send_item(world, "Macron of tomorrow", clock_now_us() + DAY_US);
	world_send_done(world, FETCH_OK);
	WAIT_FOR(world, world->deliveries_len == 1);
	alert = json_loads(world->delivery[0].json, 0, NULL);
	assert_int_equal(json_unpack(alert, "{s:{s:s, s:s}}", "times",
			     "published", &published, "matched", &matched),
	    0);
	assert_true(strcmp(published, matched) <= 0);
	json_decref(alert);
}

int
main(void)
{
#define JUDGE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    JUDGE_TEST(an_edit_of_an_untold_item_is_told_by_rules_that_ask),
	    JUDGE_TEST(another_text_under_an_id_is_another_item),
	    JUDGE_TEST(other_markup_of_a_text_is_known_from_then_on),
	    JUDGE_TEST(a_date_to_come_is_told_as_the_present),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The engine while its disk is full or fails: it tells nobody anything that is
 * not on the disk, and all of it once it is.
 */
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/commit.h"
#include "frame/clock.h"
#include "frame/peer.h"
#include "tests/engine_world.h"
#include "tests/fault_vfs.h"

#define ALWAYS 1000000
#define POLLS 30

static void
break_disk(int code)
{
	fault_vfs_set(FAULT_WRITE, 1, ALWAYS, code);
}

static void
mend_disk(void)
{
	fault_vfs_set(FAULT_WRITE, 0, 0, 0);
}

static void
assert_told(struct world *world, unsigned alerts)
{
	assert_int_equal(world_log_lines(world), alerts);
	assert_int_equal(world->deliveries_len, alerts);
	assert_int_equal(world->alerts_at_desk, alerts);
}

static void
wait_until_told(struct world *world, unsigned alerts)
{
	WAIT_FOR(world, world_log_lines(world) >= alerts);
	WAIT_FOR(world, world->deliveries_len >= alerts);
	WAIT_FOR(world, world->alerts_at_desk >= alerts);
	assert_told(world, alerts);
}

/* However much comes meanwhile, a disk that fails is tried once a second. */
static void
a_full_disk_delays_but_loses_nothing(void **state)
{
	struct world *world = *state;
	int64_t begun_ms = clock_monotonic_ms();
	uint64_t tries_max;

	world_first_fetch(world);
	break_disk(SQLITE_FULL);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->stats.commit_errors > 0);
	assert_int_equal(world->stats.store_ok, 0);
	world_fetch(world, "Macron sings");
	for (int i = 0; i < POLLS; i++)
		world_fetch(world, NULL);
	WAIT_FOR(world, world->stats.commit_errors > 2);
	tries_max =
	    (uint64_t)(clock_monotonic_ms() - begun_ms) / COMMIT_RETRY_MS + 1;
	assert_in_range(world->stats.commit_errors, 3, tries_max);
	assert_told(world, 0);
	mend_disk();
	wait_until_told(world, 2);
	WAIT_FOR(world, world->stats.store_ok == 1);
	world_fetch(world, "Macron dances");
	wait_until_told(world, 3);
}

/* What waits for the disk counts as told, and has its story. */
static void
an_item_that_changes_meanwhile_is_told_as_an_edit(void **state)
{
	static const char with_edits[] = WORLD_CONFIG_HEAD
	    "rules:\n"
	    "  - {id: watch, entities: [macron], edits: true}\n"
	    "sinks:\n"
	    "  - {id: hook, type: webhook, url: 'http://127.0.0.1/',\n"
	    "     types: [item, story.edited]}\n";
	static const char *const types[] = {
	    "item", "story.edited", "story.edited"};
	static const char *const first = "Macron mourns 12 people";
	struct world *world = *state;
	const char *story;

	world_first_fetch(world);
	world_reload(world, with_edits);
	break_disk(SQLITE_FULL);
	world_fetch(world, first);
	world_wait_for_job(world);
	world_send_edit(world, first, 2, "Macron mourns 15 people");
	world_send_done(world, FETCH_OK);
	world_wait_for_job(world);
	world_send_edit(world, first, 3, "Macron mourns 17 people");
	world_send_done(world, FETCH_OK);
	WAIT_FOR(world, world->stats.items_edited == 2);
	mend_disk();
	WAIT_FOR(world, world->deliveries_len == 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_string_equal(world->delivery[i].type, types[i]);
		story = strstr(world->delivery[i].json, "\"story\":{\"id\":");
		assert_non_null(story);
	}
}

static void
send_long_item(struct world *world, unsigned number)
{
	struct item_message message = {.job = world->job.job};

	item_init(&message.item);
	free(message.item.content);
	message.item.content = xcalloc(1, ITEM_FIELD_MAX + 1);
	memset(message.item.content, 'x', ITEM_FIELD_MAX);
	message.item.key = number;
	message.item.revision = 1;
	item_message_put(peer_begin(world->fetcher, MESSAGE_ITEM), &message);
	peer_send(world->fetcher);
	item_message_clear(&message);
}

static void
a_disk_that_stays_full_halts_the_polls(void **state)
{
	struct world *world = *state;
	uint64_t errors;
	unsigned jobs;

	world_first_fetch(world);
	break_disk(SQLITE_FULL);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->stats.commit_errors > 0);
	world_wait_for_job(world);
	for (unsigned i = 0; i <= COMMIT_HELD_BYTES / ITEM_FIELD_MAX; i++)
		send_long_item(world, i + 1);
	world_send_done(world, FETCH_OK);
	errors = world->stats.commit_errors;
	WAIT_FOR(world, world->stats.commit_errors > errors + 1);
	jobs = world->jobs;
	errors = world->stats.commit_errors;
	WAIT_FOR(world, world->stats.commit_errors > errors + 1);
	assert_int_equal(world->jobs, jobs);
	mend_disk();
	wait_until_told(world, 1);
	world_fetch(world, "Macron sings");
	wait_until_told(world, 2);
}

static void
a_damaged_store_ends_the_engine_untold(void **state)
{
	struct world *world = *state;

	world_first_fetch(world);
	break_disk(SQLITE_CORRUPT);
	world_fetch(world, "Macron speaks");
	WAIT_FOR(world, world->parent == NULL);
	assert_told(world, 0);
	mend_disk();
	world_kill_engine(world);
	world_start_engine(world);
	WAIT_FOR(world, world->ready);
	world_fetch(world, "Macron speaks");
	wait_until_told(world, 1);
}

static int
set_up(void **state)
{
	mend_disk();
	return world_set_up(state);
}

int
main(void)
{
#define COMMIT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    COMMIT_TEST(a_full_disk_delays_but_loses_nothing),
	    COMMIT_TEST(an_item_that_changes_meanwhile_is_told_as_an_edit),
	    COMMIT_TEST(a_disk_that_stays_full_halts_the_polls),
	    COMMIT_TEST(a_damaged_store_ends_the_engine_untold),
	};

	signal(SIGPIPE, SIG_IGN);
	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

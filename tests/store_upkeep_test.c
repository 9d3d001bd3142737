/*
 * daemon/store: the search index, old rows, the write-ahead log.
 */
#include <sys/stat.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "frame/job.h"
#include "store/db.h"
#include "store/store_db.h"
#include "tests/store_fixture.h"

static void
commit(struct store_fixture *f)
{
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
}

static void
add_alerts(struct store_fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		fixture_add_alert(f->store, f->batch,
		    fixture_add_item(f->store, f->batch, "Macron said"));
	commit(f);
}

static int64_t
number(struct store_fixture *f, const char *sql)
{
	return db_number(f->store->db, -1, sql, "");
}

/* The search index holds what the items say, and commits are synced. */
static void
assert_kept_up(struct store_fixture *f)
{
	assert_int_equal(
	    db_exec(f->store->db, "INSERT INTO items_text (items_text, rank)"
				  " VALUES ('integrity-check', 1)"),
	    0);
	assert_int_equal(number(f, "PRAGMA synchronous"), 2);
}

static void
the_search_index_has_each_item_once(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 5);
	assert_true(store_index_step(f->store, 2));
	assert_true(store_index_step(f->store, 2));
	assert_false(store_index_step(f->store, 2));
	assert_false(store_index_step(f->store, 2));
	assert_int_equal(
	    number(f, "SELECT count(*) FROM items_text('said')"), 5);
	assert_kept_up(f);
}

/* What it cannot finish comes again. */
static void
a_step_that_fails_is_undone(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 5);
	db_exec(f->store->db,
	    "CREATE TRIGGER broken BEFORE UPDATE ON facts BEGIN"
	    " SELECT raise(FAIL, 'broken'); END");
	assert_false(store_index_step(f->store, 5));
	assert_string_not_equal(store_error(f->store), "");
	db_exec(f->store->db, "DROP TRIGGER broken");
	assert_int_equal(
	    number(f, "SELECT count(*) FROM items_text('said')"), 0);
	assert_true(store_index_step(f->store, 5));
	assert_kept_up(f);
}

static void
keys_that_a_feed_shows_are_kept_whatever_their_age(void **state)
{
	struct store_fixture *f = *state;

	commit(f);
	db_exec(f->store->db,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    "  WHERE i < 5000) INSERT INTO seen (feed, key, revision, seen_at)"
	    " SELECT 1, i, 1, i FROM n UNION ALL SELECT 2, i, 1, i FROM n");
	store_trim_seen(f->store, 1, 500); /* older than that */
	assert_int_equal(
	    number(f, "SELECT min(seen_at) FROM seen WHERE feed = 1"), 500);
	store_trim_seen(f->store, 1, 5000); /* not among the newest */
	assert_int_equal(
	    number(f, "SELECT min(seen_at) FROM seen WHERE feed = 1"),
	    5000 - JOB_SEEN_MAX);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM seen WHERE feed = 2"), 5000);
}

static void
a_long_log_is_copied_and_begun_anew(void **state)
{
	struct store_fixture *f = *state;
	struct stat before, after;

	add_alerts(f, 500);
	assert_false(store_checkpoint(f->store)); /* it is short */
	assert_int_equal(stat(f->path, &before), 0);
	f->store->wal_pages = 4096;
	assert_true(store_checkpoint(f->store));
	while (store_checkpoint(f->store))
		sched_yield();
	assert_int_equal(stat(f->path, &after), 0);
	assert_true(after.st_size > before.st_size);
	assert_int_equal(f->store->wal_pages, 0);
	assert_false(store_checkpoint(f->store));
	add_alerts(f, 1);
	assert_in_range(f->store->wal_pages, 1, 40);
	f->store->wal_pages = 4096;
	assert_true(store_checkpoint(f->store)); /* and again */
}

static void
purge_takes_what_is_old_and_told(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};

	add_alerts(f, 10);
	store_index_step(f->store, 100);
	strings_add(&sinks, "hook");
	while (fixture_purge(f->store, 10000, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM alerts"),
	    10); /* they wait for hook */
	for (uint64_t i = 0; i < 5; i++) {
		struct delivery_record done = {
		    .id = i * 2 + 1, .state = DELIVERY_DONE, .done_at = 4000};

		batch_add_delivery(f->batch, &done);
	}
	commit(f);
	while (fixture_purge(f->store, 2000, &sinks, 3))
		;
	assert_int_equal(
	    number(f, "SELECT count(*) FROM alerts"), 10); /* young still */
	while (fixture_purge(f->store, 3000, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM alerts"),
	    10); /* made at that time */
	while (fixture_purge(f->store, 10000, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM alerts"), 5);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM items_text('said')"), 5);
	assert_int_equal(number(f, "SELECT count(*) FROM items"), 5);
	assert_kept_up(f);
	strings_clear(&sinks); /* what waits for a sink that is gone goes */
	while (fixture_purge(f->store, 10000, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM alerts"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM items"), 0);
}

static unsigned
count_purges(struct store_fixture *f, int64_t before_at,
    const struct strings *sinks, unsigned limit)
{
	unsigned steps = 0;

	while (fixture_purge(f->store, before_at, sinks, limit) && steps < 100)
		steps++;
	return steps;
}

/* The one table is not begun again while the other is still gone through. */
static void
purge_looks_at_each_row_once(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};

	strings_add(&sinks, "hook");
	add_alerts(f, 2); /* old, but waiting */
	for (int i = 0; i < 4; i++)
		fixture_add_item(f->store, f->batch, "Macron said");
	commit(f);
	assert_int_equal(count_purges(f, 10000, &sinks, 1), 6);
	assert_int_equal(number(f, "SELECT count(*) FROM items"), 2);
	add_alerts(f, 5); /* more of them than of items */
	db_exec(f->store->db, "UPDATE items SET seen_at = 9000 WHERE id > 2");
	assert_int_equal(count_purges(f, 8000, &sinks, 1), 7);
	strings_clear(&sinks);
}

/* Items that nothing is told of go by their age, indexed or not. */
static void
purge_takes_old_items(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};

	for (int i = 0; i < 4; i++)
		fixture_add_item(f->store, f->batch, "Macron said");
	commit(f);
	store_index_step(f->store, 2);
	while (fixture_purge(f->store, 2000, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM items"), 4);
	while (fixture_purge(f->store, 2001, &sinks, 3))
		;
	assert_int_equal(number(f, "SELECT count(*) FROM items"), 0);
	assert_kept_up(f);
}

int
main(void)
{
#define UPKEEP_TEST(name)                \
	cmocka_unit_test_setup_teardown( \
	    name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    UPKEEP_TEST(the_search_index_has_each_item_once),
	    UPKEEP_TEST(a_step_that_fails_is_undone),
	    UPKEEP_TEST(keys_that_a_feed_shows_are_kept_whatever_their_age),
	    UPKEEP_TEST(a_long_log_is_copied_and_begun_anew),
	    UPKEEP_TEST(purge_takes_what_is_old_and_told),
	    UPKEEP_TEST(purge_looks_at_each_row_once),
	    UPKEEP_TEST(purge_takes_old_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * daemon/store under a disk that is full or fails: whatever call it is that
 * fails, what was acknowledged is there, once, and nothing else is.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/store_db.h"
#include "tests/fault_vfs.h"
#include "tests/store_fixture.h"

#define COMMITS 4
#define ALERTS 5 /* in each commit */
#define TRIES_MAX 20

struct run {
	enum fault_call call;
	int code;
	int times;
};

static void
fill_batch(struct store *store, struct batch *batch, int commit)
{
	if (commit == 0)
		fixture_add_feed(batch, 1);
	for (int i = 0; i < ALERTS; i++)
		fixture_add_alert(
		    store, batch, fixture_add_item(store, batch, "Macron"));
}

/* Commits until it succeeds; how often that failed. As in the engine, the
 * store is read meanwhile, and the batch grows. */
static int
commit(struct store *store, struct batch *batch)
{
	size_t rows = batch_rows(batch);
	int failures = 0;
	enum store_result result;

	while ((result = store_commit(store, batch)) != STORE_OK) {
		assert_true(result == STORE_FULL || result == STORE_IO);
		assert_string_not_equal(store_error(store), "");
		assert_int_equal(batch_rows(batch), rows);
		assert_in_range(++failures, 1, TRIES_MAX);
		if (failures % 2 == 0)
			store_has_alert(store, 1);
		fixture_add_alert(store, batch, 0);
		rows = batch_rows(batch);
	}
	assert_int_equal(batch_rows(batch), 0);
	return failures;
}

static void
on_alert(void *arg, uint64_t seq, const char *json)
{
	uint64_t *next = arg;

	assert_int_equal(seq, (*next)++);
}

static void
assert_all_there(const char *path, uint64_t alerts)
{
	char *error;
	struct store_reader *reader = store_reader_open(path, &error);
	struct store_filter filter = {
	    .limit = 1000, .after = 0, .oldest_first = true};
	uint64_t next = 1;

	assert_non_null(reader);
	assert_int_equal(
	    store_query_alerts(reader, &filter, on_alert, &next), 0);
	assert_int_equal(next, alerts + 1);
	store_reader_close(reader);
}

static void
assert_sound(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *check;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &check, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(check), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(check, 0), "ok");
	sqlite3_finalize(check);
	sqlite3_close(db);
}

/* One life of a store whose nth call fails; false: it never came to that. */
static bool
live_with_fault(const struct run *run, int nth)
{
	char *folder = fixture_folder(), *path = fixture_path(folder);
	struct store *store = fixture_open(path);
	struct batch *batch = batch_new();
	bool reached;
	int failures = 0;
	uint64_t alerts;

	fill_batch(store, batch, 0);
	commit(store, batch);
	store_close(store); /* what is counted goes on from here */
	store = fixture_open(path);
	fault_vfs_set(run->call, nth, run->times, run->code);
	for (int i = 1; i <= COMMITS; i++) {
		fill_batch(store, batch, i);
		failures += commit(store, batch);
	}
	reached = fault_vfs_calls(run->call) >= nth;
	assert_int_equal(failures > 0, reached);
	fault_vfs_set(run->call, 0, 0, 0);
	store->wal_pages = 0;
	fill_batch(store, batch, COMMITS + 1);
	commit(store, batch);
	assert_true(store->wal_pages > 0); /* its log is watched still */
	alerts = store_last_seq(store);
	batch_free(batch);
	store_close(store);
	assert_all_there(path, alerts);
	store = fixture_open(path);
	assert_int_equal(store_last_seq(store), alerts);
	store_close(store);
	assert_sound(path);
	free(path);
	fixture_remove(folder);
	return reached;
}

/* Faults of 1, 1 + step, ... up to 6 calls on end. */
static void
run_all(enum fault_call call, int code, int step)
{
	struct run run = {.call = call, .code = code};
	int faults = 0;

	for (run.times = 1; run.times <= 6; run.times += step)
		for (int nth = 1; live_with_fault(&run, nth); nth++)
			faults++;
	print_message("# %d faults\n", faults);
	assert_true(faults >= 2 * COMMITS);
}

static void
a_full_disk_delays_but_loses_nothing(void **state)
{
	run_all(FAULT_WRITE, SQLITE_FULL, 3);
}

static void
a_failing_write_delays_but_loses_nothing(void **state)
{
	run_all(FAULT_WRITE, SQLITE_IOERR_WRITE, 3);
}

static void
a_failing_sync_delays_but_loses_nothing(void **state)
{
	run_all(FAULT_SYNC, SQLITE_IOERR_FSYNC, 1);
}

static void
a_disk_that_stays_broken_acknowledges_nothing(void **state)
{
	char *folder = fixture_folder(), *path = fixture_path(folder);
	struct store *store = fixture_open(path);
	struct batch *batch = batch_new();

	fill_batch(store, batch, 0);
	commit(store, batch);
	fault_vfs_set(FAULT_SYNC, 1, 1000, SQLITE_IOERR_FSYNC);
	fill_batch(store, batch, 1);
	for (int i = 0; i < TRIES_MAX; i++)
		assert_int_equal(store_commit(store, batch), STORE_IO);
	fault_vfs_set(FAULT_SYNC, 0, 0, 0);
	assert_int_equal(commit(store, batch), 0);
	batch_free(batch);
	store_close(store);
	assert_all_there(path, 2 * ALERTS);
	free(path);
	fixture_remove(folder);
}

/* An update needs as much room again; half a copy takes it from others. */
static void
an_update_without_room_leaves_no_half_copy(void **state)
{
	char *folder = fixture_folder(), *path = fixture_path(folder);
	char *copy = xasprintf("%s.v%d", path, schema_version() - 1);
	char *sql = xasprintf("PRAGMA user_version = %d", schema_version() - 1);
	struct store *store = fixture_open(path);
	char *warning, *error;

	assert_int_equal(db_exec(store->db, sql), 0);
	store_close(store);
	fault_vfs_set(FAULT_WRITE, 3, TRIES_MAX, SQLITE_FULL);
	assert_null(store_open(path, &warning, &error));
	assert_true(fault_vfs_calls(FAULT_WRITE) >= 3);
	fault_vfs_set(FAULT_WRITE, 0, 0, 0);
	assert_null(warning);
	assert_non_null(strstr(error, "full (13); make room"));
	assert_int_equal(access(copy, F_OK), -1);
	free(error);
	free(sql);
	free(copy);
	free(path);
	fixture_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_full_disk_delays_but_loses_nothing),
	    cmocka_unit_test(a_failing_write_delays_but_loses_nothing),
	    cmocka_unit_test(a_failing_sync_delays_but_loses_nothing),
	    cmocka_unit_test(a_disk_that_stays_broken_acknowledges_nothing),
	    cmocka_unit_test(an_update_without_room_leaves_no_half_copy),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

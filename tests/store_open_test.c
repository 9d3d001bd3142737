/*
 * daemon/store: opening, and what is set aside.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/reader.h"
#include "tests/store_fixture.h"

static void
reopen(struct store_fixture *f)
{
	store_close(f->store);
	f->store = fixture_open(f->path);
}

static void
add_alerts(struct store_fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		fixture_add_alert(f->store, f->batch,
		    fixture_add_item(f->store, f->batch, "Macron"));
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
}

static void
numbers_go_on_after_a_restart(void **state)
{
	struct store_fixture *f = *state;
	char name[16];

	add_alerts(f, 3);
	snprintf(name, sizeof(name), "%s", store_name(f->store));
	assert_int_equal(strlen(name), 8);
	/* Not committed, so given out again. */
	assert_int_equal(store_next_seq(f->store), 4);
	reopen(f);
	assert_string_equal(store_name(f->store), name);
	assert_int_equal(store_last_seq(f->store), 3);
	assert_int_equal(store_next_seq(f->store), 4);
	assert_int_equal(store_next_item(f->store), 4);
	store_skip_seq(f->store, 100);
	assert_int_equal(store_next_seq(f->store), 101);
}

/* Whatever was purged: stories and keys name items by their numbers. */
static void
no_number_is_given_out_twice(void **state)
{
	struct store_fixture *f = *state;
	struct strings sinks = {0};

	add_alerts(f, 3);
	while (store_purge_step(
	    f->store, &(struct store_purge){20000, 10000, &sinks, 100}))
		;
	reopen(f);
	assert_int_equal(store_next_seq(f->store), 4);
	assert_int_equal(store_next_item(f->store), 4);
}

static void
a_second_process_is_refused_by_name(void **state)
{
	struct store_fixture *f = *state;
	char *warning, *error, pid[24];

	assert_null(store_open(f->path, &warning, &error));
	snprintf(pid, sizeof(pid), "process %d", (int)getpid());
	assert_non_null(strstr(error, pid));
	assert_non_null(strstr(error, "held by another wirewatchd"));
	free(error);
}

static void
a_newer_store_is_refused_and_left_alone(void **state)
{
	struct store_fixture *f = *state;
	char *warning, *error;
	struct db *db;

	store_close(f->store);
	f->store = NULL;
	db = db_open(f->path, DB_WRITE, &error);
	assert_int_equal(db_exec(db, "PRAGMA user_version = 99"), 0);
	db_close(db);
	assert_null(store_open(f->path, &warning, &error));
	assert_null(warning);
	assert_non_null(strstr(error, "newer wirewatch (version 99"));
	free(error);
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
overwrite(const char *path, off_t at, size_t len)
{
	int fd = open(path, O_WRONLY);
	char *junk = xmalloc(len);

	memset(junk, 0xa5, len);
	assert_int_equal(pwrite(fd, junk, len, at), len);
	free(junk);
	close(fd);
}

static size_t
count_set_aside(const struct store_fixture *f)
{
	char *pattern = xasprintf("%s.damaged-*Z", f->path);
	glob_t found;
	size_t n;

	n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	free(pattern);
	return n;
}

static void
open_damaged(struct store_fixture *f)
{
	char *warning, *error;

	f->store = store_open(f->path, &warning, &error);
	assert_non_null(f->store);
	assert_non_null(warning);
	assert_non_null(strstr(warning, "DAMAGED"));
	free(warning);
	assert_int_equal(count_set_aside(f), 1);
	assert_int_equal(store_last_seq(f->store), 0);
}

static void
a_store_that_is_no_database_is_set_aside(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 3);
	store_close(f->store);
	overwrite(f->path, 0, 8192);
	open_damaged(f);
	fixture_add_feed(f->batch, 1);
	add_alerts(f, 1);
}

static void
a_store_with_a_bad_page_is_set_aside(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 300);
	store_close(f->store);
	overwrite(f->path, 8 * 4096, 12 * 4096);
	open_damaged(f);
}

/* Its first page is a database's, its tables are none. */
static void
a_store_with_a_bad_schema_is_set_aside(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 3);
	store_close(f->store);
	overwrite(f->path, 100, 3000);
	open_damaged(f);
}

static void
what_cannot_be_opened_is_no_damaged_store(void **state)
{
	struct store_fixture *f = *state;
	char *warning, *error;

	store_close(f->store);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	f->store = store_open(f->path, &warning, &error);
	assert_null(f->store);
	assert_null(warning);
	assert_non_null(strstr(error, "unable to open"));
	free(error);
	assert_int_equal(count_set_aside(f), 0);
}

static void
copy_store(const struct store_fixture *f, const char *path)
{
	char *sql = xasprintf("VACUUM INTO '%s'", path), *error;
	struct db *db = db_open(f->path, DB_READ_ONLY, &error);

	assert_int_equal(db_exec(db, sql), 0);
	db_close(db);
	free(sql);
}

static void
a_store_that_was_removed_is_told(void **state)
{
	struct store_fixture *f = *state;

	add_alerts(f, 3);
	assert_false(store_is_moved(f->store));
	assert_int_equal(unlink(f->path), 0);
	assert_true(store_is_moved(f->store));
	store_leave(f->store);
	reopen(f);
	assert_int_equal(store_last_seq(f->store), 0);
	assert_false(store_is_moved(f->store));
}

/* The write-ahead log that stays behind is that of another store, also while a
 * reader has it open. */
static void
a_store_that_was_replaced_is_taken_as_it_is(void **state)
{
	struct store_fixture *f = *state;
	char *backup = xasprintf("%s.backup", f->path), *error;
	struct store_reader *reader;

	add_alerts(f, 3);
	copy_store(f, backup);
	add_alerts(f, 300);
	reader = store_reader_open(f->path, &error);
	assert_non_null(reader);
	assert_int_equal(rename(backup, f->path), 0);
	assert_true(store_is_moved(f->store));
	assert_true(store_reader_is_moved(reader));
	store_leave(f->store);
	reopen(f);
	assert_int_equal(store_last_seq(f->store), 3);
	assert_int_equal(count_set_aside(f), 0);
	add_alerts(f, 300);
	reopen(f);
	assert_int_equal(store_last_seq(f->store), 303);
	store_reader_close(reader);
	free(backup);
}

/* SQLite would open it to be read, and the daemon call itself ready. */
static void
a_store_that_cannot_be_written_is_refused(void **state)
{
	struct store_fixture *f = *state;
	char *lock = xasprintf("%s.lock", f->path);
	char *folder = xstrdup(f->path);
	char *warning, *error;
	bool is_root = geteuid() == 0;

	store_close(f->store);
	assert_int_equal(chmod(dirname(folder), 0777), 0);
	assert_int_equal(chmod(lock, 0666), 0);
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_false(is_root && seteuid(65534) == -1);
	f->store = store_open(f->path, &warning, &error);
	assert_false(is_root && seteuid(0) == -1);
	assert_null(f->store);
	assert_null(warning);
	assert_non_null(strstr(error, "readonly database (8); the user that"));
	free(error);
	free(folder);
	free(lock);
}

static void
a_lock_of_somebody_else_is_told_with_what_to_do(void **state)
{
	struct store_fixture *f = *state;
	char *folder = xstrdup(f->path), *lock = xasprintf("%s.lock", f->path);
	char *warning, *error;
	bool is_root = geteuid() == 0;

	store_close(f->store);
	assert_int_equal(chmod(dirname(folder), 0755), 0);
	assert_int_equal(chmod(lock, 0400), 0);
	assert_false(is_root && seteuid(65534) == -1);
	f->store = store_open(f->path, &warning, &error);
	assert_false(is_root && seteuid(0) == -1);
	assert_null(f->store);
	assert_non_null(strstr(error, ".lock: Permission denied; the user"));
	free(error);
	free(folder);
	free(lock);
}

/* It is what there is of the news: no other one is begun in its place. */
static void
a_damaged_store_that_cannot_be_set_aside_is_refused(void **state)
{
	struct store_fixture *f = *state;
	char *folder = xstrdup(f->path), *lock = xasprintf("%s.lock", f->path);
	char *warning, *error;
	bool is_root = geteuid() == 0;

	add_alerts(f, 3);
	store_close(f->store);
	overwrite(f->path, 0, 8192);
	assert_int_equal(chmod(f->path, 0666), 0);
	assert_int_equal(chmod(lock, 0666), 0);
	assert_int_equal(chmod(dirname(folder), 0555), 0);
	assert_false(is_root && seteuid(65534) == -1);
	f->store = store_open(f->path, &warning, &error);
	assert_false(is_root && seteuid(0) == -1);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_null(f->store);
	assert_null(warning);
	assert_non_null(strstr(error, "damaged, and cannot be set aside: "));
	assert_int_equal(count_set_aside(f), 0);
	free(error);
	free(folder);
	free(lock);
}

static void
run(sqlite3 *handle, const char *sql)
{
	assert_int_equal(
	    sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Somebody's shell writes, and another one goes on reading what was before. */
static void
a_store_that_another_program_holds_is_only_late(void **state)
{
	struct store_fixture *f = *state;
	sqlite3 *reader, *writer;

	add_alerts(f, 1);
	assert_int_equal(sqlite3_open(f->path, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_open(f->path, &writer), SQLITE_OK);
	run(reader, "BEGIN; SELECT count(*) FROM items");
	add_alerts(f, 1);
	run(writer, "BEGIN IMMEDIATE");
	fixture_add_alert(f->store, f->batch, 0);
	assert_int_equal(store_commit(f->store, f->batch), STORE_BUSY);
	assert_non_null(strstr(store_error(f->store), "another program"));
	run(writer, "ROLLBACK");
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	sqlite3_close(writer);
	sqlite3_close(reader);
	reopen(f);
	assert_int_equal(store_last_seq(f->store), 3);
}

static void
a_folder_that_cannot_be_written_is_an_error(void **state)
{
	char *warning, *error;

	assert_null(store_open("/nonexistent/x.db", &warning, &error));
	assert_non_null(strstr(error, "/nonexistent/x.db.lock: No such file"));
	assert_non_null(strstr(error, "there is no state folder"));
	free(error);
}

int
main(void)
{
#define OPEN_TEST(name)                  \
	cmocka_unit_test_setup_teardown( \
	    name, store_fixture_set_up, store_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    OPEN_TEST(numbers_go_on_after_a_restart),
	    OPEN_TEST(no_number_is_given_out_twice),
	    OPEN_TEST(a_second_process_is_refused_by_name),
	    OPEN_TEST(a_newer_store_is_refused_and_left_alone),
	    OPEN_TEST(a_store_that_is_no_database_is_set_aside),
	    OPEN_TEST(a_store_with_a_bad_page_is_set_aside),
	    OPEN_TEST(a_store_with_a_bad_schema_is_set_aside),
	    OPEN_TEST(what_cannot_be_opened_is_no_damaged_store),
	    OPEN_TEST(a_store_that_was_removed_is_told),
	    OPEN_TEST(a_store_that_was_replaced_is_taken_as_it_is),
	    OPEN_TEST(a_store_that_cannot_be_written_is_refused),
	    OPEN_TEST(a_lock_of_somebody_else_is_told_with_what_to_do),
	    OPEN_TEST(a_damaged_store_that_cannot_be_set_aside_is_refused),
	    OPEN_TEST(a_store_that_another_program_holds_is_only_late),
	    cmocka_unit_test(a_folder_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

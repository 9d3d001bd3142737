/*
 * Opening and closing the store, commits. Runs in the engine, which is the
 * only process that writes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/apply.h"
#include "store/batch_op.h"
#include "store/checkpoint.h"
#include "store/db.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/store_db.h"

#define CHECK_MAX_S 15     /* quick_check is broken off then */
#define CHECK_STEPS 100000 /* virtual machine steps between looks */

static int
on_check_progress(void *deadline)
{
	return time(NULL) > *(time_t *)deadline;
}

/* 1: sound, or too large to be checked in time; 0: damaged. */
static int
check(struct db *db)
{
	time_t deadline = time(NULL) + CHECK_MAX_S;
	sqlite3_stmt *result;
	int sound = 1;

	sqlite3_progress_handler(
	    db_handle(db), CHECK_STEPS, on_check_progress, &deadline);
	result = db_bind(db, "PRAGMA quick_check(1)", "");
	if (db_step(db, result)) {
		sound = strcmp(db_text(result, 0), "ok") == 0;
		db_stop(result);
	} else {
		sound = db_result(db) != STORE_DAMAGED;
	}
	sqlite3_progress_handler(db_handle(db), 0, NULL, NULL);
	db_clear_result(db);
	return sound;
}

/* Renames the three files of a store; the date keeps one set from the next. */
static int
set_aside(const char *path, char **warning, char **error)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char date[32];
	time_t now = time(NULL);
	struct tm tm;
	int failed = 0;

	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	for (size_t i = 0; i < 3; i++) {
		char *from = xasprintf("%s%s", path, suffixes[i]);
		char *to =
		    xasprintf("%s.damaged-%s%s", path, date, suffixes[i]);

		if (rename(from, to) == -1 && errno != ENOENT)
			failed = errno;
		free(from);
		free(to);
	}
	if (failed != 0) {
		*error = xasprintf("%s: damaged, and cannot be set aside: %s",
		    path, strerror(failed));
		return -1;
	}
	*warning = xasprintf("%s: DAMAGED: set aside as %s.damaged-%s, a new "
			     "store is begun: known items and waiting "
			     "deliveries are lost from view",
	    path, path, date);
	return 0;
}

/* Whether a store that could not be opened is a damaged one. */
static bool
is_damaged(const char *path)
{
	sqlite3 *handle = NULL;
	bool damaged;

	sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL);
	sqlite3_exec(
	    handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	damaged = sqlite3_errcode(handle) == SQLITE_NOTADB ||
		  sqlite3_errcode(handle) == SQLITE_CORRUPT;
	sqlite3_close(handle);
	return damaged;
}

static int
on_wal(void *arg, sqlite3 *handle, const char *name, int pages)
{
	((struct store *)arg)->wal_pages = pages;
	return SQLITE_OK;
}

static struct db *
open_checked(const char *path, char **warning, char **error)
{
	struct db *db = db_open(path, DB_WRITE, error);

	if (db != NULL && check(db))
		return db;
	if (db == NULL && !is_damaged(path))
		return NULL;
	db_close(db);
	free(*error);
	*error = NULL;
	if (set_aside(path, warning, error) == -1)
		return NULL;
	return db_open(path, DB_WRITE, error);
}

/* Copies the write-ahead log into the file and empties it, all synced: what
 * was read before may have been in the page cache only. */
static int
settle(struct db *db)
{
	return sqlite3_wal_checkpoint_v2(db_handle(db), NULL,
		   SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK
		   ? 0
		   : -1;
}

static int64_t
read_commit(struct db *db)
{
	return db_number(
	    db, 0, "SELECT value FROM facts WHERE name = 'commit'", "");
}

/* What is kept in memory: the store's name, the numbers used so far. */
static void
read_numbers(struct store *store)
{
	struct db *db = store->db;
	sqlite3_stmt *name =
	    db_bind(db, "SELECT value FROM facts WHERE name = 'store'", "");

	if (db_step(db, name)) {
		snprintf(
		    store->name, sizeof(store->name), "%s", db_text(name, 0));
		db_stop(name);
	}
	store->last_seq = (uint64_t)db_number(
	    db, 0, "SELECT seq FROM sqlite_sequence WHERE name = 'alerts'", "");
	store->last_item = (uint64_t)db_number(
	    db, 0, "SELECT seq FROM sqlite_sequence WHERE name = 'items'", "");
	store->last_feed = db_number(db, 0, "SELECT max(row) FROM feeds", "");
	store->commit = read_commit(db);
}

struct store *
store_open(const char *path, char **warning, char **error)
{
	struct store *store = xcalloc(1, sizeof(*store));
	char *lock_path = xasprintf("%s.lock", path);

	*warning = *error = NULL;
	store->path = xstrdup(path);
	store->checkpoint = checkpoint_new(path);
	store->lock = lock_take(lock_path, error);
	free(lock_path);
	if (store->lock == -1)
		goto failed;
	store->db = open_checked(path, warning, error);
	if (store->db == NULL || schema_migrate(store->db, path, error) == -1)
		goto failed;
	sqlite3_wal_hook(db_handle(store->db), on_wal, store);
	settle(store->db);
	read_numbers(store);
	if (db_result(store->db) == STORE_OK)
		return store;
	*error = xasprintf("%s: %s", path, db_error(store->db));
failed:
	store_close(store);
	return NULL;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	checkpoint_free(store->checkpoint);
	db_close(store->db);
	if (store->lock != -1)
		close(store->lock);
	free(store->error);
	free(store->path);
	free(store);
}

bool
store_is_moved(const struct store *store)
{
	return store->db != NULL && db_is_moved(store->db);
}

/* With the write-ahead log empty and its index gone, the next to open takes
 * neither for the log of what it finds. */
void
store_leave(struct store *store)
{
	char *index = xasprintf("%s-shm", store->path);

	if (settle(store->db) == 0) {
		db_close(store->db);
		store->db = NULL;
		unlink(index);
	}
	free(index);
}

int
store_note_result(struct store *store)
{
	free(store->error);
	store->error = NULL;
	if (db_result(store->db) == STORE_OK)
		return 0;
	store->error = xstrdup(db_error(store->db));
	return -1;
}

const char *
store_error(const struct store *store)
{
	return store->error != NULL ? store->error : "";
}

/* After an I/O error nothing is known of what the connection wrote: a new one
 * reads from the disk what is there. */
static bool
reopen(struct store *store)
{
	char *error = NULL;

	store->db = db_open(store->path, DB_WRITE, &error);
	if (store->db != NULL && settle(store->db) == 0) {
		sqlite3_wal_hook(db_handle(store->db), on_wal, store);
		return true;
	}
	db_close(store->db);
	store->db = NULL;
	free(store->error);
	store->error = error != NULL
			   ? error
			   : xasprintf("%s: cannot be synced", store->path);
	return false;
}

struct db *
store_connect(struct store *store)
{
	if (store->db == NULL && !reopen(store))
		return NULL;
	db_clear_result(store->db);
	return store->db;
}

static void
empty(struct batch *batch)
{
	struct batch *done = batch_new();

	batch_append(done, batch);
	batch_free(done);
}

static int
write_batch(struct store *store, const struct batch *batch)
{
	struct db *db = store->db;

	if (db_run(db, "BEGIN IMMEDIATE", "") == -1 ||
	    apply_batch(db, batch, store->done) == -1 ||
	    db_run(db, "UPDATE facts SET value = ? WHERE name = 'commit'", "i",
		store->commit + 1) == -1)
		return -1;
	store->tried = batch->len;
	if (db_run(db, "COMMIT", "") == -1)
		return -1;
	store->commit++;
	store->tried = 0;
	return 0;
}

/* A commit whose sync failed may have reached the disk all the same: its writes
 * are not made again. */
static int
find_done(struct store *store)
{
	int64_t commit;

	if (store->tried == 0)
		return 0;
	commit = read_commit(store->db);
	if (db_result(store->db) != STORE_OK)
		return -1;
	if (commit == store->commit + 1) {
		store->commit = commit;
		store->done = store->tried;
	}
	store->tried = 0;
	return 0;
}

enum store_result
store_commit(struct store *store, struct batch *batch)
{
	enum store_result result;

	if (store_connect(store) == NULL)
		return STORE_IO;
	if (find_done(store) == 0 &&
	    (store->done == batch->len || write_batch(store, batch) == 0)) {
		store_note_result(store);
		empty(batch);
		store->done = 0;
		return STORE_OK;
	}
	store_note_result(store);
	result = db_result(store->db);
	if (!sqlite3_get_autocommit(db_handle(store->db)))
		db_exec(store->db, "ROLLBACK");
	if (result == STORE_IO) {
		db_close(store->db);
		store->db = NULL;
	}
	return result;
}

uint64_t
store_next_seq(struct store *store)
{
	return ++store->last_seq;
}

uint64_t
store_next_item(struct store *store)
{
	return ++store->last_item;
}

int64_t
store_next_feed(struct store *store)
{
	return ++store->last_feed;
}

uint64_t
store_last_seq(const struct store *store)
{
	return store->last_seq;
}

void
store_skip_seq(struct store *store, uint64_t seq)
{
	if (store->last_seq < seq)
		store->last_seq = seq;
}

const char *
store_name(const struct store *store)
{
	return store->name;
}

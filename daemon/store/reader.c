/*
 * A read-only connection. Runs in the desk, behind its sandbox: all files are
 * opened beforehand and nothing is created.
 */
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "frame/clock.h"
#include "store/db.h"
#include "store/reader.h"
#include "store/reader_db.h"
#include "store/schema.h"
#include "text/caseless.h"

#define WAIT_MS 10000
#define WAIT_STEP_MS 50
#define QUERY_MAX_S 3
#define QUERY_STEPS 10000 /* of the virtual machine between two looks */

static int
compare_caseless(void *arg, int a_len, const void *a, int b_len, const void *b)
{
	return caseless_compare(a, (size_t)a_len, b, (size_t)b_len);
}

static struct db *
try_open(const char *path, char **error)
{
	struct db *db;
	int64_t version;

	free(*error);
	*error = NULL;
	db = db_open(path, DB_READ_ONLY, error);
	if (db == NULL)
		return NULL;
	sqlite3_create_collation(
	    db_handle(db), "caseless", SQLITE_UTF8, NULL, compare_caseless);
	version = db_number(db, -1, "PRAGMA user_version", "");
	/* This read opens the write-ahead log and its index. */
	db_number(db, 0, "SELECT count(*) FROM sqlite_schema", "");
	if (version == schema_version() && db_result(db) == STORE_OK)
		return db;
	*error = version > 0 ? xasprintf("%s: a store of version %d", path,
				   (int)version)
			     : xasprintf("%s: %s", path, db_error(db));
	db_close(db);
	return NULL;
}

struct store_reader *
store_reader_open(const char *path, char **error)
{
	struct store_reader *reader;
	struct db *db;
	char random;

	*error = NULL;
	sqlite3_randomness(1, &random); /* opens and closes /dev/urandom */
	for (int waited = 0;; waited += WAIT_STEP_MS) {
		db = try_open(path, error);
		if (db != NULL || waited >= WAIT_MS)
			break;
		nanosleep(
		    &(struct timespec){.tv_nsec = WAIT_STEP_MS * 1000000L},
		    NULL);
	}
	if (db == NULL)
		return NULL;
	reader = xcalloc(1, sizeof(*reader));
	reader->db = db;
	return reader;
}

void
store_reader_close(struct store_reader *reader)
{
	if (reader == NULL)
		return;
	db_close(reader->db);
	free(reader->error);
	free(reader);
}

bool
store_reader_is_moved(const struct store_reader *reader)
{
	return db_is_moved(reader->db);
}

const char *
store_reader_error(const struct store_reader *reader)
{
	return reader->error != NULL ? reader->error : "";
}

/* A query that takes too long is ended: the desk has others to answer. */
static int
on_progress(void *arg)
{
	struct store_reader *reader = arg;

	if (clock_monotonic_ms() < reader->deadline_ms)
		return 0;
	if (reader->error == NULL)
		reader->error = xasprintf(
		    "the search took more than %d s; ask for less: a feed, an "
		    "entity, a shorter time",
		    QUERY_MAX_S);
	return 1;
}

void
reader_begin(struct store_reader *reader)
{
	db_clear_result(reader->db);
	free(reader->error);
	reader->error = NULL;
	reader->deadline_ms = clock_monotonic_ms() + QUERY_MAX_S * 1000;
	sqlite3_progress_handler(
	    db_handle(reader->db), QUERY_STEPS, on_progress, reader);
}

int
reader_end(struct store_reader *reader)
{
	sqlite3_progress_handler(db_handle(reader->db), 0, NULL, NULL);
	if (reader->error == NULL && db_result(reader->db) != STORE_OK)
		reader->error = xstrdup(db_error(reader->db));
	return reader->error == NULL ? 0 : -1;
}

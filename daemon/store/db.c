/*
 * One SQLite connection: pragmas, the cache of prepared statements, binding,
 * and what SQLite's error codes mean to us.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strings.h"
#include "store/db.h"
#include "store/tokens.h"

#define STATEMENTS_MAX 96
#define BUSY_MS 2000

struct cached {
	const char *sql; /* the literal, compared by address */
	sqlite3_stmt *statement;
};

struct db {
	sqlite3 *handle;
	struct cached cache[STATEMENTS_MAX];
	size_t cache_len;
	enum store_result result;
	char *error; /* of result; NULL when none */
};

/* Debian's library wipes what it frees: news is no secret. */
static const char shared_pragmas[] = "PRAGMA trusted_schema = OFF;"
				     "PRAGMA secure_delete = OFF;"
				     "PRAGMA cell_size_check = ON;"
				     "PRAGMA mmap_size = 0;"
				     "PRAGMA temp_store = MEMORY;"
				     "PRAGMA foreign_keys = ON;";

/* Checkpoints are made in idle time (store_checkpoint), not by a commit. The
 * cache holds the pages of indexes that new items of a day fall on. */
static const char writer_pragmas[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = FULL;"
				     "PRAGMA wal_autocheckpoint = 0;"
				     "PRAGMA cache_size = -8000;"
				     "PRAGMA journal_size_limit = 67108864;";

static enum store_result
result_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_OK;
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_BUSY;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PROTOCOL:
		return STORE_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_DAMAGED;
	case SQLITE_NOMEM:
		abort();
	default:
		return STORE_BUG;
	}
}

/* What to do, where SQLite's own words leave that open. */
static const char *
advice_of(int code, int system)
{
	if (system == ENOSPC || (code & 0xff) == SQLITE_FULL)
		return "; make room where the state folder is";
	switch (code & 0xff) {
	case SQLITE_BUSY:
		return "; another program has it open and holds it: end that "
		       "one";
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
		return "; the user that wirewatchd runs as must be able to "
		       "write to it, to what is beside it and to the state "
		       "folder";
	default:
		return "";
	}
}

static void
note_code(struct db *db, int code, const char *words)
{
	int system = 0;

	if (db->result != STORE_OK)
		return;
	if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
		system = sqlite3_system_errno(db->handle);
	db->result = result_of(code);
	if (db->result == STORE_OK)
		db->result = STORE_BUG;
	db->error =
	    xasprintf("%s (%d%s%s)%s", words, code, system != 0 ? ": " : "",
		system != 0 ? strerror(system) : "", advice_of(code, system));
}

static void
note_failure(struct db *db)
{
	note_code(db, sqlite3_extended_errcode(db->handle),
	    sqlite3_errmsg(db->handle));
}

void
db_clear_result(struct db *db)
{
	db->result = STORE_OK;
	free(db->error);
	db->error = NULL;
}

enum store_result
db_result(const struct db *db)
{
	return db->result;
}

const char *
db_error(const struct db *db)
{
	return db->error != NULL ? db->error : "";
}

sqlite3 *
db_handle(struct db *db)
{
	return db->handle;
}

int
db_exec(struct db *db, const char *sql)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	note_failure(db);
	return -1;
}

struct db *
db_open(const char *path, enum db_mode mode, char **error)
{
	struct db *db = xcalloc(1, sizeof(*db));
	int flags = SQLITE_OPEN_NOMUTEX;

	/* Counts of each allocation, under a lock; refused, and of no matter,
	 * from the second connection on. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	flags |= mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
				  : SQLITE_OPEN_READONLY;
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
		note_failure(db);
		goto failed;
	}
	/* SQLite makes do with reading where it may not write. */
	if (mode == DB_WRITE && sqlite3_db_readonly(db->handle, "main") == 1) {
		note_code(db, SQLITE_READONLY, sqlite3_errstr(SQLITE_READONLY));
		goto failed;
	}
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	tokens_register(db->handle); /* failing that, a slower one does */
	if (db_exec(db, shared_pragmas) == 0 &&
	    (mode == DB_READ_ONLY || db_exec(db, writer_pragmas) == 0))
		return db;
failed:
	*error = xasprintf("%s: %s", path, db_error(db));
	db_close(db);
	return NULL;
}

/* SQLite takes a folder that cannot be looked into for a lack of the file. */
bool
db_is_moved(struct db *db)
{
	const char *path = sqlite3_db_filename(db->handle, "main");
	int moved = 0;

	sqlite3_file_control(
	    db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0 && (access(path, F_OK) == 0 || errno == ENOENT);
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->cache_len; i++)
		sqlite3_finalize(db->cache[i].statement);
	sqlite3_close(db->handle);
	free(db->error);
	free(db);
}

static sqlite3_stmt *
find_statement(struct db *db, const char *sql)
{
	sqlite3_stmt *statement;

	for (size_t i = 0; i < db->cache_len; i++)
		if (db->cache[i].sql == sql)
			return db->cache[i].statement;
	if (db->cache_len == STATEMENTS_MAX)
		abort();
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
		&statement, NULL) != SQLITE_OK) {
		note_failure(db);
		return NULL;
	}
	db->cache[db->cache_len++] = (struct cached){sql, statement};
	return statement;
}

static void
bind_bytes(sqlite3_stmt *statement, int place, struct db_bytes bytes)
{
	sqlite3_bind_blob64(
	    statement, place, bytes.at, bytes.len, SQLITE_STATIC);
}

static void
bind_number(sqlite3_stmt *statement, int place, int64_t number, bool nullable)
{
	if (nullable && number == 0)
		sqlite3_bind_null(statement, place);
	else
		sqlite3_bind_int64(statement, place, number);
}

static sqlite3_stmt *
bind_list(struct db *db, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *statement = find_statement(db, sql);

	if (statement == NULL)
		return NULL;
	sqlite3_reset(statement);
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == 's')
			sqlite3_bind_text(statement, i + 1,
			    va_arg(ap, const char *), -1, SQLITE_STATIC);
		else if (types[i] == 'b')
			bind_bytes(
			    statement, i + 1, va_arg(ap, struct db_bytes));
		else
			bind_number(statement, i + 1, va_arg(ap, int64_t),
			    types[i] == 'n');
	}
	return statement;
}

sqlite3_stmt *
db_bind(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list ap;

	va_start(ap, types);
	statement = bind_list(db, sql, types, ap);
	va_end(ap);
	return statement;
}

bool
db_step(struct db *db, sqlite3_stmt *statement)
{
	int code;

	if (statement == NULL)
		return false;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		note_failure(db);
	sqlite3_reset(statement);
	return false;
}

void
db_stop(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
}

int
db_run(struct db *db, const char *sql, const char *types, ...)
{
	enum store_result before = db->result;
	sqlite3_stmt *statement;
	va_list ap;

	va_start(ap, types);
	statement = bind_list(db, sql, types, ap);
	va_end(ap);
	while (db_step(db, statement))
		;
	return statement == NULL || db->result != before ? -1 : 0;
}

int64_t
db_number(
    struct db *db, int64_t otherwise, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list ap;

	va_start(ap, types);
	statement = bind_list(db, sql, types, ap);
	va_end(ap);
	if (!db_step(db, statement))
		return otherwise;
	otherwise = sqlite3_column_int64(statement, 0);
	db_stop(statement);
	return otherwise;
}

const char *
db_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

const char *
db_text_or_empty(sqlite3_stmt *statement, int column)
{
	const char *text = db_text(statement, column);

	return text != NULL ? text : "";
}

void
db_split(sqlite3_stmt *row, int column, struct strings *strings)
{
	const char *text = db_text(row, column), *end;

	for (; text != NULL && *text != '\0'; text = end + (*end != '\0')) {
		end = strchrnul(text, '\x1f');
		strings_take(strings, xstrndup(text, (size_t)(end - text)));
	}
}

/*
 * A thin layer over one SQLite connection: statements are prepared once and
 * found again by their text, arguments are bound by a short type string.
 * Only files of daemon/store include this header.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/result.h"

struct db;
struct strings;

enum db_mode { DB_WRITE, DB_READ_ONLY };

/* Opens with the pragmas that all connections share; a writer also turns on
 * WAL and synchronous=FULL. On failure NULL, and *error (the caller frees). */
struct db *db_open(const char *path, enum db_mode, char **error);
/* Takes NULL. */
void db_close(struct db *);
sqlite3 *db_handle(struct db *);

/* A blob; at NULL is null. */
struct db_bytes {
	const void *at;
	size_t len;
};

/* The statement for a string literal, reset and bound. types has a letter for
 * each `?`: i int64_t, n the same (0 is null), s const char * (NULL is null), b
 * struct db_bytes (both borrowed until the next db_bind of the statement). NULL
 * when it could not be prepared. */
sqlite3_stmt *db_bind(struct db *, const char *sql, const char *types, ...);
/* True: a row is there. False: none left, or a failure, see db_result. The
 * statement is reset then. */
bool db_step(struct db *, sqlite3_stmt *);
/* Ends a query before its last row. */
void db_stop(sqlite3_stmt *);
/* Binds and steps to the end; 0, or -1 on failure. */
int db_run(struct db *, const char *sql, const char *types, ...);
/* Runs statements that are used once; 0 or -1. */
int db_exec(struct db *, const char *sql);
/* The first column of the first row, or `otherwise` when there is none. */
int64_t db_number(
    struct db *, int64_t otherwise, const char *sql, const char *types, ...);
/* A text column; NULL, or "", for null. Valid until the next step. */
const char *db_text(sqlite3_stmt *, int column);
const char *db_text_or_empty(sqlite3_stmt *, int column);
/* Adds the texts that a group_concat by char(31) joined. */
void db_split(sqlite3_stmt *, int column, struct strings *);

/* Whether the file is no longer at its path, or another is. */
bool db_is_moved(struct db *);

/* Forgets the last failure. */
void db_clear_result(struct db *);
/* The first failure since db_clear_result, STORE_OK when none. */
enum store_result db_result(const struct db *);
/* Its text, "" when none. */
const char *db_error(const struct db *);

#endif

/*
 * The shape of the store, as a list of migrations.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

struct db;

/* The version this program reads and writes (PRAGMA user_version). */
int schema_version(void);
/* Brings a store of an older version up to date, each step in a transaction
 * of its own; before the first step a copy is made as `path.vN`. Returns 0, or
 * -1 and *error (the caller frees), also for a store of a newer version. */
int schema_migrate(struct db *, const char *path, char **error);

#endif

/*
 * The inside of a store, for the files of daemon/store.
 */
#ifndef STORE_STORE_DB_H
#define STORE_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct checkpoint;
struct db;

struct store {
	struct db *db; /* NULL while it cannot be opened again */
	struct checkpoint *checkpoint;
	char *path;
	int lock;
	char *error; /* of the last call, or NULL */
	char name[9];
	uint64_t last_seq;
	uint64_t last_item;
	int64_t last_feed;
	int64_t commit; /* how many there were */
	size_t done;    /* writes of the batch that are in the store already */
	size_t tried;   /* ... that it had when COMMIT failed; 0: it did not */
	int wal_pages;  /* in the write-ahead log; 0: no commit since it was
			 * copied */
	bool copying;   /* the thread was told to copy it */
	/* As far as the purge under way has come; 0: none is. */
	int64_t purged_alert;
	int64_t purged_item;
};

/* The connection, opened anew if need be, its last failure forgotten; NULL
 * when the disk fails still. */
struct db *store_connect(struct store *);
/* Keeps the connection's failure as the store's; returns -1 if there was one,
 * else 0. */
int store_note_result(struct store *);

#endif

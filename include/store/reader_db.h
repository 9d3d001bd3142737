/*
 * The inside of a reader, for the files of daemon/store. A query begins and
 * ends; one that takes longer than a few seconds is cut off between the two.
 */
#ifndef STORE_READER_DB_H
#define STORE_READER_DB_H

#include <stdint.h>

struct db;

struct store_reader {
	struct db *db;
	char *error;         /* of the last query, or NULL */
	int64_t deadline_ms; /* of the query under way; monotonic */
};

void reader_begin(struct store_reader *);
/* 0, or -1 with the reader's error. */
int reader_end(struct store_reader *);

#endif

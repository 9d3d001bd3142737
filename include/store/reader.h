/*
 * The store as others read it, over a connection that cannot write.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include <stdbool.h>

struct store_reader;

/* Opens for reading; NULL and an error text (the caller frees) on failure.
 * Waits up to 10 s for the engine to have made the store. Reads once, so that
 * all files are open before a sandbox. */
struct store_reader *store_reader_open(const char *path, char **error);
void store_reader_close(struct store_reader *);
/* Whether the file is no longer at its path, or another is: the store was set
 * aside, removed or replaced. */
bool store_reader_is_moved(const struct store_reader *);
/* Why the last query failed, for people; "" when it did not. */
const char *store_reader_error(const struct store_reader *);

#endif

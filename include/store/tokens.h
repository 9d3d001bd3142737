/*
 * Words of the search index. Only files of daemon/store include this header.
 */
#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

#include <sqlite3.h>

/* Puts a quicker tokenizer in the place of FTS5's `unicode61` on this
 * connection. It gives the very same tokens, so that an index made by either
 * is good for both. 0, or -1 where FTS5 is not to be had. */
int tokens_register(sqlite3 *);

#endif

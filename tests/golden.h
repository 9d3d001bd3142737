/*
 * The golden documents of tests/data/feeds and what the parser makes of them.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include <stddef.h>

#include "base/buf.h"
#include "parse/parser.h"

#define GOLDEN_MAX 2000    /* documents */
#define GOLDEN_CUT "cut: " /* in front of an item that the end cut */

struct golden {
	char *name; /* of the file */
	char *bytes;
	size_t len;
	char *url; /* from NAME.options, or NULL */
	char *content_type;
	char *content_location;
};

/* Loads all documents, sorted by name; how many. */
size_t golden_load(struct golden out[GOLDEN_MAX]);
void golden_free(struct golden *, size_t len);
/* Parses bytes in pieces of piece_len as the document's options say and appends
 * the JSON of each item, a line each, to items. The rest, result, problem and
 * feed, goes to rest, unless NULL. */
enum parser_result golden_parse(const struct golden *, const char *bytes,
    size_t len, size_t piece_len, struct buf *items, struct buf *rest);
/* Path of a file in the folder of the documents; the caller frees. */
char *golden_path(const char *name, const char *ending);
/* The file's bytes, NUL-terminated, or NULL; the caller frees. */
char *golden_read(const char *path, size_t *len);

#endif

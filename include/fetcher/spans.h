/*
 * Where the items of an XML feed stand, by their tags alone. A guess: what
 * comes of a stretch of bytes is known only once it was parsed. Pure.
 */
#ifndef FETCHER_SPANS_H
#define FETCHER_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spans {
	const char *bytes;
	size_t len;
	size_t at;         /* looked at so far */
	const char *open;  /* "<item" or "<entry"; NULL: there are none */
	const char *close; /* "</item>" or "</entry>" */
};

void spans_init(struct spans *, const char *bytes, size_t len);
/* The next one from its "<" to behind its end tag; false: no more. */
bool spans_next(struct spans *, size_t *start, size_t *end);

#endif

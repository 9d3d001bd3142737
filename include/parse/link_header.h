/*
 * The Link header of HTTP (RFC 8288 section 3), link by link.
 */
#ifndef PARSE_LINK_HEADER_H
#define PARSE_LINK_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* Views into the header's value. */
struct link_header {
	const char *target; /* a reference, perhaps relative */
	size_t target_len;
	const char *rel; /* relation types with blanks between; NULL: none */
	size_t rel_len;
};

/* Reads the next link of the value from *at on, which is moved behind it. Links
 * that speak of another document (anchor) are left out. False: none is left. */
bool link_header_next(const char **at, const char *end, struct link_header *);
/* Whether the relation is among the link's, in any case. */
bool link_header_has_rel(const struct link_header *, const char *rel);

#endif

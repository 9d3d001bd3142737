/*
 * How far text goes on that means itself. A part of the mender.
 */
#ifndef PARSE_MEND_SCAN_H
#define PARSE_MEND_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes come before the next `<`, `&` or control, but tabs and line
 * ends. */
size_t mend_plain_len(const char *s, size_t len);
/* How many bytes come before what means more in a CDATA section than itself: a
 * control, a `]`, or what may be an item's end tag. */
size_t mend_literal_len(const char *s, size_t len);

/* What stands there. */
enum section_stop {
	SECTION_GOES_ON,   /* nothing but text */
	SECTION_ENDS,      /* "]]>" */
	SECTION_FORGOTTEN, /* the end of the item that the section stands in */
	SECTION_UNSURE     /* more bytes must come to tell */
};

/* in_item: the section began in an item; finishing: no more bytes come. */
enum section_stop mend_section_stop(
    const char *s, size_t len, bool in_item, bool finishing);

#endif

/*
 * Addresses inside of HTML, made absolute.
 */
#ifndef PARSE_LINKS_H
#define PARSE_LINKS_H

#include <stddef.h>

struct buf;

/* Appends the HTML with the addresses in its attributes resolved against base;
 * all else stays byte for byte. base NULL: a copy. */
void links_resolve(
    struct buf *, const char *html, size_t len, const char *base);

#endif

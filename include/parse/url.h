/*
 * Addresses: resolution of references (RFC 3986 section 5) and repair of what
 * feeds write in their place.
 */
#ifndef PARSE_URL_H
#define PARSE_URL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

#define URL_MAX 8192 /* bytes; longer references are left out */

/* The reference resolved against base (RFC 3986 section 5.2.2), as a new
 * string that the caller frees. White space around it goes, white space and
 * controls within are percent-encoded. base: absolute, or NULL: the reference
 * is given back repaired, but relative. NULL when ref is empty, longer than
 * URL_MAX or a script. */
char *url_resolve(const char *base, const char *ref);
/* The same appended to a buf; false when nothing was added. */
bool url_resolve_add(
    struct buf *, const char *base, const char *ref, size_t ref_len);
/* Whether it has a scheme. */
bool url_is_absolute(const char *url);
/* Whether it is http or https with a host: what may be offered to a reader. */
bool url_is_web(const char *url);
/* Who is asked: the host in small letters, without user, port and a dot at its
 * end; the caller frees. Empty: there is none. */
char *url_host(const char *url);

/* Appends the text with all but RFC 3986's unreserved characters percent-
 * encoded. */
void url_encode_add(struct buf *, const char *text);

#endif

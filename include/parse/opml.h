/*
 * OPML subscription lists: bytes become a list of outlines.
 */
#ifndef PARSE_OPML_H
#define PARSE_OPML_H

#include <stddef.h>

#include "base/strings.h"

#define OPML_OUTLINES_MAX 100000
#define OPML_DEPTH_MAX 32

struct opml_outline {
	char *text;    /* text, else title; "" when neither; cleaned */
	char *xml_url; /* NULL: a folder, or not given; so for all below */
	char *html_url;
	char *type; /* "rss", "include", ... */
	char *language;
	struct strings categories; /* split at commas */
	char *folder; /* texts of the enclosing outlines, joined by "/";
			 "" at the top */
	int line;     /* of the outline's tag, from 1 */
	int parent;   /* index of the enclosing outline, -1 at the top */
};

struct opml {
	char *title;                   /* of the list, or NULL */
	struct opml_outline *outlines; /* in document order */
	size_t outlines_len;
	char *error;    /* why it was not read; NULL: all is well */
	int error_line; /* from 1; 0: none */
};

/* Reads a whole document. -1 and error set when it is not well-formed XML, no
 * OPML, or declares entities; what was read before stands. The caller clears
 * in both cases. */
int opml_parse(const char *bytes, size_t len, struct opml *);
void opml_clear(struct opml *);

#endif

/*
 * HTML as a row of tokens, read leniently and in linear time; what is known of
 * HTML's elements.
 */
#ifndef TEXT_HTML_TAG_H
#define TEXT_HTML_TAG_H

#include <stdbool.h>
#include <stddef.h>

enum html_kind {
	HTML_END,     /* nothing is left */
	HTML_TEXT,    /* text with character references */
	HTML_LITERAL, /* the inside of a CDATA section: no references */
	HTML_TAG,
	HTML_IGNORED, /* comment, declaration, a tag that never ends */
};

/* Views into the text that is read. */
struct html_token {
	enum html_kind kind;
	const char *bytes; /* all of it */
	size_t len;
	/* Of a tag: */
	const char *name;
	size_t name_len;
	const char *attributes; /* between name and `>` */
	size_t attributes_len;
	bool is_end; /* </name> */
};

struct html_reader {
	const char *at;
	size_t left;
	bool no_quotes; /* a quote never closed: no longer heeded */
};

struct html_attribute {
	const char *name;
	size_t name_len;
	const char *value; /* without quotes, references not decoded */
	size_t value_len;
	bool has_value;
};

/* What an element does to the text around and inside it; flags. */
enum html_element {
	HTML_KNOWN = 1,  /* an element of HTML */
	HTML_BLOCK = 2,  /* begins and ends a line */
	HTML_VOID = 4,   /* has no end tag */
	HTML_SILENT = 8, /* its content is no text for readers */
	HTML_RAW = 16,   /* content is no markup: ends at its end tag only */
	HTML_CELL = 32,  /* table cell: set off by a blank */
};

#define HTML_ELEMENTS_MAX 160

/* A set of HTML's elements; begins zeroed. */
struct html_names {
	bool has[HTML_ELEMENTS_MAX];
};

/* Reads the next token; false at the end. */
bool html_next(struct html_reader *, struct html_token *);
/* Whether a tag has this name of len bytes, in any case. */
bool html_tag_is(const struct html_token *, const char *name, size_t len);
/* Skips to the end tag of a raw element that was just begun, or to the end. */
void html_skip_raw(struct html_reader *, const struct html_token *start);
/* Reads an attribute from the bytes at *at, of which *left are left, and moves
 * on; false when there is no more. */
bool html_next_attribute(
    const char **at, size_t *left, struct html_attribute *);
/* The attribute of that lower-case name, compared without case. */
bool html_find_attribute(
    const struct html_token *, const char *name, struct html_attribute *);
/* Names of HTML's elements, whatever their case. */
void html_names_add(struct html_names *, const char *name, size_t len);
bool html_names_has(const struct html_names *, const char *name, size_t len);
/* The flags of enum html_element for a name in any case; 0: not of HTML. */
unsigned html_element_flags(const char *name, size_t len);

#endif

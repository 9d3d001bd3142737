/*
 * The quick way to read a line of JSON: nearly all hold an object of texts.
 */
#ifndef STORY_LINE_FLAT_H
#define STORY_LINE_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum line_text {
	LINE_TITLE,
	LINE_SUMMARY,
	LINE_TEXT,
	LINE_LANGUAGE,
	LINE_DATE,
	LINE_TEXTS
};

extern const char *const line_text_keys[LINE_TEXTS];

/* What is wanted of a line; views. */
struct line_fields {
	const char *texts[LINE_TEXTS]; /* NULL: missing or null */
	bool has_id;
	const char *id; /* NULL: it is id_number */
	size_t id_len;
	int64_t id_number;
};

/* Reads in place a line that ends with a NUL behind its len bytes. False, with
 * bytes spoilt: it is no object of texts, integers and words, or no JSON at
 * all, and a real parser may say which. */
bool line_read_flat(char *line, size_t len, struct line_fields *);

#endif

/*
 * Items as lines of JSON, answered with their stories: what `wirewatch group`
 * does with each line.
 */
#ifndef STORY_LINE_H
#define STORY_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct story_index;

struct story_lines {
	struct story_index *index; /* borrowed */
	uint64_t count;            /* lines taken, so the number of the last */
	int64_t last_at; /* of the item before: that of one without a date */
	struct buf problem;
	struct buf copy; /* of the line, read in place */
};

void story_lines_init(struct story_lines *, struct story_index *);
void story_lines_clear(struct story_lines *);
/* Takes the next line, an object with id (string or integer), title, summary,
 * text, date_published (RFC 3339), language (strings; null and missing are
 * empty), and appends {"id","story"} and a newline. A blank line gives nothing.
 * Returns 0, or -1 with the reason in problem and nothing appended. */
int story_lines_answer(
    struct story_lines *, const char *line, size_t len, struct buf *out);

#endif

/*
 * Tags of broken XML: written again so that they are whole, balanced and
 * bounded. A part of the mender.
 */
#ifndef PARSE_MEND_TAG_H
#define PARSE_MEND_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "parse/mend.h"

#define TAG_HASHED 2 /* outermost elements whose tags are hashed */

/* Names of the open elements, one after the other in one buf. */
struct tag_stack {
	struct buf names;
	size_t starts[MEND_DEPTH_MAX + 1];       /* of each name in names */
	unsigned char flags[MEND_DEPTH_MAX + 1]; /* what each name is */
	size_t depth;
	size_t dropped;              /* open elements that were too deep */
	uint64_t hashes[TAG_HASHED]; /* of a start tag and those around it */
};

/* Whether a tag begins with the bytes after `<`. */
bool tag_is_name_start(char);
/* Appends the start tag between `<` and `>` to out and opens the element, after
 * closing those that it ends by standing there. False: it is no tag. */
bool tag_write_start(
    struct tag_stack *, const char *tag, size_t len, struct buf *out);
/* Appends the end tags that the end tag between `</` and `>` stands for: none
 * where no such element is open. */
void tag_write_end(
    struct tag_stack *, const char *tag, size_t len, struct buf *out);
/* The same for whole tags without attributes, at s, that fit what is open; how
 * many bytes they had, or 0 with nothing done. */
size_t tag_copy_start(
    struct tag_stack *, const char *s, size_t len, struct buf *out);
size_t tag_copy_end(
    struct tag_stack *, const char *s, size_t len, struct buf *out);
/* A hash of the start tags of all open elements; false: none is, or too many.
 */
bool tag_stack_hash(const struct tag_stack *, uint64_t *hash);
/* Whether an item is open. */
bool tag_is_in_record(const struct tag_stack *);
/* Closes all but the outermost `keep` elements. */
void tag_close_to(struct tag_stack *, size_t keep, struct buf *out);
/* Appends what the reference at s stands for; its length, or 0: it is none.
 * Only with a semicolon, as XML has it. */
size_t tag_decode_reference(const char *s, size_t len, struct buf *out);

#endif

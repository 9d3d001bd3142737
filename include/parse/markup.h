/*
 * Elements inside of a text, written out as HTML again.
 */
#ifndef PARSE_MARKUP_H
#define PARSE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

struct attributes;
struct buf;
struct document;
struct element;

/* Writes a start tag to the document's text, with absolute addresses. */
void markup_start(struct document *, struct element *,
    const unsigned char *name, const unsigned char *prefix,
    const struct attributes *);
void markup_end(struct document *, const unsigned char *name);
/* Appends text with `<`, `>` and `&` escaped. */
void markup_add_text(struct buf *, const char *text, size_t len);
/* The same for an attribute's value: `<`, `&` and `"`. */
void markup_add_value(struct buf *, const char *text, size_t len);
/* Whether an attribute of HTML holds an address. */
bool markup_is_url(const char *attribute, size_t len);

#endif

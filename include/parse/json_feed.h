/*
 * JSON Feed 1.0 and 1.1 as input.
 */
#ifndef PARSE_JSON_FEED_H
#define PARSE_JSON_FEED_H

#include <stdbool.h>
#include <stddef.h>

struct document;

/* Reads a whole document and tells its items. False when it is cut or broken;
 * the document's format stays unknown when it is no JSON Feed. */
bool json_feed_read(struct document *, const char *json, size_t len);

#endif

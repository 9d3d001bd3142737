/*
 * Broken JSON made whole, as far as feeds break it.
 */
#ifndef PARSE_JSON_MEND_H
#define PARSE_JSON_MEND_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends the JSON without raw controls, halves of surrogate pairs and unknown
 * escapes in strings, without commas that nothing follows, with numbers past 64
 * bits as strings. Where its end is missing it ends with the last whole item,
 * and is_cut is set. False: nothing whole is in it. */
bool json_mend(struct buf *out, const char *json, size_t len, bool *is_cut);

#endif

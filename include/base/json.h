/*
 * Writes JSON into a buf, straight through, without a tree. A comma is put
 * wherever the last byte ended a value, so that no state is kept:
 *
 *	json_put_open(out, '{');
 *	json_put_key(out, "id");
 *	json_put_str(out, feed->id);
 *	json_put_close(out, '}');
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define JSON_NO_DATE INT64_MIN

/* '{' or '['; and '}' or ']'. */
void json_put_open(struct buf *, char bracket);
void json_put_close(struct buf *, char bracket);
/* A key of our own (not escaped); its value must follow. */
void json_put_key(struct buf *, const char *key);
/* A value; text is UTF-8, an invalid byte becomes U+FFFD. NULL: null. Control
 * characters, U+2028 and U+2029 are escaped, so that the line stays one. */
void json_put_str(struct buf *, const char *text);
void json_put_strn(struct buf *, const char *text, size_t len);
void json_put_i64(struct buf *, int64_t);
void json_put_u64(struct buf *, uint64_t);
void json_put_bool(struct buf *, bool);
void json_put_null(struct buf *);
/* RFC 3339 in UTC with milliseconds, from epoch microseconds; null for 0 and
 * for JSON_NO_DATE, which ITEM_NO_DATE equals. */
void json_put_date(struct buf *, int64_t at);
/* A value that is JSON already. */
void json_put_raw(struct buf *, const char *json);

/* Key and value in one. */
void json_pair_str(struct buf *, const char *key, const char *text);
void json_pair_i64(struct buf *, const char *key, int64_t);
void json_pair_u64(struct buf *, const char *key, uint64_t);
void json_pair_bool(struct buf *, const char *key, bool);
void json_pair_date(struct buf *, const char *key, int64_t at);
/* A key and an array of strings. */
void json_pair_strings(
    struct buf *, const char *key, char *const *at, size_t len);

#endif

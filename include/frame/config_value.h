/*
 * Single values of the configuration: text to field, and what may be wrong
 * with it. Pure but for the secret, which is read elsewhere.
 */
#ifndef FRAME_CONFIG_VALUE_H
#define FRAME_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

struct schema_field;

/* Sets a field of one value (of a MASK or TEXTS: adds to it). Returns NULL, or
 * what is wrong, to follow the key in a message ("must be ..., not ..."); the
 * field is then untouched and the caller frees the text. */
char *value_set(const struct schema_field *, void *record, const char *text);
/* Sets a field of text, though the text is not as it should be; false when the
 * field takes no such thing. */
bool value_set_anyway(
    const struct schema_field *, void *record, const char *text);

/* "1h30m" in milliseconds; units ms s m h d w. -1: not a duration. */
int64_t value_duration(const char *text);
/* "64MiB" in bytes; units B kB KB KiB MB MiB GB GiB TB TiB. -1: not a size. */
int64_t value_size(const char *text);

/* Checks of the schema: NULL, or what is wrong ("must be ..."). */
const char *value_check_id(const char *);
const char *value_check_url(const char *);
/* A URL that ends in a slash and has no query. */
const char *value_check_callback(const char *);
const char *value_check_language(const char *);
const char *value_check_cidr(const char *);
const char *value_check_address(const char *);   /* "host:port" of numbers */
const char *value_check_listen(const char *);    /* the same, or "off" */
const char *value_check_milestone(const char *); /* of outlets, or off */
/* Not empty, no controls, at most 8 KiB; so are URLs. */
const char *value_check_text(const char *);
const char *value_check_header(const char *); /* "Name: value", not ours */

#endif

/*
 * Records as the schema describes them: made, grown, freed, looked through.
 */
#ifndef FRAME_CONFIG_RECORD_H
#define FRAME_CONFIG_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct schema_field;
struct schema_record;

/* Sets the presets in a zeroed struct. */
void record_init(const struct schema_record *, void *);
/* Frees what the struct owns and zeroes it. */
void record_clear(const struct schema_record *, void *);
/* Where a field is kept in a struct of its record. */
void *record_at(const struct schema_field *, void *);
const void *record_at_const(const struct schema_field *, const void *);
/* Of a list or names field: appends an element with its presets; the elements
 * before may move. */
void *record_append(const struct schema_field *, void *);
size_t record_len(const struct schema_field *, const void *);
void *record_element(const struct schema_field *, const void *, size_t);
/* Whether a field is asked for in a struct of this kind (a sink's `url` only
 * in a webhook). */
bool record_uses(
    const struct schema_record *, const struct schema_field *, const void *);
const struct schema_field *record_find(
    const struct schema_record *, const char *key);

#endif

/*
 * The only place that turns the schema's offsets into pointers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strings.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"
#include "frame/config_value.h"

void *
record_at(const struct schema_field *field, void *record)
{
	return (char *)record + field->offset;
}

const void *
record_at_const(const struct schema_field *field, const void *record)
{
	return (const char *)record + field->offset;
}

size_t
record_len(const struct schema_field *field, const void *record)
{
	size_t len;

	memcpy(&len, (const char *)record + field->len_offset, sizeof(len));
	return len;
}

void *
record_element(const struct schema_field *field, const void *record, size_t i)
{
	char *elements;

	memcpy(&elements, record_at_const(field, record), sizeof(elements));
	return elements != NULL ? elements + i * field->record->size : NULL;
}

void *
record_append(const struct schema_field *field, void *record)
{
	size_t len = record_len(field, record);
	size_t size = field->record->size;
	char *elements;

	memcpy(&elements, record_at(field, record), sizeof(elements));
	if ((len & (len - 1)) == 0) {
		elements = xreallocarray(elements, len ? len * 2 : 1, size);
		memcpy(record_at(field, record), &elements, sizeof(elements));
	}
	elements += len * size;
	memset(elements, 0, size);
	len++;
	memcpy((char *)record + field->len_offset, &len, sizeof(len));
	record_init(field->record, elements);
	return elements;
}

void
record_init(const struct schema_record *schema, void *record)
{
	for (const struct schema_field *f = schema->fields; f->key; f++) {
		if (f->type == FIELD_GROUP)
			record_init(f->record, record_at(f, record));
		if (f->preset != NULL)
			value_set(f, record, f->preset);
	}
}

static void
clear_field(const struct schema_field *field, void *record)
{
	void *at = record_at(field, record);
	char *owned;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_CHOICE:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
	case FIELD_PATTERN:
		memcpy(&owned, at, sizeof(owned));
		if (field->type == FIELD_SECRET && owned != NULL)
			explicit_bzero(owned, strlen(owned));
		free(owned);
		memset(at, 0, sizeof(owned));
		break;
	case FIELD_TEXTS:
		strings_clear(at);
		break;
	case FIELD_GROUP:
		record_clear(field->record, at);
		break;
	case FIELD_LIST:
	case FIELD_NAMES:
		for (size_t i = 0; i < record_len(field, record); i++)
			record_clear(
			    field->record, record_element(field, record, i));
		free(record_element(field, record, 0));
		break;
	case FIELD_BOOL:
	case FIELD_COUNT:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_RATIO:
	case FIELD_RATE:
	case FIELD_ENUM:
	case FIELD_MASK:
		break;
	}
}

void
record_clear(const struct schema_record *schema, void *record)
{
	for (const struct schema_field *f = schema->fields; f->key; f++)
		clear_field(f, record);
	if (schema->size > 0)
		memset(record, 0, schema->size);
}

bool
record_uses(const struct schema_record *schema,
    const struct schema_field *field, const void *record)
{
	int kind;

	if (field->kinds == 0)
		return true;
	memcpy(&kind, (const char *)record + schema->kind, sizeof(kind));
	return field->kinds & 1u << kind;
}

const struct schema_field *
record_find(const struct schema_record *schema, const char *key)
{
	for (const struct schema_field *f = schema->fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

/*
 * The configuration as bytes for one role, field by field along the schema.
 * The schema is compiled into both ends, so that no keys are sent.
 */
#include <stdlib.h>
#include <string.h>

#include "frame/config.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"
#include "frame/config_wire.h"

#define WIRE_ELEMENTS_MAX 10000000 /* of a list */

static void encode_record(
    const struct schema_record *, const void *, enum role_kind, struct buf *);

static void
encode_texts(const struct strings *texts, struct buf *out)
{
	message_put_u32(out, (uint32_t)texts->len);
	for (size_t i = 0; i < texts->len; i++)
		message_put_str(out, texts->at[i]);
}

static void
encode_list(const struct schema_field *field, const void *record,
    enum role_kind role, struct buf *out)
{
	size_t len = record_len(field, record);

	message_put_u32(out, (uint32_t)len);
	for (size_t i = 0; i < len; i++)
		encode_record(
		    field->record, record_element(field, record, i), role, out);
}

static void
encode_field(const struct schema_field *field, const void *record,
    enum role_kind role, struct buf *out)
{
	const void *at = record_at_const(field, record);
	const char *text;
	int64_t number;
	uint32_t small;
	bool flag;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_CHOICE:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
		memcpy(&text, at, sizeof(text));
		message_put_str(out, text);
		break;
	case FIELD_PATTERN: /* its text has been put as the name */
		memcpy(&flag, (const char *)record + field->len_offset,
		    sizeof(flag));
		message_put_u32(out, flag);
		break;
	case FIELD_BOOL:
		memcpy(&flag, at, sizeof(flag));
		message_put_u32(out, flag);
		break;
	case FIELD_COUNT:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_RATIO:
	case FIELD_RATE:
		memcpy(&number, at, sizeof(number));
		message_put_i64(out, number);
		break;
	case FIELD_ENUM:
	case FIELD_MASK:
		memcpy(&small, at, sizeof(small));
		message_put_u32(out, small);
		break;
	case FIELD_TEXTS:
		encode_texts(at, out);
		break;
	case FIELD_GROUP:
		encode_record(field->record, at, role, out);
		break;
	case FIELD_LIST:
	case FIELD_NAMES:
		encode_list(field, record, role, out);
		break;
	}
}

static void
encode_record(const struct schema_record *schema, const void *record,
    enum role_kind role, struct buf *out)
{
	for (const struct schema_field *f = schema->fields; f->key; f++)
		if (f->roles & 1u << role && record_uses(schema, f, record))
			encode_field(f, record, role, out);
}

void
config_encode(const struct config *config, enum role_kind role, struct buf *out)
{
	message_put_u32(out, MESSAGE_VERSION);
	message_put_u32(out, role);
	message_put_u64(out, config->hash);
	encode_record(&schema_config, config, role, out);
}

static void decode_record(const struct schema_record *, void *, enum role_kind,
    struct message_reader *);

static void
decode_texts(struct strings *texts, struct message_reader *in)
{
	uint32_t len = message_get_u32(in);

	for (uint32_t i = 0; i < len && !in->failed; i++)
		strings_take(texts, message_take_text(in));
}

static void
decode_list(const struct schema_field *field, void *record, enum role_kind role,
    struct message_reader *in)
{
	uint32_t len = message_get_u32(in);

	if (len > WIRE_ELEMENTS_MAX)
		in->failed = true;
	for (uint32_t i = 0; i < len && !in->failed; i++)
		decode_record(
		    field->record, record_append(field, record), role, in);
}

/* Replaces the preset. */
static void
decode_text(void *at, struct message_reader *in)
{
	char *text;

	memcpy(&text, at, sizeof(text));
	free(text);
	text = message_take_str(in);
	memcpy(at, &text, sizeof(text));
}

static void
decode_field(const struct schema_field *field, void *record,
    enum role_kind role, struct message_reader *in)
{
	void *at = record_at(field, record);
	int64_t number;
	uint32_t small;
	bool flag;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_CHOICE:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
		decode_text(at, in);
		break;
	case FIELD_PATTERN:
		flag = message_get_u32(in) != 0;
		memcpy((char *)record + field->len_offset, &flag, sizeof(flag));
		break;
	case FIELD_BOOL:
		flag = message_get_u32(in) != 0;
		memcpy(at, &flag, sizeof(flag));
		break;
	case FIELD_COUNT:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_RATIO:
	case FIELD_RATE:
		number = message_get_i64(in);
		memcpy(at, &number, sizeof(number));
		break;
	case FIELD_ENUM:
	case FIELD_MASK:
		small = message_get_u32(in);
		memcpy(at, &small, sizeof(small));
		break;
	case FIELD_TEXTS:
		decode_texts(at, in);
		break;
	case FIELD_GROUP:
		decode_record(field->record, at, role, in);
		break;
	case FIELD_LIST:
	case FIELD_NAMES:
		decode_list(field, record, role, in);
		break;
	}
}

static void
decode_record(const struct schema_record *schema, void *record,
    enum role_kind role, struct message_reader *in)
{
	for (const struct schema_field *f = schema->fields; f->key; f++)
		if (f->roles & 1u << role && record_uses(schema, f, record))
			decode_field(f, record, role, in);
}

struct config *
config_decode(const void *bytes, size_t len)
{
	struct config *config = config_new();
	struct message_reader in;
	uint32_t version, role;

	message_reader_init(&in, bytes, len);
	version = message_get_u32(&in);
	role = message_get_u32(&in);
	config->hash = message_get_u64(&in);
	if (version != MESSAGE_VERSION || role >= ROLE_KINDS)
		in.failed = true;
	else
		decode_record(&schema_config, config, role, &in);
	if (message_end(&in))
		return config;
	config_free(config);
	return NULL;
}

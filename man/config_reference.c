/*
 * Writes what is known about configuration keys, from the one table that the
 * daemon reads configurations by: `config_reference mdoc` the reference of
 * wirewatch.yaml(5), `config_reference schema` the JSON Schema. Runs while
 * building.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "frame/config_schema.h"

#define DURATION_PATTERN "^(0|([0-9]+ *(ms|s|m|h|d|w) *)+)$"
#define RATE_PATTERN "^[0-9]+ */[smh]$"
#define SIZE_PATTERN "^[0-9]+ *([kKMGT]?B|[KMGT]iB)?$"

/* ---- mdoc -------------------------------------------------------------- */

/* Text that mdoc takes as it is; each sentence on a line of its own. */
static void
put_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text != '\0'; text++)
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == ' ' && text[-1] == '.')
			putchar('\n');
		else
			putchar(*text);
}

static const char *
kind_of_value(const struct schema_field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_PATTERN:
		return "text";
	case FIELD_CHOICE:
	case FIELD_ENUM:
		return "choice";
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
		return "file";
	case FIELD_BOOL:
		return "true or false";
	case FIELD_COUNT:
		return "number";
	case FIELD_DURATION:
		return "duration";
	case FIELD_SIZE:
		return "size";
	case FIELD_RATIO:
		return "fraction";
	case FIELD_RATE:
		return "rate";
	case FIELD_MASK:
		return "choices";
	case FIELD_TEXTS:
		return "texts";
	case FIELD_GROUP:
		return field->record->scalar ? "value or map" : "map";
	case FIELD_LIST:
		return "list";
	case FIELD_NAMES:
		return "names";
	}
	return "";
}

static void
put_choices(const char *const *choices)
{
	puts("One of");
	for (; *choices != NULL; choices++)
		printf(".Cm %s %s\n", *choices, choices[1] != NULL ? "," : ".");
}

struct unit {
	const char *name;
	int64_t factor; /* the last is 1 */
};

static const struct unit times[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit sizes[] = {{"TiB", INT64_C(1) << 40},
    {"GiB", INT64_C(1) << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}};
static const struct unit rates[] = {{"/s", 3600}, {"/m", 60}, {"/h", 1}};
static const struct unit counts[] = {{"", 1}};

/* In the largest unit that divides it. */
static void
put_amount(const struct schema_field *field, int64_t number)
{
	const struct unit *unit = field->type == FIELD_DURATION ? times
				  : field->type == FIELD_SIZE   ? sizes
				  : field->type == FIELD_RATE   ? rates
								: counts;

	if (field->type == FIELD_RATIO) {
		printf("%g", (double)number / 1000);
		return;
	}
	if (number == 0) {
		putchar('0');
		return;
	}
	while (number % unit->factor != 0)
		unit++;
	printf("%" PRId64 "%s", number / unit->factor, unit->name);
}

static void
put_facts(const struct schema_record *record, const struct schema_field *field)
{
	if (field->choices != NULL)
		put_choices(field->choices);
	/* The words of certificates tell how large they may be. */
	if (field->max != 0 && field->type != FIELD_CERTIFICATES) {
		fputs("From ", stdout);
		put_amount(field, field->min);
		fputs(" to ", stdout);
		put_amount(field, field->max);
		puts(".");
	}
	if (field->preset != NULL)
		printf("Default:\n.Ql %s .\n", field->preset);
	for (int kind = 0; field->kinds >> kind != 0; kind++)
		if (field->kinds & 1u << kind)
			printf("Only in a %s of type\n.Cm %s .\n", record->name,
			    record->kind_choices[kind]);
	if (field->example != NULL) {
		printf("Example:\n.Dl %s: ", field->key);
		put_text(field->example);
		putchar('\n');
	}
}

/* Keys of a record as a list; those of records inside are nested, unless the
 * record has words of its own for that. */
static void
put_record(const struct schema_record *record)
{
	if (record->doc != NULL) {
		put_text(record->doc);
		putchar('\n');
		return;
	}
	puts(".Bl -tag -width Ds");
	for (const struct schema_field *f = record->fields; f->key; f++) {
		printf(".It Ic %s : Ar %s%s\n", f->key, kind_of_value(f),
		    f->required ? " Pq required" : "");
		put_text(f->doc);
		putchar('\n');
		put_facts(record, f);
		if (f->record != NULL)
			put_record(f->record);
	}
	puts(".El");
}

static void
put_include(const struct schema_record *include)
{
	printf(".Pp\nAn element with the key\n.Ic %s\n"
	       "names a file with more of them:\n",
	    include->fields[0].key);
	put_record(include);
}

static void
write_mdoc(void)
{
	const struct schema_field *f;

	for (f = schema_config.fields; f->key; f++) {
		printf(".Ss %s\n", f->key);
		put_text(f->doc);
		putchar('\n');
		put_facts(&schema_config, f);
		if (f->record != NULL)
			put_record(f->record);
		if (f->include != NULL)
			put_include(f->include);
	}
}

/* ---- JSON Schema ------------------------------------------------------- */

/* The shapes that names may take. */
static const char names_schema[] =
    "{\"$defs\":{\"one\":{\"anyOf\":[{\"type\":\"string\"},"
    "{\"$ref\":\"#/$defs/name\"}]},"
    "\"more\":{\"anyOf\":[{\"$ref\":\"#/$defs/names/$defs/one\"},"
    "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/names/$defs/one\"}}]}},"
    "\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/$defs/names/$defs/one\"}},"
    "{\"type\":\"object\",\"propertyNames\":{\"pattern\":"
    "\"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$\"},"
    "\"additionalProperties\":{\"$ref\":\"#/$defs/names/$defs/more\"}}]}";

/* Records of the schema, each once. */
struct records {
	const struct schema_record *at[SCHEMA_FIELDS_MAX];
	size_t len;
};

static void
collect_records(struct records *records, const struct schema_record *record)
{
	if (record == NULL)
		return;
	for (size_t i = 0; i < records->len; i++)
		if (records->at[i] == record)
			return;
	if (records->len == SCHEMA_FIELDS_MAX)
		abort();
	records->at[records->len++] = record;
	for (const struct schema_field *f = record->fields; f->key; f++) {
		collect_records(records, f->record);
		collect_records(records, f->include);
	}
}

/* The key of a record in $defs. */
static const char *
def_name(const struct schema_record *record)
{
	return strchr(record->name, ' ') == NULL ? record->name
						 : record->fields[0].key;
}

static void
put_ref(struct buf *out, const struct schema_record *record)
{
	struct buf ref = BUF_INIT;

	buf_addf(&ref, "#/$defs/%s", def_name(record));
	json_pair_str(out, "$ref", buf_str(&ref));
	buf_clear(&ref);
}

static void
put_enum(struct buf *out, const char *const *choices)
{
	json_put_key(out, "enum");
	json_put_open(out, '[');
	for (; *choices != NULL; choices++)
		if (strcmp(*choices, "true") == 0 ||
		    strcmp(*choices, "false") == 0)
			json_put_bool(out, **choices == 't');
		else
			json_put_str(out, *choices);
	json_put_close(out, ']');
}

/* What one value, or one element of a list, must be. */
static void
put_single(struct buf *out, const struct schema_field *field)
{
	json_put_open(out, '{');
	if (field->choices != NULL)
		put_enum(out, field->choices);
	else if (field->record != NULL)
		put_ref(out, field->record);
	else { /* numbers are texts, too */
		json_put_key(out, "type");
		json_put_raw(out, "[\"string\",\"number\"]");
	}
	json_put_close(out, '}');
}

/* One element, or a list of them, in which files may be named, too. */
static void
put_one_or_more(struct buf *out, const struct schema_field *field)
{
	json_put_key(out, "anyOf");
	json_put_open(out, '[');
	put_single(out, field);
	json_put_open(out, '{');
	json_pair_str(out, "type", "array");
	json_put_key(out, "items");
	json_put_open(out, '{');
	json_put_key(out, "anyOf");
	json_put_open(out, '[');
	put_single(out, field);
	if (field->include != NULL) {
		json_put_open(out, '{');
		put_ref(out, field->include);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
	json_put_close(out, '}');
	json_put_close(out, '}');
	json_put_close(out, ']');
}

static void
put_amount_type(struct buf *out, const char *pattern)
{
	json_put_key(out, "type");
	json_put_raw(out, "[\"string\",\"integer\"]");
	json_pair_str(out, "pattern", pattern);
}

static void put_value(struct buf *, const struct schema_field *);

/* One value, like that of the first key, or the map. */
static void
put_value_or_map(struct buf *out, const struct schema_record *record)
{
	json_put_key(out, "anyOf");
	json_put_open(out, '[');
	json_put_open(out, '{');
	put_value(out, &record->fields[0]);
	json_put_close(out, '}');
	json_put_open(out, '{');
	put_ref(out, record);
	json_put_close(out, '}');
	json_put_close(out, ']');
}

static void
put_value(struct buf *out, const struct schema_field *field)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
	case FIELD_PATTERN:
		json_pair_str(out, "type", "string");
		break;
	case FIELD_CHOICE:
	case FIELD_ENUM:
		put_enum(out, field->choices);
		break;
	case FIELD_BOOL:
		json_pair_str(out, "type", "boolean");
		break;
	case FIELD_COUNT:
		json_pair_str(out, "type", "integer");
		json_pair_i64(out, "minimum", field->min);
		json_pair_i64(out, "maximum", field->max);
		break;
	case FIELD_RATIO:
		json_pair_str(out, "type", "number");
		break;
	case FIELD_DURATION:
		put_amount_type(out, DURATION_PATTERN);
		break;
	case FIELD_RATE:
		put_amount_type(out, RATE_PATTERN);
		break;
	case FIELD_SIZE:
		put_amount_type(out, SIZE_PATTERN);
		break;
	case FIELD_MASK:
	case FIELD_TEXTS:
	case FIELD_LIST:
		put_one_or_more(out, field);
		break;
	case FIELD_GROUP:
		if (field->record->scalar)
			put_value_or_map(out, field->record);
		else
			put_ref(out, field->record);
		break;
	case FIELD_NAMES:
		json_pair_str(out, "$ref", "#/$defs/names");
		break;
	}
}

static void
put_required(
    struct buf *out, const struct schema_record *record, uint32_t kinds)
{
	json_put_key(out, "required");
	json_put_open(out, '[');
	for (const struct schema_field *f = record->fields; f->key; f++)
		if (f->required && f->kinds == kinds)
			json_put_str(out, f->key);
	json_put_close(out, ']');
}

/* {"if": the type is this kind, "then": what it needs and what is no use}. */
static void
put_kind(struct buf *out, const struct schema_record *record, int kind)
{
	json_put_open(out, '{');
	json_put_key(out, "if");
	json_put_open(out, '{');
	json_put_key(out, "properties");
	json_put_open(out, '{');
	json_put_key(out, "type");
	json_put_open(out, '{');
	json_pair_str(out, "const", record->kind_choices[kind]);
	json_put_close(out, '}');
	json_put_close(out, '}');
	json_put_close(out, '}');
	json_put_key(out, "then");
	json_put_open(out, '{');
	put_required(out, record, 1u << kind);
	json_put_key(out, "properties");
	json_put_open(out, '{');
	for (const struct schema_field *f = record->fields; f->key; f++)
		if (f->kinds != 0 && !(f->kinds & 1u << kind))
			json_pair_bool(out, f->key, false);
	json_put_close(out, '}');
	json_put_close(out, '}');
	json_put_close(out, '}');
}

static void
put_kinds(struct buf *out, const struct schema_record *record)
{
	json_put_key(out, "allOf");
	json_put_open(out, '[');
	for (int kind = 0; record->kind_choices[kind] != NULL; kind++)
		put_kind(out, record, kind);
	json_put_close(out, ']');
}

/* The inside of an object that describes a record. */
static void
put_object(struct buf *out, const struct schema_record *record)
{
	json_pair_str(out, "type", "object");
	json_pair_bool(out, "additionalProperties", false);
	put_required(out, record, 0);
	json_put_key(out, "properties");
	json_put_open(out, '{');
	for (const struct schema_field *f = record->fields; f->key; f++) {
		json_put_key(out, f->key);
		json_put_open(out, '{');
		json_pair_str(out, "description", f->doc);
		put_value(out, f);
		if (f->preset != NULL && f->type != FIELD_BOOL &&
		    f->type != FIELD_COUNT && f->type != FIELD_RATIO)
			json_pair_str(out, "default", f->preset);
		json_put_close(out, '}');
	}
	json_put_close(out, '}');
	if (record->kind_choices != NULL)
		put_kinds(out, record);
}

static void
write_schema(void)
{
	struct records records = {.len = 0};
	struct buf out = BUF_INIT;

	collect_records(&records, &schema_config);
	json_put_open(&out, '{');
	json_pair_str(
	    &out, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_pair_str(&out, "title", "wirewatch configuration");
	put_object(&out, &schema_config);
	json_put_key(&out, "$defs");
	json_put_open(&out, '{');
	json_put_key(&out, "names");
	json_put_raw(&out, names_schema);
	for (size_t i = 1; i < records.len; i++) {
		json_put_key(&out, def_name(records.at[i]));
		json_put_open(&out, '{');
		put_object(&out, records.at[i]);
		json_put_close(&out, '}');
	}
	json_put_close(&out, '}');
	json_put_close(&out, '}');
	puts(buf_str(&out));
	buf_clear(&out);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "mdoc") == 0)
		write_mdoc();
	else if (argc == 2 && strcmp(argv[1], "schema") == 0)
		write_schema();
	else {
		fputs("usage: config_reference mdoc|schema\n", stderr);
		return 64;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

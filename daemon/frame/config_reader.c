/*
 * Walks the nodes of a file along the schema and fills the structs.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/config_certificates.h"
#include "frame/config_reader.h"
#include "frame/config_record.h"
#include "frame/config_secret.h"
#include "frame/config_value.h"
#include "frame/config_yaml.h"

#define KIND_UNKNOWN (-1) /* of a record whose kind was not read (yet) */

static const char *const node_kind_names[] = {
    [NODE_SCALAR] = "a single value",
    [NODE_LIST] = "a list",
    [NODE_MAP] = "a map of keys",
};

/* ---- problems ---------------------------------------------------------- */

static struct config_source *
find_source(struct config_reader *reader, const struct config_mark *mark)
{
	for (size_t i = 0; i < reader->sources_len; i++)
		if (reader->config->files.at[i] == mark->file)
			return reader->sources[i];
	return reader->source;
}

static void
add_problem(struct config_reader *reader, const struct config_mark *mark,
    bool is_warning, const char *format, va_list ap)
{
	struct buf text = BUF_INIT;

	buf_addvf(&text, format, ap);
	problem_add(reader->problems, find_source(reader, mark), mark->line,
	    mark->col, is_warning, "%s", buf_str(&text));
	buf_clear(&text);
}

void
reader_error(struct config_reader *reader, const struct config_mark *mark,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_problem(reader, mark, false, format, ap);
	va_end(ap);
}

/* An error of a value or key; only a warning where names are all that is
 * asked for, since they can be matched without it. */
static void __attribute__((format(printf, 3, 4)))
reader_refuse(struct config_reader *reader, const struct config_mark *mark,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_problem(reader, mark, reader->entities_only, format, ap);
	va_end(ap);
}

void
reader_warn(struct config_reader *reader, const struct config_mark *mark,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_problem(reader, mark, true, format, ap);
	va_end(ap);
}

static struct config_mark
mark_of(const struct config_reader *reader, const struct node *node)
{
	return (struct config_mark){
	    .file = reader->config->files.at[reader->source->order],
	    .line = node->line,
	    .col = node->col};
}

char *
reader_path(const struct config_reader *reader, const char *path)
{
	return *path == '/' ? xstrdup(path)
			    : xasprintf("%s%s", reader->folder, path);
}

/* ---- values ------------------------------------------------------------ */

static void
wrong_kind(struct config_reader *reader, const struct schema_field *field,
    const char *wanted, const struct node *node)
{
	struct config_mark mark = mark_of(reader, node);

	reader_error(reader, &mark, "\"%s\" must %s, not %s", field->key,
	    wanted,
	    node_is_null(node) ? "an empty value"
			       : node_kind_names[node->kind]);
}

/* One text into a field; ids are entered, references remembered. */
static void
read_text(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	struct config_mark mark = mark_of(reader, node);
	const struct strings *texts;
	char *wrong, *text;

	wrong = value_set(field, record, node->text);
	if (wrong != NULL) {
		reader_refuse(reader, &mark, "\"%s\" %s", field->key, wrong);
		free(wrong);
		if (!reader->entities_only ||
		    !value_set_anyway(field, record, node->text))
			return;
	}
	if (field->defines != ID_NONE) {
		memcpy(&text, record_at(field, record), sizeof(text));
		ids_define(reader, field->defines, text, &mark);
	}
	if (field->refers != ID_NONE && field->type == FIELD_TEXTS) {
		texts = record_at(field, record);
		ids_refer(
		    reader, field->refers, texts->at[texts->len - 1], &mark);
	}
}

static void
read_secret(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	struct config_mark mark = mark_of(reader, node);
	char *secret, *why;
	bool exposed;

	secret = secret_read(reader->folder, node->text, &exposed, &why);
	if (secret == NULL) {
		reader_error(reader, &mark, "\"%s\": %s", field->key, why);
		free(why);
		return;
	}
	if (field->check != NULL && field->check(secret) != NULL)
		reader_error(reader, &mark, "\"%s\": %s %s", field->key,
		    node->text, field->check(secret));
	if (exposed)
		reader_warn(reader, &mark,
		    "\"%s\": every user of this host can read %s (chmod o-r)",
		    field->key, node->text);
	memcpy(record_at(field, record), &secret, sizeof(secret));
}

static void
read_certificates(struct config_reader *reader,
    const struct schema_field *field, void *record, const struct node *node)
{
	struct config_mark mark = mark_of(reader, node);
	char *path = reader_path(reader, node->text), *pem, *why;

	pem = certificates_read(path, (size_t)field->max, &why);
	if (pem != NULL) {
		memcpy(record_at(field, record), &pem, sizeof(pem));
	} else {
		reader_error(reader, &mark, "\"%s\": %s", field->key, why);
		free(why);
	}
	free(path);
}

/* A list of texts, or one. */
static void
read_texts(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	if (node->kind == NODE_SCALAR) {
		read_text(reader, field, record, node);
		return;
	}
	if (node->kind == NODE_MAP) {
		wrong_kind(reader, field, "be a list or a single value", node);
		return;
	}
	for (const struct node *n = node->first; n != NULL; n = n->next)
		if (n->kind == NODE_SCALAR && !node_is_null(n))
			read_text(reader, field, record, n);
		else
			wrong_kind(reader, field, "hold single values", n);
}

static void
set_mark(struct config_reader *reader, const struct schema_record *schema,
    void *record, const struct node *node)
{
	struct config_mark mark = mark_of(reader, node);

	if (schema->mark != SCHEMA_NONE)
		memcpy((char *)record + schema->mark, &mark, sizeof(mark));
}

/* An element that names a file with more elements. */
static void
read_include(struct config_reader *reader, const struct schema_record *schema,
    const struct node *map)
{
	bool pack = schema == &schema_pack_element;
	struct config_include **list = pack ? &reader->packs : &reader->opml;
	size_t *len = pack ? &reader->packs_len : &reader->opml_len;
	struct config_include *include;

	if ((*len & (*len - 1)) == 0)
		*list =
		    xreallocarray(*list, *len ? *len * 2 : 1, sizeof(**list));
	include = *list + (*len)++;
	memset(include, 0, sizeof(*include));
	record_init(schema, include);
	set_mark(reader, schema, include, map);
	reader_read_record(reader, schema, include, map);
}

/* What a pack brings may be replaced by the configuration, and packs may
 * overlap: the first one of an id that another file defined stands. */
static bool
is_replaced(const struct config_reader *reader,
    const struct schema_record *schema, const struct node *map)
{
	const struct schema_field *id = schema->fields;
	const struct node *node = node_get(map, id->key);
	const struct config_mark *old;

	if (!reader->in_pack || node == NULL || node->kind != NODE_SCALAR)
		return false;
	old = ids_find(reader, id->defines, node->text);
	return old != NULL && old->file != mark_of(reader, node).file;
}

static void
read_element(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	const struct schema_record *include = field->include;
	void *element;

	if (node->kind != NODE_MAP) {
		wrong_kind(reader, field, "hold maps of keys", node);
		return;
	}
	if (include != NULL && node_get(node, include->fields[0].key) != NULL) {
		read_include(reader, include, node);
		return;
	}
	if (is_replaced(reader, field->record, node))
		return;
	element = record_append(field, record);
	set_mark(reader, field->record, element, node);
	reader_read_record(reader, field->record, element, node);
}

static void
read_list(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	if (node->kind != NODE_LIST) {
		read_element(reader, field, record, node);
		return;
	}
	for (const struct node *n = node->first; n != NULL; n = n->next)
		read_element(reader, field, record, n);
}

/* ---- names ------------------------------------------------------------- */

/* One name: a text, or a map with its keys. language: a node or NULL. */
static void
read_name(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node, const struct node *language)
{
	const struct schema_record *schema = field->record;
	struct config_name *name;

	if (node->kind == NODE_LIST || node_is_null(node)) {
		wrong_kind(reader, field, "hold names", node);
		return;
	}
	name = record_append(field, record);
	set_mark(reader, schema, name, node);
	if (node->kind == NODE_SCALAR)
		read_text(reader, record_find(schema, "name"), name, node);
	else
		reader_read_record(reader, schema, name, node);
	if (node->kind == NODE_MAP && name->text == NULL &&
	    node_get(node, "name") == NULL && node_get(node, "regex") == NULL)
		reader_error(reader, &name->mark,
		    "missing key \"name\" or \"regex\" of this name");
	if (language != NULL && name->language == NULL)
		name->language = xstrdup(language->text);
}

static void
read_name_list(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node, const struct node *language)
{
	if (node->kind != NODE_LIST) {
		read_name(reader, field, record, node, language);
		return;
	}
	for (const struct node *n = node->first; n != NULL; n = n->next)
		read_name(reader, field, record, n, language);
}

static bool
check_language_key(struct config_reader *reader, const struct node *map,
    const struct node *key)
{
	struct config_mark mark = mark_of(reader, key);
	const char *wrong = value_check_language(key->text);

	if (wrong != NULL) {
		reader_refuse(reader, &mark,
		    "a key of \"names\" %s, not \"%s\"", wrong, key->text);
		return reader->entities_only;
	}
	for (const struct node *k = map->first; k != key; k = k->next->next)
		if (strcmp(k->text, key->text) == 0) {
			reader_error(reader, &mark,
			    "duplicate key \"%s\" (first on line %d)",
			    key->text, k->line);
			return false;
		}
	return true;
}

static void
read_names(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	if (node->kind != NODE_MAP) {
		read_name_list(reader, field, record, node, NULL);
		return;
	}
	for (const struct node *k = node->first; k != NULL; k = k->next->next)
		if (check_language_key(reader, node, k) &&
		    !node_is_null(k->next))
			read_name_list(reader, field, record, k->next, k);
}

/* ---- records ----------------------------------------------------------- */

static void
read_field(struct config_reader *reader, const struct schema_field *field,
    void *record, const struct node *node)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_CHOICE:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
	case FIELD_PATTERN:
	case FIELD_BOOL:
	case FIELD_COUNT:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_RATIO:
	case FIELD_RATE:
	case FIELD_ENUM:
		if (node->kind != NODE_SCALAR)
			wrong_kind(reader, field, "be a single value", node);
		else if (field->type == FIELD_SECRET)
			read_secret(reader, field, record, node);
		else if (field->type == FIELD_CERTIFICATES)
			read_certificates(reader, field, record, node);
		else
			read_text(reader, field, record, node);
		break;
	case FIELD_MASK:
	case FIELD_TEXTS:
		read_texts(reader, field, record, node);
		break;
	case FIELD_GROUP:
		if (node->kind == NODE_SCALAR && field->record->scalar)
			read_text(reader, field, record, node);
		else if (node->kind != NODE_MAP)
			wrong_kind(reader, field, "be a map of keys", node);
		else {
			set_mark(reader, field->record,
			    record_at(field, record), node);
			reader_read_record(reader, field->record,
			    record_at(field, record), node);
		}
		break;
	case FIELD_LIST:
		read_list(reader, field, record, node);
		break;
	case FIELD_NAMES:
		read_names(reader, field, record, node);
		break;
	}
}

static void
unknown_key(struct config_reader *reader, const struct schema_record *schema,
    const struct node *key)
{
	struct problem_guess guess = {.word = key->text};
	struct config_mark mark = mark_of(reader, key);
	char *hint;

	for (const struct schema_field *f = schema->fields; f->key; f++)
		problem_guess(&guess, f->key);
	hint = problem_guess_text(&guess);
	reader_refuse(reader, &mark, "unknown key \"%s\" of %s%s", key->text,
	    schema->name, hint);
	free(hint);
}

/* `feed "rt"`, or `feed` when it has no id; the caller frees. */
static char *
describe(const struct schema_record *schema, void *record)
{
	const struct schema_field *first = schema->fields;
	const char *id = NULL;

	if (first->defines != ID_NONE)
		memcpy(&id, record_at(first, record), sizeof(id));
	return id != NULL ? xasprintf("%s \"%s\"", schema->name, id)
			  : xstrdup(schema->name);
}

static void
missing_key(struct config_reader *reader, const struct schema_record *schema,
    const struct schema_field *field, void *record, const struct node *map)
{
	struct config_mark mark = mark_of(reader, map);
	char *what = describe(schema, record);

	reader_error(
	    reader, &mark, "missing key \"%s\" of %s", field->key, what);
	free(what);
}

/* After all keys: what is missing, and what is of no use. keys[i] is the key
 * of field i, or NULL. */
static void
check_keys(struct config_reader *reader, const struct schema_record *schema,
    void *record, const struct node *map, const struct node **keys)
{
	struct config_mark mark;
	int kind = KIND_UNKNOWN;

	if (schema->kind_choices != NULL)
		memcpy(&kind, (char *)record + schema->kind, sizeof(kind));
	for (const struct schema_field *f = schema->fields; f->key; f++) {
		const struct node *key = keys[f - schema->fields];
		bool used = f->kinds == 0 || kind == KIND_UNKNOWN ||
			    f->kinds & 1u << kind;

		if (used && f->required && key == NULL &&
		    (f->kinds == 0 || kind != KIND_UNKNOWN))
			missing_key(reader, schema, f, record, map);
		if (used || key == NULL)
			continue;
		mark = mark_of(reader, key);
		reader_error(reader, &mark,
		    "key \"%s\" is of no use in a %s of type %s", f->key,
		    schema->name, schema->kind_choices[kind]);
	}
}

static void
check_whole(struct config_reader *reader, const struct schema_record *schema,
    const void *record, const struct node *map)
{
	struct config_mark mark = mark_of(reader, map);
	const char *wrong =
	    schema->check != NULL ? schema->check(record) : NULL;

	if (wrong != NULL)
		reader_error(reader, &mark, "\"%s\" %s", schema->name, wrong);
}

/* Whether the section is looked into at all. */
static bool
is_wanted(const struct config_reader *reader,
    const struct schema_record *schema, const char *key)
{
	return !reader->entities_only || schema != &schema_config ||
	       strcmp(key, "entities") == 0 || strcmp(key, "rules") == 0;
}

void
reader_read_record(struct config_reader *reader,
    const struct schema_record *schema, void *record, const struct node *map)
{
	const struct node *keys[SCHEMA_FIELDS_MAX] = {NULL};
	size_t problems = reader->problems->len;
	int unknown = KIND_UNKNOWN;

	if (schema->kind_choices != NULL)
		memcpy(
		    (char *)record + schema->kind, &unknown, sizeof(unknown));

	for (const struct node *k = map->first; k != NULL; k = k->next->next) {
		const struct schema_field *field = record_find(schema, k->text);
		struct config_mark mark = mark_of(reader, k);
		size_t i;

		if (field == NULL) {
			unknown_key(reader, schema, k);
			continue;
		}
		i = (size_t)(field - schema->fields);
		if (keys[i] != NULL) {
			reader_error(reader, &mark,
			    "duplicate key \"%s\" (first on line %d)", k->text,
			    keys[i]->line);
			continue;
		}
		if (node_is_null(k->next))
			continue;
		keys[i] = k;
		if (is_wanted(reader, schema, k->text))
			read_field(reader, field, record, k->next);
	}
	check_keys(reader, schema, record, map, keys);
	if (reader->problems->len == problems)
		check_whole(reader, schema, record, map);
}

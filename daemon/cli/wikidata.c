/*
 * Wikidata's JSON -> entity pack: labels and aliases of all languages become
 * names; descriptions, repeated names and names that would match everything
 * or nothing ("Macron, Emmanuel") are left out.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/strings.h"
#include "cli/wikidata.h"
#include "frame/config_value.h"
#include "match/lint.h"

#define ID_MAX 60 /* bytes of an id that is made of a label */

/* An entity while it is written. */
struct writing {
	struct buf *pack;
	struct map seen;         /* names written, with their letters */
	struct strings left_out; /* too common */
	struct map *ids;         /* of the whole pack */
	struct strings *ids_text;
	bool names_open;
	size_t names;
};

/* P31 (instance of) of the kinds that matter most; others are "other". */
static const struct {
	const char *kind;
	const char *type;
} kinds[] = {
    {"Q5", "person"}, {"Q515", "place"}, {"Q1549591", "place"}, /* big city */
    {"Q5119", "place"},                                         /* capital */
    {"Q486972", "place"},                                       /* settlement */
    {"Q532", "place"},                                          /* village */
    {"Q3957", "place"},                                         /* town */
    {"Q6256", "place"},                                         /* country */
    {"Q3624078", "place"},  /* sovereign state */
    {"Q35657", "place"},    /* US state */
    {"Q82794", "place"},    /* region */
    {"Q10864048", "place"}, /* first-level division */
    {"Q41176", "place"},    /* building */
    {"Q18674739", "place"}, /* event venue */
    {"Q24354", "place"},    /* theatre */
    {"Q43229", "organisation"}, {"Q4830453", "organisation"}, /* business */
    {"Q6881511", "organisation"},                             /* enterprise */
    {"Q891723", "organisation"},   /* public company */
    {"Q783794", "organisation"},   /* company */
    {"Q7278", "organisation"},     /* political party */
    {"Q484652", "organisation"},   /* international organisation */
    {"Q245065", "organisation"},   /* intergovernmental organisation */
    {"Q327333", "organisation"},   /* government agency */
    {"Q192350", "organisation"},   /* ministry */
    {"Q11032", "organisation"},    /* newspaper */
    {"Q192283", "organisation"},   /* news agency */
    {"Q17149090", "organisation"}, /* armed organisation */
    {"Q1190554", "event"},         /* occurrence */
    {"Q1656682", "event"}, {"Q198", "event"}, /* war */
    {"Q178561", "event"},                     /* battle */
    {"Q2223653", "event"},                    /* terrorist attack */
    {"Q40231", "event"},                      /* election */
};

static const char *
type_of(json_t *entity)
{
	json_t *claims =
	    json_object_get(json_object_get(entity, "claims"), "P31");
	json_t *claim;
	size_t i;

	json_array_foreach(claims, i, claim)
	{
		const char *kind = NULL;

		if (json_unpack(claim, "{s:{s:{s:{s:s}}}}", "mainsnak",
			"datavalue", "value", "id", &kind) == -1)
			continue;
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (strcmp(kinds[k].kind, kind) == 0)
				return kinds[k].type;
	}
	return "other";
}

static const char *
label(json_t *entity, const char *language)
{
	return json_string_value(json_object_get(
	    json_object_get(json_object_get(entity, "labels"), language),
	    "value"));
}

/* An id of the English label, or the one of Wikidata; unique in the pack. */
static char *
make_id(struct writing *w, json_t *entity)
{
	const char *text = label(entity, "en");
	const char *number = json_string_value(json_object_get(entity, "id"));
	struct buf id = BUF_INIT;

	for (; text != NULL && *text != '\0' && id.len < ID_MAX; text++) {
		if (isalnum((unsigned char)*text))
			buf_add_char(&id, (char)tolower((unsigned char)*text));
		else if (id.len > 0 && id.data[id.len - 1] != '-' &&
			 (unsigned char)*text < 0x80)
			buf_add_char(&id, '-');
	}
	while (id.len > 0 && id.data[id.len - 1] == '-')
		buf_truncate(&id, id.len - 1);
	if (id.len == 0)
		buf_add_str(&id, number);
	else if (map_get(w->ids, buf_str(&id)) != MAP_NONE)
		buf_addf(&id, "-%s", number);
	strings_add(w->ids_text, buf_str(&id));
	map_add(w->ids, w->ids_text->at[w->ids_text->len - 1], 0);
	return buf_take(&id);
}

/* A string in quotes, as YAML reads it, too. */
static void
put_quoted(struct buf *pack, const char *text)
{
	struct buf quoted = BUF_INIT;

	json_put_str(&quoted, text);
	buf_add(pack, quoted.data, quoted.len);
	buf_clear(&quoted);
}

/* A name of the language at hand, unless it was one already. */
static void
write_name(struct writing *w, const char *language, json_t *value)
{
	const char *name = json_string_value(json_object_get(value, "value"));

	if (name == NULL || map_add(&w->seen, name, 0) != MAP_NONE ||
	    !lint_is_findable(name))
		return;
	if (lint_is_common(name)) {
		strings_add(&w->left_out, name);
		return;
	}
	if (!w->names_open) {
		buf_add_str(w->pack, "      ");
		put_quoted(w->pack, language);
		buf_add_str(w->pack, ": [");
		w->names_open = true;
	} else {
		buf_add_str(w->pack, ", ");
	}
	put_quoted(w->pack, name);
	w->names++;
}

static void
write_language(struct writing *w, json_t *entity, const char *language)
{
	json_t *labels = json_object_get(entity, "labels");
	json_t *aliases =
	    json_object_get(json_object_get(entity, "aliases"), language);
	json_t *alias;
	size_t i;

	w->names_open = false;
	write_name(w, language, json_object_get(labels, language));
	json_array_foreach(aliases, i, alias)
	{
		write_name(w, language, alias);
	}
	if (w->names_open)
		buf_add_str(w->pack, "]\n");
}

static int
order_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All languages of labels and aliases in order, English first: what other
 * languages write the same is not repeated. */
static void
write_languages(struct writing *w, json_t *entity)
{
	static const char *const keys[] = {"labels", "aliases"};
	struct strings languages = {NULL, 0};
	const char *language;
	json_t *value;

	for (int i = 0; i < 2; i++) {
		json_object_foreach(
		    json_object_get(entity, keys[i]), language, value)
		{
			if (value_check_language(language) == NULL &&
			    !strings_has(&languages, language))
				strings_add(&languages, language);
		}
	}
	if (languages.len > 0)
		qsort(languages.at, languages.len, sizeof(*languages.at),
		    order_strings);
	write_language(w, entity, "en");
	for (size_t i = 0; i < languages.len; i++)
		write_language(w, entity, languages.at[i]);
	strings_clear(&languages);
}

static void
write_left_out(struct writing *w)
{
	if (w->left_out.len == 0)
		return;
	buf_add_str(w->pack, "    # left out, too common: ");
	for (size_t i = 0; i < w->left_out.len; i++) {
		buf_add_str(w->pack, i > 0 ? ", " : "");
		put_quoted(w->pack, w->left_out.at[i]);
	}
	buf_add_char(w->pack, '\n');
}

/* Writes an entity; false when it has no name that is worth it. */
static bool
write_entity(struct writing *w, json_t *entity)
{
	const char *number = json_string_value(json_object_get(entity, "id"));
	size_t start = w->pack->len;
	char *id;

	if (number == NULL || *number != 'Q' ||
	    number[1 + strspn(number + 1, "0123456789")] != '\0')
		return false; /* anything else could be YAML of its own */
	id = make_id(w, entity);
	buf_add_str(w->pack, "  - id: ");
	put_quoted(w->pack, id);
	buf_addf(w->pack, " # %s\n    type: %s\n    names:\n", number,
	    type_of(entity));
	free(id);
	w->names = 0;
	write_languages(w, entity);
	write_left_out(w);
	if (w->names == 0)
		buf_truncate(w->pack, start);
	map_clear(&w->seen);
	strings_clear(&w->left_out);
	return w->names > 0;
}

/* Entities of one JSON value: an entity, or Special:EntityData's object, or a
 * list of either. */
static size_t
write_value(struct writing *w, json_t *value)
{
	json_t *list = json_object_get(value, "entities"), *one;
	const char *key;
	size_t count = 0, i;

	if (list != NULL) {
		json_object_foreach(list, key, one)
		{
			count += write_entity(w, one);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, one)
		{
			count += write_value(w, one);
		}
	} else if (json_is_object(value)) {
		count = write_entity(w, value);
	}
	return count;
}

/* A dump has an entity a line, a comma behind each, brackets around all. */
static size_t
write_lines(struct writing *w, const char *json, size_t len, char **error)
{
	const char *end = json + len, *p = json, *stop;
	size_t count = 0, line = 1;

	for (; p < end && *error == NULL; p = stop + 1, line++) {
		size_t n;
		json_error_t why;
		json_t *value;

		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL)
			stop = end;
		n = (size_t)(stop - p);
		while (n > 0 && strchr(" \t\r,", p[n - 1]) != NULL)
			n--;
		if (n < 2)
			continue;
		value = json_loadb(p, n, 0, &why);
		if (value == NULL)
			*error = xasprintf("line %zu, column %d: %s", line,
			    why.column, why.text);
		count += write_value(w, value);
		json_decref(value);
	}
	return count;
}

size_t
wikidata_to_pack(const char *json, size_t len, struct buf *pack, char **error)
{
	struct map ids = {NULL, 0, 0};
	struct strings ids_text = {NULL, 0};
	struct writing w = {.pack = pack, .ids = &ids, .ids_text = &ids_text};
	json_t *value = json_loadb(json, len, 0, NULL);
	size_t count;

	*error = NULL;
	buf_add_str(pack,
	    "# From Wikidata (CC0). Look it over: take away what names others, "
	    "too.\nentities:\n");
	if (value != NULL)
		count = write_value(&w, value);
	else
		count = write_lines(&w, json, len, error);
	json_decref(value);
	map_clear(&ids);
	strings_clear(&ids_text);
	if (*error != NULL)
		return 0;
	return count;
}

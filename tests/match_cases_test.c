/*
 * feeds/match: the cases by language, news, texts full of forms, blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/strings.h"
#include "match/match.h"
#include "tests/match_told.h"

#define NAMES_MAX 64

/* Entities read from JSON of the configuration's shape. */
struct fixture {
	json_t *json;
	struct match_entity *entities;
	size_t len;
	struct match_set *set;
};

static char *
data_path(const char *name)
{
	const char *dir = getenv("SRCDIR");

	return xasprintf("%s/tests/data/match/%s", dir ? dir : ".", name);
}

static enum match_type
type_of(const char *name)
{
	return strcmp(name, "person") == 0  ? MATCH_PERSON
	       : strcmp(name, "place") == 0 ? MATCH_PLACE
					    : MATCH_OTHER;
}

static void
read_names(struct match_entity *entity, json_t *names)
{
	struct match_name *list = xcalloc(NAMES_MAX, sizeof(*list));
	const char *language;
	json_t *texts, *text;
	size_t i;

	json_object_foreach(names, language, texts)
	{
		json_array_foreach(texts, i, text)
		{
			assert_true(entity->names_len < NAMES_MAX);
			list[entity->names_len++] =
			    (struct match_name){.text = json_string_value(text),
				.language = language};
		}
	}
	entity->names = list;
}

static struct fixture
read_entities(const char *file)
{
	struct fixture f = {.len = 0};
	char *path = data_path(file);
	json_t *list, *one;
	size_t i;

	f.json = json_load_file(path, 0, NULL);
	assert_non_null(f.json);
	list = json_object_get(f.json, "entities");
	f.entities = xcalloc(json_array_size(list), sizeof(*f.entities));
	json_array_foreach(list, i, one)
	{
		struct match_entity *entity = &f.entities[f.len++];

		entity->id = json_string_value(json_object_get(one, "id"));
		entity->type =
		    type_of(json_string_value(json_object_get(one, "type")));
		read_names(entity, json_object_get(one, "names"));
	}
	f.set = match_set_new(f.entities, f.len);
	free(path);
	return f;
}

static void
fixture_clear(struct fixture *f)
{
	match_set_free(f->set);
	for (size_t i = 0; i < f->len; i++)
		free((void *)(uintptr_t)f->entities[i].names);
	free(f->entities);
	json_decref(f->json);
}

static bool
has_entity(const char *told, const char *id)
{
	char *start = xasprintf("%s:", id), *later = xasprintf("\n%s:", id);
	bool found = strncmp(told, start, strlen(start)) == 0 ||
		     strstr(told, later) != NULL;

	free(start);
	free(later);
	return found;
}

/* Runs a file of cases (language, + or - and entity, text); how many fail. */
static unsigned
count_failures(
    const struct match_set *set, const char *name, bool tell_language)
{
	char line[1024], *path = data_path(name);
	FILE *file = fopen(path, "r");
	unsigned failed = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *rest = line, *language = strsep(&rest, "\t");
		char *entity = strsep(&rest, "\t"), *told;

		rest[strcspn(rest, "\n")] = '\0';
		told =
		    match_told_scan(set, rest, tell_language ? language : NULL);
		if (has_entity(told, entity + 1) != (*entity == '+')) {
			print_message("# %s %s: %s\n", language, entity, rest);
			failed++;
		}
		free(told);
	}
	fclose(file);
	free(path);
	return failed;
}

static void
all_cases_pass_when_the_language_is_known(void **state)
{
	struct fixture f = read_entities("entities.json");

	assert_int_equal(count_failures(f.set, "cases.tsv", true), 0);
	fixture_clear(&f);
}

static void
nearly_all_cases_pass_when_it_is_not(void **state)
{
	struct fixture f = read_entities("entities.json");

	assert_true(count_failures(f.set, "cases.tsv", false) <= 6);
	fixture_clear(&f);
}

static void
names_stand_in_print_as_it_comes(void **state)
{
	struct fixture f = read_entities("entities.json");

	assert_int_equal(count_failures(f.set, "print.tsv", true), 0);
	assert_int_equal(count_failures(f.set, "print.tsv", false), 0);
	fixture_clear(&f);
}

static void
news_is_read_without_false_alarms(void **state)
{
	struct fixture f = read_entities("news.json");

	assert_int_equal(count_failures(f.set, "news.tsv", true), 0);
	/* Three German endings count only in texts known to be German. */
	assert_int_equal(count_failures(f.set, "news.tsv", false), 3);
	fixture_clear(&f);
}

/* A line of texts.jsonl: a text and the [offset, entity, length] of all that
 * should be found. */
struct expected {
	const struct match_set *set;
	json_t *mentions;
	size_t wrong;
};

static void
on_expected(void *arg, const struct match_mention *m)
{
	struct expected *expected = arg;
	const char *id = match_set_entity_id(expected->set, m->entity);
	json_t *mention;
	size_t i;

	json_array_foreach(expected->mentions, i, mention)
	{
		json_t *offset = json_array_get(mention, 0);

		if (json_integer_value(offset) == (json_int_t)m->offset &&
		    json_integer_value(json_array_get(mention, 2)) ==
			(json_int_t)m->len &&
		    strcmp(json_string_value(json_array_get(mention, 1)), id) ==
			0) {
			json_array_remove(expected->mentions, i);
			return;
		}
	}
	print_message("# unexpected %s at %zu\n", id, m->offset);
	expected->wrong++;
}

static void
texts_full_of_forms_are_read_as_the_recipe_reads_them(void **state)
{
	struct fixture f = read_entities("many.json");
	char *line = NULL, *path = data_path("texts.jsonl");
	FILE *file = fopen(path, "r");
	size_t cap = 0, lines = 0;

	assert_non_null(file);
	for (; getline(&line, &cap, file) > 0; lines++) {
		json_t *json = json_loads(line, 0, NULL);
		json_t *text = json_object_get(json, "text");
		struct expected expected = {
		    f.set, json_object_get(json, "mentions"), 0};

		match_scan(f.set, json_string_value(text),
		    json_string_length(text),
		    json_string_value(json_object_get(json, "language")),
		    on_expected, &expected);
		if (expected.wrong + json_array_size(expected.mentions) > 0)
			print_message("# line %zu\n", lines + 1);
		assert_int_equal(expected.wrong, 0);
		assert_int_equal(json_array_size(expected.mentions), 0);
		json_decref(json);
	}
	assert_true(lines >= 300);
	fclose(file);
	free(line);
	free(path);
	fixture_clear(&f);
}

static void
a_block_opens_anywhere_and_only_when_whole(void **state)
{
	struct fixture f = read_entities("entities.json");
	size_t len;
	const void *bytes = match_set_bytes(f.set, &len);
	char *copy = xmalloc(len), *told;
	struct match_set *set;

	memcpy(copy, bytes, len);
	set = match_set_open(copy, len);
	assert_non_null(set);
	told = match_told_scan(set, "с Макроном", "ru");
	assert_string_equal(told, "macron:Макроном");
	free(told);
	match_set_free(set);
	assert_null(match_set_open(copy, len - 8));
	copy[len / 2] ^= 1;
	assert_null(match_set_open(copy, len));
	assert_null(match_set_open("", 0));
	free(copy);
	fixture_clear(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_cases_pass_when_the_language_is_known),
	    cmocka_unit_test(nearly_all_cases_pass_when_it_is_not),
	    cmocka_unit_test(names_stand_in_print_as_it_comes),
	    cmocka_unit_test(news_is_read_without_false_alarms),
	    cmocka_unit_test(
		texts_full_of_forms_are_read_as_the_recipe_reads_them),
	    cmocka_unit_test(a_block_opens_anywhere_and_only_when_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * feeds/match: names in every case, by tests/data/match/grammar.tsv. A line:
 * language, name, its forms, words that are none; lists parted by commas.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "match/match.h"

static void
on_mention(void *arg, const struct match_mention *m)
{
	*(bool *)arg |= !m->miss;
}

/* How many of a list are found or not against what should be. */
static unsigned
count_wrong_words(const struct match_set *set, const char *language,
    const char *words, bool should)
{
	char *list = xstrdup(words), *rest = list, *word;
	unsigned wrong = 0;

	while (*words != '\0' && (word = strsep(&rest, ",")) != NULL) {
		bool found = false;

		word += strspn(word, " ");
		match_scan(
		    set, word, strlen(word), language, on_mention, &found);
		if (found == should)
			continue;
		print_message("# %s %s: %s\n", language ? language : "und",
		    should ? "missed" : "found", word);
		wrong++;
	}
	free(list);
	return wrong;
}

static unsigned
count_wrong(char *line)
{
	char *rest = line, *language = strsep(&rest, "\t");
	const struct match_name name = {.text = strsep(&rest, "\t")};
	const struct match_entity entity = {
	    .id = "e", .type = MATCH_PERSON, .names = &name, .names_len = 1};
	const char *forms = strsep(&rest, "\t"), *others = rest ? rest : "";
	/* German endings count only where the language is known. */
	bool only_told = strcmp(language, "de") == 0;
	struct match_set *set = match_set_new(&entity, 1);
	unsigned wrong = count_wrong_words(set, language, forms, true) +
			 count_wrong_words(set, language, others, false);

	if (!only_told)
		wrong += count_wrong_words(set, NULL, forms, true) +
			 count_wrong_words(set, NULL, others, false);
	match_set_free(set);
	return wrong;
}

static void
names_are_found_in_every_case(void **state)
{
	const char *dir = getenv("SRCDIR");
	char *path =
	    xasprintf("%s/tests/data/match/grammar.tsv", dir ? dir : ".");
	FILE *file = fopen(path, "r");
	unsigned wrong = 0, lines = 0;
	char *line = NULL;
	size_t cap = 0;

	assert_non_null(file);
	for (; getline(&line, &cap, file) > 0; lines++) {
		line[strcspn(line, "\n")] = '\0';
		wrong += count_wrong(line);
	}
	assert_int_equal(wrong, 0);
	assert_true(lines >= 400);
	fclose(file);
	free(line);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_found_in_every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

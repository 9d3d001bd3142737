/*
 * Lists the forms that would be found of a name, for people to read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/strings.h"
#include "match/endings.h"
#include "match/fold.h"
#include "match/languages.h"
#include "match/match.h"

#define HANGUL 0xac00 /* its first syllable */

struct listing {
	const struct endings *endings;
	uint64_t languages;
	struct strings forms;
	struct buf form;
};

/* Korean particles behind names in other letters go without saying. */
static bool
is_particle(
    const uint16_t *stem, unsigned len, const uint16_t *ending, unsigned n)
{
	return n > 0 && ending[0] >= HANGUL && stem[len - 1] < HANGUL;
}

static void
on_stem(void *arg, const uint16_t *stem, unsigned len, unsigned row, bool bare)
{
	struct listing *l = arg;
	const struct endings_row *r = endings_row(l->endings, row);

	if (!(r->languages & l->languages))
		return;
	for (unsigned i = 0; i < r->ids_len; i++) {
		unsigned n;
		const uint16_t *ending =
		    endings_text(l->endings, r->ids[i], &n);

		if ((n == 0 && !bare) || is_particle(stem, len, ending, n))
			continue;
		buf_reset(&l->form);
		for (unsigned k = 0; k < len; k++)
			fold_put_letter(&l->form, stem[k]);
		for (unsigned k = 0; k < n; k++)
			fold_put_letter(&l->form, ending[k]);
		strings_add_once(&l->forms, buf_str(&l->form));
	}
}

static int
order_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
match_list_forms(
    const char *name, const char *language, match_on_forms on_forms, void *arg)
{
	struct endings *endings = endings_new();
	const char *p = name, *end = name + strlen(name);
	struct fold_shape shape;
	struct fold_word word;
	bool several, capitals;

	fold_shape(p, end, &shape);
	several = fold_next(&p, end, &word) && fold_next(&p, end, &word);
	capitals = shape.upper && several;
	for (p = name; fold_next(&p, end, &word);) {
		struct listing l = {.endings = endings,
		    .languages = languages_of_text(language)};

		fold_shape(word.start, word.end, &shape);
		endings_of(endings, word.letter, word.len,
		    endings_kind(
			word.len, fold_acronym(&shape, capitals), several),
		    on_stem, &l);
		if (l.forms.len > 0)
			qsort(l.forms.at, l.forms.len, sizeof(*l.forms.at),
			    order_strings);
		on_forms(
		    arg, word.start, (size_t)(word.end - word.start), &l.forms);
		strings_clear(&l.forms);
		buf_clear(&l.form);
	}
	endings_free(endings);
}

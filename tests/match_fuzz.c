/*
 * Fuzzes feeds/match: mentions lie within the text, on whole characters and
 * in order; the fast reader of words finds what the plain one finds. The first
 * line of the input is a name of its own, the rest the text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "match/fold.h"
#include "match/match.h"
#include "match/reader.h"
#include "tests/fuzz.h"

struct text {
	const char *bytes;
	size_t len;
	size_t last; /* offset of the last mention */
};

static void
on_mention(void *arg, const struct match_mention *m)
{
	struct text *text = arg;

	if (m->offset > text->len || m->len > text->len - m->offset ||
	    m->len == 0 || m->offset < text->last ||
	    !utf8_is_valid(text->bytes + m->offset, m->len))
		abort();
	text->last = m->offset;
}

/* Compares the words that the reader told with those of fold_next from *p. */
static void
compare_words(const struct reader_word *words, unsigned count, const char **p,
    const char *end)
{
	struct fold_word word;

	for (unsigned i = 0; i < count; i++)
		if (!fold_next(p, end, &word) || words[i].start != word.start ||
		    words[i].capital != word.capital ||
		    words[i].head != reader_head(word.letter, word.len))
			abort();
}

static void
compare_readers(const char *bytes, size_t len)
{
	const char *p = bytes, *end = bytes + len;
	struct reader_word words[READER_WORDS];
	struct fold_word word;
	struct reader reader;
	unsigned count;

	reader_init(&reader, bytes, end);
	while ((count = reader_next(&reader, words)) > 0)
		compare_words(words, count, &p, end);
	if (fold_next(&p, end, &word))
		abort();
}

/* A set with names of every kind, and one more. */
static struct match_set *
make_set(const char *name)
{
	const struct match_name names[] = {{.text = "Emmanuel Macron"},
	    {.text = "Макрон"}, {.text = "NATO"}, {.text = "WHO"},
	    {.text = "Nord Stream 2"}, {.text = "a a a a"},
	    {.text = "Слов'янськ"}, {.text = "القاعدة"}, {.text = "马克龙"},
	    {.text = "マクロン"}, {.text = "마크롱"},
	    {.text = "iOS", .letter_case = MATCH_CASE_EXACT},
	    {.text = "S-?[34]00|(a+)+$", .regex = true}, {.text = name}};
	const char *const phrases[] = {"Macron Software", name};
	const char *const near[] = {"Paris", "президент"};
	const size_t len = sizeof(names) / sizeof(*names);
	const struct match_entity entities[] = {
	    {.id = "a", .type = MATCH_PERSON, .names = names, .names_len = len},
	    {.id = "b",
		.names = names,
		.names_len = len,
		.exclude = phrases,
		.exclude_len = 2,
		.near = near,
		.near_len = 2},
	};

	return match_set_new(entities, 2);
}

/* A name of the input such as "a a a a a a" over a text of the like costs up to
 * 30 us a word, and fifty times that when instrumented. */
#define LEN_MAX 1024

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const languages[] = {NULL, "ru", "hu", "pl-PL"};
	const uint8_t *line = len > 0 ? memchr(bytes, '\n', len) : NULL;
	size_t name_len = line != NULL ? (size_t)(line - bytes) : 0;
	char *name = xstrndup((const char *)bytes, name_len);
	static struct match_set *nameless; /* most inputs; to be quick */
	struct match_set *set;
	struct text text = {(const char *)bytes + name_len, len - name_len, 0};
	const char *language = languages[len % 4];

	if (len > LEN_MAX)
		text.len = name_len < LEN_MAX ? LEN_MAX - name_len : 0;
	if (nameless == NULL)
		nameless = make_set("");
	set = name_len > 0 ? make_set(name) : nameless;
	compare_readers(text.bytes, text.len);
	match_scan(set, text.bytes, text.len, language, on_mention, &text);
	text.last = 0;
	match_explain(set, text.bytes, text.len, language, on_mention, &text);
	if (set != nameless)
		match_set_free(set);
	free(name);
	return 0;
}

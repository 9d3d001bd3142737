/*
 * Fuzzes feeds/match: mentions lie within the text, on whole characters and
 * in order; the fast reader of words finds what the plain one finds. The first
 * line of the input is a name of its own, the rest the text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
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

static void
compare_readers(const char *bytes, size_t len)
{
	const char *p = bytes, *end = bytes + len;
	struct fold_word plain, fast;
	struct reader reader;
	bool more;

	reader_init(&reader, bytes, end);
	do {
		more = fold_next(&p, end, &plain);
		if (reader_next(&reader, &fast) != more)
			abort();
		if (more &&
		    (plain.start != fast.start || plain.end != fast.end ||
			plain.len != fast.len ||
			plain.capital != fast.capital ||
			(plain.len <= FOLD_WORD_MAX &&
			    memcmp(plain.letter, fast.letter,
				(plain.len + 4) * sizeof(*plain.letter)) != 0)))
			abort();
	} while (more);
}

/* A set with names of every kind, and one more. */
static struct match_set *
make_set(const char *name)
{
	const struct match_name names[] = {{.text = "Emmanuel Macron"},
	    {.text = "Макрон"}, {.text = "NATO"}, {.text = "WHO"},
	    {.text = "Nord Stream 2"}, {.text = "a a a a a a a a a a a a a"},
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

/* A name such as "a a a a" over a text of the like costs about 20 us a word,
 * and fifty times that when instrumented. */
#define LEN_MAX 4096

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const languages[] = {NULL, "ru", "hu", "pl-PL"};
	const uint8_t *line = len > 0 ? memchr(bytes, '\n', len) : NULL;
	size_t name_len = line != NULL ? (size_t)(line - bytes) : 0;
	char *name = xstrndup((const char *)bytes, name_len);
	struct match_set *set = make_set(name);
	struct text text = {(const char *)bytes + name_len, len - name_len, 0};
	const char *language = languages[len % 4];

	if (len > LEN_MAX)
		text.len = name_len < LEN_MAX ? LEN_MAX - name_len : 0;
	compare_readers(text.bytes, text.len);
	match_scan(set, text.bytes, text.len, language, on_mention, &text);
	text.last = 0;
	match_explain(set, text.bytes, text.len, language, on_mention, &text);
	match_set_free(set);
	free(name);
	return 0;
}

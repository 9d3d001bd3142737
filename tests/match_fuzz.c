/*
 * Fuzzes feeds/match: mentions lie within the text, on whole characters and
 * in order; the fast reader of words finds what the plain one finds. The first
 * byte of the input chooses a set of names and a language, the rest is text.
 */
#include <stdlib.h>
#include <string.h>

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

#define NAMES_MAX 20
#define SETS (sizeof(names) / sizeof(*names))

/* What sets are made of: scripts and rules; forms that meet in many ways;
 * what the tokeniser minds; case, acronyms, numerals and a regex. */
static const struct match_name names[][NAMES_MAX] = {
    {{.text = "Emmanuel Macron"}, {.text = "Макрон"}, {.text = "NATO"},
	{.text = "Крокус Сити Холл"}, {.text = "Nord Stream 2"},
	{.text = "Київ"}, {.text = "Северная Ирландия"}, {.text = "القاعدة"},
	{.text = "דוד"}, {.text = "Αθήνα"}, {.text = "თბილისი"},
	{.text = "Երևան"}, {.text = "马克龙"}, {.text = "マクロン"},
	{.text = "ガス"}, {.text = "มาครง"}, {.text = "마크롱"},
	{.text = "한국"}},
    {{.text = "a"}, {.text = "a a"}, {.text = "a a a"}, {.text = "a a a a a a"},
	{.text = "Anna A"}, {.text = "Anna Anna"}, {.text = "Иван Иван Иван"},
	{.text = "Иванов"}, {.text = "Иванова"}, {.text = "Ива"},
	{.text = "Rada"}, {.text = "Radzie Rada"}},
    {{.text = "Слов'янськ"}, {.text = "О'Нил"}, {.text = "O'Neill"},
	{.text = "Jean-Claude Juncker"}, {.text = "St. Petersburg"},
	{.text = "Élysée"}, {.text = "Straße"}, {.text = "İstanbul"},
	{.text = "Æon ﬁlm"}, {.text = "Ångström"}, {.text = "é́́"},
	{.text = "각하"}, {.text = "x"}, {.text = "А"}},
    {{.text = "iOS", .letter_case = MATCH_CASE_EXACT},
	{.text = "еврозона", .letter_case = MATCH_CASE_ANY},
	{.text = "McDonald", .letter_case = MATCH_CASE_EXACT}, {.text = "WHO"},
	{.text = "un"}, {.text = "МИД"}, {.text = "PO"}, {.text = "Stream II"},
	{.text = "Юрий ІІ"}, {.text = "XX"}, {.text = "August", .exact = true},
	{.text = "24"}, {.text = "S 300"},
	{.text = "S-?[34]00|(a+)+$", .regex = true}},
};

static size_t
count_names(const struct match_name *list)
{
	size_t len = 0;

	while (len < NAMES_MAX && list[len].text != NULL)
		len++;
	return len;
}

/* Each name twice: of a person, and with conditions. */
static struct match_set *
make_set(const struct match_name *list)
{
	size_t len = count_names(list);
	const char *const phrases[] = {"Macron Software", list[len / 2].text};
	const char *const near[] = {"Paris", "президент", list[0].text};
	const struct match_entity entities[] = {
	    {.id = "a", .type = MATCH_PERSON, .names = list, .names_len = len},
	    {.id = "b",
		.names = list,
		.names_len = len,
		.exclude = phrases,
		.exclude_len = 2,
		.near = near,
		.near_len = 3},
	};

	return match_set_new(entities, 2);
}

/* Bytes of text read with each set: a word whose forms meet in many ways costs
 * up to 30 us, and fifty times that when instrumented. */
static const size_t len_max[SETS] = {512, 64, 512, 512};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const languages[] = {NULL, "ru", "hu", "pl-PL"};
	static struct match_set *sets[SETS]; /* made once; to be quick */
	struct text text = {.bytes = (const char *)bytes + 1};
	const char *language;
	size_t which;

	if (len == 0)
		return 0;
	which = bytes[0] % SETS;
	language = languages[bytes[0] / SETS % 4];
	text.len = len - 1 < len_max[which] ? len - 1 : len_max[which];
	if (sets[which] == NULL)
		sets[which] = make_set(names[which]);
	compare_readers(text.bytes, text.len);
	match_scan(
	    sets[which], text.bytes, text.len, language, on_mention, &text);
	text.last = 0;
	match_explain(
	    sets[which], text.bytes, text.len, language, on_mention, &text);
	return 0;
}

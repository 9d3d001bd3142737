/*
 * Suffix tables of many languages and the few rules that are no table: the
 * vowels of Ukrainian, Hungarian doubling, Arabic and Hebrew prefixes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match/endings.h"
#include "match/fold.h"
#include "match/fold_data.h"
#include "match/languages.h"

#define STEM_MIN 3   /* letters left after stripping one or none */
#define STEM_SHORT 2 /* after stripping more, or in a name of several words */
#define BARE_MIN 4   /* letters of a stripped stem without an ending */
#define PART_MAX 4   /* letters of a word that these limits concern */
#define SUFFIX_MAX 4 /* letters */
#define ROWS_MAX 512
#define ENDINGS_MAX 1024
#define STEM_MAX (FOLD_WORD_MAX + 4)

/* Rows outside the table, found by their place after its last one. */
enum extra {
	EXTRA_BASE,
	EXTRA_ACRONYM_CYRILLIC,
	EXTRA_ACRONYM_LATIN,
	EXTRA_ACRONYM_O_CYRILLIC,
	EXTRA_ACRONYM_O_LATIN,
	EXTRA_UK_SOFT,
	EXTRA_UK_VOWEL,
	EXTRA_UK_VOWEL_SOFT,
	EXTRA_HU_DOUBLED, /* this and the next 25, by letter */
	EXTRAS = EXTRA_HU_DOUBLED + 26
};
static const struct {
	const char *language; /* NULL: any */
	const char *endings;
} extras[EXTRA_HU_DOUBLED] = {
    [EXTRA_BASE] = {NULL, "0"},
    [EXTRA_ACRONYM_CYRILLIC] = {NULL, "а у ом е ів ы ов"},
    [EXTRA_ACRONYM_LATIN] = {NULL, "u a em om e s ja ju"},
    [EXTRA_ACRONYM_O_CYRILLIC] = {NULL, "а у ом"},
    [EXTRA_ACRONYM_O_LATIN] = {NULL, "a u om em"},
    [EXTRA_UK_SOFT] = {"uk", "і"},
    [EXTRA_UK_VOWEL] = {"uk", "а у ом і ові ів и"},
    [EXTRA_UK_VOWEL_SOFT] = {"uk", "я ю ем і"},
};

struct rule {
	uint64_t suffix; /* its letters, the last one lowest */
	uint8_t language;
	uint8_t strip;
};

struct endings {
	struct endings_row rows[ROWS_MAX + EXTRAS];
	struct rule rules[ROWS_MAX]; /* of the table's rows, same place */
	unsigned rules_len;
	uint16_t order[ROWS_MAX]; /* rows sorted by suffix */
	uint16_t text[ENDINGS_MAX][ENDINGS_LETTERS_MAX];
	uint8_t text_len[ENDINGS_MAX];
	unsigned text_count;
	uint16_t *ids; /* of all rows */
	unsigned ids_len;
};

static unsigned
intern_ending(struct endings *e, const uint16_t *letters, unsigned len)
{
	unsigned i;

	for (i = 0; i < e->text_count; i++)
		if (e->text_len[i] == len &&
		    memcmp(e->text[i], letters, len * sizeof(*letters)) == 0)
			return i;
	assert(i < ENDINGS_MAX && len <= ENDINGS_LETTERS_MAX);
	memcpy(e->text[i], letters, len * sizeof(*letters));
	e->text_len[i] = (uint8_t)len;
	e->text_count++;
	return i;
}

/* Letters of UTF-8 text up to a space; moves *p behind them. */
static unsigned
read_letters(const char **p, uint16_t *letters)
{
	const char *end = *p + strlen(*p);
	uint32_t code = 0;
	unsigned len = 0;

	while (*p < end && **p != ' ') {
		*p += fold_decode(*p, end, &code);
		assert(len < ENDINGS_LETTERS_MAX);
		letters[len++] = (uint16_t)code;
	}
	return len;
}

static void
add_row(struct endings *e, unsigned row, uint64_t mask, const char *list)
{
	uint16_t letters[ENDINGS_LETTERS_MAX];
	unsigned len;

	e->rows[row] = (struct endings_row){mask, e->ids + e->ids_len, 0};
	while (*list != '\0') {
		len = read_letters(&list, letters);
		if (len == 1 && letters[0] == '0')
			len = 0;
		e->ids[e->ids_len++] = (uint16_t)intern_ending(e, letters, len);
		e->rows[row].ids_len++;
		if (*list == ' ')
			list++;
	}
}

static uint64_t
suffix_key(const uint16_t *letters, unsigned len)
{
	uint64_t key = 0;

	for (unsigned i = 0; i < len; i++)
		key = key << 16 | letters[i];
	return key;
}

static void
add_rule(struct endings *e, const struct endings_line *line, unsigned bit)
{
	uint16_t letters[ENDINGS_LETTERS_MAX];
	const char *suffix = line->suffix;
	unsigned len = read_letters(&suffix, letters), row = e->rules_len++;

	assert(row < ROWS_MAX && len <= SUFFIX_MAX);
	e->rules[row] = (struct rule){
	    suffix_key(letters, len), (uint8_t)bit, (uint8_t)line->strip};
	e->order[row] = (uint16_t)row;
	add_row(e, row, 1ULL << bit, line->endings);
}

/* A row for each script in which the language has endings. */
static void
add_rules(struct endings *e)
{
	for (unsigned i = 0; endings_lines[i].language != NULL; i++)
		for (uint64_t mask =
			 languages_by_code(endings_lines[i].language);
		     mask != 0; mask &= mask - 1)
			add_rule(e, &endings_lines[i],
			    (unsigned)__builtin_ctzll(mask));
}

static void
add_extras(struct endings *e)
{
	for (unsigned i = 0; i < EXTRA_HU_DOUBLED; i++) {
		const char *code = extras[i].language;
		uint64_t mask =
		    code == NULL ? LANGUAGE_ANY : languages_by_code(code);

		add_row(e, e->rules_len + i, mask, extras[i].endings);
	}
	for (unsigned i = 0; i < 26; i++) {
		char list[] = "xal xel";

		list[0] = list[4] = (char)('a' + i);
		add_row(e, e->rules_len + EXTRA_HU_DOUBLED + i,
		    languages_by_code("hu"), list);
	}
}

static int
order_by_suffix(const void *a, const void *b, void *arg)
{
	const struct endings *e = arg;
	unsigned i = *(const uint16_t *)a, k = *(const uint16_t *)b;

	if (e->rules[i].suffix != e->rules[k].suffix)
		return e->rules[i].suffix < e->rules[k].suffix ? -1 : 1;
	return (i > k) - (i < k);
}

struct endings *
endings_new(void)
{
	struct endings *e = xcalloc(1, sizeof(*e));
	size_t bytes = 0;

	for (unsigned i = 0; endings_lines[i].language != NULL; i++)
		bytes += 2 * strlen(endings_lines[i].endings) + 2;
	e->ids = xcalloc(bytes + 64 * EXTRAS, sizeof(*e->ids));
	intern_ending(e, e->text[0], 0); /* becomes ENDINGS_NONE */
	add_rules(e);
	add_extras(e);
	qsort_r(e->order, e->rules_len, sizeof(*e->order), order_by_suffix, e);
	return e;
}

void
endings_free(struct endings *e)
{
	if (e == NULL)
		return;
	free(e->ids);
	free(e);
}

const struct endings_row *
endings_row(const struct endings *e, unsigned row)
{
	return &e->rows[row];
}

unsigned
endings_count(const struct endings *e)
{
	return e->text_count;
}

const uint16_t *
endings_text(const struct endings *e, unsigned id, unsigned *len)
{
	*len = e->text_len[id];
	return e->text[id];
}

/* Whether a letter is among those of a UTF-8 string. */
static bool
is_one_of(uint16_t letter, const char *letters)
{
	const char *end = letters + strlen(letters);
	uint32_t code = 0;

	while (letters < end) {
		letters += fold_decode(letters, end, &code);
		if (code == letter)
			return true;
	}
	return false;
}

static bool
is_vowel(uint16_t letter, enum script script)
{
	switch (script) {
	case SCRIPT_LATIN:
		return is_one_of(letter, "aeiouy");
	case SCRIPT_CYRILLIC:
		return is_one_of(letter, "аеиоуыэюяіїє");
	case SCRIPT_GEORGIAN:
		return is_one_of(letter, "აეიოუ");
	case SCRIPT_ARMENIAN:
		return is_one_of(letter, "աեէըիոօու");
	case SCRIPT_OTHER:
	case SCRIPT_GREEK:
	case SCRIPT_HANGUL:
	case SCRIPT_ARABIC:
	case SCRIPT_HEBREW:
		break;
	}
	return false;
}

/* One word on its way to its stems. */
struct job {
	const struct endings *e;
	const uint16_t *word;
	unsigned len;
	enum script script;
	unsigned least; /* letters of a word and of a stem */
	unsigned least_bare;
	uint64_t languages; /* whose words are in this script */
	endings_on_stem on_stem;
	void *arg;
};

static void
tell(const struct job *job, unsigned len, unsigned row)
{
	job->on_stem(job->arg, job->word, len, row, true);
}

static void
tell_extra(const struct job *job, unsigned len, enum extra extra)
{
	tell(job, len, job->e->rules_len + extra);
}

static void
apply_rule(const struct job *job, unsigned row, unsigned suffix_len)
{
	unsigned strip = job->e->rules[row].strip;
	unsigned least = strip < 2 ? job->least : STEM_SHORT;
	unsigned left = job->len - strip;

	if (strip > job->len || left == 0 ||
	    (suffix_len < job->len && left < least))
		return;
	job->on_stem(job->arg, job->word, left, row,
	    strip == 0 || left >= job->least_bare);
}

/* Applies the rows with this suffix in languages of the word's script that had
 * no longer suffix; returns the languages that had one. */
static uint64_t
apply_suffix(
    const struct job *job, uint64_t key, unsigned suffix_len, uint64_t done)
{
	const struct endings *e = job->e;
	unsigned low = 0, high = e->rules_len;
	uint64_t now = 0;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (e->rules[e->order[mid]].suffix < key)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < e->rules_len; low++) {
		unsigned row = e->order[low];
		unsigned bit = e->rules[row].language;

		if (e->rules[row].suffix != key)
			break;
		if ((done >> bit & 1) || !(job->languages >> bit & 1))
			continue;
		apply_rule(job, row, suffix_len);
		now |= 1ULL << bit;
	}
	return done | now;
}

static void
apply_table(const struct job *job)
{
	static const uint16_t vowel[] = {'#', 'v'}, consonant[] = {'#', 'c'};
	const uint16_t *end = job->word + job->len;
	unsigned n = job->len < SUFFIX_MAX ? job->len : SUFFIX_MAX;
	uint64_t done = 0;

	for (; n > 0; n--)
		done = apply_suffix(job, suffix_key(end - n, n), n, done);
	if (end[-1] != 0x44a) /* the hard sign */
		apply_suffix(job,
		    suffix_key(
			is_vowel(end[-1], job->script) ? vowel : consonant, 2),
		    0, done);
}

/* Прага, Празі: к г х become ц з с before -і. Changes the stem. */
static void
soften_uk(const struct job *job, uint16_t *stem, unsigned len)
{
	static const uint16_t from[] = {0x43a, 0x433, 0x445},
			      to[] = {0x446, 0x437, 0x441};

	for (int i = 0; i < 3; i++) {
		if (stem[len - 1] != from[i])
			continue;
		stem[len - 1] = to[i];
		job->on_stem(job->arg, stem, len,
		    job->e->rules_len + EXTRA_UK_SOFT, true);
		return;
	}
}

static void
apply_uk_soft(const struct job *job)
{
	uint16_t stem[STEM_MAX];
	unsigned len = job->len;

	if (is_one_of(job->word[len - 1], "аяоь"))
		len--;
	if (len < 3)
		return;
	memcpy(stem, job->word, len * sizeof(*stem));
	soften_uk(job, stem, len);
}

/* Київ, Києва; потік, потоку, потоці; Тернопіль, Тернополя: the vowel of a
 * closed last syllable. */
static void
apply_uk_vowel(const struct job *job)
{
	static const uint16_t i_becomes[] = {0x43e, 0x435, 0x454};
	uint16_t stem[STEM_MAX];
	unsigned len = job->len;
	uint16_t last = job->word[len - 1];
	bool soft = is_one_of(last, "ь");

	if (is_vowel(last, SCRIPT_CYRILLIC) || is_one_of(last, "й"))
		return;
	len -= soft;
	if (len < 2)
		return;
	for (unsigned i = len - 2; i > 0 && i + 4 > len; i--) {
		uint16_t vowel = job->word[i];
		bool is_i = vowel == 0x456;

		if (!is_i && vowel != 0x457 /* ї */) {
			if (is_vowel(vowel, SCRIPT_CYRILLIC))
				return;
			continue;
		}
		for (int k = is_i ? 0 : 2; k < 3; k++) {
			memcpy(stem, job->word, len * sizeof(*stem));
			stem[i] = i_becomes[k];
			job->on_stem(job->arg, stem, len,
			    job->e->rules_len +
				(soft ? EXTRA_UK_VOWEL_SOFT : EXTRA_UK_VOWEL),
			    true);
			soften_uk(job, stem, len);
		}
		return;
	}
}

/* Tells prefix + stem for each prefix of a list ("0": none). */
static void
apply_prefixes(const struct job *job, unsigned from, const char *list)
{
	uint16_t whole[STEM_MAX + ENDINGS_LETTERS_MAX];

	while (*list != '\0') {
		unsigned n = read_letters(&list, whole);

		if (n == 1 && whole[0] == '0')
			n = 0;
		memcpy(whole + n, job->word + from,
		    (job->len - from) * sizeof(*whole));
		job->on_stem(job->arg, whole, n + job->len - from,
		    job->e->rules_len + EXTRA_BASE, true);
		if (*list == ' ')
			list++;
	}
}

/* And, so, in, to, as and the article are written as one with the word; a name
 * with the article keeps it. */
static void
apply_arabic(const struct job *job)
{
	bool article =
	    job->len > 4 && job->word[0] == 0x627 && job->word[1] == 0x644;
	unsigned from = article ? 2 : 0;

	if (job->len - from < 3)
		return;
	if (!article)
		apply_prefixes(job, from, "0 و ف ب ل ك وب ول فب فل");
	apply_prefixes(job, from, "ال وال فال بال كال لل ولل وبال");
}

static bool
has_digit(const struct job *job)
{
	for (unsigned i = 0; i < job->len; i++)
		if (fold_class(job->word[i]) & FOLD_DIGIT)
			return true;
	return false;
}

static void
apply_acronym(const struct job *job)
{
	bool cyrillic = job->script == SCRIPT_CYRILLIC;
	uint16_t last = job->word[job->len - 1];

	tell_extra(job, job->len,
	    cyrillic ? EXTRA_ACRONYM_CYRILLIC : EXTRA_ACRONYM_LATIN);
	if (job->len < 4)
		return;
	if (last == 'o')
		tell_extra(job, job->len - 1, EXTRA_ACRONYM_O_LATIN);
	else if (last == 0x43e)
		tell_extra(job, job->len - 1, EXTRA_ACRONYM_O_CYRILLIC);
}

static void
apply_word(const struct job *job)
{
	uint16_t last = job->word[job->len - 1];

	if (job->script == SCRIPT_ARABIC) {
		apply_arabic(job);
		return;
	}
	if (job->script == SCRIPT_HEBREW && job->len >= 3) {
		apply_prefixes(
		    job, 0, "ו ה ב ל מ ש כ וה וב ול ומ וש שה מה של שב כש");
		return;
	}
	if (job->len < job->least || job->script == SCRIPT_OTHER ||
	    has_digit(job))
		return;
	apply_table(job);
	if (job->script == SCRIPT_LATIN && last >= 'a' && last <= 'z' &&
	    !is_vowel(last, SCRIPT_LATIN))
		tell_extra(
		    job, job->len, (enum extra)(EXTRA_HU_DOUBLED + last - 'a'));
	if (job->script == SCRIPT_CYRILLIC) {
		apply_uk_soft(job);
		apply_uk_vowel(job);
	}
}

enum endings_kind
endings_kind(unsigned len, unsigned acronym, bool several)
{
	if (acronym > 0)
		return ENDINGS_ACRONYM;
	return several && len <= PART_MAX ? ENDINGS_PART : ENDINGS_WORD;
}

void
endings_of(const struct endings *e, const uint16_t *word, unsigned len,
    enum endings_kind kind, endings_on_stem on_stem, void *arg)
{
	enum script script;
	struct job job;

	if (len == 0 || len > FOLD_WORD_MAX) /* not all letters are there */
		return;
	script = language_script(word, len);
	job = (struct job){.e = e,
	    .word = word,
	    .len = len,
	    .script = script,
	    .least = kind == ENDINGS_PART || script == SCRIPT_HANGUL
			 ? STEM_SHORT
			 : STEM_MIN,
	    .least_bare = kind == ENDINGS_PART ? BARE_MIN - 1 : BARE_MIN,
	    .languages = languages_by_script(script),
	    .on_stem = on_stem,
	    .arg = arg};
	tell_extra(&job, len, EXTRA_BASE);
	if (kind == ENDINGS_ACRONYM)
		apply_acronym(&job);
	else if (kind != ENDINGS_EXACT)
		apply_word(&job);
}

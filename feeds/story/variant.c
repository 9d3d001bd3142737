/*
 * Versions of a text, told by hashes of their words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "story/keys.h"
#include "story/variant.h"
#include "story/words.h"

#define FIGURE 1u /* flags in the lowest bits of a hash */
#define NAME 2u
#define FLAGS UINT64_C(3)
#define WORD(hash) ((hash) & ~FLAGS)
#define LONG_WORD 4   /* letters, from which on a word says something */
#define LIGHT_PART 10 /* one word in ten may differ */
#define RELATED_PERCENT 30
#define BODY_MIN 8 /* words of a body that tell an article */

/* Short words say little, but for Han and its kin, which come in pairs. */
static bool
is_telling(const struct word *word)
{
	return word->chars >= LONG_WORD || (word->flags & WORD_DIGIT) ||
	       word->len == 3 * word->chars;
}

static void
add_words(struct variant_text *text, const struct words *words)
{
	for (size_t i = 0; i < words->len; i++) {
		const struct word *word = &words->at[i];
		const char *letters = words_text(words, word);
		uint64_t hash = WORD(hash_bytes(0, letters, word->len));
		uint64_t flags = (word->flags & WORD_DIGIT ? FIGURE : 0) |
				 (word->flags & WORD_UPPER ? NAME : 0);

		if (text->len == VARIANT_WORDS_MAX)
			return;
		if (is_telling(word))
			text->stems[text->stems_len++] =
			    hash_bytes(1, letters, word->stem_len);
		text->words[text->len] = hash;
		text->sorted[text->len++] = hash | flags;
	}
}

static void
add_text(struct variant_text *text, const char *string, size_t len)
{
	struct words words = {.join_marks = true};

	words_split(&words, string, len, SIZE_MAX, VARIANT_WORDS_MAX);
	text->words = xreallocarray(
	    text->words, text->len + words.len + 1, sizeof(*text->words));
	text->sorted = xreallocarray(
	    text->sorted, text->len + words.len + 1, sizeof(*text->sorted));
	text->stems = xreallocarray(
	    text->stems, text->stems_len + words.len + 1, sizeof(*text->stems));
	add_words(text, &words);
	words_clear(&words);
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
sort(uint64_t *hashes, size_t len)
{
	if (len > 1)
		qsort(hashes, len, sizeof(*hashes), compare_hashes);
}

void
variant_text_init(struct variant_text *text, const char *title,
    const char *summary, const char *content)
{
	const char *headline;
	size_t len, kept = 0;

	*text = (struct variant_text){.words = NULL};
	headline = keys_headline(title != NULL ? title : "", &len);
	add_text(text, headline, len);
	text->title_len = text->len;
	if (summary != NULL)
		add_text(text, summary, strlen(summary));
	if (content != NULL)
		add_text(text, content, strlen(content));
	sort(text->sorted, text->len);
	sort(text->stems, text->stems_len);
	for (size_t i = 0; i < text->stems_len; i++)
		if (kept == 0 || text->stems[i] != text->stems[kept - 1])
			text->stems[kept++] = text->stems[i];
	text->stems_len = kept;
}

void
variant_text_clear(struct variant_text *text)
{
	free(text->words);
	free(text->sorted);
	free(text->stems);
	*text = (struct variant_text){.words = NULL};
}

/* ---- comparing ----------------------------------------------------------- */

/* Words that only one of the texts has, as often as it has them. */
struct odd_words {
	size_t len;
	uint64_t flags; /* of all these */
};

static void
find_odd_words(const struct variant_text *a, const struct variant_text *b,
    struct odd_words *odd)
{
	size_t i = 0, j = 0;

	for (; i < a->len; i++) {
		while (j < b->len && WORD(b->sorted[j]) < WORD(a->sorted[i]))
			j++;
		if (j < b->len && WORD(b->sorted[j]) == WORD(a->sorted[i])) {
			j++;
			continue;
		}
		odd->len++;
		odd->flags |= a->sorted[i] & FLAGS;
	}
}

static size_t
count_common(const struct variant_text *a, const struct variant_text *b)
{
	size_t i = 0, j = 0, common = 0;

	while (i < a->stems_len && j < b->stems_len) {
		uint64_t x = a->stems[i], y = b->stems[j];

		common += x == y;
		i += x <= y;
		j += y <= x;
	}
	return common;
}

/* Of the longer words of the shorter text; an empty one was filled later. */
static bool
is_related(const struct variant_text *a, const struct variant_text *b)
{
	size_t least =
	    a->stems_len < b->stems_len ? a->stems_len : b->stems_len;

	return count_common(a, b) * 100 >= least * RELATED_PERCENT;
}

static bool
is_equal(const uint64_t *a, size_t a_len, const uint64_t *b, size_t b_len)
{
	return a_len == b_len &&
	       (a_len == 0 || memcmp(a, b, a_len * sizeof(*a)) == 0);
}

/* Whether nothing but a word of a long headline may differ. */
static bool
is_one_word(const struct variant_text *a, const struct variant_text *b,
    const struct variant *variant)
{
	return !variant->body && a->len - a->title_len >= BODY_MIN &&
	       a->title_len >= KEYS_SHORT_WORDS_MIN &&
	       b->title_len >= KEYS_SHORT_WORDS_MIN;
}

struct variant
variant_compare(const struct variant_text *a, const struct variant_text *b)
{
	struct variant variant = {.related = is_related(a, b)};
	struct odd_words gone = {0}, come = {0};
	size_t longest = a->len > b->len ? a->len : b->len;
	uint64_t flags;

	variant.title =
	    !is_equal(a->words, a->title_len, b->words, b->title_len);
	variant.body = !is_equal(a->words + a->title_len, a->len - a->title_len,
	    b->words + b->title_len, b->len - b->title_len);
	variant.same = !variant.title && !variant.body;
	find_odd_words(a, b, &gone);
	find_odd_words(b, a, &come);
	flags = gone.flags | come.flags;
	variant.figures = (flags & FIGURE) != 0;
	variant.light = (flags == 0 && gone.len * LIGHT_PART <= longest &&
			    come.len * LIGHT_PART <= longest) ||
			(is_one_word(a, b, &variant) && gone.len <= 1 &&
			    come.len <= 1 && !variant.figures);
	return variant;
}

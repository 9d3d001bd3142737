/*
 * Turns tokens into stems with classes of endings. Tokens that end alike take
 * the same endings, so classes are few and a form is never stored.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match/fold.h"
#include "match/intern.h"
#include "match/reader.h"
#include "match/stems.h"

#define ROWS_MAX 256 /* rows of all languages for one word */
#define TOLD_LETTERS_MAX (FOLD_WORD_MAX + ENDINGS_LETTERS_MAX)
#define FORMS_MAX 1024     /* different endings */
#define FILTER_BITS_MIN 11 /* of a place in the filters */
#define FILTER_BITS_MAX 15

/* A row told for a stem of the token at hand. */
struct told {
	uint16_t stem[TOLD_LETTERS_MAX];
	uint16_t len;
	uint16_t row; /* row * 2 + bare */
	bool used;
};

struct stem {
	uint64_t hash;
	struct set_stem stem;
	unsigned places; /* enum stems_place */
};

/* An ending of a class; those of a class follow each other. */
struct class_ending {
	uint16_t ending;
	uint16_t mask;
};

struct stems {
	struct endings *endings;
	struct buf *letters;
	struct buf stems; /* struct stem */
	struct intern classes;
	struct intern masks;
	struct buf class_at;      /* uint32_t */
	struct buf class_endings; /* struct class_ending */
	struct told told[ROWS_MAX];
	unsigned told_len;
};

struct stems *
stems_new(struct buf *letters)
{
	struct stems *s = xcalloc(1, sizeof(*s));
	const uint64_t none = 0; /* mask number 0 */

	s->endings = endings_new();
	s->letters = letters;
	intern_number(&s->masks, &none, sizeof(none), NULL);
	return s;
}

void
stems_free(struct stems *s)
{
	if (s == NULL)
		return;
	endings_free(s->endings);
	buf_clear(&s->stems);
	intern_clear(&s->classes);
	intern_clear(&s->masks);
	buf_clear(&s->class_at);
	buf_clear(&s->class_endings);
	free(s);
}

static void
on_stem(void *arg, const uint16_t *stem, unsigned len, unsigned row, bool bare)
{
	struct stems *s = arg;
	struct told *told = &s->told[s->told_len];

	if (s->told_len == ROWS_MAX || len > TOLD_LETTERS_MAX)
		return;
	memcpy(told->stem, stem, len * sizeof(*stem));
	told->len = (uint16_t)len;
	told->row = (uint16_t)(row * 2 + bare);
	told->used = false;
	s->told_len++;
}

/* The endings of a class, from the rows that make it. */
static void
add_class(struct stems *s, const uint16_t *rows, unsigned rows_len)
{
	uint64_t mask[FORMS_MAX] = {0};
	uint32_t at =
	    (uint32_t)(s->class_endings.len / sizeof(struct class_ending));
	unsigned count = endings_count(s->endings);

	assert(count <= FORMS_MAX);
	for (unsigned i = 0; i < rows_len; i++) {
		const struct endings_row *row =
		    endings_row(s->endings, rows[i] / 2);

		for (unsigned k = 0; k < row->ids_len; k++)
			if (row->ids[k] != ENDINGS_NONE || rows[i] % 2)
				mask[row->ids[k]] |= row->languages;
	}
	buf_add(&s->class_at, &at, sizeof(at));
	for (unsigned id = 0; id < count; id++) {
		struct class_ending ending = {(uint16_t)id, 0};

		if (mask[id] == 0)
			continue;
		ending.mask = (uint16_t)intern_number(
		    &s->masks, &mask[id], sizeof(*mask), NULL);
		buf_add(&s->class_endings, &ending, sizeof(ending));
	}
}

static int
order_rows(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* The class of all rows told for the same stem as told[i]. */
static uint32_t
class_of(struct stems *s, unsigned i)
{
	uint16_t rows[ROWS_MAX] = {s->told[i].row};
	unsigned len = 1;
	uint32_t class;
	bool fresh;

	for (unsigned k = i + 1; k < s->told_len; k++) {
		struct told *told = &s->told[k];

		if (told->used || told->len != s->told[i].len ||
		    memcmp(told->stem, s->told[i].stem,
			told->len * sizeof(*told->stem)) != 0)
			continue;
		told->used = true;
		rows[len++] = told->row;
	}
	qsort(rows, len, sizeof(*rows), order_rows);
	class = intern_number(&s->classes, rows, len * sizeof(*rows), &fresh);
	if (fresh)
		add_class(s, rows, len);
	return class;
}

/* Where the stem's letters are: at the token's when it begins like that. */
static uint32_t
letters_of(
    struct stems *s, const struct told *told, const struct stems_token *token)
{
	const uint16_t *word =
	    (const uint16_t *)(const void *)s->letters->data + token->letters;
	size_t bytes = told->len * sizeof(*word);
	uint32_t at = (uint32_t)(s->letters->len / sizeof(*word));

	if (told->len <= token->len && memcmp(word, told->stem, bytes) == 0)
		return token->letters;
	buf_add(s->letters, told->stem, bytes);
	return at;
}

void
stems_add(struct stems *s, uint32_t number, const struct stems_token *token)
{
	uint16_t word[FOLD_WORD_MAX];

	memcpy(word, s->letters->data + token->letters * sizeof(*word),
	    token->len * sizeof(*word));
	s->told_len = 0;
	endings_of(s->endings, word, token->len, token->kind, on_stem, s);
	for (unsigned i = 0; i < s->told_len; i++) {
		struct stem stem = {.hash = SET_SEED, .places = token->places};

		if (s->told[i].used)
			continue;
		for (unsigned k = 0; k < s->told[i].len; k++)
			stem.hash = set_hash(stem.hash, s->told[i].stem[k]);
		stem.stem.check = (uint32_t)stem.hash;
		stem.stem.len = s->told[i].len & 0x7f;
		stem.stem.token = number;
		stem.stem.letters = letters_of(s, &s->told[i], token);
		stem.stem.whole = stem.stem.letters == token->letters &&
				  stem.stem.len == token->len;
		stem.stem.class = class_of(s, i) & 0xffffff;
		buf_add(&s->stems, &stem, sizeof(stem));
	}
}

static unsigned
bits_for(size_t count, unsigned least, unsigned most)
{
	unsigned bits = least;

	while (bits < most && (size_t)1 << bits < count)
		bits++;
	return bits;
}

static void
write_stems(struct stems *s, struct buf *section, struct set_header *header)
{
	const struct stem *stems = (const void *)s->stems.data;
	size_t count = s->stems.len / sizeof(*stems);
	uint32_t len = set_places_for(count);
	struct set_stem *places = xcalloc(len, sizeof(*places));

	header->stem_shift = 64 - (uint32_t)__builtin_ctz(len);
	for (size_t i = 0; i < count; i++) {
		uint64_t at = stems[i].hash >> header->stem_shift;

		while (places[at].len != 0)
			at = (at + 1) & (len - 1);
		places[at] = stems[i].stem;
	}
	buf_add(section, places, len * sizeof(*places));
	free(places);
}

static uint64_t *
filter_of(struct buf *section)
{
	return (uint64_t *)(void *)section->data;
}

/* Sets the bits of the heads of all words that the stem can begin. */
static void
filter_stem(const struct stems *s, const struct stem *stem,
    struct buf section[SET_SECTIONS], unsigned shift)
{
	const uint32_t *at = (const void *)s->class_at.data;
	const struct class_ending *endings =
	    (const void *)s->class_endings.data;
	size_t len = stem->stem.len;
	uint16_t word[FOLD_WORD_MAX + 2 * ENDINGS_LETTERS_MAX];
	uint32_t i = at[stem->stem.class], end = at[stem->stem.class + 1];
	uint64_t hash;
	unsigned n;

	for (; i < end; i++) {
		const uint16_t *text =
		    endings_text(s->endings, endings[i].ending, &n);

		memcpy(word,
		    s->letters->data + stem->stem.letters * sizeof(*word),
		    len * sizeof(*word));
		memcpy(word + len, text, n * sizeof(*word));
		hash = set_head_hash(reader_head(word, (unsigned)len + n));
		set_filter_add(
		    filter_of(&section[SET_FILTER_ANY]), shift, hash);
		if (stem->places & STEMS_FIRST_SMALL)
			set_filter_add(
			    filter_of(&section[SET_FILTER_SMALL]), shift, hash);
		if (len >= SET_FILTER_LETTERS)
			return;
	}
}

static void
add_filter(struct buf *section, unsigned bits)
{
	size_t bytes = sizeof(uint64_t) << bits;

	memset(buf_reserve(section, bytes), 0, bytes);
	section->len = bytes;
}

static void
write_filters(struct stems *s, struct buf section[SET_SECTIONS],
    struct set_header *header)
{
	const struct stem *stems = (const void *)s->stems.data;
	size_t count = s->stems.len / sizeof(*stems), firsts = 0;
	unsigned bits;

	for (size_t i = 0; i < count; i++)
		firsts += (stems[i].places & STEMS_FIRST) != 0;
	bits = bits_for(firsts / 2, FILTER_BITS_MIN, FILTER_BITS_MAX);
	header->filter_shift = 64 - bits;
	header->stem_filter_shift = 64 - (bits - 2);
	add_filter(&section[SET_FILTER_ANY], bits);
	add_filter(&section[SET_FILTER_SMALL], bits);
	add_filter(&section[SET_FILTER_FIRST], bits - 2);
	add_filter(&section[SET_FILTER_INNER], bits - 2);
	for (size_t i = 0; i < count; i++) {
		if (stems[i].places & STEMS_INNER)
			set_filter_add(filter_of(&section[SET_FILTER_INNER]),
			    header->stem_filter_shift, stems[i].hash);
		if (!(stems[i].places & STEMS_FIRST))
			continue;
		filter_stem(s, &stems[i], section, header->filter_shift);
		set_filter_add(filter_of(&section[SET_FILTER_FIRST]),
		    header->stem_filter_shift, stems[i].hash);
	}
}

static struct set_letter *
find_letter(
    struct set_letter *places, unsigned mask, unsigned node, uint16_t letter)
{
	unsigned i = set_letter_place(node, letter) & mask;

	while (places[i].next != 0 &&
	       (places[i].node != node || places[i].letter != letter))
		i = (i + 1) & mask;
	return &places[i];
}

/* All endings as a trie from the last letter back. */
static void
write_letters(struct stems *s, struct buf *section)
{
	unsigned count = endings_count(s->endings), len, places_len;
	struct set_letter *places;
	uint16_t nodes = 0;

	places_len = 1u << bits_for((size_t)count * ENDINGS_LETTERS_MAX, 4, 16);
	places = xcalloc(places_len, sizeof(*places));
	for (unsigned id = 1; id < count; id++) {
		const uint16_t *text = endings_text(s->endings, id, &len);
		struct set_letter *place = NULL;
		unsigned node = 0;

		while (len-- > 0) {
			place = find_letter(
			    places, places_len - 1, node, text[len]);
			if (place->next == 0)
				*place = (struct set_letter){
				    (uint16_t)node, text[len], ++nodes, 0};
			node = place->next;
		}
		if (place != NULL)
			place->ending = (uint16_t)id;
	}
	buf_add(section, places, places_len * sizeof(*places));
	free(places);
}

/* The mask of each class and ending, and of each ending at all. */
static void
write_classes(struct stems *s, struct buf section[SET_SECTIONS])
{
	const uint32_t *at = (const void *)s->class_at.data;
	const struct class_ending *endings =
	    (const void *)s->class_endings.data;
	const uint64_t *masks = (const void *)s->masks.bytes.data;
	unsigned count = endings_count(s->endings);
	uint64_t mask[FORMS_MAX] = {0};

	for (uint32_t class = 0; class < s->classes.count; class ++) {
		uint16_t numbers[FORMS_MAX] = {0};

		for (uint32_t i = at[class]; i < at[class + 1]; i++) {
			numbers[endings[i].ending] = endings[i].mask;
			mask[endings[i].ending] |= masks[endings[i].mask];
		}
		buf_add(
		    &section[SET_CLASSES], numbers, count * sizeof(*numbers));
	}
	buf_add(&section[SET_ENDING_MASKS], mask, count * sizeof(*mask));
	buf_add(&section[SET_MASKS], masks, s->masks.bytes.len);
}

void
stems_finish(struct stems *s, struct buf section[SET_SECTIONS],
    struct set_header *header)
{
	uint32_t end =
	    (uint32_t)(s->class_endings.len / sizeof(struct class_ending));

	buf_add(&s->class_at, &end, sizeof(end));
	header->endings = endings_count(s->endings);
	write_filters(s, section, header);
	write_stems(s, &section[SET_STEMS], header);
	write_letters(s, &section[SET_ENDING_LETTERS]);
	write_classes(s, section);
}

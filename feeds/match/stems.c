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
#define FILTER_BITS_MAX 16

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
	enum stems_place place;
};

struct stems {
	struct endings *endings;
	struct buf *letters;
	struct buf stems; /* struct stem */
	struct intern classes;
	struct intern masks;
	struct buf class_at;      /* uint32_t */
	struct buf class_endings; /* struct set_ending */
	struct told told[ROWS_MAX];
	unsigned told_len;
};

struct stems *
stems_new(struct buf *letters)
{
	struct stems *s = xcalloc(1, sizeof(*s));

	s->endings = endings_new();
	s->letters = letters;
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
	    (uint32_t)(s->class_endings.len / sizeof(struct set_ending));
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
		struct set_ending ending = {id, 0};

		if (mask[id] == 0)
			continue;
		ending.mask =
		    intern_number(&s->masks, &mask[id], sizeof(*mask), NULL);
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
	uint16_t rows[ROWS_MAX];
	unsigned len = 0;
	uint32_t class;
	bool fresh;

	for (unsigned k = i; k < s->told_len; k++) {
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
    struct stems *s, const struct told *told, const struct set_token *token)
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
stems_add(struct stems *s, uint32_t token, const struct set_token *t,
    enum endings_kind kind, enum stems_place place)
{
	uint16_t word[FOLD_WORD_MAX];

	memcpy(word, s->letters->data + t->letters * sizeof(*word),
	    t->len * sizeof(*word));
	s->told_len = 0;
	endings_of(s->endings, word, t->len, kind, on_stem, s);
	for (unsigned i = 0; i < s->told_len; i++) {
		struct stem stem = {.hash = SET_SEED, .place = place};

		if (s->told[i].used)
			continue;
		for (unsigned k = 0; k < s->told[i].len; k++)
			stem.hash = set_hash(stem.hash, s->told[i].stem[k]);
		stem.stem.check = (uint32_t)stem.hash;
		stem.stem.len = (uint8_t)s->told[i].len;
		stem.stem.token = token;
		stem.stem.letters = letters_of(s, &s->told[i], t);
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

/* Counting sort of the stems by bucket. */
static void
write_stems(struct stems *s, struct buf *section, struct set_header *header)
{
	const struct stem *stems = (const void *)s->stems.data;
	size_t count = s->stems.len / sizeof(*stems);
	unsigned bits = bits_for(count, 4, 31);
	size_t buckets = (size_t)1 << bits;
	uint32_t *first = xcalloc(buckets + 2, sizeof(*first));
	struct set_stem *sorted = xcalloc(count, sizeof(*sorted));

	header->stem_shift = 64 - bits;
	for (size_t i = 0; i < count; i++)
		first[(stems[i].hash >> header->stem_shift) + 2]++;
	for (size_t i = 2; i < buckets + 2; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < count; i++) {
		uint32_t *next =
		    &first[(stems[i].hash >> header->stem_shift) + 1];

		sorted[(*next)++] = stems[i].stem;
	}
	buf_add(&section[SET_STEMS], sorted, count * sizeof(*sorted));
	buf_add(&section[SET_BUCKETS], first, (buckets + 1) * sizeof(*first));
	free(sorted);
	free(first);
}

static void
set_bit(struct buf *filter, uint64_t place, unsigned bit)
{
	uint64_t *places = (uint64_t *)(void *)filter->data;

	places[place] |= 1ULL << bit;
}

/* Sets the bits of the heads of all words that the stem can begin. */
static void
filter_stem(const struct stems *s, const struct stem *stem,
    struct buf section[SET_SECTIONS], unsigned shift)
{
	const uint32_t *at = (const void *)s->class_at.data;
	const struct set_ending *endings = (const void *)s->class_endings.data;
	size_t len = stem->stem.len;
	uint32_t i = at[stem->stem.class], end = at[stem->stem.class + 1];
	uint16_t word[FOLD_WORD_MAX + 2 * ENDINGS_LETTERS_MAX];
	uint64_t head, place;
	unsigned n, bit;

	for (; i < end; i++) {
		const uint16_t *text =
		    endings_text(s->endings, endings[i].ending, &n);

		memcpy(word,
		    s->letters->data + stem->stem.letters * sizeof(*word),
		    len * sizeof(*word));
		memcpy(word + len, text, n * sizeof(*word));
		head = reader_head(word, (unsigned)len + n);
		place = set_filter_place(head, shift);
		bit = set_filter_bit(head);
		set_bit(&section[SET_FILTER_ANY], place, bit);
		if (stem->place == STEMS_FIRST_SMALL)
			set_bit(&section[SET_FILTER_SMALL], place, bit);
		if (len >= SET_FILTER_LETTERS)
			return;
	}
}

static void
write_filters(struct stems *s, struct buf section[SET_SECTIONS],
    struct set_header *header)
{
	const struct stem *stems = (const void *)s->stems.data;
	size_t count = s->stems.len / sizeof(*stems), firsts = 0, bytes;
	unsigned bits;

	for (size_t i = 0; i < count; i++)
		firsts += stems[i].place != STEMS_INNER;
	bits = bits_for(firsts / 2, FILTER_BITS_MIN, FILTER_BITS_MAX);
	bytes = ((size_t)1 << bits) * sizeof(uint64_t);
	header->filter_shift = 64 - bits;
	for (int i = SET_FILTER_ANY; i <= SET_FILTER_STEMS; i++) {
		memset(buf_reserve(&section[i], bytes), 0, bytes);
		section[i].len = bytes;
	}
	for (size_t i = 0; i < count; i++) {
		if (stems[i].place == STEMS_INNER)
			continue;
		filter_stem(s, &stems[i], section, header->filter_shift);
		set_bit(&section[SET_FILTER_STEMS],
		    stems[i].hash >> header->filter_shift, stems[i].hash & 63);
	}
}

static struct set_letter *
find_letter(
    struct set_letter *places, unsigned mask, unsigned node, uint16_t letter)
{
	unsigned i = set_ending_place(node, letter) & mask;

	while (places[i].next != 0 &&
	       (places[i].node != node || places[i].letter != letter))
		i = (i + 1) & mask;
	return &places[i];
}

/* All endings as a trie from the last letter back. */
static void
write_endings(struct stems *s, struct buf section[SET_SECTIONS])
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
	buf_add(
	    &section[SET_ENDING_LETTERS], places, places_len * sizeof(*places));
	free(places);
}

/* In which languages each ending occurs at all. */
static void
write_ending_masks(struct stems *s, struct buf *section)
{
	const struct set_ending *endings = (const void *)s->class_endings.data;
	const uint64_t *masks = (const void *)s->masks.bytes.data;
	uint64_t mask[FORMS_MAX] = {0};

	for (size_t i = 0; i < s->class_endings.len / sizeof(*endings); i++)
		mask[endings[i].ending] |= masks[endings[i].mask];
	buf_add(section, mask, endings_count(s->endings) * sizeof(*mask));
}

void
stems_finish(struct stems *s, struct buf section[SET_SECTIONS],
    struct set_header *header)
{
	uint32_t end =
	    (uint32_t)(s->class_endings.len / sizeof(struct set_ending));

	buf_add(&s->class_at, &end, sizeof(end));
	write_filters(s, section, header);
	write_stems(s, section, header);
	write_endings(s, section);
	write_ending_masks(s, &section[SET_ENDING_MASKS]);
	buf_add(&section[SET_CLASSES], s->class_at.data, s->class_at.len);
	buf_add(
	    &section[SET_ENDINGS], s->class_endings.data, s->class_endings.len);
	buf_add(&section[SET_MASKS], s->masks.bytes.data, s->masks.bytes.len);
}

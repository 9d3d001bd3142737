/*
 * Weighs words: a title's more than a body's, names and numbers more than
 * other words, and the whole word beside its stem.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "story/skeleton.h"
#include "story/stop.h"
#include "story/story.h"
#include "story/terms.h"

#define STOPS_SLOTS 1024 /* for some 220 words */

#define TITLE_WEIGHT 2.0
#define BODY_WEIGHT 1.0
#define NAME_BONUS 0.5
#define DIGIT_BONUS 0.5
#define WHOLE_WORD_WEIGHT 0.5
#define FIRST_WORD_NAME 0.6 /* upper case for its place, maybe no name */
#define KIND_STEP UINT64_C(0xa0761d6478bd642f)
#define HEADLINE_UPPER 0.7 /* share of upper case: Every Word Has It */

/* What a hash is of. */
enum kind { KIND_STEM, KIND_WORD, KIND_SKELETON, KIND_NUMBER, KIND_ENTITY };

/* The seeds of two kinds differ in more bits than a word has. */
static uint64_t
hash_term(
    const struct terms *terms, enum kind kind, const char *bytes, size_t len)
{
	uint64_t seed = terms->seed + (kind + 1) * KIND_STEP;
	uint64_t hash = hash_bytes(seed, bytes, len);

	return hash != 0 ? hash : 1; /* 0 marks a free slot */
}

static void
reset_set(struct term_set *set)
{
	set->len = 0;
	memset(set->slots, 0, sizeof(set->slots));
}

/* The weight of the term, entered as 0 when new; NULL when the set is full. */
static double *
find_weight(struct term_set *set, uint64_t hash)
{
	size_t slot = hash & (TERMS_SLOTS - 1);

	while (set->slots[slot] != 0) {
		struct term *term = &set->at[set->slots[slot] - 1];

		if (term->hash == hash)
			return &term->weight;
		slot = (slot + 1) & (TERMS_SLOTS - 1);
	}
	if (set->len == TERMS_MAX)
		return NULL;
	set->at[set->len] = (struct term){hash, 0};
	set->slots[slot] = (uint16_t)++set->len;
	return &set->at[set->len - 1].weight;
}

static void
add_weight(struct term_set *set, uint64_t hash, double weight)
{
	double *old = find_weight(set, hash);

	if (old != NULL)
		*old += weight;
}

static void
raise_weight(struct term_set *set, uint64_t hash, double weight)
{
	double *old = find_weight(set, hash);

	if (old != NULL && *old < weight)
		*old = weight;
}

static bool
is_stop(const struct terms *terms, uint64_t hash)
{
	size_t slot = hash & (STOPS_SLOTS - 1);

	while (terms->stops[slot] != 0 && terms->stops[slot] != hash)
		slot = (slot + 1) & (STOPS_SLOTS - 1);
	return terms->stops[slot] != 0;
}

static void
add_stop(struct terms *terms, const char *word)
{
	uint64_t hash = hash_term(terms, KIND_WORD, word, strlen(word));
	size_t slot = hash & (STOPS_SLOTS - 1);

	while (terms->stops[slot] != 0)
		slot = (slot + 1) & (STOPS_SLOTS - 1);
	terms->stops[slot] = hash;
}

static void
add_name(struct terms *terms, const struct word *word, double weight)
{
	char skeleton[SKELETON_MAX + 1];
	size_t len =
	    skeleton_of(words_text(&terms->words, word), word->len, skeleton);

	if (len >= SKELETON_MIN)
		raise_weight(&terms->names,
		    hash_term(terms, KIND_SKELETON, skeleton, len), weight);
}

/* field: weight of the field; is_name: upper case that is not for its place. */
static void
add_word(
    struct terms *terms, const struct word *word, double field, bool is_name)
{
	const char *text = words_text(&terms->words, word);
	uint64_t whole = hash_term(terms, KIND_WORD, text, word->len);
	double weight = field;

	if (word->flags & WORD_DIGIT && word->chars > 1)
		raise_weight(&terms->names,
		    hash_term(terms, KIND_NUMBER, text, word->len), 1);
	if (is_stop(terms, whole))
		return;
	if (is_name)
		weight += field * NAME_BONUS;
	if (word->flags & WORD_DIGIT)
		weight += field * DIGIT_BONUS;
	add_weight(&terms->about,
	    hash_term(terms, KIND_STEM, text, word->stem_len), weight);
	if (word->chars > WORD_STEM)
		add_weight(&terms->about, whole, weight * WHOLE_WORD_WEIGHT);
	if (word->flags & WORD_UPPER && !(word->flags & WORD_DIGIT) &&
	    word->chars > 2)
		add_name(terms, word, is_name ? 1 : FIRST_WORD_NAME);
}

static void
add_field(struct terms *terms, double field, bool headline)
{
	const struct words *words = &terms->words;

	for (size_t i = 0; i < words->len; i++)
		add_word(terms, &words->at[i], field,
		    words->at[i].flags & WORD_INNER && !headline);
}

static void
read_text(struct terms *terms, const struct story_item *item)
{
	struct words *words = &terms->words;

	if (item->title != NULL) {
		words_split(words, item->title, strlen(item->title), SIZE_MAX,
		    TERMS_TITLE_WORDS_MAX);
		add_field(terms, TITLE_WEIGHT,
		    (double)words->upper >
			HEADLINE_UPPER * (double)words->tokens);
	}
	if (item->body != NULL) {
		words_split(words, item->body, strlen(item->body),
		    TERMS_BODY_CHARS_MAX, TERMS_BODY_WORDS_MAX);
		add_field(terms, BODY_WEIGHT, false);
	}
}

void
terms_read(struct terms *terms, const struct story_item *item)
{
	reset_set(&terms->about);
	reset_set(&terms->names);
	reset_set(&terms->ids);
	read_text(terms, item);
	for (size_t i = 0; i < item->entities_len; i++) {
		const char *id = item->entities[i];

		raise_weight(&terms->ids,
		    hash_term(terms, KIND_ENTITY, id, strlen(id)), 1);
	}
}

struct terms *
terms_new(uint64_t seed)
{
	struct terms *terms = xcalloc(1, sizeof(*terms));

	terms->seed = seed;
	terms->stops = xcalloc(STOPS_SLOTS, sizeof(*terms->stops));
	for (size_t i = 0; stop_words[i] != NULL; i++)
		add_stop(terms, stop_words[i]);
	return terms;
}

void
terms_free(struct terms *terms)
{
	if (terms == NULL)
		return;
	words_clear(&terms->words);
	free(terms->stops);
	free(terms);
}

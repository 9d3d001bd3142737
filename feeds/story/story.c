/*
 * The decision which story an item belongs to: weighs its terms, gathers the
 * cosines to all items in the window that share one, and compares stories.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/postings.h"
#include "story/story.h"
#include "story/terms.h"
#include "story/window.h"

#define DOCUMENTS_START 10000.0 /* as if so many had been seen before */
#define DOCUMENTS_MAX 500000.0  /* then all counts are halved */
#define FREQUENT 0.02           /* of all documents: such a term says nothing */
#define VECTOR_MAX 32           /* terms kept of an item, the heaviest */
#define LENGTH_SLOPE 0.2 /* long items need more: they overlap by chance */
#define LENGTH_MIDDLE 20.0
#define NAMES_COSINE 0.30  /* links items of two languages ... */
#define NAMES_SHARED_MIN 2 /* ... that share so many terms */
#define SWEEP_SLOTS 64     /* of the term table with each item */
#define SECOND_US 1e6
#define AT_MAX (INT64_C(1) << 60) /* farther dates are clamped */
#define NO_STORY UINT32_MAX

/* A term of the item in hand. */
struct weighted {
	struct posting_term *term;
	double weight;
	size_t order;
};

struct vector {
	struct weighted at[TERMS_MAX];
	size_t len;
};

struct story_index {
	struct story_options options;
	struct window window;
	struct postings postings;
	struct terms *terms;
	double documents; /* seen, DOCUMENTS_START more */
	/* The item in hand: */
	int64_t at;
	uint32_t language;
	struct vector about;
	struct vector names;
	/* Scratch by place in the ring, all zero between items. */
	uint32_t scratch_cap;
	float *cosines;
	uint8_t *shared;   /* terms of names that both items have */
	uint32_t *touched; /* numbers of items with a cosine */
	uint32_t touched_len;
	uint32_t *stories; /* places of stories with a sum */
	uint32_t stories_len;
};

/* The first subtag, lower case, as a number: en-GB and en are one language. */
static uint32_t
language_code(const char *tag)
{
	uint32_t code = 0;

	if (tag == NULL || *tag == '\0')
		tag = "und";
	for (int i = 0; i < 4 && isalpha((unsigned char)tag[i]); i++)
		code =
		    code << 8 | (unsigned char)tolower((unsigned char)tag[i]);
	return code;
}

static void
scale_vector(struct vector *vector)
{
	double length2 = 0;

	for (size_t i = 0; i < vector->len; i++)
		length2 += vector->at[i].weight * vector->at[i].weight;
	if (length2 == 0)
		return;
	for (size_t i = 0; i < vector->len; i++)
		vector->at[i].weight /= sqrt(length2);
}

static int
compare_weights(const void *a, const void *b)
{
	const struct weighted *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* TF-IDF of words and stems; very frequent ones and all but the heaviest are
 * left out. Counts the document. */
static void
weigh_about(struct story_index *index)
{
	const struct term_set *set = &index->terms->about;
	struct vector *vector = &index->about;

	vector->len = 0;
	for (size_t i = 0; i < set->len; i++) {
		struct posting_term *term =
		    postings_term(&index->postings, set->at[i].hash);
		double tf = set->at[i].weight;
		double df = term->documents++;

		if (df > FREQUENT * index->documents)
			continue;
		tf = tf > 1 ? 1 + log(tf) : tf;
		vector->at[vector->len] = (struct weighted){
		    term, tf * log((index->documents + 1) / (df + 1)), i};
		vector->len++;
	}
	if (vector->len > VECTOR_MAX) {
		qsort(vector->at, vector->len, sizeof(vector->at[0]),
		    compare_weights);
		vector->len = VECTOR_MAX;
	}
	scale_vector(vector);
}

static void
weigh_names(struct story_index *index)
{
	const struct term_set *set = &index->terms->names;
	struct vector *vector = &index->names;

	for (size_t i = 0; i < set->len; i++) {
		struct posting_term *term =
		    postings_term(&index->postings, set->at[i].hash);
		double df = term->documents++;

		vector->at[i] = (struct weighted){term,
		    set->at[i].weight * log((index->documents + 1) / (df + 1)),
		    i};
	}
	vector->len = set->len;
	scale_vector(vector);
}

/* Reads the item's terms; their places in the table stay until the next. */
static void
weigh_item(struct story_index *index, const struct story_item *item)
{
	terms_read(index->terms, item);
	if (postings_reserve(&index->postings,
		index->terms->about.len + index->terms->names.len,
		window_len(&index->window)))
		index->documents /= 2;
	if (index->documents > DOCUMENTS_MAX) {
		postings_halve(&index->postings);
		index->documents /= 2;
	}
	if (index->documents < DOCUMENTS_START)
		index->documents = DOCUMENTS_START;
	index->documents++;
	weigh_about(index);
	weigh_names(index);
}

static bool
is_in_reach(const struct story_index *index, const struct window_item *item)
{
	return (double)(index->at - item->at) <= STORY_WINDOW_S * SECOND_US;
}

/* Adds to the cosines of all items in the window with this term. */
static void
gather_about(struct story_index *index, const struct weighted *weighted)
{
	const uint32_t mask = index->scratch_cap - 1;
	const uint32_t first = index->window.first;
	const float weight = (float)weighted->weight;
	uint32_t next = weighted->term->chunk;

	while (next != 0) {
		struct posting_chunk chunk =
		    postings_chunk(&index->postings, next);

		for (size_t i = chunk.len; i-- > 0;) {
			uint32_t item = chunk.at[i].item;
			float *cosine = &index->cosines[item & mask];

			if ((int32_t)(item - first) < 0)
				return;
			if (*cosine == 0)
				index->touched[index->touched_len++] = item;
			*cosine += weight * chunk.at[i].weight;
		}
		next = chunk.before;
	}
}

/* The same for names, among items of other languages. */
static void
gather_names(struct story_index *index, const struct weighted *weighted)
{
	const uint32_t mask = index->scratch_cap - 1;
	const uint32_t first = index->window.first;
	uint32_t next = weighted->term->chunk;

	while (next != 0) {
		struct posting_chunk chunk =
		    postings_chunk(&index->postings, next);

		for (size_t i = chunk.len; i-- > 0;) {
			uint32_t item = chunk.at[i].item;

			if ((int32_t)(item - first) < 0)
				return;
			if (window_item(&index->window, item)->language ==
			    index->language)
				continue;
			if (index->shared[item & mask] == 0)
				index->touched[index->touched_len++] = item;
			if (index->shared[item & mask] < UINT8_MAX)
				index->shared[item & mask]++;
			index->cosines[item & mask] +=
			    (float)weighted->weight * chunk.at[i].weight;
		}
		next = chunk.before;
	}
}

/* Turns the items' cosines into sums and bests of their stories. */
static void
sum_stories(struct story_index *index)
{
	for (uint32_t i = 0; i < index->touched_len; i++) {
		uint32_t number = index->touched[i];
		float *cosine =
		    &index->cosines[number & (index->scratch_cap - 1)];
		struct window_item *item = window_item(&index->window, number);
		struct window_story *story =
		    &index->window.stories[item->story];
		double age_s = (double)(index->at - item->at) / SECOND_US;
		double faded = *cosine;

		*cosine = 0;
		if (!is_in_reach(index, item))
			continue;
		if (age_s > 0)
			faded *= exp2(-age_s / STORY_WINDOW_S);
		if (story->sum == 0)
			index->stories[index->stories_len++] = item->story;
		story->sum += faded;
		if (story->best < faded)
			story->best = faded;
	}
	index->touched_len = 0;
}

static double
story_score(const struct window_story *story)
{
	return 0.5 * story->sum / sqrt(story->length2) + 0.5 * story->best;
}

/* The nearest story, of equals the oldest; NO_STORY: none shares a term. */
static uint32_t
nearest_story(const struct story_index *index, double *score)
{
	uint32_t nearest = NO_STORY;

	*score = 0;
	for (uint32_t i = 0; i < index->stories_len; i++) {
		uint32_t place = index->stories[i];
		const struct window_story *stories = index->window.stories;
		double its = story_score(&stories[place]);

		if (nearest == NO_STORY || its > *score ||
		    (its == *score &&
			stories[place].id < stories[nearest].id)) {
			nearest = place;
			*score = its;
		}
	}
	return nearest;
}

/* The story of the item of another language that shares the weightiest names;
 * NO_STORY where none shares enough. */
static uint32_t
nearest_by_names(struct story_index *index, double *score)
{
	const uint32_t mask = index->scratch_cap - 1;
	uint32_t nearest = NO_STORY;

	for (size_t i = 0; i < index->names.len; i++)
		gather_names(index, &index->names.at[i]);
	*score = 0;
	for (uint32_t i = 0; i < index->touched_len; i++) {
		uint32_t number = index->touched[i];
		struct window_item *item = window_item(&index->window, number);

		if (index->shared[number & mask] >= NAMES_SHARED_MIN &&
		    index->cosines[number & mask] >= *score &&
		    is_in_reach(index, item)) {
			*score = index->cosines[number & mask];
			nearest = item->story;
		}
		index->cosines[number & mask] = 0;
		index->shared[number & mask] = 0;
	}
	index->touched_len = 0;
	return *score >= NAMES_COSINE ? nearest : NO_STORY;
}

/* Enters the item in hand into the story at a place, and its terms. */
static void
enter_item(struct story_index *index, uint32_t place)
{
	struct window_story *story = &index->window.stories[place];
	uint32_t item;

	story->length2 += 1 + 2 * story->sum;
	item = window_add(&index->window, index->at, index->language, place);
	for (size_t i = 0; i < index->about.len; i++)
		postings_add(&index->postings, index->about.at[i].term,
		    (struct posting){item, (float)index->about.at[i].weight});
	for (size_t i = 0; i < index->names.len; i++)
		postings_add(&index->postings, index->names.at[i].term,
		    (struct posting){item, (float)index->names.at[i].weight});
}

static void
forget_sums(struct story_index *index)
{
	for (uint32_t i = 0; i < index->stories_len; i++) {
		struct window_story *story =
		    &index->window.stories[index->stories[i]];

		story->sum = story->best = 0;
	}
	index->stories_len = 0;
}

static void
fit_scratch(struct story_index *index)
{
	uint32_t cap = index->window.items_cap;

	if (index->scratch_cap == cap)
		return;
	free(index->cosines);
	free(index->shared);
	free(index->touched);
	free(index->stories);
	index->scratch_cap = cap;
	index->cosines = xcalloc(cap, sizeof(*index->cosines));
	index->shared = xcalloc(cap, sizeof(*index->shared));
	index->touched = xcalloc(cap, sizeof(*index->touched));
	index->stories = xcalloc(cap, sizeof(*index->stories));
}

/* Makes an item the one in hand and compares it with all stories. */
static void
take_item(struct story_index *index, const struct story_item *item)
{
	index->at = item->at > AT_MAX    ? AT_MAX
		    : item->at < -AT_MAX ? -AT_MAX
					 : item->at;
	index->language = language_code(item->language);
	window_advance(&index->window, index->at);
	postings_expire(&index->postings, index->window.first);
	postings_sweep(&index->postings, SWEEP_SLOTS);
	weigh_item(index, item);
	fit_scratch(index);
	for (size_t i = 0; i < index->about.len; i++)
		gather_about(index, &index->about.at[i]);
	sum_stories(index);
}

static double
length_factor(size_t terms)
{
	return 1 +
	       LENGTH_SLOPE * ((double)terms - LENGTH_MIDDLE) / LENGTH_MIDDLE;
}

void
story_index_add(struct story_index *index, const struct story_item *item,
    struct story_verdict *verdict)
{
	struct story_verdict v = {.link = STORY_WORDS};
	uint32_t place, other;
	double factor, by_names;

	take_item(index, item);
	factor = length_factor(index->about.len);
	v.threshold = index->options.show * factor;
	place = nearest_story(index, &v.score);
	v.sure = v.score >= index->options.hold_back * factor;
	if (place == NO_STORY || v.score < v.threshold) {
		v.link = STORY_ALONE;
		other = nearest_by_names(index, &by_names);
		place = other;
		if (other != NO_STORY) {
			v.link = STORY_NAMES;
			v.score = by_names;
			v.threshold = NAMES_COSINE;
		}
	}
	if (place == NO_STORY)
		place = window_story(&index->window, index->window.next_id);
	enter_item(index, place);
	v.story = index->window.stories[place].id;
	forget_sums(index);
	*verdict = v;
}

void
story_index_restore(
    struct story_index *index, const struct story_item *item, uint64_t story)
{
	take_item(index, item);
	enter_item(index, window_story(&index->window, story));
	forget_sums(index);
}

void
story_index_stats(const struct story_index *index, struct story_stats *stats)
{
	const struct window *window = &index->window;
	size_t per_item = sizeof(*index->cosines) + sizeof(*index->shared) +
			  sizeof(*index->touched) + sizeof(*index->stories);

	stats->items = window_len(window);
	stats->stories = 0;
	for (uint32_t i = 0; i < window->stories_len; i++)
		stats->stories += window->stories[i].items > 0;
	stats->terms = index->postings.terms_len;
	stats->bytes = sizeof(*index) + sizeof(*index->terms) +
		       window_bytes(window) + postings_bytes(&index->postings) +
		       index->scratch_cap * per_item;
}

struct story_index *
story_index_new(const struct story_options *options)
{
	struct story_index *index = xcalloc(1, sizeof(*index));

	if (options != NULL)
		index->options = *options;
	if (index->options.show == 0)
		index->options.show = STORY_SHOW;
	if (index->options.hold_back == 0)
		index->options.hold_back = STORY_HOLD_BACK;
	index->documents = DOCUMENTS_START;
	index->terms = terms_new(index->options.seed);
	window_init(&index->window, index->options.first_id);
	postings_init(&index->postings);
	return index;
}

void
story_index_free(struct story_index *index)
{
	if (index == NULL)
		return;
	window_clear(&index->window);
	postings_clear(&index->postings);
	terms_free(index->terms);
	free(index->cosines);
	free(index->shared);
	free(index->touched);
	free(index->stories);
	free(index);
}

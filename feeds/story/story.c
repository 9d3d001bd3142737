/*
 * The decision which story an item belongs to: weighs its terms, gathers the
 * cosines to all items in the window that share one, and compares stories.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/language.h"
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
#define SWEEP_SLOTS 32     /* of the term table with each item */
/* Just below half, which is the fade of an item as old as the window. */
#define FADED 0.499999f
#define NO_STORY UINT32_MAX
#define NO_SKELETONS (1u << 31) /* in a language: its names have none */

/* A term of the item in hand. */
struct weighted {
	struct posting_term *term;
	double weight;
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
	uint32_t at_s;
	float fade; /* see window_fade_at */
	uint32_t language;
	struct vector about;
	struct vector names;
	struct vector ids;
	struct posting_sums sums; /* empty between items */
	uint32_t *touched;        /* places of stories with a sum */
	uint32_t touched_len;
};

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

/* Sorts the heaviest to the front, of equals the first, and drops the rest. */
static void
keep_heaviest(struct vector *vector)
{
	struct weighted *at = vector->at;

	for (size_t i = 1; i < vector->len; i++) {
		struct weighted next = at[i];
		size_t place = i < VECTOR_MAX ? i : VECTOR_MAX;

		for (; place > 0 && at[place - 1].weight < next.weight; place--)
			if (place < VECTOR_MAX)
				at[place] = at[place - 1];
		if (place < VECTOR_MAX)
			at[place] = next;
	}
	vector->len = VECTOR_MAX;
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
		    term, tf * log((index->documents + 1) / (df + 1))};
		vector->len++;
	}
	if (vector->len > VECTOR_MAX)
		keep_heaviest(vector);
	scale_vector(vector);
}

static void
weigh_names(struct story_index *index, const struct term_set *set,
    struct vector *vector)
{
	for (size_t i = 0; i < set->len; i++) {
		struct posting_term *term =
		    postings_term(&index->postings, set->at[i].hash);
		double df = term->documents++;

		vector->at[i] = (struct weighted){term,
		    set->at[i].weight * log((index->documents + 1) / (df + 1))};
	}
	vector->len = set->len;
	scale_vector(vector);
}

static void
prefetch_terms(const struct story_index *index, const struct term_set *set)
{
	for (size_t i = 0; i < set->len; i++)
		postings_fetch_term(&index->postings, set->at[i].hash);
}

/* Reads the item's terms; their places in the table stay until the next. */
static void
weigh_item(struct story_index *index, const struct story_item *item)
{
	terms_read(index->terms, item);
	if (postings_reserve(&index->postings,
		index->terms->about.len + index->terms->names.len +
		    index->terms->ids.len,
		window_len(&index->window)))
		index->documents /= 2;
	if (index->documents > DOCUMENTS_MAX) {
		postings_halve(&index->postings);
		index->documents /= 2;
	}
	if (index->documents < DOCUMENTS_START)
		index->documents = DOCUMENTS_START;
	index->documents++;
	prefetch_terms(index, &index->terms->about);
	prefetch_terms(index, &index->terms->names);
	weigh_about(index);
	weigh_names(index, &index->terms->names, &index->names);
	weigh_names(index, &index->terms->ids, &index->ids);
}

/* How much an item has faded, 1 to 0.5; 0 when it is too old. */
static float
item_fade(const struct story_index *index, const struct window_item *item)
{
	float fade = item->fade * index->fade;

	if (index->fade == 0)
		fade = window_fade_slowly(item, index->at_s);
	fade = fade < 1 ? fade : 1;
	return fade * (float)(fade >= FADED);
}

/* The items and stories that an item touches lie scattered: what is needed in
 * a moment is fetched ahead. */
static void
fetch_ahead(const struct story_index *index, uint32_t i)
{
	const struct posting_sums *sums = &index->sums;
	const struct window *window = &index->window;

	if (i + 16 < sums->touched_len)
		__builtin_prefetch(window_item(window, sums->touched[i + 16]));
	if (i + 8 < sums->touched_len)
		__builtin_prefetch(
		    &window->sums[window_item(window, sums->touched[i + 8])
				      ->story]);
}

/* Turns the items' cosines into sums and bests of their stories. No branch on
 * what cannot be foreseen, such as whether a story is touched already. */
static void
sum_stories(struct story_index *index)
{
	const uint32_t *items = index->sums.touched;
	const uint32_t len = index->sums.touched_len;
	uint32_t *touched = index->touched, touched_len = 0;

	for (uint32_t i = 0; i < len; i++) {
		struct window_item *item =
		    window_item(&index->window, items[i]);
		struct window_sum *sum = &index->window.sums[item->story];
		float cosine = item->cosine * item_fade(index, item);

		fetch_ahead(index, i);
		item->cosine = 0;
		touched[touched_len] = item->story;
		touched_len += (unsigned)(sum->sum <= 0) & (cosine > 0);
		sum->sum += cosine;
		sum->best = sum->best < cosine ? cosine : sum->best;
	}
	index->touched_len = touched_len;
	index->sums.touched_len = 0;
}

static double
story_score(const struct window *window, uint32_t place)
{
	const struct window_sum *sum = &window->sums[place];

	return 0.5 * sum->sum * sum->scale + 0.5 * sum->best;
}

/* The nearest story, of equals the oldest; NO_STORY: none shares a term. */
static uint32_t
nearest_story(const struct story_index *index, double *score)
{
	uint32_t nearest = NO_STORY;

	*score = 0;
	for (uint32_t i = 0; i < index->touched_len; i++) {
		uint32_t place = index->touched[i];
		const struct window_story *stories = index->window.stories;
		double its = story_score(&index->window, place);

		if (nearest == NO_STORY || its > *score ||
		    (its == *score &&
			stories[place].id < stories[nearest].id)) {
			nearest = place;
			*score = its;
		}
	}
	return nearest;
}

/* Whether the item of a number is of another language than the one in hand.
 * by_ids: names must also have failed for want of a skeleton. */
static bool
is_foreign(const struct story_index *index, uint32_t number, bool by_ids)
{
	uint32_t language = window_language(&index->window, number);

	if (language == index->language)
		return false;
	return !by_ids || ((language | index->language) & NO_SKELETONS);
}

/* The story of the item of another language that shares the weightiest names,
 * or ids of entities; NO_STORY where none shares enough. */
static uint32_t
nearest_foreign(struct story_index *index, const struct vector *vector,
    bool by_ids, double *score)
{
	struct posting_sums *sums = &index->sums;
	uint32_t nearest = NO_STORY;

	*score = 0;
	sums->counts = true;
	for (size_t i = 0; i < vector->len; i++)
		postings_gather(&index->postings, vector->at[i].term,
		    vector->at[i].weight, sums);
	for (uint32_t i = 0; i < sums->touched_len; i++) {
		uint32_t number = sums->touched[i];
		uint32_t at = number & (sums->cap - 1);
		struct window_item *item = window_item(&index->window, number);

		if (sums->shared[at] >= NAMES_SHARED_MIN &&
		    item->cosine >= *score &&
		    is_foreign(index, number, by_ids) &&
		    item_fade(index, item) > 0) {
			*score = item->cosine;
			nearest = item->story;
		}
		item->cosine = 0;
		sums->shared[at] = 0;
	}
	sums->touched_len = 0;
	return *score >= NAMES_COSINE ? nearest : NO_STORY;
}

static void
enter_terms(
    struct story_index *index, const struct vector *vector, uint32_t item)
{
	for (size_t i = 0; i < vector->len; i++)
		postings_add(&index->postings, vector->at[i].term,
		    (struct posting){item, (float)vector->at[i].weight});
}

/* Enters the item in hand into the story at a place, and its terms. */
static void
enter_item(struct story_index *index, uint32_t place)
{
	const struct window_item added = {.at_s = index->at_s, .story = place};
	uint32_t item = window_add(&index->window, &added, index->language,
	    1 + 2 * index->window.sums[place].sum);

	enter_terms(index, &index->about, item);
	enter_terms(index, &index->names, item);
	enter_terms(index, &index->ids, item);
}

static void
forget_stories(struct story_index *index)
{
	for (uint32_t i = 0; i < index->touched_len; i++) {
		struct window_sum *sum = &index->window.sums[index->touched[i]];

		sum->sum = sum->best = 0;
	}
	index->touched_len = 0;
}

static void
fit_scratch(struct story_index *index)
{
	uint32_t cap = index->window.items_cap;

	index->sums.items = index->window.items;
	if (index->sums.cap == cap)
		return;
	posting_sums_fit(&index->sums, cap);
	free(index->touched);
	index->touched = xcalloc(cap + 1, sizeof(*index->touched));
}

/* Makes an item the one in hand and compares it with all stories. */
static void
take_item(struct story_index *index, const struct story_item *item)
{
	index->language = language_code(item->language, item->title);
	if (item->title != NULL && !language_has_skeletons(item->title))
		index->language |= NO_SKELETONS;
	index->at_s = window_advance(&index->window, item->at);
	index->fade = window_fade_at(&index->window, index->at_s);
	postings_expire(&index->postings, index->window.first);
	postings_sweep(&index->postings, SWEEP_SLOTS);
	weigh_item(index, item);
	fit_scratch(index);
	index->sums.counts = false;
	for (size_t i = 0; i < index->about.len; i++)
		postings_fetch_chunk(&index->postings, index->about.at[i].term);
	for (size_t i = 0; i < index->about.len; i++)
		postings_gather(&index->postings, index->about.at[i].term,
		    index->about.at[i].weight, &index->sums);
	sum_stories(index);
}

static double
length_factor(size_t terms)
{
	return 1 +
	       LENGTH_SLOPE * ((double)terms - LENGTH_MIDDLE) / LENGTH_MIDDLE;
}

/* By names where words did not do; fills in what that changes. */
static uint32_t
join_by_names(struct story_index *index, const struct story_item *item,
    struct story_verdict *verdict)
{
	double score;
	uint32_t place = nearest_foreign(index, &index->names, false, &score);

	if (place == NO_STORY)
		place = nearest_foreign(index, &index->ids, true, &score);
	if (place == NO_STORY) {
		verdict->link = STORY_ALONE;
		return window_story(&index->window,
		    item->id != 0 ? item->id : index->window.next_id);
	}
	verdict->link = STORY_NAMES;
	verdict->score = score;
	verdict->threshold = NAMES_COSINE;
	verdict->sure_from =
	    NAMES_COSINE * index->options.hold_back / index->options.show;
	verdict->sure = score >= verdict->sure_from;
	return place;
}

void
story_index_add(struct story_index *index, const struct story_item *item,
    struct story_verdict *verdict)
{
	uint32_t place;
	double factor;

	take_item(index, item);
	factor = length_factor(index->about.len);
	place = nearest_story(index, &verdict->score);
	verdict->link = STORY_WORDS;
	verdict->threshold = index->options.show * factor;
	verdict->sure_from = index->options.hold_back * factor;
	verdict->sure = verdict->score >= verdict->sure_from;
	if (place == NO_STORY || verdict->score < verdict->threshold) {
		verdict->sure = false;
		place = join_by_names(index, item, verdict);
	}
	enter_item(index, place);
	verdict->story = index->window.stories[place].id;
	forget_stories(index);
}

void
story_index_restore(
    struct story_index *index, const struct story_item *item, uint64_t story)
{
	take_item(index, item);
	enter_item(index, window_story(&index->window, story));
	forget_stories(index);
}

void
story_index_stats(const struct story_index *index, struct story_stats *stats)
{
	const struct window *window = &index->window;
	size_t per_item = sizeof(*index->sums.shared) +
			  sizeof(*index->sums.touched) +
			  sizeof(*index->touched);

	stats->items = window_len(window);
	stats->stories = 0;
	for (uint32_t i = 0; i < window->stories_len; i++)
		stats->stories += window->stories[i].items > 0;
	stats->terms = index->postings.terms_len;
	stats->bytes = sizeof(*index) + sizeof(*index->terms) +
		       window_bytes(window) + postings_bytes(&index->postings) +
		       index->sums.cap * per_item;
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
story_index_set_thresholds(
    struct story_index *index, double show, double hold_back)
{
	index->options.show = show;
	index->options.hold_back = hold_back;
}

void
story_index_free(struct story_index *index)
{
	if (index == NULL)
		return;
	window_clear(&index->window);
	postings_clear(&index->postings);
	terms_free(index->terms);
	posting_sums_clear(&index->sums);
	free(index->touched);
	free(index);
}

/*
 * Which of the places found are mentions: not inside excluded phrases, near
 * the words that an entity asks for, and the longest of overlapping ones.
 */
#include <stdlib.h>
#include <string.h>

#include "match/scan.h"

#define WORD_BYTES 8 /* a word where words are not counted */

static int
order_by_entity(const void *a, const void *b)
{
	const struct scan_hit *x = a, *y = b;

	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->len != y->len)
		return x->len > y->len ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int
order_by_offset(const void *a, const void *b)
{
	const struct scan_hit *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return order_by_entity(a, b);
}

static struct scan_hit *
hits_of(struct buf *list, size_t *len)
{
	*len = list->len / sizeof(struct scan_hit);
	return (struct scan_hit *)(void *)list->data;
}

static void
sort(struct buf *list, int (*order)(const void *, const void *))
{
	if (list->len > sizeof(struct scan_hit))
		qsort(list->data, list->len / sizeof(struct scan_hit),
		    sizeof(struct scan_hit), order);
}

/* How many hits of a list, sorted by entity, come before this one. */
static size_t
place_of(const struct scan_hit *list, size_t len, const struct scan_hit *hit)
{
	size_t low = 0, high = len;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (order_by_entity(&list[mid], hit) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
contains(const struct scan_hit *outer, const struct scan_hit *inner)
{
	return outer->offset <= inner->offset &&
	       outer->offset + outer->len >= inner->offset + inner->len;
}

static bool
is_excluded(struct scan *s, const struct scan_hit *hit)
{
	size_t len, i;
	const struct scan_hit *phrases = hits_of(&s->hits[SET_EXCLUDE], &len);

	i = place_of(phrases, len, hit);
	if (i < len && phrases[i].entity == hit->entity &&
	    contains(&phrases[i], hit))
		return true;
	for (; i-- > 0 && phrases[i].entity == hit->entity;) {
		if (contains(&phrases[i], hit))
			return true;
		if (hit->first_word == SCAN_NO_WORD ||
		    hit->first_word - phrases[i].first_word > SCAN_AHEAD_MAX)
			break;
	}
	return false;
}

static bool
is_within(const struct scan_hit *a, const struct scan_hit *b, uint32_t words)
{
	if (a->first_word == SCAN_NO_WORD || b->first_word == SCAN_NO_WORD)
		return b->offset <=
		       a->offset + a->len + (size_t)words * WORD_BYTES;
	return b->first_word <= a->last_word + words;
}

/* Whether a near word stands close before or behind. */
static bool
has_near(struct scan *s, const struct scan_hit *hit, uint32_t words)
{
	size_t len, i;
	const struct scan_hit *near = hits_of(&s->hits[SET_NEAR], &len);

	i = place_of(near, len, hit);
	if (i < len && near[i].entity == hit->entity &&
	    is_within(hit, &near[i], words))
		return true;
	return i > 0 && near[i - 1].entity == hit->entity &&
	       is_within(&near[i - 1], hit, words);
}

/* What the entity's phrases and near words have against a hit; NULL: naught. */
static const char *
refuse(struct scan *s, const struct scan_hit *hit)
{
	const struct set_entity *entity = &s->view->entities[hit->entity];

	if (entity->excludes > 0 && is_excluded(s, hit))
		return "in an excluded phrase";
	if (entity->near_words > 0 && !has_near(s, hit, entity->near_words))
		return "none of the near words near";
	return NULL;
}

static void
drop_refused(struct scan *s)
{
	size_t len, kept = 0;
	struct scan_hit *hits = hits_of(&s->hits[SET_NAME], &len);

	for (size_t i = 0; i < len; i++) {
		const char *why = NULL;

		if (hits[i].conditional)
			why = refuse(s, &hits[i]);
		if (why == NULL) {
			hits[kept++] = hits[i];
		} else if (s->explain) {
			hits[i].rule = why;
			scan_add_hit(s, SCAN_MISSES, &hits[i]);
		}
	}
	s->hits[SET_NAME].len = kept * sizeof(*hits);
}

/* Of overlapping hits of one entity keeps the longest; sorted by entity. */
static void
keep_longest(struct buf *list)
{
	size_t len, kept = 0;
	struct scan_hit *hits = hits_of(list, &len);

	for (size_t i = 0; i < len; i++) {
		struct scan_hit *last = kept > 0 ? &hits[kept - 1] : NULL;

		if (last == NULL || last->entity != hits[i].entity ||
		    last->offset + last->len <= hits[i].offset)
			hits[kept++] = hits[i];
		else if (hits[i].len > last->len)
			*last = hits[i];
	}
	list->len = kept * sizeof(*hits);
}

/* A miss where the entity is found after all, by another name, is none. */
static void
drop_found(struct scan *s)
{
	size_t found_len, len, kept = 0;
	const struct scan_hit *found = hits_of(&s->hits[SET_NAME], &found_len);
	struct scan_hit *misses = hits_of(&s->hits[SCAN_MISSES], &len);

	for (size_t i = 0; i < len; i++) {
		size_t k = place_of(found, found_len, &misses[i]);
		bool here = k < found_len &&
			    found[k].entity == misses[i].entity &&
			    found[k].offset < misses[i].offset + misses[i].len;

		here |=
		    k > 0 && found[k - 1].entity == misses[i].entity &&
		    found[k - 1].offset + found[k - 1].len > misses[i].offset;
		if (!here)
			misses[kept++] = misses[i];
	}
	s->hits[SCAN_MISSES].len = kept * sizeof(*misses);
}

/* Whether no hit overlaps the one before it: seldom does one. */
static bool
are_apart(struct buf *list)
{
	size_t len;
	const struct scan_hit *hits = hits_of(list, &len);

	for (size_t i = 1; i < len; i++)
		if (hits[i].offset < hits[i - 1].offset + hits[i - 1].len)
			return false;
	return true;
}

void
settle_hits(struct scan *s)
{
	sort(&s->hits[SET_EXCLUDE], order_by_entity);
	sort(&s->hits[SET_NEAR], order_by_entity);
	drop_refused(s);
	if (!s->explain && are_apart(&s->hits[SET_NAME]))
		return;
	sort(&s->hits[SET_NAME], order_by_entity);
	keep_longest(&s->hits[SET_NAME]);
	if (s->explain) {
		sort(&s->hits[SCAN_MISSES], order_by_entity);
		drop_found(s);
		keep_longest(&s->hits[SCAN_MISSES]);
		sort(&s->hits[SCAN_MISSES], order_by_offset);
	}
	sort(&s->hits[SET_NAME], order_by_offset);
}

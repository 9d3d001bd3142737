/*
 * Posting lists as chains of chunks, newest first, each up to twice the size
 * of the one before: short lists stay small, long ones are walked in order of
 * memory. All chunks lie in one pool and are known by their place in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/postings.h"
#include "story/window.h"

#define TERMS_CAP_MIN (1u << 12)
#define TERMS_CAP_FREE (1u << 18) /* slots that need no live items */
#define TERMS_PER_ITEM 8          /* slots that a live item allows */
#define POOL_MIN 4096             /* words */
#define CHUNK_MAX (1u << (CHUNK_CLASSES - 1)) /* postings */
#define CACHE_LINE 64

/* The word before a chunk's postings. */
struct chunk_head {
	uint32_t before; /* the next older chunk, or the next free one */
	uint16_t len;
	uint16_t class; /* room for 1 << class postings */
};

union pool_word {
	struct chunk_head head;
	struct posting posting;
};

_Static_assert(sizeof(union pool_word) == 8, "a posting is 8 bytes");

/* Items wrap around after 2^32; the window is far smaller. */
static bool
is_expired(const struct postings *postings, uint32_t item)
{
	return (int32_t)(item - postings->first) < 0;
}

static void
free_chain(struct postings *postings, uint32_t chunk)
{
	while (chunk != 0) {
		struct chunk_head *head = &postings->pool[chunk].head;
		uint32_t before = head->before;

		head->before = postings->freed[head->class];
		postings->freed[head->class] = chunk;
		chunk = before;
	}
}

/* Frees the chunks of a term in which all is expired. */
static void
trim_term(struct postings *postings, struct posting_term *term)
{
	uint32_t *link = &term->chunk;

	while (*link != 0) {
		union pool_word *chunk = &postings->pool[*link];

		if (is_expired(postings, chunk[chunk->head.len].posting.item)) {
			free_chain(postings, *link);
			*link = 0;
			return;
		}
		link = &chunk->head.before;
	}
}

static struct posting_term *
find_slot(const struct postings *postings, uint64_t hash)
{
	size_t mask = postings->terms_cap - 1;
	size_t slot = hash & mask;

	while (postings->terms[slot].hash != 0 &&
	       postings->terms[slot].hash != hash)
		slot = (slot + 1) & mask;
	return &postings->terms[slot];
}

/* Moves all terms with documents or postings to a table of cap slots. */
static void
rebuild_terms(struct postings *postings, size_t cap)
{
	struct posting_term *old = postings->terms;
	size_t old_cap = postings->terms_cap;

	postings->terms = xcalloc(cap, sizeof(*postings->terms));
	postings->terms_cap = cap;
	postings->terms_len = 0;
	postings->swept = 0;
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i].documents == 0 && old[i].chunk == 0)
			continue;
		*find_slot(postings, old[i].hash) = old[i];
		postings->terms_len++;
	}
	free(old);
}

void
postings_halve(struct postings *postings)
{
	for (size_t i = 0; i < postings->terms_cap; i++) {
		postings->terms[i].documents /= 2;
		trim_term(postings, &postings->terms[i]);
	}
	rebuild_terms(postings, postings->terms_cap);
}

static bool
has_room(const struct postings *postings, size_t more)
{
	return postings->terms_len + more <= postings->terms_cap / 8 * 7;
}

bool
postings_reserve(struct postings *postings, size_t more, size_t live_items)
{
	size_t allowed = live_items * TERMS_PER_ITEM;
	bool halved = false;

	if (has_room(postings, more))
		return false;
	if (allowed < TERMS_CAP_FREE)
		allowed = TERMS_CAP_FREE;
	if (postings->terms_cap >= allowed) {
		postings_halve(postings);
		halved = true;
	}
	while (!has_room(postings, more) ||
	       (halved && postings->terms_len > postings->terms_cap / 4 * 3))
		rebuild_terms(postings, postings->terms_cap * 2);
	return halved;
}

void
postings_fetch_term(const struct postings *postings, uint64_t hash)
{
	__builtin_prefetch(&postings->terms[hash & (postings->terms_cap - 1)]);
}

struct posting_term *
postings_term(struct postings *postings, uint64_t hash)
{
	struct posting_term *term = find_slot(postings, hash);

	if (term->hash == 0) {
		term->hash = hash;
		postings->terms_len++;
	}
	return term;
}

static uint32_t
new_chunk(struct postings *postings, uint16_t class, uint32_t before)
{
	uint32_t chunk = postings->freed[class];
	size_t size = 1 + ((size_t)1 << class);

	if (chunk != 0) {
		postings->freed[class] = postings->pool[chunk].head.before;
	} else {
		if (postings->pool_len + size > postings->pool_cap) {
			postings->pool_cap += postings->pool_cap / 4 + POOL_MIN;
			postings->pool = xreallocarray(postings->pool,
			    postings->pool_cap, sizeof(*postings->pool));
		}
		chunk = (uint32_t)postings->pool_len;
		postings->pool_len += size;
	}
	postings->pool[chunk].head = (struct chunk_head){before, 0, class};
	return chunk;
}

void
postings_add(struct postings *postings, struct posting_term *term,
    struct posting posting)
{
	struct chunk_head head = {0, 0, 0};
	uint16_t class = 0;

	if (term->chunk != 0) {
		head = postings->pool[term->chunk].head;
		class = head.class + (head.class + 1 < CHUNK_CLASSES);
	}
	if (term->chunk == 0 || head.len == 1u << head.class)
		term->chunk = new_chunk(postings, class, term->chunk);
	head.len = ++postings->pool[term->chunk].head.len;
	postings->pool[term->chunk + head.len].posting = posting;
}

/* A number, for there may be no pool yet. */
static uintptr_t
chunk_address(const struct postings *postings, uint32_t chunk)
{
	return (uintptr_t)postings->pool +
	       (uintptr_t)chunk * sizeof(union pool_word);
}

static void
prefetch_head(const struct postings *postings, const struct posting_term *term)
{
	__builtin_prefetch((const void *)chunk_address(postings, term->chunk));
}

/* A chunk lies in several lines of cache, and the walk would wait for each. */
static void
prefetch_chunk(const struct postings *postings, uint32_t chunk)
{
	uintptr_t at = chunk_address(postings, chunk); /* it may be short */

	for (size_t i = 0; i < (1 + CHUNK_MAX) * sizeof(union pool_word);
	     i += CACHE_LINE)
		__builtin_prefetch((const void *)(at + i));
}

/* Adds the postings of a chunk. The innermost loop: whether an item is touched
 * for the first time cannot be foreseen, so there is no branch on it. */
static void
gather_chunk(const struct postings *postings, const union pool_word *chunk,
    float weight, struct posting_sums *sums)
{
	const uint32_t mask = sums->cap - 1;
	const size_t len = chunk->head.len;
	struct window_item *items = sums->items;
	uint32_t *touched = sums->touched, touched_len = sums->touched_len;
	size_t i = 1;

	while (i <= len && is_expired(postings, chunk[i].posting.item))
		i++;
	for (; i <= len; i++) {
		const struct posting posting = chunk[i].posting;
		float *cosine = &items[posting.item & mask].cosine;

		touched[touched_len] = posting.item;
		touched_len += *cosine <= 0;
		*cosine += weight * posting.weight;
	}
	sums->touched_len = touched_len;
}

static void
count_chunk(const struct postings *postings, const union pool_word *chunk,
    struct posting_sums *sums)
{
	for (size_t i = 1; i <= chunk->head.len; i++) {
		uint32_t item = chunk[i].posting.item;
		uint8_t *shared = &sums->shared[item & (sums->cap - 1)];

		if (!is_expired(postings, item))
			*shared += *shared < UINT8_MAX;
	}
}

void
postings_gather(const struct postings *postings,
    const struct posting_term *term, double weight, struct posting_sums *sums)
{
	uint32_t next = term->chunk;

	while (next != 0) {
		const union pool_word *chunk = &postings->pool[next];

		if (is_expired(postings, chunk[chunk->head.len].posting.item))
			return;
		next = chunk->head.before;
		prefetch_chunk(postings, next);
		gather_chunk(postings, chunk, (float)weight, sums);
		if (sums->counts)
			count_chunk(postings, chunk, sums);
	}
}

void
postings_fetch_chunk(
    const struct postings *postings, const struct posting_term *term)
{
	prefetch_chunk(postings, term->chunk);
}

void
posting_sums_fit(struct posting_sums *sums, uint32_t cap)
{
	posting_sums_clear(sums);
	sums->cap = cap;
	sums->shared = xcalloc(cap, sizeof(*sums->shared));
	sums->touched = xcalloc(cap + 1, sizeof(*sums->touched));
}

void
posting_sums_clear(struct posting_sums *sums)
{
	free(sums->shared);
	free(sums->touched);
	sums->cap = 0;
}

void
postings_expire(struct postings *postings, uint32_t first)
{
	postings->first = first;
}

void
postings_sweep(struct postings *postings, size_t slots)
{
	size_t mask = postings->terms_cap - 1;

	for (size_t i = 0; i < slots; i++)
		prefetch_head(
		    postings, &postings->terms[(postings->swept + i) & mask]);
	for (size_t i = 0; i < slots; i++)
		trim_term(
		    postings, &postings->terms[(postings->swept + i) & mask]);
	postings->swept = (postings->swept + slots) & mask;
}

size_t
postings_bytes(const struct postings *postings)
{
	return postings->terms_cap * sizeof(*postings->terms) +
	       postings->pool_len * sizeof(*postings->pool);
}

void
postings_init(struct postings *postings)
{
	*postings = (struct postings){.terms_cap = TERMS_CAP_MIN};
	postings->terms =
	    xcalloc(postings->terms_cap, sizeof(*postings->terms));
	postings->pool_len = 1; /* place 0 stands for no chunk */
}

void
postings_clear(struct postings *postings)
{
	free(postings->terms);
	free(postings->pool);
}

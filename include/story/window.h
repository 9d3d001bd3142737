/*
 * The items of the last 72 hours and the stories that they belong to. Items
 * are numbered as they come and lie in a ring; a story lives while an item of
 * it does.
 */
#ifndef STORY_WINDOW_H
#define STORY_WINDOW_H

#include <stddef.h>
#include <stdint.h>

/* Times are seconds since 1980 in 32 bits, enough until 2116, so that what each
 * look-up touches stays small; farther ones are clamped. */
struct window_item {
	float cosine; /* to the item in hand; 0 between items */
	float fade;   /* 2 ^ (windows from window.base_s to at_s) */
	uint32_t at_s;
	uint32_t story; /* place among the stories */
};

/* What is rarely asked of an item. */
struct window_mark {
	uint32_t since_s; /* its stay counts from here; not set in the last */
	uint32_t language;
};

struct window_story {
	uint64_t id;
	double length2; /* squared length of the sum of its items' vectors */
	uint32_t items; /* in the window; 0: free */
	uint32_t next;  /* in the same bucket, or the next free one */
};

struct window_sum {
	float scale; /* 1 / length of the sum of its items' vectors */
	/* For the item in hand, 0 otherwise: */
	float sum;  /* of its items' cosines */
	float best; /* of them */
};

struct window {
	struct window_item *items; /* ring */
	struct window_mark *marks; /* of the items */
	uint32_t items_cap;        /* a power of two */
	uint32_t first, end; /* numbers; the ring holds first .. end - 1 */
	uint32_t clock_s;    /* that two items in a row have reached */
	uint32_t base_s;     /* that fades count from */
	struct window_story *stories;
	struct window_sum *sums; /* of the stories */
	uint32_t stories_cap;
	uint32_t stories_len;
	uint32_t free_story; /* place + 1; 0: none */
	uint32_t *buckets;   /* stories by id; place + 1 */
	uint64_t next_id;
};

void window_init(struct window *, uint64_t first_id);
void window_clear(struct window *);
/* Moves the clock for an item of this time (epoch us), lets the oldest items go
 * and returns the time as the window counts it. One item with a date far ahead
 * does not move the clock, two in a row do. */
uint32_t window_advance(struct window *, int64_t at);
/* The story of this id, entered without items when not there; its place. A
 * story without items must get one before the next is entered. */
uint32_t window_story(struct window *, uint64_t id);
/* Enters an item of a story and returns its number; length2: how much longer
 * the squared length of the story becomes. */
uint32_t window_add(struct window *, const struct window_item *,
    uint32_t language, double length2);
/* What an item's fade is multiplied with to know how much it has faded at this
 * time; 0: too far from the base, ask window_fade_slowly. */
float window_fade_at(const struct window *, uint32_t at_s);
float window_fade_slowly(const struct window_item *, uint32_t at_s);
/* The item of a number that is in the window. */
static inline struct window_item *
window_item(const struct window *window, uint32_t number)
{
	return &window->items[number & (window->items_cap - 1)];
}
uint32_t window_language(const struct window *, uint32_t number);
size_t window_len(const struct window *);
size_t window_bytes(const struct window *);

#endif

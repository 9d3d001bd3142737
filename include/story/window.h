/*
 * The items of the last 72 hours and the stories that they belong to. Items
 * are numbered as they come and lie in a ring; a story lives while an item of
 * it does.
 */
#ifndef STORY_WINDOW_H
#define STORY_WINDOW_H

#include <stddef.h>
#include <stdint.h>

struct window_item {
	int64_t at;     /* epoch us, as given */
	int64_t since;  /* epoch us its stay counts from; not set in the last */
	uint32_t story; /* place among the stories */
	uint32_t language;
};

struct window_story {
	uint64_t id;
	double length2; /* squared length of the sum of its items' vectors */
	uint32_t items; /* in the window; 0: free */
	uint32_t next;  /* in the same bucket, or the next free one */
	/* For the item in hand, 0 otherwise: */
	double sum;  /* of its items' cosines */
	double best; /* of them */
};

struct window {
	struct window_item *items; /* ring */
	uint32_t items_cap;        /* a power of two */
	uint32_t first, end; /* numbers; the ring holds first .. end - 1 */
	int64_t clock_at;    /* epoch us that two items in a row have reached */
	struct window_story *stories;
	uint32_t stories_cap;
	uint32_t stories_len;
	uint32_t free_story; /* place + 1; 0: none */
	uint32_t *buckets;   /* stories by id; place + 1 */
	uint64_t next_id;
};

void window_init(struct window *, uint64_t first_id);
void window_clear(struct window *);
/* Moves the clock for an item of this time and lets the oldest items go. One
 * item with a date far ahead does not move it, two in a row do. */
void window_advance(struct window *, int64_t at);
/* The story of this id, entered without items when not there; its place. A
 * story without items must get one before the next is entered. */
uint32_t window_story(struct window *, uint64_t id);
/* Enters an item with a place of a story and returns its number. */
uint32_t window_add(
    struct window *, int64_t at, uint32_t language, uint32_t story);
/* The item of a number that is in the window. */
struct window_item *window_item(const struct window *, uint32_t number);
size_t window_len(const struct window *);
size_t window_bytes(const struct window *);

#endif

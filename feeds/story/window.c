/*
 * A ring of items and a pool of stories with a hash table of their ids.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/story.h"
#include "story/window.h"

#define ITEMS_CAP_MIN 256
#define STORIES_CAP_MIN 256
#define WINDOW_US (STORY_WINDOW_S * INT64_C(1000000))

static uint32_t
bucket_of(const struct window *window, uint64_t id)
{
	uint64_t mixed = id * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(mixed >> 32) & (window->stories_cap - 1);
}

static void
link_story(struct window *window, uint32_t place)
{
	struct window_story *story = &window->stories[place];
	uint32_t *bucket = &window->buckets[bucket_of(window, story->id)];

	story->next = *bucket;
	*bucket = place + 1;
}

static void
unlink_story(struct window *window, uint32_t place)
{
	struct window_story *story = &window->stories[place];
	uint32_t *link = &window->buckets[bucket_of(window, story->id)];

	while (*link != place + 1)
		link = &window->stories[*link - 1].next;
	*link = story->next;
	story->next = window->free_story;
	window->free_story = place + 1;
}

static void
grow_stories(struct window *window)
{
	window->stories_cap *= 2;
	window->stories = xreallocarray(
	    window->stories, window->stories_cap, sizeof(*window->stories));
	free(window->buckets);
	window->buckets =
	    xcalloc(window->stories_cap, sizeof(*window->buckets));
	for (uint32_t i = 0; i < window->stories_len; i++)
		link_story(window, i);
}

/* A place for a story; all are taken when the pool grows. */
static uint32_t
take_place(struct window *window)
{
	uint32_t place = window->free_story;

	if (place != 0) {
		window->free_story = window->stories[place - 1].next;
		return place - 1;
	}
	if (window->stories_len == window->stories_cap)
		grow_stories(window);
	return window->stories_len++;
}

uint32_t
window_story(struct window *window, uint64_t id)
{
	uint32_t place = window->buckets[bucket_of(window, id)];

	while (place != 0 && window->stories[place - 1].id != id)
		place = window->stories[place - 1].next;
	if (place != 0)
		return place - 1;
	place = take_place(window);
	window->stories[place] = (struct window_story){.id = id};
	link_story(window, place);
	if (id >= window->next_id)
		window->next_id = id + 1;
	return place;
}

static void
grow_items(struct window *window)
{
	struct window bigger = *window;

	bigger.items_cap *= 2;
	bigger.items = xcalloc(bigger.items_cap, sizeof(*bigger.items));
	for (uint32_t i = window->first; i != window->end; i++)
		*window_item(&bigger, i) = *window_item(window, i);
	free(window->items);
	*window = bigger;
}

uint32_t
window_add(struct window *window, int64_t at, uint32_t language, uint32_t story)
{
	if (window_len(window) == window->items_cap)
		grow_items(window);
	*window_item(window, window->end) =
	    (struct window_item){at, 0, story, language};
	window->stories[story].items++;
	return window->end++;
}

static void
drop_first(struct window *window)
{
	uint32_t place = window_item(window, window->first)->story;

	if (--window->stories[place].items == 0)
		unlink_story(window, place);
	window->first++;
}

void
window_advance(struct window *window, int64_t at)
{
	struct window_item *last;
	int64_t reached;

	if (window_len(window) == 0)
		return;
	last = window_item(window, window->end - 1);
	reached = last->at < at ? last->at : at;
	if (window->clock_at < reached)
		window->clock_at = reached;
	last->since = window->clock_at;
	while (window_len(window) > 0 &&
	       (window->clock_at - window_item(window, window->first)->since >
		       WINDOW_US ||
		   window_len(window) >= STORY_ITEMS_MAX))
		drop_first(window);
}

struct window_item *
window_item(const struct window *window, uint32_t number)
{
	return &window->items[number & (window->items_cap - 1)];
}

size_t
window_len(const struct window *window)
{
	return window->end - window->first;
}

size_t
window_bytes(const struct window *window)
{
	return window->items_cap * sizeof(*window->items) +
	       window->stories_cap *
		   (sizeof(*window->stories) + sizeof(*window->buckets));
}

void
window_init(struct window *window, uint64_t first_id)
{
	*window = (struct window){
	    .items_cap = ITEMS_CAP_MIN,
	    .stories_cap = STORIES_CAP_MIN,
	    .clock_at = INT64_MIN / 2,
	    .next_id = first_id,
	};
	window->items = xcalloc(window->items_cap, sizeof(*window->items));
	window->stories =
	    xcalloc(window->stories_cap, sizeof(*window->stories));
	window->buckets =
	    xcalloc(window->stories_cap, sizeof(*window->buckets));
}

void
window_clear(struct window *window)
{
	free(window->items);
	free(window->stories);
	free(window->buckets);
}

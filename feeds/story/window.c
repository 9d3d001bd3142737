/*
 * A ring of items and a pool of stories with a hash table of their ids.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "story/story.h"
#include "story/window.h"

#define ITEMS_CAP_MIN 256
#define STORIES_CAP_MIN 256
#define EPOCH_S INT64_C(315532800) /* 1980-01-01 */
#define FADE_FAR 32.0  /* windows from the base, in which fades are exact */
#define FADE_MAX 100.0 /* windows; floats reach to 2 ^ 127 */

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
	window->sums = xreallocarray(
	    window->sums, window->stories_cap, sizeof(*window->sums));
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
	window->sums[place] = (struct window_sum){.scale = 0};
	link_story(window, place);
	if (id >= window->next_id)
		window->next_id = id + 1;
	return place;
}

static struct window_mark *
mark_of(const struct window *window, uint32_t number)
{
	return &window->marks[number & (window->items_cap - 1)];
}

static void
grow_items(struct window *window)
{
	struct window bigger = *window;

	bigger.items_cap *= 2;
	bigger.items = xcalloc(bigger.items_cap, sizeof(*bigger.items));
	bigger.marks = xcalloc(bigger.items_cap, sizeof(*bigger.marks));
	for (uint32_t i = window->first; i != window->end; i++) {
		*window_item(&bigger, i) = *window_item(window, i);
		*mark_of(&bigger, i) = *mark_of(window, i);
	}
	free(window->items);
	free(window->marks);
	*window = bigger;
}

/* In windows from the base to this time. */
static double
windows_from_base(const struct window *window, uint32_t at_s)
{
	return ((double)at_s - window->base_s) / STORY_WINDOW_S;
}

/* Those that lie too far off for a float stay as far as floats go. */
static void
set_fade(const struct window *window, struct window_item *item)
{
	double windows = windows_from_base(window, item->at_s);

	windows = windows > FADE_MAX ? FADE_MAX : windows;
	item->fade = (float)exp2(windows < -FADE_MAX ? -FADE_MAX : windows);
}

float
window_fade_at(const struct window *window, uint32_t at_s)
{
	double windows = windows_from_base(window, at_s);

	return fabs(windows) < FADE_FAR ? (float)exp2(-windows) : 0;
}

float
window_fade_slowly(const struct window_item *item, uint32_t at_s)
{
	return exp2f(((float)item->at_s - (float)at_s) / STORY_WINDOW_S);
}

static void
move_base(struct window *window, uint32_t base_s)
{
	window->base_s = base_s;
	for (uint32_t i = window->first; i != window->end; i++)
		set_fade(window, window_item(window, i));
}

uint32_t
window_add(struct window *window, const struct window_item *added,
    uint32_t language, double length2)
{
	struct window_story *story = &window->stories[added->story];
	struct window_item *item;

	if (window_len(window) == window->items_cap)
		grow_items(window);
	item = window_item(window, window->end);
	*item = *added;
	set_fade(window, item);
	*mark_of(window, window->end) = (struct window_mark){0, language};
	story->items++;
	story->length2 += length2;
	window->sums[item->story].scale = (float)(1 / sqrt(story->length2));
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

static uint32_t
count_seconds(int64_t at)
{
	int64_t time_s = at / 1000000 - EPOCH_S;

	if (time_s < 0)
		return 0;
	return time_s > UINT32_MAX ? UINT32_MAX : (uint32_t)time_s;
}

uint32_t
window_advance(struct window *window, int64_t at)
{
	uint32_t now_s = count_seconds(at);
	uint32_t last_s, reached_s;

	if (window_len(window) == 0)
		return now_s;
	last_s = window_item(window, window->end - 1)->at_s;
	reached_s = last_s < now_s ? last_s : now_s;
	if (window->clock_s < reached_s)
		window->clock_s = reached_s;
	if (fabs(windows_from_base(window, window->clock_s)) > FADE_FAR / 2)
		move_base(window, window->clock_s);
	mark_of(window, window->end - 1)->since_s = window->clock_s;
	while (window_len(window) > 0 &&
	       (window->clock_s - mark_of(window, window->first)->since_s >
		       STORY_WINDOW_S ||
		   window_len(window) >= STORY_ITEMS_MAX))
		drop_first(window);
	return now_s;
}

uint32_t
window_language(const struct window *window, uint32_t number)
{
	return mark_of(window, number)->language;
}

size_t
window_len(const struct window *window)
{
	return window->end - window->first;
}

size_t
window_bytes(const struct window *window)
{
	return window->items_cap *
		   (sizeof(*window->items) + sizeof(*window->marks)) +
	       window->stories_cap *
		   (sizeof(*window->stories) + sizeof(*window->sums) +
		       sizeof(*window->buckets));
}

void
window_init(struct window *window, uint64_t first_id)
{
	*window = (struct window){
	    .items_cap = ITEMS_CAP_MIN,
	    .stories_cap = STORIES_CAP_MIN,
	    .next_id = first_id,
	};
	window->items = xcalloc(window->items_cap, sizeof(*window->items));
	window->marks = xcalloc(window->items_cap, sizeof(*window->marks));
	window->stories =
	    xcalloc(window->stories_cap, sizeof(*window->stories));
	window->sums = xcalloc(window->stories_cap, sizeof(*window->sums));
	window->buckets =
	    xcalloc(window->stories_cap, sizeof(*window->buckets));
}

void
window_clear(struct window *window)
{
	free(window->items);
	free(window->marks);
	free(window->stories);
	free(window->sums);
	free(window->buckets);
}

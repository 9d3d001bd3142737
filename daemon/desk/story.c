/*
 * A story as the desk tells it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "desk/story.h"
#include "store/trail.h"

#define US_PER_MINUTE 60e6

/* A date in the future, or none, says nothing about who was first. */
static int64_t
item_time(const struct trail_item *item)
{
	return item->published_at == ITEM_NO_DATE ||
		       item->published_at > item->seen_at
		   ? item->seen_at
		   : item->published_at;
}

void
story_add(struct story *story, const struct trail_item *item)
{
	size_t n = story->items_len++;

	if ((n & (n - 1)) == 0)
		story->items = xreallocarray(
		    story->items, n ? n * 2 : 1, sizeof(*story->items));
	story->items[n] = (struct story_item){
	    .id = item->id,
	    .feed = xstrdup(item->feed),
	    .outlet = xstrdup(item->outlet),
	    .url = xstrdup_null(item->url),
	    .title = xstrdup(item->title),
	    .language = xstrdup(item->language),
	    .published_at = item->published_at,
	    .seen_at = item->seen_at,
	    .at = item_time(item),
	};
	if (n == 0) {
		story->headline = xstrdup(item->title);
		story->first_seen_at = item->seen_at;
	}
	story->last_seen_at = item->seen_at;
	if (*item->language != '\0' &&
	    !strings_has(&story->languages, item->language))
		strings_add(&story->languages, item->language);
}

static int
compare_items(const void *a, const void *b)
{
	const struct story_item *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static struct story_outlet *
find_outlet(struct story *story, const struct story_item *item)
{
	struct story_outlet *outlet;

	for (size_t i = 0; i < story->outlets_len; i++)
		if (strcmp(story->outlets[i].name, item->outlet) == 0)
			return &story->outlets[i];
	outlet = &story->outlets[story->outlets_len++];
	*outlet = (struct story_outlet){item->outlet, item->at, 0};
	return outlet;
}

void
story_settle(struct story *story)
{
	if (story->items_len == 0)
		return;
	qsort(story->items, story->items_len, sizeof(*story->items),
	    compare_items);
	story->outlets = xcalloc(story->items_len, sizeof(*story->outlets));
	for (size_t i = 0; i < story->items_len; i++)
		find_outlet(story, &story->items[i])->items++;
}

static void
on_item(void *arg, const struct trail_item *item)
{
	story_add(arg, item);
}

int
story_read(struct store_reader *reader, uint64_t id, struct story *story)
{
	*story = (struct story){.id = id};
	if (trail_read_items(reader, id, STORY_ITEMS_MAX, on_item, story) != 0)
		return -1;
	story_settle(story);
	return 0;
}

void
story_clear(struct story *story)
{
	for (size_t i = 0; i < story->items_len; i++) {
		free(story->items[i].feed);
		free(story->items[i].outlet);
		free(story->items[i].url);
		free(story->items[i].title);
		free(story->items[i].language);
	}
	free(story->items);
	free(story->outlets);
	free(story->headline);
	strings_clear(&story->languages);
	*story = (struct story){0};
}

double
story_minutes(const struct story *story, int64_t at)
{
	return (double)(at - story->items[0].at) / US_PER_MINUTE;
}

void
story_put_minutes(struct buf *out, const char *key, double minutes)
{
	json_put_key(out, key);
	buf_addf(out, "%.3f", minutes);
}

/*
 * Stories of the engine: the index of feeds/story and, beside it, a list of
 * what alerts tell of each story. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/stories.h"
#include "store/batch.h"
#include "store/store.h"
#include "store/stories.h"
#include "story/story.h"

#define WINDOW_US (STORY_WINDOW_S * INT64_C(1000000))
#define FORGET_US (2 * WINDOW_US) /* by then no item can join any more */
#define FORGET_EVERY 1024         /* items */
#define ENTITIES_MAX 64           /* of an item, that count for its story */

struct stories {
	struct story_index *index;
	struct story_state **states; /* by id */
	size_t len;
	size_t cap;
	unsigned until_forget; /* items */
};

/* ---- states ------------------------------------------------------------- */

static void
free_state(struct story_state *state)
{
	strings_clear(&state->outlets);
	strings_clear(&state->languages);
	free(state->headline);
	free(state);
}

/* The place of the id, or where it belongs. */
static size_t
find_place(const struct stories *stories, uint64_t id)
{
	size_t low = 0, high = stories->len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (stories->states[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct story_state *
get_state(struct stories *stories, uint64_t id)
{
	size_t place = find_place(stories, id);

	if (place < stories->len && stories->states[place]->id == id)
		return stories->states[place];
	if (stories->len == stories->cap) {
		stories->cap = stories->cap ? stories->cap * 2 : 256;
		stories->states = xreallocarray(
		    stories->states, stories->cap, sizeof(*stories->states));
	}
	memmove(stories->states + place + 1, stories->states + place,
	    (stories->len - place) * sizeof(*stories->states));
	stories->states[place] = xcalloc(1, sizeof(**stories->states));
	stories->states[place]->id = id;
	stories->len++;
	return stories->states[place];
}

static void
forget_old(struct stories *stories, int64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < stories->len; i++) {
		struct story_state *state = stories->states[i];

		if (now - state->last_seen_at > FORGET_US)
			free_state(state);
		else
			stories->states[kept++] = state;
	}
	stories->len = kept;
}

static void
add_once(struct strings *strings, const char *text)
{
	if (text != NULL && *text != '\0' && !strings_has(strings, text))
		strings_add(strings, text);
}

static struct story_state *
note_item(struct stories *stories, uint64_t id, const char *outlet,
    const struct story_item *item, int64_t seen_at)
{
	struct story_state *state = get_state(stories, id);

	if (state->items++ == 0) {
		state->first_seen_at = seen_at;
		state->headline = xstrdup(item->title);
	}
	state->last_seen_at = seen_at;
	add_once(&state->outlets, outlet);
	add_once(&state->languages, item->language);
	return state;
}

/* ---- items -------------------------------------------------------------- */

static int64_t
item_time(int64_t published_at, int64_t seen_at)
{
	return published_at == ITEM_NO_DATE || published_at > seen_at
		   ? seen_at
		   : published_at;
}

/* The entities of the mentions; a rule's words are none. */
static size_t
list_entities(const struct item_record *record, const char **ids)
{
	size_t len = 0;

	for (size_t i = 0; i < record->mentions_len && len < ENTITIES_MAX; i++)
		if (strncmp(record->mentions[i].entity, "rule-word:", 10) != 0)
			ids[len++] = record->mentions[i].entity;
	return len;
}

const struct story_state *
stories_add(
    struct stories *stories, struct item_record *record, const char *outlet)
{
	const char *entities[ENTITIES_MAX];
	const struct item *item = &record->item;
	struct story_item facts = {
	    .id = record->id,
	    .title = item->title,
	    .body = *item->content != '\0' ? item->content : item->summary,
	    .language = item->language,
	    .at = item_time(item->published_at, record->seen_at),
	    .entities = entities,
	    .entities_len = list_entities(record, entities),
	};
	struct story_verdict verdict;

	if (stories->until_forget-- == 0) {
		forget_old(stories, record->seen_at);
		stories->until_forget = FORGET_EVERY;
	}
	story_index_add(stories->index, &facts, &verdict);
	record->story = verdict.story;
	return note_item(
	    stories, verdict.story, outlet, &facts, record->seen_at);
}

/* ---- start and end ------------------------------------------------------ */

struct restoring {
	struct stories *stories;
	int64_t items;
};

static void
on_item(void *arg, const struct story_row *row)
{
	struct restoring *restoring = arg;
	struct story_item facts = {
	    .id = row->item,
	    .title = row->title,
	    .body = row->body,
	    .language = row->language,
	    .at = item_time(row->published_at, row->seen_at),
	    .entities = (const char *const *)row->entities.at,
	    .entities_len = row->entities.len,
	};

	story_index_restore(restoring->stories->index, &facts, row->story);
	note_item(
	    restoring->stories, row->story, row->outlet, &facts, row->seen_at);
	restoring->items++;
}

int64_t
stories_restore(struct stories *stories, struct store *store, int64_t now)
{
	struct restoring restoring = {stories, 0};

	if (store_read_stories(store, now - WINDOW_US, on_item, &restoring) ==
	    -1)
		return -1;
	return restoring.items;
}

struct stories *
stories_new(uint64_t seed)
{
	struct stories *stories = xcalloc(1, sizeof(*stories));
	const struct story_options options = {.first_id = 1, .seed = seed};

	stories->index = story_index_new(&options);
	stories->until_forget = FORGET_EVERY;
	return stories;
}

void
stories_free(struct stories *stories)
{
	if (stories == NULL)
		return;
	for (size_t i = 0; i < stories->len; i++)
		free_state(stories->states[i]);
	free(stories->states);
	story_index_free(stories->index);
	free(stories);
}

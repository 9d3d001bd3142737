/*
 * Stories of the engine: the index of feeds/story and, beside it, a list of
 * what alerts tell of each story. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/newness.h"
#include "engine/stories.h"
#include "frame/config.h"
#include "store/batch.h"
#include "store/store.h"
#include "store/stories.h"
#include "story/keys.h"
#include "story/story.h"

#define WINDOW_US (STORY_WINDOW_S * SECOND_US)
#define FORGET_US (2 * WINDOW_US) /* by then no item can join any more */
#define FORGET_EVERY 1024         /* items */
#define ENTITIES_MAX 64           /* of an item, that count for its story */
#define TEXTS_MAX 4096            /* keys remembered of a story */
#define LANGUAGES_MAX 64          /* of a story: feeds may name any */

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
	for (size_t i = 0; i < state->outlets_len; i++)
		free(state->outlets[i].name);
	free(state->outlets);
	strings_clear(&state->languages);
	strings_clear(&state->rules);
	strings_clear(&state->entities);
	strings_clear(&state->told.rules);
	strings_clear(&state->told.entities);
	free(state->texts);
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

struct story_state *
stories_find(const struct stories *stories, uint64_t id)
{
	size_t place = find_place(stories, id);

	return place < stories->len && stories->states[place]->id == id
		   ? stories->states[place]
		   : NULL;
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
	if (text != NULL && *text != '\0')
		strings_add_once(strings, text);
}

/* ---- copies ------------------------------------------------------------- */

static bool
has_text(const struct story_state *state, uint64_t key)
{
	for (size_t i = 0; i < state->texts_len; i++)
		if (state->texts[i] == key)
			return true;
	return false;
}

static void
add_text(struct story_state *state, uint64_t key)
{
	if (state->texts_len == TEXTS_MAX || key == 0)
		return;
	if ((state->texts_len & (state->texts_len - 1)) == 0)
		state->texts = xreallocarray(state->texts,
		    state->texts_len ? state->texts_len * 2 : 1,
		    sizeof(*state->texts));
	state->texts[state->texts_len++] = key;
}

/* Whether an item of the story has the same address, text or headline, or a
 * headline that differs in one word. Remembers the text when none has. */
static bool
note_text(struct story_state *state, const char *url, const char *title,
    const char *body)
{
	uint64_t text = keys_text(body);
	struct keys keys;
	bool copy;

	keys_make(url, title, &keys);
	copy = has_text(state, keys.url) || has_text(state, keys.title) ||
	       has_text(state, text);
	for (size_t i = 0; i < keys.shortened_len && !copy; i++)
		copy = has_text(state, keys.shortened[i]);
	if (copy)
		return true;
	add_text(state, text);
	add_text(state, keys.url);
	add_text(state, keys.title);
	for (size_t i = 0; i < keys.shortened_len; i++)
		add_text(state, keys.shortened[i]);
	return false;
}

/* ---- arrivals ----------------------------------------------------------- */

static struct story_outlet *
get_outlet(struct story_state *state, const char *name, int64_t seen_at)
{
	size_t len = state->outlets_len;

	for (size_t i = 0; i < len; i++)
		if (strcmp(state->outlets[i].name, name) == 0)
			return &state->outlets[i];
	if ((len & (len - 1)) == 0)
		state->outlets = xreallocarray(
		    state->outlets, len ? len * 2 : 1, sizeof(*state->outlets));
	state->outlets[len] =
	    (struct story_outlet){xstrdup(name), seen_at, false};
	state->outlets_len++;
	return &state->outlets[len];
}

static void
note_outlet(
    struct story_state *state, const char *name, bool copy, int64_t seen_at)
{
	struct story_outlet *outlet = get_outlet(state, name, seen_at);

	if (copy || outlet->independent)
		return;
	outlet->independent = true;
	state->independent++;
}

/* An item that came to a story, also long ago. */
struct coming {
	uint64_t story;
	const struct story_item *item;
	const char *url;
	const char *outlet;
	int64_t seen_at;
};

static void
note_arrival(struct stories *stories, const struct coming *coming,
    struct story_arrival *arrival)
{
	struct story_state *state = get_state(stories, coming->story);
	size_t outlets = state->outlets_len;
	bool copy;

	if (state->items++ == 0) {
		state->first_seen_at = state->last_seen_at = coming->seen_at;
		state->headline = xstrdup(coming->item->title);
	}
	arrival->story = state;
	arrival->quiet_us = coming->seen_at - state->last_seen_at;
	state->last_seen_at = coming->seen_at;
	copy = note_text(
	    state, coming->url, coming->item->title, coming->item->body);
	note_outlet(state, coming->outlet, copy, coming->seen_at);
	arrival->new_outlet = state->outlets_len > outlets;
	if (state->languages.len < LANGUAGES_MAX)
		add_once(&state->languages, coming->item->language);
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

/* An item that was no news when it came and is older than the window is a story
 * of its own: the index would hold it against today's items as if it were of
 * today, and nothing is told of it anyway. */
static bool
is_bygone(const char *verdict, int64_t published_at, int64_t seen_at)
{
	bool news = verdict == NULL ||
		    (strcmp(verdict, newness_name(NEWNESS_BACKLOG)) != 0 &&
			strcmp(verdict, newness_name(NEWNESS_OLD)) != 0);

	return !news && seen_at - item_time(published_at, seen_at) > WINDOW_US;
}

void
stories_add(struct stories *stories, struct item_record *record,
    const char *outlet, struct story_arrival *arrival)
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
	struct coming coming;

	if (is_bygone(record->verdict, item->published_at, record->seen_at)) {
		record->story = record->id;
		*arrival = (struct story_arrival){.story = NULL};
		return;
	}
	if (stories->until_forget-- == 0) {
		forget_old(stories, record->seen_at);
		stories->until_forget = FORGET_EVERY;
	}
	story_index_add(stories->index, &facts, &verdict);
	record->story = verdict.story;
	coming = (struct coming){
	    verdict.story, &facts, item->url, outlet, record->seen_at};
	*arrival = (struct story_arrival){
	    .joined = verdict.link != STORY_ALONE,
	    .loose = verdict.link != STORY_ALONE && !verdict.sure,
	    .score = verdict.score,
	    .needed = verdict.sure_from,
	};
	note_arrival(stories, &coming, arrival);
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
	struct coming coming = {
	    row->story, &facts, row->url, row->outlet, row->seen_at};
	struct story_arrival arrival;

	if (row->story == row->item &&
	    is_bygone(row->verdict, row->published_at, row->seen_at))
		return;
	story_index_restore(restoring->stories->index, &facts, row->story);
	note_arrival(restoring->stories, &coming, &arrival);
	restoring->items++;
}

static void
add_all(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->len; i++)
		add_once(to, from->at[i]);
}

static void
on_alert(void *arg, const struct story_alert_row *row)
{
	struct restoring *restoring = arg;
	struct story_state *state = get_state(restoring->stories, row->story);

	add_all(&state->rules, &row->rules);
	add_all(&state->entities, &row->entities);
	if (row->outlets == 0) /* of one item, not of the story */
		return;
	add_all(&state->told.rules, &row->rules);
	add_all(&state->told.entities, &row->entities);
	state->told.outlets = row->outlets;
	if (row->level > (int)state->told.level)
		state->told.level = (enum level)row->level;
}

int64_t
stories_restore(struct stories *stories, struct store *store, int64_t now)
{
	struct restoring restoring = {stories, 0};
	int64_t since_at = now - WINDOW_US;

	if (store_read_stories(store, since_at, on_item, &restoring) == -1 ||
	    store_read_story_alerts(store, since_at, on_alert, &restoring) ==
		-1)
		return -1;
	return restoring.items;
}

void
stories_configure(struct stories *stories, const struct config_stories *config)
{
	story_index_set_thresholds(stories->index, (double)config->join / 1000,
	    (double)config->hold / 1000);
}

struct stories *
stories_new(uint64_t seed, const struct config_stories *config)
{
	struct stories *stories = xcalloc(1, sizeof(*stories));
	const struct story_options options = {.first_id = 1, .seed = seed};

	stories->index = story_index_new(&options);
	stories->until_forget = FORGET_EVERY;
	stories_configure(stories, config);
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

/*
 * The desk's picture of feeds, sinks and roles.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "desk/state.h"
#include "frame/config.h"

void
desk_state_init(struct desk_state *state)
{
	*state = (struct desk_state){.is_sorted = true};
}

static void
clear_feed(struct desk_feed *feed)
{
	free(feed->id);
	if (feed->is_told)
		feed_state_clear(&feed->told);
}

void
desk_state_clear(struct desk_state *state)
{
	for (size_t i = 0; i < state->feeds_len; i++)
		clear_feed(&state->feeds[i]);
	for (size_t i = 0; i < state->sinks_len; i++)
		sink_state_clear(&state->sinks[i]);
	for (size_t i = 0; i < state->roles_len; i++)
		free(state->roles[i].state);
	if (state->has_stats)
		stats_clear(&state->stats);
	free(state->feeds);
	free(state->sinks);
	free(state->roles);
	free(state->reload_error);
	free(state->listen);
	map_clear(&state->by_id);
	desk_state_init(state);
}

/* ---- feeds ----------------------------------------------------------------
 */

static struct desk_feed *
add_feed(struct desk_state *state, const char *id)
{
	struct desk_feed *feed;
	size_t at = map_get(&state->by_id, id);

	if (at != MAP_NONE)
		return &state->feeds[at];
	if (state->feeds_len == state->feeds_cap) {
		state->feeds_cap = state->feeds_cap * 2 + 16;
		state->feeds = xreallocarray(
		    state->feeds, state->feeds_cap, sizeof(*state->feeds));
	}
	feed = &state->feeds[state->feeds_len];
	*feed = (struct desk_feed){.id = xstrdup(id)};
	map_add(&state->by_id, feed->id, state->feeds_len++);
	state->is_sorted = false;
	return feed;
}

bool
desk_feed_is_listed(const struct desk_feed *feed)
{
	return feed->config != NULL || (feed->is_told && !feed->told.gone);
}

/* Forgets the feeds that left the configuration. */
static void
drop_unlisted(struct desk_state *state)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->feeds_len; i++) {
		if (desk_feed_is_listed(&state->feeds[i]))
			state->feeds[kept++] = state->feeds[i];
		else
			clear_feed(&state->feeds[i]);
	}
	state->is_sorted = state->is_sorted && kept == state->feeds_len;
	state->feeds_len = kept;
}

static int
compare_feeds(const void *a, const void *b)
{
	const struct desk_feed *left = a, *right = b;

	return strcmp(left->id, right->id);
}

void
desk_state_sort(struct desk_state *state)
{
	if (state->is_sorted)
		return;
	drop_unlisted(state);
	if (state->feeds_len > 0)
		qsort(state->feeds, state->feeds_len, sizeof(*state->feeds),
		    compare_feeds);
	map_clear(&state->by_id);
	for (size_t i = 0; i < state->feeds_len; i++)
		map_add(&state->by_id, state->feeds[i].id, i);
	state->is_sorted = true;
}

void
desk_state_set_config(struct desk_state *state, const struct config *config)
{
	for (size_t i = 0; i < state->feeds_len; i++)
		state->feeds[i].config = NULL;
	for (size_t i = 0; i < config->feeds_len; i++)
		add_feed(state, config->feeds[i].id)->config =
		    &config->feeds[i];
	state->is_sorted = false;
	desk_state_sort(state);
}

void
desk_state_set_feed(struct desk_state *state, struct feed_state *told)
{
	struct desk_feed *feed = add_feed(state, told->feed);

	if (feed->is_told)
		feed_state_clear(&feed->told);
	feed->told = *told;
	feed->is_told = true;
	if (told->gone)
		state->is_sorted = false;
}

const struct desk_feed *
desk_state_find(struct desk_state *state, const char *id)
{
	size_t at = map_get(&state->by_id, id);

	if (at == MAP_NONE || !desk_feed_is_listed(&state->feeds[at]))
		return NULL;
	return &state->feeds[at];
}

size_t
desk_state_first_after(const struct desk_state *state, const char *id)
{
	size_t low = 0, high = state->feeds_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(state->feeds[middle].id, id) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *
desk_feed_outlet(const struct desk_feed *feed)
{
	return feed->config != NULL ? feed->config->outlet : NULL;
}

const char *
desk_feed_state(const struct desk_feed *feed)
{
	if (!feed->is_told || feed->told.state == NULL)
		return "waiting";
	return feed->told.state;
}

bool
desk_feed_is(const struct desk_feed *feed, const char *word)
{
	static const char *const health[] = {"down", "silent", "gone"};
	const struct feed_state *told = &feed->told;

	if (!feed->is_told)
		return strcmp(word, "waiting") == 0;
	if (strcmp(word, "blocked") == 0)
		return told->outcome == FETCH_BLOCKED;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(word, health[i]) == 0)
			return told->health != NULL &&
			       strcmp(told->health, word) == 0;
	return strcmp(word, desk_feed_state(feed)) == 0;
}

/* ---- sinks, roles, counters -----------------------------------------------
 */

void
desk_state_set_sink(struct desk_state *state, struct sink_state *told)
{
	size_t i = 0;

	while (i < state->sinks_len &&
	       strcmp(state->sinks[i].sink, told->sink) != 0)
		i++;
	if (i < state->sinks_len)
		sink_state_clear(&state->sinks[i]);
	if (told->gone) {
		sink_state_clear(told);
		if (i < state->sinks_len)
			state->sinks[i] = state->sinks[--state->sinks_len];
		return;
	}
	if (i == state->sinks_len)
		state->sinks = xreallocarray(
		    state->sinks, ++state->sinks_len, sizeof(*state->sinks));
	state->sinks[i] = *told;
}

static int
compare_roles(const void *a, const void *b)
{
	const struct desk_role *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

void
desk_state_set_role(struct desk_state *state, struct desk_role *told)
{
	size_t i = 0;

	while (
	    i < state->roles_len && compare_roles(&state->roles[i], told) != 0)
		i++;
	if (i < state->roles_len)
		free(state->roles[i].state);
	if (told->state == NULL) {
		if (i < state->roles_len)
			state->roles[i] = state->roles[--state->roles_len];
	} else {
		if (i == state->roles_len)
			state->roles = xreallocarray(state->roles,
			    ++state->roles_len, sizeof(*state->roles));
		state->roles[i] = *told;
	}
	if (state->roles_len > 0)
		qsort(state->roles, state->roles_len, sizeof(*state->roles),
		    compare_roles);
}

void
desk_state_set_stats(struct desk_state *state, struct stats *told)
{
	if (state->has_stats)
		stats_clear(&state->stats);
	state->stats = *told;
	state->has_stats = true;
}

double
stats_quantile(const struct stats_histogram *histogram, double share)
{
	uint64_t total = 0, below = 0;

	for (size_t i = 0; i < STATS_BUCKETS; i++)
		total += histogram->count[i];
	for (size_t i = 0; i + 1 < STATS_BUCKETS; i++) {
		below += histogram->count[i];
		if (total > 0 && (double)below >= share * (double)total)
			return (double)stats_bucket_ms[i] / 1000;
	}
	return -1;
}

/*
 * /api/v1/feeds and /api/v1/feeds/{id}.
 */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/api.h"
#include "desk/api_feeds.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/params.h"
#include "desk/websub.h"
#include "frame/config.h"
#include "frame/websub.h"
#include "text/caseless.h"

#define FEEDS_LIMIT 100 /* when no limit is asked for */

struct feed_filter {
	const char *state;
	const char *outlet;
	const char *text;
	const char *after;
	unsigned limit;
};

static const struct param feed_params[] = {
    {"after", PARAM_TEXT, offsetof(struct feed_filter, after)},
    {"limit", PARAM_LIMIT, offsetof(struct feed_filter, limit)},
    {"outlet", PARAM_TEXT, offsetof(struct feed_filter, outlet)},
    {"state", PARAM_STATE, offsetof(struct feed_filter, state)},
    {"text", PARAM_TEXT, offsetof(struct feed_filter, text)},
    {NULL, PARAM_TEXT, 0},
};

/* Of an id or address, quickly. */
static bool
contains(const char *haystack, const char *needle)
{
	return haystack != NULL && strcasestr(haystack, needle) != NULL;
}

/* Of what people call it. */
static bool
is_called(const char *name, const char *text)
{
	return name != NULL && caseless_holds(name, text);
}

static bool
filter_takes(const struct feed_filter *filter, const struct desk_feed *feed)
{
	const char *outlet = desk_feed_outlet(feed);

	if (!desk_feed_is_listed(feed))
		return false;
	if (filter->state != NULL && !desk_feed_is(feed, filter->state))
		return false;
	if (filter->outlet != NULL &&
	    (outlet == NULL || !caseless_is_same(filter->outlet, outlet)))
		return false;
	return filter->text == NULL || contains(feed->id, filter->text) ||
	       is_called(outlet, filter->text) ||
	       (feed->is_told && is_called(feed->told.title, filter->text)) ||
	       (feed->config != NULL &&
		   contains(feed->config->url, filter->text));
}

static void
put_times(struct buf *out, const struct feed_state *told)
{
	json_pair_date(out, "last_fetch", told->last_fetch_at);
	json_pair_date(out, "last_success", told->last_success_at);
	json_pair_date(out, "last_new", told->last_new_at);
	json_pair_date(out, "last_item", told->last_item_at);
	json_pair_date(out, "last_gap", told->last_gap_at);
	json_pair_date(out, "next_fetch", told->next_fetch_at);
}

static void
put_counts(struct buf *out, const struct feed_state *told)
{
	json_pair_u64(out, "failures", told->failures);
	json_pair_u64(out, "fetches", told->fetches);
	json_pair_u64(out, "not_modified", told->not_modified);
	json_pair_u64(out, "errors", told->errors);
	json_pair_u64(out, "new_items", told->new_items);
	json_pair_u64(out, "edits", told->edits);
	json_pair_u64(out, "gaps", told->gaps);
	json_pair_u64(out, "bytes", told->bytes);
	json_pair_u64(out, "duration_ms", told->duration_ms);
}

/* null for a feed that names no hub. */
static void
put_websub(struct buf *out, const struct websub_state *websub)
{
	json_put_key(out, "websub");
	if (websub == NULL) {
		json_put_null(out);
		return;
	}
	json_put_open(out, '{');
	json_pair_str(out, "state", websub->state);
	json_pair_str(out, "hub", websub->hub);
	json_pair_str(out, "topic", websub->topic);
	json_pair_date(out, "lease_until", websub->lease_at);
	json_pair_u64(out, "pushes", websub->pushes);
	json_put_close(out, '}');
}

void
api_put_feed(struct buf *out, struct desk *desk, const struct desk_feed *feed)
{
	const struct feed_state *told = &feed->told;

	json_put_open(out, '{');
	json_pair_str(out, "id", feed->id);
	json_pair_str(out, "outlet", desk_feed_outlet(feed));
	json_pair_str(
	    out, "url", feed->config != NULL ? feed->config->url : NULL);
	json_pair_str(out, "state", desk_feed_state(feed));
	if (feed->is_told) {
		json_pair_str(out, "health", told->health);
		json_pair_date(out, "health_since", told->health_at);
		json_pair_str(out, "title", told->title);
		json_pair_str(out, "outcome",
		    told->last_fetch_at != 0 ? fetch_outcome_name(told->outcome)
					     : NULL);
		json_pair_u64(out, "http_status", told->http_status);
		json_pair_str(out, "error", told->error);
		json_pair_str(out, "moved_to", told->moved_to);
		json_pair_str(out, "move", told->move);
		put_times(out, told);
		put_counts(out, told);
	}
	put_websub(out, websub_list_of_feed(desk->websubs, feed->id));
	json_put_close(out, '}');
}

/* Puts the page's feeds; returns the last one when more are behind it. */
static const char *
put_page(struct buf *out, struct desk *desk, const struct feed_filter *filter)
{
	const struct desk_state *state = &desk->state;
	unsigned count = 0;
	const char *last = NULL;
	size_t i = 0;

	if (filter->after != NULL)
		i = desk_state_first_after(state, filter->after);
	for (; i < state->feeds_len; i++) {
		if (!filter_takes(filter, &state->feeds[i]))
			continue;
		if (count++ == filter->limit)
			return last;
		api_put_feed(out, desk, &state->feeds[i]);
		last = state->feeds[i].id;
	}
	return NULL;
}

void
api_get_feeds(const struct api_call *call)
{
	struct feed_filter filter = {.limit = FEEDS_LIMIT};
	struct strings owned = {0};
	struct buf out = BUF_INIT;
	const char *last;

	if (api_read_params(call, feed_params, &filter, &owned) == 0) {
		desk_state_sort(&call->desk->state);
		json_put_open(&out, '{');
		json_put_key(&out, "feeds");
		json_put_open(&out, '[');
		last = put_page(&out, call->desk, &filter);
		json_put_close(&out, ']');
		if (last != NULL)
			api_put_next(&out, call, "after", last);
		else
			json_pair_str(&out, "next", NULL);
		json_put_close(&out, '}');
		api_reply_json(call, &out);
	}
	strings_clear(&owned);
}

void
api_get_feed(const struct api_call *call)
{
	const struct desk_feed *feed =
	    desk_state_find(&call->desk->state, call->id);
	struct buf out = BUF_INIT;

	if (feed == NULL) {
		http_reply_error(call->conn, 404,
		    "no feed \"%s\"; `wirewatch feeds` lists them", call->id);
		return;
	}
	api_put_feed(&out, call->desk, feed);
	api_reply_json(call, &out);
}

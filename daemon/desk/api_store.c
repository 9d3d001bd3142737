/*
 * /api/v1/alerts and /api/v1/items.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/api.h"
#include "desk/api_store.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/params.h"
#include "store/query.h"
#include "store/reader.h"

#define ROWS_LIMIT 100    /* when no limit is asked for */
#define CONTENT_LIMIT 100 /* rows with the full text */

struct query {
	struct store_filter filter;
	bool content;
};

#define OF(member) offsetof(struct query, filter.member)

static const struct param alert_params[] = {
    {"after", PARAM_NUMBER, OF(after)},
    {"before", PARAM_NUMBER, OF(before)},
    {"entity", PARAM_TEXT, OF(entity)},
    {"feed", PARAM_TEXT, OF(feed)},
    {"level", PARAM_LEVEL, OF(level)},
    {"limit", PARAM_LIMIT, OF(limit)},
    {"outlet", PARAM_TEXT, OF(outlet)},
    {"rule", PARAM_TEXT, OF(rule)},
    {"since", PARAM_TIME, OF(since_at)},
    {"text", PARAM_TEXT, OF(text)},
    {"type", PARAM_TYPE, OF(type)},
    {"until", PARAM_TIME, OF(until_at)},
    {NULL, PARAM_TEXT, 0},
};

static const struct param item_params[] = {
    {"after", PARAM_NUMBER, OF(after)},
    {"before", PARAM_NUMBER, OF(before)},
    {"content", PARAM_FLAG, offsetof(struct query, content)},
    {"entity", PARAM_TEXT, OF(entity)},
    {"feed", PARAM_TEXT, OF(feed)},
    {"limit", PARAM_LIMIT, OF(limit)},
    {"outlet", PARAM_TEXT, OF(outlet)},
    {"since", PARAM_TIME, OF(since_at)},
    {"story", PARAM_NUMBER, OF(story)},
    {"text", PARAM_TEXT, OF(text)},
    {"until", PARAM_TIME, OF(until_at)},
    {NULL, PARAM_TEXT, 0},
};

/* A page under way. */
struct page {
	struct buf out;
	bool content;
	unsigned rows;
	uint64_t last; /* the cursor of the last row */
};

static void
page_on_alert(void *arg, uint64_t seq, const char *json)
{
	struct page *page = arg;

	json_put_raw(&page->out, json);
	page->rows++;
	page->last = seq;
}

static void
page_on_item(void *arg, const struct stored_item *item)
{
	struct page *page = arg;
	struct buf *out = &page->out;
	char story[24];

	snprintf(story, sizeof(story), "%" PRIu64, item->story);
	json_put_open(out, '{');
	json_pair_u64(out, "id", item->id);
	json_pair_str(out, "feed", item->feed);
	json_pair_str(out, "outlet", item->outlet);
	json_pair_str(out, "guid", item->guid);
	json_pair_str(out, "url", item->url);
	json_pair_str(out, "title", item->title);
	json_pair_str(out, "summary", item->summary);
	if (page->content)
		json_pair_str(out, "content", item->content);
	json_pair_str(out, "language", item->language);
	json_pair_date(out, "published", item->published_at);
	json_pair_date(out, "seen", item->seen_at);
	json_pair_str(out, "story", item->story != 0 ? story : NULL);
	json_pair_str(out, "verdict", item->verdict);
	json_pair_str(out, "why", item->why);
	json_put_close(out, '}');
	page->rows++;
	page->last = item->id;
}

/* A page that is full may have another behind it. */
static void
put_next(struct page *page, const struct api_call *call,
    const struct store_filter *filter)
{
	char cursor[24];

	if (page->rows < filter->limit) {
		json_pair_str(&page->out, "next", NULL);
		return;
	}
	snprintf(cursor, sizeof(cursor), "%" PRIu64, page->last);
	api_put_next(
	    &page->out, call, filter->after != 0 ? "after" : "before", cursor);
}

static int
run_query(struct store_reader *reader, const struct store_filter *filter,
    const char *key, struct page *page)
{
	if (*key == 'a')
		return store_query_alerts(reader, filter, page_on_alert, page);
	return store_query_items(reader, filter, page_on_item, page);
}

static void
reply_page(const struct api_call *call, const char *key, struct query *query)
{
	struct page page = {.out = BUF_INIT, .content = query->content};
	char *error = NULL;
	struct store_reader *reader = desk_open_store(call->desk, &error);

	if (reader == NULL) {
		http_reply_error(
		    call->conn, 503, "the store cannot be read: %s", error);
		free(error);
		return;
	}
	json_put_open(&page.out, '{');
	json_put_key(&page.out, key);
	json_put_open(&page.out, '[');
	if (run_query(reader, &query->filter, key, &page) != 0) {
		http_reply_error(call->conn, 503,
		    "the store cannot be read: %s", store_reader_error(reader));
		buf_clear(&page.out);
		return;
	}
	json_put_close(&page.out, ']');
	put_next(&page, call, &query->filter);
	json_put_close(&page.out, '}');
	api_reply_json(call, &page.out);
}

static void
get_page(
    const struct api_call *call, const char *key, const struct param *params)
{
	struct query query = {.filter.limit = ROWS_LIMIT};
	struct strings owned = {0};

	if (api_read_params(call, params, &query, &owned) == 0) {
		if (query.content && query.filter.limit > CONTENT_LIMIT)
			query.filter.limit = CONTENT_LIMIT;
		reply_page(call, key, &query);
	}
	strings_clear(&owned);
}

void
api_get_alerts(const struct api_call *call)
{
	get_page(call, "alerts", alert_params);
}

void
api_get_items(const struct api_call *call)
{
	get_page(call, "items", item_params);
}

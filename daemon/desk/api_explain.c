/*
 * /api/v1/explain.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/api.h"
#include "desk/api_explain.h"
#include "desk/api_feeds.h"
#include "desk/desk.h"
#include "desk/explain.h"
#include "desk/http.h"
#include "desk/params.h"
#include "frame/config.h"
#include "store/find.h"
#include "store/reader.h"
#include "story/keys.h"

#define ITEMS_MAX 20 /* of one address */
#define FEEDS_MAX 20 /* that would bring it */

struct asked {
	const char *url;
	uint64_t item;
};

static const struct param explain_params[] = {
    {"item", PARAM_NUMBER, offsetof(struct asked, item)},
    {"url", PARAM_TEXT, offsetof(struct asked, url)},
    {NULL, PARAM_TEXT, 0},
};

struct answer {
	struct buf out;
	struct desk *desk;
	struct store_reader *reader;
	uint64_t items[ITEMS_MAX]; /* each once */
	size_t items_len;
	struct strings feeds; /* that were put, each once */
	bool told;
	bool failed;
};

/* ---- items --------------------------------------------------------------- */

static void
on_item(void *arg, uint64_t item)
{
	struct answer *answer = arg;

	for (size_t i = 0; i < answer->items_len; i++)
		if (answer->items[i] == item)
			return;
	if (answer->items_len < ITEMS_MAX)
		answer->items[answer->items_len++] = item;
}

static void
put_items(struct answer *answer)
{
	json_put_key(&answer->out, "items");
	json_put_open(&answer->out, '[');
	for (size_t i = 0; i < answer->items_len && !answer->failed; i++)
		answer->failed =
		    explain_put_item(&answer->out, answer->desk, answer->reader,
			answer->items[i], &answer->told) != 0;
	json_put_close(&answer->out, ']');
}

/* ---- feeds that would have brought it -------------------------------------
 */

/* Whether names are given out below a label such as the co of bbc.co.uk. */
static bool
is_shared(const char *label, size_t len)
{
	static const char *const shared[] = {
	    "ac", "co", "com", "edu", "go", "gov", "net", "or", "org"};

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (strlen(shared[i]) == len &&
		    strncasecmp(shared[i], label, len) == 0)
			return true;
	return false;
}

/* The label before this one, or NULL. */
static const char *
label_before(const char *host, const char *label)
{
	if (label < host + 2)
		return NULL;
	for (label--; label > host && label[-1] != '.'; label--)
		continue;
	return label;
}

/* The part of an address's host that names its owner: two labels, or three. */
static const char *
find_site(const char *url, size_t *len)
{
	const char *host = strstr(url, "://");
	const char *end, *top, *second, *third;

	host = host != NULL ? host + 3 : url;
	end = host + strcspn(host, ":/?#");
	top = label_before(host, end + 1);
	second = top != NULL ? label_before(host, top) : NULL;
	third = second != NULL ? label_before(host, second) : NULL;
	if (third != NULL && end - top == 2 &&
	    is_shared(second, (size_t)(top - second) - 1))
		second = third;
	*len = second != NULL ? (size_t)(end - second) : 0;
	return second;
}

static bool
is_same_site(const char *a, const char *b)
{
	size_t a_len, b_len;
	const char *site_a = find_site(a, &a_len);
	const char *site_b = find_site(b, &b_len);

	return a_len > 0 && a_len == b_len &&
	       strncasecmp(site_a, site_b, a_len) == 0;
}

static void
put_feed(struct answer *answer, const struct desk_feed *feed, uint64_t items,
    int64_t last_seen_at)
{
	if (feed == NULL || !desk_feed_is_listed(feed) ||
	    answer->feeds.len == FEEDS_MAX ||
	    strings_has(&answer->feeds, feed->id))
		return;
	strings_add(&answer->feeds, feed->id);
	json_put_open(&answer->out, '{');
	json_pair_u64(&answer->out, "items_of_site", items);
	json_pair_date(&answer->out, "last_of_site", last_seen_at);
	json_put_key(&answer->out, "feed");
	api_put_feed(&answer->out, answer->desk, feed);
	json_put_close(&answer->out, '}');
}

static void
on_feed(void *arg, const char *id, uint64_t items, int64_t last_seen_at)
{
	struct answer *answer = arg;

	put_feed(answer, desk_state_find(&answer->desk->state, id), items,
	    last_seen_at);
}

/* Those that brought items of its site, then those that are read there. */
static void
put_feeds(struct answer *answer, const char *url)
{
	const struct desk_state *state = &answer->desk->state;

	json_put_key(&answer->out, "feeds");
	json_put_open(&answer->out, '[');
	if (url != NULL && answer->items_len == 0) {
		answer->failed |=
		    store_find_feeds(answer->reader, url, on_feed, answer) != 0;
		for (size_t i = 0; i < state->feeds_len; i++)
			if (state->feeds[i].config != NULL &&
			    is_same_site(state->feeds[i].config->url, url))
				put_feed(answer, &state->feeds[i], 0, 0);
	}
	json_put_close(&answer->out, ']');
}

/* ---- the answer -----------------------------------------------------------
 */

static void
put_answer(struct answer *answer, const struct asked *asked)
{
	struct buf canonical = BUF_INIT;

	if (asked->url != NULL) {
		keys_put_url(&canonical, asked->url);
		answer->failed = store_find_items(answer->reader, asked->url,
				     on_item, answer) != 0;
	} else {
		on_item(answer, asked->item);
	}
	json_put_open(&answer->out, '{');
	json_pair_str(&answer->out, "url", asked->url);
	json_pair_str(&answer->out, "canonical",
	    canonical.len > 0 ? buf_str(&canonical) : NULL);
	put_items(answer);
	put_feeds(answer, asked->url);
	json_pair_bool(&answer->out, "alerted", answer->told);
	json_put_close(&answer->out, '}');
	buf_clear(&canonical);
}

static void
reply(const struct api_call *call, const struct asked *asked)
{
	char *error = NULL;
	struct answer answer = {
	    .desk = call->desk, .reader = desk_open_store(call->desk, &error)};

	if (answer.reader == NULL) {
		http_reply_error(
		    call->conn, 503, "the store cannot be read: %s", error);
		free(error);
		return;
	}
	put_answer(&answer, asked);
	if (!answer.failed) {
		api_reply_json(call, &answer.out);
	} else {
		http_reply_error(call->conn, 503,
		    "the store cannot be read: %s",
		    store_reader_error(answer.reader));
		buf_clear(&answer.out);
	}
	strings_clear(&answer.feeds);
}

/* What is wrong with a question, or NULL. */
static const char *
find_fault(const struct asked *asked)
{
	struct buf canonical = BUF_INIT;
	bool is_page;

	if ((asked->url == NULL) == (asked->item == 0))
		return "ask for one of item (a number from 1 on) and url";
	if (asked->url == NULL)
		return NULL;
	keys_put_url(&canonical, asked->url);
	is_page = canonical.len > 0;
	buf_clear(&canonical);
	return is_page ? NULL
		       : "ask by an item's number or an article's address, as "
			 "in https://host/path";
}

void
api_get_explain(const struct api_call *call)
{
	struct asked asked = {0};
	struct strings owned = {0};
	const char *fault;

	if (api_read_params(call, explain_params, &asked, &owned) == 0) {
		fault = find_fault(&asked);
		if (fault != NULL)
			http_reply_error(call->conn, 400, "%s", fault);
		else
			reply(call, &asked);
	}
	strings_clear(&owned);
}

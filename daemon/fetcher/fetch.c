/*
 * One job of the engine, from FETCH_START to FETCH_DONE.
 *
 *	TRANSFER --whole body--> WAITING --parsed--> done
 *	   |  ^                     (the engine takes no more just now, or
 *	   v  |                      another document is half parsed)
 *	 PAUSED (a body that streams, while the engine takes no more)
 *
 * The body is parsed in one go once it is whole; its job stands on the bench
 * meanwhile.
 */
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/body.h"
#include "fetcher/done.h"
#include "fetcher/exchange.h"
#include "fetcher/fetch.h"
#include "fetcher/obstacle.h"
#include "fetcher/reason.h"
#include "fetcher/recall.h"
#include "fetcher/scan.h"
#include "fetcher/watch.h"
#include "frame/clock.h"
#include "frame/peer.h"

#define TABLE_SIZE 1024
#define RECALL_BYTES_MAX (16 * 1024 * 1024)

enum fetch_state { TRANSFER, PAUSED, WAITING };

struct fetch {
	LIST_ENTRY(fetch) in_table;
	TAILQ_ENTRY(fetch) in_queue; /* of those that are paused or wait */
	struct fetch_context *context;
	enum fetch_state state;
	struct fetch_start start;
	struct watch *watch;
	struct exchange *exchange; /* NULL: over */
	struct body *body;         /* NULL: no byte came */
	struct scan *scan;         /* NULL until a byte is parsed */
	struct buf page; /* first bytes of a body that looks like HTML */
	struct obstacle_signs signs;
	enum body_result body_result;
	char *url; /* that the body came from */
	char *content_type;
	char *content_location;
	struct fetch_done done;
};

static LIST_HEAD(, fetch) table[TABLE_SIZE];
static TAILQ_HEAD(, fetch) queue = TAILQ_HEAD_INITIALIZER(queue);

static struct fetch *
fetch_find(uint64_t job)
{
	struct fetch *fetch;

	LIST_FOREACH (fetch, &table[job % TABLE_SIZE], in_table)
		if (fetch->start.job == job)
			return fetch;
	return NULL;
}

static void
set_state(struct fetch *fetch, enum fetch_state state)
{
	if (fetch->state != TRANSFER)
		TAILQ_REMOVE(&queue, fetch, in_queue);
	fetch->state = state;
	if (state != TRANSFER)
		TAILQ_INSERT_TAIL(&queue, fetch, in_queue);
}

static void
fetch_free(struct fetch *fetch)
{
	exchange_cancel(fetch->exchange);
	set_state(fetch, TRANSFER);
	LIST_REMOVE(fetch, in_table);
	if (fetch->body != NULL && body_is_streaming(fetch->body)) {
		fetch->context->half_parsed--;
		event_active(fetch->context->go_on, EV_TIMEOUT, 0);
	}
	scan_free(fetch->scan);
	body_free(fetch->body);
	watch_release(fetch->watch);
	fetch_start_clear(&fetch->start);
	fetch_done_clear(&fetch->done);
	buf_clear(&fetch->page);
	free(fetch->url);
	free(fetch->content_type);
	free(fetch->content_location);
	free(fetch);
}

/* ---- what goes to the engine --------------------------------------------- */

/* After a failure the next poll asks with what this one asked with. */
static void
keep_old_validators(struct fetch *fetch)
{
	done_set(&fetch->done.etag, fetch->start.etag);
	done_set(&fetch->done.modified, fetch->start.modified);
	fetch->done.body_hash = fetch->start.body_hash;
}

static void
send_done(struct fetch *fetch)
{
	struct peer *engine = fetch->context->engine;

	if (fetch->done.outcome != FETCH_OK &&
	    fetch->done.outcome != FETCH_NOT_MODIFIED)
		keep_old_validators(fetch);
	fetch->done.job = fetch->start.job;
	fetch_done_put(peer_begin(engine, MESSAGE_FETCH_DONE), &fetch->done);
	peer_send(engine);
	fetch_free(fetch);
}

static void
send_item(void *arg, const struct item_message *message)
{
	struct fetch *fetch = arg;
	struct peer *engine = fetch->context->engine;
	struct buf *buf = peer_begin(engine, MESSAGE_ITEM);
	struct item_message bare = *message;

	item_message_put(buf, message);
	if (buf->len > message_max(MESSAGE_ITEM)) { /* endless lists of tags */
		bare.item.authors.len = bare.item.tags.len = 0;
		buf_reset(buf);
		item_message_put(buf, &bare);
	}
	peer_send(engine);
}

/* ---- parsing ------------------------------------------------------------- */

static void
begin_scan(struct fetch *fetch)
{
	struct scan_options options = {
	    .parser = {.url = fetch->url,
		.content_type = fetch->content_type,
		.content_location = fetch->content_location,
		.language = fetch->start.language,
		.now_at = clock_now_us()},
	    .job = fetch->start.job,
	    .seen = fetch->start.seen,
	    .seen_len = fetch->start.seen_len,
	    .watch = fetch->watch};

	fetch->scan = scan_new(&options, send_item, fetch);
}

/* A part of a feed (226, or from a hub) is read like others, but it is not what
 * the next document is compared with. */
static bool
scan_with_past(struct fetch *fetch, const char *bytes, size_t len)
{
	struct recall *recall = fetch->context->recall;
	uint64_t feed =
	    hash_str(hash_str(0, fetch->start.feed), fetch->start.url);
	const char *const parts[] = {fetch->url, fetch->content_type,
	    fetch->content_location, fetch->start.language};
	struct scan_past past = {.items = NULL};
	const struct recall_item *items;
	bool more;

	past.seed = feed;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		past.seed =
		    hash_str(past.seed, parts[i] != NULL ? parts[i] : "");
	past.len = recall_get(recall, feed, &past.items);
	more = scan_whole(fetch->scan, &past, bytes, len);
	if (fetch->done.http_status == 200) {
		len = scan_memory(fetch->scan, &items);
		recall_put(recall, feed, items, len);
	}
	return more;
}

static bool
on_plain_bytes(void *arg, const char *bytes, size_t len)
{
	struct fetch *fetch = arg;

	if (fetch->scan == NULL) {
		begin_scan(fetch);
		obstacle_keep_page(&fetch->page, bytes, len);
	}
	if (body_is_streaming(fetch->body))
		return scan_push(fetch->scan, bytes, len);
	return scan_with_past(fetch, bytes, len);
}

/* An answer that is no feed. Nothing in the way: said as it was. */
static void
judge_obstacle(struct fetch *fetch, const struct parser_page *page)
{
	const struct obstacle_view view = {.status = fetch->done.http_status,
	    .signs = fetch->signs,
	    .asked = fetch->start.url,
	    .url = fetch->url != NULL ? fetch->url : fetch->start.url,
	    .page = fetch->page.data,
	    .page_len = fetch->page.len,
	    .title = page->title,
	    .titled_wall = page->is_wall,
	    .names_feeds = page->feeds_len > 0};
	char sentence[REASON_MAX];
	enum obstacle kind = obstacle_find(&view, sentence, sizeof(sentence));

	if (kind != OBSTACLE_NONE)
		done_end(&fetch->done,
		    kind == OBSTACLE_PAGE ? FETCH_NOT_A_FEED : FETCH_BLOCKED,
		    sentence);
}

/* The body is whole: parses what was not parsed yet and tells the end. */
static void
parse_and_end(struct fetch *fetch)
{
	struct scan_result result = {0};

	*fetch->context->bench = fetch->start.job;
	if (fetch->body_result == BODY_OK)
		fetch->body_result = body_finish(fetch->body);
	if (fetch->scan == NULL)
		begin_scan(fetch);
	scan_finish(fetch->scan, &result);
	done_take_document(&fetch->done, &result, fetch->start.url, fetch->url);
	if (result.result == PARSER_NOT_A_FEED)
		judge_obstacle(fetch, &result.page);
	done_take_body(&fetch->done, fetch->body_result);
	*fetch->context->bench = 0;
	send_done(fetch);
}

static bool
may_parse(const struct fetch *fetch)
{
	const struct fetch_context *context = fetch->context;
	bool streams = body_is_streaming(fetch->body);

	if (peer_is_full(context->engine))
		return false;
	return !fetch->start.solo || context->half_parsed <= (streams ? 1 : 0);
}

/* ---- the exchange -------------------------------------------------------- */

static void
begin_body(struct fetch *fetch, const struct header *header, const char *url)
{
	if (fetch->body != NULL)
		return;
	fetch->body = body_new(header->encoding, on_plain_bytes, fetch);
	fetch->url = xstrdup(url);
	fetch->content_type = xstrdup_null(header->content_type);
	fetch->content_location = xstrdup_null(header->content_location);
}

static enum exchange_flow
on_body(void *arg, const struct header *header, const char *bytes, size_t len)
{
	struct fetch *fetch = arg;
	struct fetch_context *context = fetch->context;
	bool streams;

	begin_body(fetch, header, exchange_url(fetch->exchange));
	streams = body_is_streaming(fetch->body);
	if (streams && peer_is_full(context->engine)) {
		set_state(fetch, PAUSED);
		return EXCHANGE_PAUSE;
	}
	*context->bench = fetch->start.job;
	fetch->body_result = body_push(fetch->body, bytes, len);
	*context->bench = 0;
	if (!streams && body_is_streaming(fetch->body))
		context->half_parsed++;
	return fetch->body_result == BODY_OK ? EXCHANGE_MORE : EXCHANGE_STOP;
}

/* Takes over what outlives the exchange. */
static void
take_result(struct fetch *fetch, const struct exchange_result *result)
{
	const struct header *header = result->header;

	done_take_answer(&fetch->done, result, clock_now_us());
	fetch->signs = header->signs;
	if (result->outcome == FETCH_HTTP) {
		body_read_start(header->encoding, result->refused,
		    result->refused_len, OBSTACLE_PAGE_MAX, &fetch->page);
		judge_obstacle(fetch, &(struct parser_page){0});
	}
}

/* 304: validators that are not told again stay as they are. */
static void
end_not_modified(struct fetch *fetch)
{
	struct fetch_done *done = &fetch->done;

	if (done->etag == NULL && done->modified == NULL) {
		done_set(&done->etag, fetch->start.etag);
		done_set(&done->modified, fetch->start.modified);
	}
	done->outcome = FETCH_NOT_MODIFIED;
	done->body_hash = fetch->start.body_hash;
	send_done(fetch);
}

static void
on_done(void *arg, const struct exchange_result *result)
{
	struct fetch *fetch = arg;
	bool stopped_by_us = fetch->body_result != BODY_OK;

	take_result(fetch, result);
	if (result->outcome == FETCH_OK) {
		begin_body(fetch, result->header, result->url);
		done_set_address(
		    &fetch->done.hub, fetch->url, result->header->hub);
		done_set_address(
		    &fetch->done.topic, fetch->url, result->header->self);
	}
	fetch->exchange = NULL;
	if (result->outcome == FETCH_NOT_MODIFIED) {
		end_not_modified(fetch);
		return;
	}
	if (result->outcome != FETCH_OK && !stopped_by_us) {
		send_done(fetch);
		return;
	}
	/* A part of the feed (RFC 3229) is not what the next answer is compared
	 * with. */
	fetch->done.body_hash = result->header->status == 226
				    ? fetch->start.body_hash
				    : body_hash(fetch->body);
	if (fetch->done.body_hash != 0 && result->header->status != 226 &&
	    fetch->done.body_hash == fetch->start.body_hash) {
		end_not_modified(fetch);
		return;
	}
	set_state(fetch, WAITING);
	if (may_parse(fetch))
		parse_and_end(fetch);
}

static const struct exchange_callbacks exchange_callbacks = {
    .on_body = on_body, .on_done = on_done};

/* ---- jobs ---------------------------------------------------------------- */

/* Takes what start owns; NULL: the job runs already. */
static struct fetch *
fetch_new(struct fetch_context *context, struct fetch_start *start)
{
	struct fetch *fetch;

	if (fetch_find(start->job) != NULL)
		return NULL;
	fetch = xcalloc(1, sizeof(*fetch));
	fetch->context = context;
	fetch->start = *start;
	*start = (struct fetch_start){0};
	fetch->watch = watch_hold(context->watch);
	LIST_INSERT_HEAD(
	    &table[fetch->start.job % TABLE_SIZE], fetch, in_table);
	return fetch;
}

int
fetch_start_job(struct fetch_context *context, struct fetch_start *start)
{
	struct exchange_request request;
	struct fetch *fetch = fetch_new(context, start);

	if (fetch == NULL)
		return -1;
	request = (struct exchange_request){.url = fetch->start.url,
	    .access = &fetch->start.access,
	    .etag = fetch->start.etag,
	    .modified = fetch->start.modified};
	fetch->exchange =
	    exchange_start(context->pool, &request, &exchange_callbacks, fetch);
	return 0;
}

int
fetch_push_job(struct fetch_context *context, struct fetch_start *start,
    const struct fetch_pushed *pushed)
{
	struct fetch *fetch = fetch_new(context, start);

	if (fetch == NULL)
		return -1;
	fetch->url = xstrdup(fetch->start.url);
	fetch->content_type = xstrdup_null(pushed->content_type);
	fetch->body = body_new(ENCODING_NONE, on_plain_bytes, fetch);
	*context->bench = fetch->start.job;
	fetch->body_result = body_push(fetch->body, pushed->body, pushed->len);
	*context->bench = 0;
	if (body_is_streaming(fetch->body))
		context->half_parsed++;
	fetch->done.bytes = pushed->len;
	set_state(fetch, WAITING);
	if (may_parse(fetch))
		parse_and_end(fetch);
	return 0;
}

void
fetch_cancel_job(struct fetch_context *context, uint64_t job)
{
	struct fetch *fetch = fetch_find(job);

	if (fetch == NULL)
		return;
	done_end(&fetch->done, FETCH_CANCELLED, "cancelled");
	if (fetch->exchange != NULL)
		fetch->done.duration_ms = exchange_duration_ms(fetch->exchange);
	send_done(fetch);
}

void
fetch_drop_all(struct fetch_context *context)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		while (!LIST_EMPTY(&table[i]))
			fetch_free(LIST_FIRST(&table[i]));
}

static void
on_go_on(evutil_socket_t fd, short what, void *arg)
{
	struct fetch_context *context = arg;

	if (context->engine != NULL)
		fetch_go_on(context);
}

void
fetch_context_init(struct fetch_context *context, struct event_base *base)
{
	context->recall = recall_new(RECALL_BYTES_MAX);
	context->go_on = evtimer_new(base, on_go_on, context);
	if (context->go_on == NULL)
		abort();
}

void
fetch_go_on(struct fetch_context *context)
{
	struct fetch *fetch, *next;

	for (fetch = TAILQ_FIRST(&queue); fetch != NULL; fetch = next) {
		next = TAILQ_NEXT(fetch, in_queue);
		if (peer_is_full(context->engine))
			return;
		if (fetch->state == PAUSED) {
			set_state(fetch, TRANSFER);
			exchange_resume(fetch->exchange);
		} else if (may_parse(fetch)) {
			parse_and_end(fetch);
		}
	}
}

/*
 * A sink of type webhook. Runs in the courier; owns the sink's keys, the
 * deliveries that wait and the requests under way.
 *
 * When to try again is the engine's business: an attempt ends with a result
 * and is forgotten here.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "courier/answer.h"
#include "courier/webhook.h"
#include "frame/config.h"
#include "frame/curl_loop.h"
#include "frame/log.h"
#include "frame/sign.h"
#include "text/clean.h"

#define CONNECT_TIMEOUT_MS 10000
#define RETRIES_MAX 4   /* later attempts under way at a time */
#define EXCERPT_MAX 160 /* bytes of a refusal's body that are told */

/* Deliveries that wait for their turn. */
struct lane {
	struct delivery_queue waiting;
	size_t under_way;
	size_t under_way_max;
};

struct webhook {
	struct curl_loop *loop;
	delivery_on_result on_result;
	void *arg;
	char *url;
	char *user_agent;
	int64_t timeout_ms;
	struct sign_keys *keys; /* NULL: unsigned */
	const char *fault; /* of the secret: nothing leaves unsigned; or NULL */
	struct lane first, again;
	LIST_HEAD(request_list, request) requests;
};

struct request {
	LIST_ENTRY(request) next;
	struct webhook *webhook;
	struct lane *lane;
	struct delivery *delivery;
	CURL *easy;
	struct curl_call *call; /* NULL once over */
	struct curl_slist *headers;
	struct buf body;
	struct buf excerpt; /* of the answer */
	size_t answer_len;
};

static void lane_step(struct webhook *, struct lane *);

static void
request_free(struct request *request)
{
	LIST_REMOVE(request, next);
	request->lane->under_way--;
	curl_loop_cancel(request->call);
	curl_easy_cleanup(request->easy);
	curl_slist_free_all(request->headers);
	delivery_free(request->delivery);
	buf_clear(&request->body);
	buf_clear(&request->excerpt);
	free(request);
}

/* What has not left goes back untried. */
static void
lane_give_back(struct webhook *webhook, struct lane *lane)
{
	const struct delivery_result held = {.outcome = DELIVERY_HELD};

	while (!STAILQ_EMPTY(&lane->waiting)) {
		struct delivery *delivery = STAILQ_FIRST(&lane->waiting);

		STAILQ_REMOVE_HEAD(&lane->waiting, next);
		webhook->on_result(webhook->arg, delivery, &held);
	}
}

/* The next one of the lane leaves before the engine hears of the last, unless
 * the receiver wants no more, for now or for good. */
static void
request_finish(struct request *request, const struct delivery_result *result)
{
	struct webhook *webhook = request->webhook;
	struct delivery *delivery = request->delivery;
	struct lane *lane = request->lane;
	bool unwanted =
	    result->retry_after_us != 0 || result->outcome == DELIVERY_GONE;

	request->delivery = NULL;
	request_free(request);
	if (!unwanted)
		lane_step(webhook, lane);
	webhook->on_result(webhook->arg, delivery, result);
	if (unwanted) {
		lane_give_back(webhook, &webhook->first);
		lane_give_back(webhook, &webhook->again);
	}
}

/* ---- the answer ---- */

static size_t
request_on_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct request *request = arg;
	size_t room = EXCERPT_MAX - request->excerpt.len;

	request->answer_len += count;
	if (request->answer_len > WEBHOOK_ANSWER_MAX)
		return 0; /* ends the exchange; its status stands */
	buf_add(&request->excerpt, bytes, count < room ? count : room);
	return count;
}

static int64_t
retry_after_us(CURL *easy)
{
	struct curl_header *header;

	if (curl_easy_header(
		easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return 0;
	return answer_retry_after_us(header->value, time(NULL));
}

/* A refusal that names a time is none for good (RFC 9110 section 15.5.14). */
static void
take_status(
    const struct request *request, long status, struct delivery_result *result)
{
	result->http_status = (uint32_t)status;
	result->outcome = answer_outcome(status);
	if (result->outcome == DELIVERY_OK || result->outcome == DELIVERY_GONE)
		return;
	result->retry_after_us = retry_after_us(request->easy);
	if (result->retry_after_us != 0)
		result->outcome = DELIVERY_RETRY;
}

/* "HTTP 503: come back later", cleaned. */
static void
describe_status(struct buf *out, const struct request *request, long status)
{
	buf_addf(out, "HTTP %ld", status);
	if (status >= 300 && status < 400) {
		buf_add_str(out, ": redirects are not followed");
	} else {
		size_t len = out->len;

		buf_add_str(out, ": ");
		clean_add(out, buf_str(&request->excerpt), request->excerpt.len,
		    CLEAN_LINE);
		if (out->len == len + 2) /* nothing to read */
			buf_truncate(out, len);
	}
}

static void
request_on_done(void *arg, const struct curl_result *ended)
{
	struct request *request = arg;
	struct delivery_result result = {.outcome = DELIVERY_RETRY};
	struct buf error = BUF_INIT;
	long status = 0;

	request->call = NULL;
	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	/* Once a status came it counts, whatever became of the body. */
	if (status >= 200) {
		take_status(request, status, &result);
		if (result.outcome != DELIVERY_OK)
			describe_status(&error, request, status);
	} else if (request->webhook->fault != NULL) {
		buf_addf(&error, "secret_file %s", request->webhook->fault);
	} else {
		const char *why =
		    ended->error != NULL ? ended->error : "no status";

		clean_add(&error, why, strlen(why), CLEAN_LINE);
	}
	if (error.len > 0)
		result.error = error.data;
	request_finish(request, &result);
	buf_clear(&error);
}

/* ---- the request ---- */

static void
write_body(struct buf *out, const struct delivery *delivery)
{
	json_put_open(out, '{');
	json_pair_str(out, "type", delivery->type);
	json_pair_date(out, "timestamp", delivery->alerted_at);
	json_put_key(out, "data");
	json_put_raw(out, delivery->json);
	json_put_close(out, '}');
}

static void
add_header(struct request *request, const char *name, const char *value)
{
	char *line = xasprintf("%s: %s", name, value);

	request->headers = curl_slist_append(request->headers, line);
	if (request->headers == NULL)
		abort();
	free(line);
}

/* The timestamp is that of the attempt, the id that of the message. */
static void
add_headers(struct request *request)
{
	const struct sign_keys *keys = request->webhook->keys;
	const char *id = request->delivery->webhook_id;
	int64_t now_s = time(NULL);
	char *timestamp = xasprintf("%lld", (long long)now_s);

	add_header(request, "Content-Type", "application/json");
	add_header(request, "webhook-id", id);
	add_header(request, "webhook-timestamp", timestamp);
	if (keys != NULL) {
		struct buf signature = BUF_INIT;

		sign_add(&signature, keys, id, now_s, &request->body);
		add_header(request, "webhook-signature", signature.data);
		buf_clear(&signature);
	}
	free(timestamp);
}

static void
set_options(struct request *request)
{
	const struct webhook *webhook = request->webhook;
	CURL *easy = request->easy;

	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data);
	curl_easy_setopt(
	    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, webhook->user_agent);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)webhook->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, request_on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
}

static void
request_start(
    struct webhook *webhook, struct lane *lane, struct delivery *delivery)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->webhook = webhook;
	request->lane = lane;
	request->delivery = delivery;
	request->easy = curl_easy_init();
	if (request->easy == NULL)
		abort();
	lane->under_way++;
	LIST_INSERT_HEAD(&webhook->requests, request, next);
	write_body(&request->body, delivery);
	add_headers(request);
	set_options(request);
	/* With a fault the empty address makes it end at once. */
	request->call = curl_loop_start(webhook->loop, request->easy,
	    &(struct curl_target){
		.url = webhook->fault == NULL ? webhook->url : ""},
	    request_on_done, request);
}

/* ---- the sink ---- */

static void
lane_init(struct lane *lane, size_t under_way_max)
{
	STAILQ_INIT(&lane->waiting);
	lane->under_way_max = under_way_max;
}

static void
lane_step(struct webhook *webhook, struct lane *lane)
{
	while (lane->under_way < lane->under_way_max &&
	       !STAILQ_EMPTY(&lane->waiting)) {
		struct delivery *delivery = STAILQ_FIRST(&lane->waiting);

		STAILQ_REMOVE_HEAD(&lane->waiting, next);
		request_start(webhook, lane, delivery);
	}
}

static void
lane_forget(struct lane *lane)
{
	while (!STAILQ_EMPTY(&lane->waiting)) {
		struct delivery *delivery = STAILQ_FIRST(&lane->waiting);

		STAILQ_REMOVE_HEAD(&lane->waiting, next);
		delivery_free(delivery);
	}
}

struct webhook *
webhook_new(struct curl_loop *loop, delivery_on_result on_result, void *arg)
{
	struct webhook *webhook = xcalloc(1, sizeof(*webhook));

	webhook->loop = loop;
	webhook->on_result = on_result;
	webhook->arg = arg;
	lane_init(&webhook->first, 1);
	lane_init(&webhook->again, RETRIES_MAX);
	LIST_INIT(&webhook->requests);
	return webhook;
}

static void
forget_settings(struct webhook *webhook)
{
	free(webhook->url);
	free(webhook->user_agent);
	sign_keys_free(webhook->keys);
	webhook->keys = NULL;
	webhook->fault = NULL;
}

void
webhook_free(struct webhook *webhook)
{
	struct request *request, *after;

	if (webhook == NULL)
		return;
	webhook_forget_waiting(webhook);
	for (request = LIST_FIRST(&webhook->requests); request != NULL;
	     request = after) {
		after = LIST_NEXT(request, next);
		request_free(request);
	}
	forget_settings(webhook);
	free(webhook);
}

void
webhook_configure(struct webhook *webhook, const struct config_sink *sink,
    const char *user_agent)
{
	forget_settings(webhook);
	webhook->url = xstrdup(sink->url);
	webhook->user_agent = xstrdup(user_agent);
	webhook->timeout_ms = sink->timeout_ms;
	if (sink->secret == NULL)
		return;
	webhook->keys = sign_keys_new(sink->secret, &webhook->fault);
	if (webhook->keys == NULL)
		log_error("sink %s: secret_file %s", sink->id, webhook->fault);
}

void
webhook_send(struct webhook *webhook, struct delivery *delivery)
{
	struct lane *lane =
	    delivery->attempt > 1 ? &webhook->again : &webhook->first;

	STAILQ_INSERT_TAIL(&lane->waiting, delivery, next);
	lane_step(webhook, lane);
}

void
webhook_forget_waiting(struct webhook *webhook)
{
	lane_forget(&webhook->first);
	lane_forget(&webhook->again);
}

void
webhook_give_back(struct webhook *webhook)
{
	const struct delivery_result held = {.outcome = DELIVERY_HELD};

	lane_give_back(webhook, &webhook->first);
	lane_give_back(webhook, &webhook->again);
	while (!LIST_EMPTY(&webhook->requests)) {
		struct request *request = LIST_FIRST(&webhook->requests);
		struct delivery *delivery = request->delivery;

		request->delivery = NULL;
		request_free(request);
		webhook->on_result(webhook->arg, delivery, &held);
	}
}

size_t
webhook_under_way(const struct webhook *webhook)
{
	return webhook->first.under_way + webhook->again.under_way;
}

/*
 * Posts to WebSub hubs: subscription requests and their redirects (WebSub
 * section 5.1). Runs in the fetcher; owns the requests under way.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fetcher/hub.h"
#include "frame/curl_loop.h"
#include "frame/proxy.h"
#include "frame/websub.h"
#include "text/clean.h"

#define TIMEOUT_MS 20000L
#define REDIRECTS_MAX 3
#define ANSWER_MAX (64 * 1024) /* bytes that are read of it */
#define EXCERPT_MAX 240        /* ... and told when the hub refuses */

struct hubs {
	struct curl_loop *loop;
	hub_on_answer on_answer;
	void *arg;
	LIST_HEAD(, hub_request) requests;
};

struct hub_request {
	LIST_ENTRY(hub_request) next;
	struct hubs *hubs;
	uint64_t ask;
	char *url; /* of this hop */
	char *form;
	char *proxy; /* a setting, or NULL */
	CURL *easy;
	struct curl_call *call; /* NULL once over */
	unsigned redirects;
	size_t answer_len;
	struct buf excerpt;
};

static void request_start(struct hub_request *);

static void
request_free(struct hub_request *request)
{
	LIST_REMOVE(request, next);
	curl_loop_cancel(request->call);
	curl_easy_cleanup(request->easy);
	buf_clear(&request->excerpt);
	free(request->url);
	free(request->form);
	free(request->proxy);
	free(request);
}

static size_t
on_answer_bytes(char *bytes, size_t size, size_t count, void *arg)
{
	struct hub_request *request = arg;
	size_t room = EXCERPT_MAX - request->excerpt.len;

	request->answer_len += count;
	if (request->answer_len > ANSWER_MAX)
		return 0; /* the status stands */
	buf_add(&request->excerpt, bytes, count < room ? count : room);
	return count;
}

static bool
is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

/* Goes to where a 307 or 308 leads; false: it leads nowhere. The secret does
 * not follow a redirect out of TLS. */
static bool
follow(struct hub_request *request, long status)
{
	char *target = NULL;

	if (status != 307 && status != 308)
		return false;
	curl_easy_getinfo(request->easy, CURLINFO_REDIRECT_URL, &target);
	if (target == NULL || strlen(target) > WEBSUB_TOPIC_MAX ||
	    (is_https(request->url) && !is_https(target)) ||
	    ++request->redirects > REDIRECTS_MAX)
		return false;
	target = xstrdup(target);
	free(request->url);
	request->url = target;
	request_start(request);
	return true;
}

/* A cloud's refusal comes with status 200. */
static bool
is_refused(const struct hub_request *request, long status)
{
	return status < 200 || status > 299 ||
	       strstr(buf_str(&request->excerpt), "success=\"false\"") != NULL;
}

/* "HTTP 400: unknown topic", cleaned. */
static void
describe(struct buf *error, const struct hub_request *request, long status)
{
	size_t len;

	buf_addf(error, "HTTP %ld", status);
	len = error->len;
	buf_add_str(error, ": ");
	clean_add(error, buf_str(&request->excerpt), request->excerpt.len,
	    CLEAN_LINE);
	if (error->len == len + 2) /* nothing to read */
		buf_truncate(error, len);
}

static void
on_done(void *arg, const struct curl_result *result)
{
	struct hub_request *request = arg;
	struct hubs *hubs = request->hubs;
	struct hub_answer answer = {.ask = request->ask};
	const char *why = result->error != NULL ? result->error : "no answer";
	struct buf error = BUF_INIT;
	long status = 0;

	request->call = NULL;
	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 0)
		clean_add(&error, why, strlen(why), CLEAN_LINE);
	else if (follow(request, status))
		return;
	else if (is_refused(request, status))
		describe(&error, request, status);
	answer.http_status = (uint32_t)status;
	answer.error = error.data;
	hubs->on_answer(hubs->arg, &answer);
	buf_clear(&error);
	request_free(request);
}

static void
request_start(struct hub_request *request)
{
	buf_reset(&request->excerpt);
	request->answer_len = 0;
	request->call = curl_loop_start(request->hubs->loop, request->easy,
	    &(struct curl_target){.url = request->url,
		.proxy = proxy_choose(request->proxy, request->url)},
	    on_done, request);
}

struct hubs *
hubs_new(struct curl_loop *loop, hub_on_answer on_answer, void *arg)
{
	struct hubs *hubs = xcalloc(1, sizeof(*hubs));

	hubs->loop = loop;
	hubs->on_answer = on_answer;
	hubs->arg = arg;
	LIST_INIT(&hubs->requests);
	return hubs;
}

void
hubs_ask(struct hubs *hubs, const struct hub_ask *ask, const char *user_agent)
{
	struct hub_request *request = xcalloc(1, sizeof(*request));
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		abort();
	request->hubs = hubs;
	request->ask = ask->ask;
	request->url = xstrdup(ask->hub);
	request->form = xstrdup(ask->form);
	request->proxy = xstrdup_null(ask->proxy);
	request->easy = easy;
	LIST_INSERT_HEAD(&hubs->requests, request, next);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->form);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	request_start(request);
}

void
hubs_drop_all(struct hubs *hubs)
{
	while (!LIST_EMPTY(&hubs->requests))
		request_free(LIST_FIRST(&hubs->requests));
}

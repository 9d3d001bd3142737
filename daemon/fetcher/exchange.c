/*
 * One GET and its redirects. Runs in the fetcher and in `wirewatch fetch`.
 *
 *	WAITING --slot--> CALLING --answer--> done
 *	   ^                 |
 *	   +---- redirect ---+	(to another host: its slot first)
 *
 * Redirects are followed here and not by libcurl, so that each hop's name is
 * looked up on the loop and each hop's address meets the wall.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fetcher/exchange.h"
#include "fetcher/handles.h"
#include "fetcher/idle.h"
#include "fetcher/reason.h"
#include "fetcher/request.h"
#include "fetcher/slots.h"
#include "frame/access.h"
#include "frame/clock.h"
#include "frame/curl_loop.h"
#include "frame/proxy.h"
#include "parse/url.h"

#define PER_HOST 2
#define WAIT_MAX_S 60             /* for a turn at the host */
#define PER_MULTI 32              /* connections on a multi handle ... */
#define MULTIS_MAX 64             /* ... unless there are that many handles */
#define TARGET_MAX 8192           /* bytes of a redirect's target */
#define IDLE_BODY_MAX (64 * 1024) /* of a refusal's page */

struct exchange_pool {
	struct event_base *base;
	struct curl_loop *loop;
	struct slots *slots;
	struct idle *idle;
	struct event *turn; /* a host has rested enough */
	char *user_agent;
	int64_t timeout_ms;
	struct handles *handles;
};

struct exchange {
	struct exchange_pool *pool;
	const struct exchange_callbacks *callbacks;
	void *arg;
	struct slot_claim claim;
	char *host; /* that the slot is for */
	char *url;  /* of this hop */
	char *moved_to;
	bool only_permanent; /* all redirects so far were */
	bool at_home;        /* no redirect led to another origin so far */
	unsigned redirects;
	unsigned cuts; /* connections that ended before the answer */
	CURL *easy;    /* NULL before the slot */
	struct exchange_request request;
	struct request_head head;
	struct curl_call *call;
	struct event *deadline;
	struct header header;
	struct buf refused; /* the page of a refusal */
	uint64_t bytes;
	int64_t started_ms;      /* monotonic; 0: not yet */
	enum fetch_outcome stop; /* why a callback stopped it; FETCH_OK: not */
};

static void exchange_call(struct exchange *);

/* ---- what libcurl tells -------------------------------------------------- */

static size_t
on_header_line(char *line, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;

	if (header_take_line(&exchange->header, line, size * count))
		return size * count;
	exchange->stop = FETCH_TOO_LARGE;
	return 0;
}

static bool
is_good_status(unsigned status)
{
	return status == 200 || status == 203 || status == 226;
}

static bool
is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static size_t
on_body_bytes(char *bytes, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;
	size_t len = size * count;
	unsigned status = exchange->header.status;
	uint64_t max = is_good_status(status) || is_redirect(status)
			   ? EXCHANGE_BYTES_MAX
			   : IDLE_BODY_MAX;
	enum exchange_flow flow = EXCHANGE_MORE;

	if (exchange->bytes + len > max) {
		exchange->stop = FETCH_TOO_LARGE;
		return 0;
	}
	if (is_good_status(status))
		flow = exchange->callbacks->on_body(
		    exchange->arg, &exchange->header, bytes, len);
	else if (!is_redirect(status))
		buf_add(&exchange->refused, bytes, len);
	if (flow == EXCHANGE_PAUSE)
		return CURL_WRITEFUNC_PAUSE;
	if (flow == EXCHANGE_STOP) {
		exchange->stop = FETCH_CANCELLED;
		return 0;
	}
	exchange->bytes += len;
	return len;
}

/* ---- the pool ----------------------------------------------------------- */

/* libcurl walks through all connections of a multi handle now and then, so
 * that a poll costs 18 us on 64 of them where it costs 320 us on one. It has
 * room for all: when it throws one out to stay within its own limit, it walks
 * through all hosts that it ever met (7.88: the evicted host stays in the
 * table), so that the budget is kept by closing early (fetcher/idle.h). */
void
exchange_spread(struct curl_loop_options *options, size_t connections_max)
{
	options->multis = 4;
	while (options->multis < MULTIS_MAX &&
	       connections_max / options->multis > PER_MULTI)
		options->multis *= 2;
	options->idle_max = (long)connections_max * 2;
}

/* ---- turns --------------------------------------------------------------- */

/* After anything that moves slots. */
static void
set_turn(struct exchange_pool *pool)
{
	int64_t due_ms = slots_due_ms(pool->slots);
	int64_t wait_ms;
	struct timeval wait;

	if (due_ms == -1)
		return;
	wait_ms = due_ms - clock_monotonic_ms();
	wait = clock_timeval_ms(wait_ms > 0 ? wait_ms : 0);
	evtimer_add(pool->turn, &wait);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct exchange_pool *pool = arg;

	slots_run(pool->slots, clock_monotonic_ms());
	set_turn(pool);
}

static void on_slot(void *arg);

static void
claim_slot(struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;

	slots_run(pool->slots, clock_monotonic_ms());
	exchange->claim.secure = request_is_secure(exchange->url);
	slots_claim(
	    pool->slots, &exchange->claim, exchange->host, on_slot, exchange);
	set_turn(pool);
}

static void
release_slot(struct exchange *exchange)
{
	struct exchange_pool *pool = exchange->pool;

	slots_run(pool->slots, clock_monotonic_ms());
	slots_release(pool->slots, &exchange->claim);
	set_turn(pool);
}

struct exchange_pool *
exchange_pool_new(struct event_base *base, struct curl_loop *loop,
    const struct exchange_options *options)
{
	struct exchange_pool *pool = xcalloc(1, sizeof(*pool));

	pool->base = base;
	pool->loop = loop;
	pool->slots = slots_new(options->connections_max, PER_HOST);
	pool->idle = idle_new(options->idle_max);
	pool->handles = handles_new(on_header_line, on_body_bytes);
	pool->turn = evtimer_new(base, on_turn, pool);
	if (pool->turn == NULL)
		abort();
	exchange_pool_set(pool, options);
	return pool;
}

void
exchange_pool_set(
    struct exchange_pool *pool, const struct exchange_options *options)
{
	char *user_agent = xstrdup(options->user_agent);

	free(pool->user_agent);
	pool->user_agent = user_agent;
	pool->timeout_ms = options->timeout_ms;
	slots_set_spacing(pool->slots, options->host_spacing_ms);
	slots_set_total(pool->slots, options->connections_max);
	idle_set_max(pool->idle, options->idle_max);
}

void
exchange_pool_free(struct exchange_pool *pool)
{
	if (pool == NULL)
		return;
	handles_free(pool->handles);
	slots_free(pool->slots);
	idle_free(pool->idle);
	event_free(pool->turn);
	free(pool->user_agent);
	free(pool);
}

static void
set_headers(struct exchange *exchange)
{
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER,
	    request_head_write(&exchange->head, &exchange->request,
		request_agent(&exchange->request, exchange->pool->user_agent),
		exchange->at_home));
}

/* ---- an exchange --------------------------------------------------------- */

static void
exchange_free(struct exchange *exchange)
{
	curl_loop_cancel(exchange->call);
	if (exchange->easy != NULL)
		handles_return(exchange->pool->handles, exchange->easy);
	release_slot(exchange);
	event_free(exchange->deadline);
	request_head_clear(&exchange->head);
	header_clear(&exchange->header);
	buf_clear(&exchange->refused);
	free(exchange->host);
	free(exchange->url);
	free(exchange->moved_to);
	free(exchange);
}

static void
finish(struct exchange *exchange, enum fetch_outcome outcome, const char *error)
{
	struct exchange_result result = {.outcome = outcome,
	    .error = error,
	    .header = &exchange->header,
	    .url = exchange->url,
	    .redirects = exchange->redirects,
	    .refused = exchange->refused.data,
	    .refused_len = exchange->refused.len,
	    .bytes = exchange->bytes};

	result.duration_ms = exchange_duration_ms(exchange);
	if (outcome == FETCH_OK || outcome == FETCH_NOT_MODIFIED)
		result.moved_to = exchange->moved_to;
	exchange->callbacks->on_done(exchange->arg, &result);
	exchange_free(exchange);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct exchange *exchange = arg;
	char error[REASON_MAX];

	if (exchange->started_ms == 0)
		reason_wait(error, sizeof(error), WAIT_MAX_S);
	else
		reason_timeout(error, sizeof(error), exchange->pool->timeout_ms,
		    exchange->header.status != 0);
	finish(exchange, FETCH_TIMEOUT, error);
}

static void
on_slot(void *arg)
{
	struct exchange *exchange = arg;
	int64_t ms = exchange->pool->timeout_ms;
	struct timeval left = {ms / 1000, ms % 1000 * 1000};

	if (exchange->started_ms == 0) {
		exchange->started_ms = clock_monotonic_ms();
		event_add(exchange->deadline, &left);
	}
	if (exchange->easy == NULL) {
		exchange->easy =
		    handles_take(exchange->pool->handles, ms, exchange);
		set_headers(exchange);
	}
	exchange_call(exchange);
}

/* What was meant for one server is not told to another, nor to the first one
 * when a stranger leads back to it. */
static void
leave_home(struct exchange *exchange)
{
	exchange->at_home = false;
	set_headers(exchange);
}

/* Goes to where the redirect leads, or says why not. */
static const char *
follow(struct exchange *exchange)
{
	unsigned status = exchange->header.status;
	char *target = NULL, *host;

	curl_easy_getinfo(exchange->easy, CURLINFO_REDIRECT_URL, &target);
	if (target == NULL || strlen(target) > TARGET_MAX)
		return "redirect without a usable target";
	if (++exchange->redirects > EXCHANGE_REDIRECTS_MAX)
		return "more than 5 redirects";
	if (status != 301 && status != 308)
		exchange->only_permanent = false;
	target = xstrdup(target);
	if (exchange->at_home && !request_same_origin(exchange->url, target))
		leave_home(exchange);
	free(exchange->url);
	exchange->url = target;
	if (exchange->only_permanent) {
		free(exchange->moved_to);
		exchange->moved_to = xstrdup(target);
	}
	header_clear(&exchange->header);
	exchange->bytes = 0;
	host = url_host(target);
	if (strcmp(host, exchange->host) == 0) {
		free(host);
		exchange_call(exchange);
		return NULL;
	}
	free(exchange->host);
	exchange->host = host;
	release_slot(exchange);
	claim_slot(exchange);
	return NULL;
}

static void
on_answer(struct exchange *exchange)
{
	unsigned status = exchange->header.status;
	const char *error;
	char text[REASON_MAX];

	if (is_good_status(status)) {
		finish(exchange, FETCH_OK, NULL);
	} else if (status == 304 &&
		   request_is_conditional(&exchange->request)) {
		finish(exchange, FETCH_NOT_MODIFIED, NULL);
	} else if (is_redirect(status)) {
		error = follow(exchange);
		if (error != NULL)
			finish(exchange, FETCH_REFUSED, error);
	} else {
		reason_status(text, sizeof(text), status);
		finish(exchange, FETCH_HTTP, text);
	}
}

/* HTTP/2 has room for many on the connection that is there. */
static void
note_sharing(struct exchange *exchange)
{
	long version = 0;

	if (exchange->header.status == 0 || !request_is_secure(exchange->url))
		return;
	curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_VERSION, &version);
	slots_share_host(exchange->pool->slots, &exchange->claim,
	    version == CURL_HTTP_VERSION_2_0);
}

/* Whether the server gave up a connection that was kept, or shared, before it
 * answered on it: that says nothing of the feed (RFC 9112 section 9.3.1, RFC
 * 9113 section 8.7). libcurl starts again by itself, but only five times in a
 * handle's life, and not after all ways to end HTTP/2. There may be as many of
 * such connections as a host may have. */
static bool
is_cut_off(const struct exchange *exchange, const struct curl_result *result)
{
	bool silent = result->outcome == CURL_OUTCOME_CONNECT &&
		      exchange->header.status == 0;
	long connects = 1;

	if (exchange->cuts == PER_HOST ||
	    !(silent || exchange->header.status == 408))
		return false;
	curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

static void
begin_anew(struct exchange *exchange)
{
	header_clear(&exchange->header);
	buf_reset(&exchange->refused);
	exchange->bytes = 0;
	exchange_call(exchange);
}

/* Of a redirect's target nobody has heard before. */
static void
fail(struct exchange *exchange, enum fetch_outcome outcome, const char *error)
{
	char text[REASON_MAX + 128];

	if (exchange->redirects > 0)
		snprintf(text, sizeof(text), "redirected to %.100s: %s",
		    exchange->host, error);
	else
		snprintf(text, sizeof(text), "%s", error);
	finish(exchange, outcome, text);
}

static void
on_call_done(void *arg, const struct curl_result *result)
{
	struct exchange *exchange = arg;
	enum fetch_outcome outcome;
	char text[REASON_MAX];

	exchange->call = NULL;
	note_sharing(exchange);
	if (is_cut_off(exchange, result)) {
		exchange->cuts++;
		begin_anew(exchange);
		return;
	}
	/* A refusal with a long page stays a refusal. */
	if (result->outcome == CURL_OUTCOME_OK ||
	    (exchange->stop == FETCH_TOO_LARGE &&
		exchange->header.status != 0 &&
		!is_good_status(exchange->header.status) &&
		header_is_within_caps(&exchange->header))) {
		on_answer(exchange);
		return;
	}
	outcome = reason_call(
	    text, sizeof(text), result, &exchange->header, exchange->stop);
	fail(exchange, outcome, text);
}

static void
exchange_call(struct exchange *exchange)
{
	const struct access *access = exchange->request.access;
	struct curl_target target = {.url = exchange->url};
	bool keep;

	if (access != NULL) {
		target.proxy = proxy_choose(access->proxy, exchange->url);
		target.certificates = access->certificates;
		target.ip_version = access->ip_version;
	}
	/* For the proxy alone: servers are told by a header. */
	curl_easy_setopt(exchange->easy, CURLOPT_USERAGENT,
	    target.proxy != NULL
		? request_agent(&exchange->request, exchange->pool->user_agent)
		: NULL);
	keep = idle_keeps(exchange->pool->idle, request_server(exchange->url),
	    clock_monotonic_ms() / 1000);
	curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, keep ? 0L : 1L);
	exchange->stop = FETCH_OK;
	exchange->call = curl_loop_start(exchange->pool->loop, exchange->easy,
	    &target, on_call_done, exchange);
}

struct exchange *
exchange_start(struct exchange_pool *pool,
    const struct exchange_request *request,
    const struct exchange_callbacks *callbacks, void *arg)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));

	exchange->pool = pool;
	exchange->callbacks = callbacks;
	exchange->arg = arg;
	exchange->request = *request;
	exchange->only_permanent = exchange->at_home = true;
	exchange->url = xstrdup(request->url);
	exchange->host = url_host(request->url);
	exchange->deadline = evtimer_new(pool->base, on_deadline, exchange);
	if (exchange->deadline == NULL)
		abort();
	header_init(&exchange->header);
	claim_slot(exchange);
	if (exchange->started_ms == 0)
		event_add(exchange->deadline, &(struct timeval){WAIT_MAX_S, 0});
	return exchange;
}

void
exchange_cancel(struct exchange *exchange)
{
	if (exchange != NULL)
		exchange_free(exchange);
}

void
exchange_resume(struct exchange *exchange)
{
	if (exchange->easy != NULL && exchange->call != NULL)
		curl_easy_pause(exchange->easy, CURLPAUSE_CONT);
}

uint32_t
exchange_duration_ms(const struct exchange *exchange)
{
	if (exchange->started_ms == 0)
		return 0;
	return (uint32_t)(clock_monotonic_ms() - exchange->started_ms);
}

const char *
exchange_url(const struct exchange *exchange)
{
	return exchange->url;
}

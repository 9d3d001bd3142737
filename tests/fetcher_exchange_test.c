/*
 * daemon/fetcher/exchange: GETs against the feed server, also where it breaks
 * the rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "feed_server.h"
#include "fetcher/exchange.h"
#include "frame/address.h"
#include "frame/clock.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"

#define TIMEOUT_MS 1500

struct net {
	struct feed_server server;
	struct event_base *base;
	struct address_wall *open, *closed;
	struct dns *dns;
	struct curl_loop *loop;
	struct exchange_pool *pool;
	struct curl_loop *closed_loop; /* behind the closed wall */
	struct exchange_pool *closed_pool;
};

/* What came of one exchange. */
struct got {
	struct net *net;
	int done;
	enum fetch_outcome outcome;
	unsigned status;
	unsigned redirects;
	char *error;
	char *etag;
	char *modified;
	char *url;
	char *moved_to;
	struct buf body;
};

static void
open_pool(struct net *net, const struct address_wall *wall,
    struct curl_loop **loop, struct exchange_pool **pool)
{
	struct curl_loop_options options = {.wall = wall, .dns = net->dns};
	char *warning;

	exchange_spread(&options, 16);
	*loop = curl_loop_new(net->base, &options, &warning);
	free(warning);
	*pool = exchange_pool_new(net->base, *loop,
	    &(struct exchange_options){.connections_max = 16,
		.idle_max = 16,
		.user_agent = "wirewatch/test",
		.timeout_ms = TIMEOUT_MS});
}

static int
set_up(void **state)
{
	struct net *net = xcalloc(1, sizeof(*net));
	struct strings loopback = {0}, none = {0};

	feed_server_start(&net->server, NULL);
	net->base = event_base_new();
	strings_add(&loopback, "127.0.0.0/8");
	net->open = address_wall_new(&loopback);
	net->closed = address_wall_new(&none);
	strings_clear(&loopback);
	net->dns = dns_new(net->base, "127.0.0.1:9");
	open_pool(net, net->open, &net->loop, &net->pool);
	open_pool(net, net->closed, &net->closed_loop, &net->closed_pool);
	*state = net;
	return 0;
}

static int
tear_down(void **state)
{
	struct net *net = *state;

	exchange_pool_free(net->pool);
	exchange_pool_free(net->closed_pool);
	curl_loop_free(net->loop);
	curl_loop_free(net->closed_loop);
	dns_free(net->dns);
	address_wall_free(net->open);
	address_wall_free(net->closed);
	event_base_free(net->base);
	feed_server_stop(&net->server);
	free(net);
	return 0;
}

static void
got_clear(struct got *got)
{
	free(got->error);
	free(got->etag);
	free(got->modified);
	free(got->url);
	free(got->moved_to);
	buf_clear(&got->body);
	*got = (struct got){0};
}

static enum exchange_flow
on_body(void *arg, const struct header *header, const char *bytes, size_t len)
{
	struct got *got = arg;

	buf_add(&got->body, bytes, len);
	return EXCHANGE_MORE;
}

static void
on_done(void *arg, const struct exchange_result *result)
{
	struct got *got = arg;

	got->done++;
	got->outcome = result->outcome;
	got->status = result->header->status;
	got->redirects = result->redirects;
	got->error = xstrdup_null(result->error);
	got->etag = xstrdup_null(result->header->etag);
	got->modified = xstrdup_null(result->header->modified);
	got->url = xstrdup(result->url);
	got->moved_to = xstrdup_null(result->moved_to);
	event_base_loopbreak(got->net->base);
}

static const struct exchange_callbacks callbacks = {
    .on_body = on_body, .on_done = on_done};

/* Asks for an absolute URL and waits for the end. */
static void
get_from(struct net *net, struct exchange_pool *pool,
    const struct exchange_request *request, struct got *got)
{
	*got = (struct got){.net = net};
	exchange_start(pool, request, &callbacks, got);
	while (!got->done)
		event_base_dispatch(net->base);
	assert_int_equal(got->done, 1);
}

static void
get(struct net *net, const char *path, struct got *got)
{
	char *url = feed_server_url(&net->server, path);

	get_from(net, net->pool, &(struct exchange_request){.url = url}, got);
	free(url);
}

/* Asks, and checks how it ended; error: a part of the sentence. */
static void
expect(struct net *net, const char *path, enum fetch_outcome outcome,
    const char *error)
{
	struct got got;

	get(net, path, &got);
	if (got.outcome != outcome)
		fail_msg("%s: %s: %s", path, fetch_outcome_name(got.outcome),
		    got.error != NULL ? got.error : "");
	if (error != NULL && strstr(got.error, error) == NULL)
		fail_msg("%s: %s", path, got.error);
	got_clear(&got);
}

static void
body_and_validators_come(void **state)
{
	struct net *net = *state;
	struct got got;

	get(net, "/f/0.xml", &got);
	assert_int_equal(got.outcome, FETCH_OK);
	assert_int_equal(got.status, 200);
	assert_non_null(got.etag);
	assert_non_null(got.modified);
	assert_memory_equal(got.body.data, "\x1f\x8b", 2); /* as transferred */
	got_clear(&got);
}

static void
validators_are_sent_back_and_304_is_understood(void **state)
{
	struct net *net = *state;
	struct got first, second;
	char *url = feed_server_url(&net->server, "/f/0.xml"), *log;

	get(net, "/f/0.xml", &first);
	get_from(net, net->pool,
	    &(struct exchange_request){
		.url = url, .etag = first.etag, .modified = first.modified},
	    &second);
	assert_int_equal(second.outcome, FETCH_NOT_MODIFIED);
	assert_int_equal(second.status, 304);
	log = feed_server_ask(
	    &net->server, "GET", "/control/requests?path=/f/0.xml");
	assert_non_null(strstr(log, "\"user-agent\":\"wirewatch/test\""));
	assert_non_null(strstr(log, "\"if-none-match\":\"\\\""));
	assert_non_null(strstr(log, "\"if-modified-since\""));
	free(log);
	free(url);
	got_clear(&first);
	got_clear(&second);
}

static void
statuses_are_told_with_a_reason(void **state)
{
	struct net *net = *state;

	expect(net, "/status/404", FETCH_HTTP, "HTTP 404 Not Found");
	expect(net, "/status/410", FETCH_HTTP, "given up for good");
	expect(net, "/status/503", FETCH_HTTP, "HTTP 503");
	expect(net, "/status/304", FETCH_HTTP, "HTTP 304");
	expect(net, "/status/599", FETCH_HTTP, "HTTP 599");
}

static void
five_redirects_are_followed_but_not_six(void **state)
{
	struct net *net = *state;
	struct got got;

	get(net, "/chain/5", &got);
	assert_int_equal(got.outcome, FETCH_OK);
	assert_int_equal(got.redirects, 5);
	assert_null(got.moved_to);
	assert_non_null(strstr(got.url, "/chain/0"));
	got_clear(&got);
	expect(net, "/chain/6", FETCH_REFUSED, "more than 5 redirects");
}

static void
permanent_redirect_is_told_not_adopted(void **state)
{
	struct net *net = *state;
	struct got got;

	get(net, "/chain/2?code=301", &got);
	assert_int_equal(got.outcome, FETCH_OK);
	assert_string_equal(got.moved_to, got.url);
	got_clear(&got);
	get(net, "/redirect/302?to=/chain/1%3Fcode=308", &got);
	assert_int_equal(got.outcome, FETCH_OK);
	assert_null(got.moved_to);
	got_clear(&got);
}

static void
redirects_out_of_http_are_refused(void **state)
{
	static const char *const targets[] = {"file:///etc/passwd",
	    "gopher://127.0.0.1/", "dict://127.0.0.1:2628/", "ftp://127.0.0.1/",
	    "http://user:secret@127.0.0.1/", "scp://127.0.0.1/",
	    "javascript:alert(1)"};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		char *path = xasprintf("/redirect/302?to=%s", targets[i]);

		expect(*state, path, FETCH_REFUSED, NULL);
		free(path);
	}
}

/* The wall stands where the connection is made, however it is spelled. */
static void
inside_addresses_are_refused_in_every_spelling(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "127.1", "127.0.1",
	    "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.01",
	    "0", "0.0.0.0", "localhost", "LOCALHOST.", "[::1]", "[::]",
	    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
	    "[2002:7f00:1::]", "169.254.169.254", "10.0.0.1",
	    "%31%32%37.0.0.1"};
	struct net *net = *state;
	struct got got;
	char *url;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		url =
		    xasprintf("http://%s:%u/hang/", hosts[i], net->server.port);
		get_from(net, net->closed_pool,
		    &(struct exchange_request){.url = url}, &got);
		if (got.outcome != FETCH_REFUSED && got.outcome != FETCH_DNS)
			fail_msg(
			    "%s: %s", url, fetch_outcome_name(got.outcome));
		got_clear(&got);
		free(url);
	}
	url = feed_server_ask(
	    &net->server, "GET", "/control/requests?path=/hang/");
	assert_string_equal(url, "[]");
	free(url);
}

static void
slow_and_silent_servers_time_out(void **state)
{
	expect(*state, "/hang/", FETCH_TIMEOUT, "no answer within 1.5 s");
	expect(*state, "/half/", FETCH_TIMEOUT, "not complete within 1.5 s");
	expect(*state, "/drip/header", FETCH_TIMEOUT, NULL);
	expect(*state, "/drip/body", FETCH_TIMEOUT, NULL);
}

/* A listener whose queue is full: further connections get no answer. */
static int
listen_full(int fillers[2], unsigned *port)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 0), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	for (int i = 0; i < 2; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&at, len);
	}
	return fd;
}

/* Both have nine seconds in all, and are given up after a third of it. */
static void
no_connection_and_a_mere_drip_end_early(void **state)
{
	struct net *net = *state;
	struct exchange_options patient = {.connections_max = 16,
	    .idle_max = 16,
	    .user_agent = "wirewatch/test",
	    .timeout_ms = 9000};
	struct got full = {.net = net}, drip = {.net = net};
	unsigned port;
	int fillers[2], listener = listen_full(fillers, &port);
	char *full_url = xasprintf("http://127.0.0.1:%u/", port);
	char *drip_url = feed_server_url(&net->server, "/drip/body");

	exchange_pool_set(net->pool, &patient);
	exchange_start(net->pool, &(struct exchange_request){.url = full_url},
	    &callbacks, &full);
	exchange_start(net->pool, &(struct exchange_request){.url = drip_url},
	    &callbacks, &drip);
	while (!full.done || !drip.done)
		event_base_dispatch(net->base);
	assert_int_equal(full.outcome, FETCH_TIMEOUT);
	assert_non_null(strstr(full.error, "onnect"));
	assert_int_equal(drip.outcome, FETCH_TIMEOUT);
	assert_non_null(strstr(drip.error, "200 bytes/sec"));
	got_clear(&full);
	got_clear(&drip);
	free(full_url);
	free(drip_url);
	for (int i = 0; i < 2; i++)
		close(fillers[i]);
	close(listener);
}

static void
heads_past_the_caps_are_refused(void **state)
{
	expect(*state, "/flood/header", FETCH_TOO_LARGE, "200 header lines");
	expect(*state, "/flood/line", FETCH_TOO_LARGE, NULL);
	expect(*state, "/flood/continue", FETCH_TOO_LARGE, NULL);
}

static void
endless_body_ends_at_16_mib(void **state)
{
	expect(*state, "/flood/body", FETCH_TOO_LARGE, "16 MiB");
}

static void
broken_answers_are_no_answers(void **state)
{
	expect(*state, "/half/close", FETCH_CONNECT, NULL);
	expect(*state, "/half/reset", FETCH_CONNECT, NULL);
	expect(*state, "/reset/", FETCH_CONNECT, NULL);
	expect(*state, "/raw/", FETCH_CONNECT, "no HTTP");
}

static void
cookies_are_not_sent_back(void **state)
{
	struct net *net = *state;
	char *stats;

	expect(net, "/cookie/", FETCH_OK, NULL);
	expect(net, "/cookie/", FETCH_OK, NULL);
	stats = feed_server_ask(&net->server, "GET", "/control/stats");
	assert_non_null(strstr(stats, "\"cookies\":0"));
	free(stats);
}

static void
only_two_talk_to_one_host_at_a_time(void **state)
{
	enum { COUNT = 8 };
	struct net *net = *state;
	struct got got[COUNT];
	char *url = feed_server_url(&net->server, "/delay/50"), *stats;

	free(feed_server_ask(&net->server, "POST", "/control/reset"));
	for (int i = 0; i < COUNT; i++) {
		got[i] = (struct got){.net = net};
		exchange_start(net->pool,
		    &(struct exchange_request){.url = url}, &callbacks,
		    &got[i]);
	}
	for (int i = 0; i < COUNT; i++) {
		while (!got[i].done)
			event_base_dispatch(net->base);
		assert_int_equal(got[i].outcome, FETCH_OK);
		got_clear(&got[i]);
	}
	stats = feed_server_ask(&net->server, "GET", "/control/stats");
	/* two of ours, kept alive, and the one that asks */
	assert_non_null(strstr(stats, "\"max_open\":3"));
	free(stats);
	free(url);
}

/* Six requests with 40 ms between them cannot end before 200 ms. */
static void
requests_to_a_host_keep_their_distance(void **state)
{
	enum { COUNT = 6 };
	struct net *net = *state;
	struct exchange_options options = {.connections_max = 16,
	    .idle_max = 16,
	    .user_agent = "wirewatch/test",
	    .timeout_ms = TIMEOUT_MS,
	    .host_spacing_ms = 40};
	struct got got[COUNT];
	char *url = feed_server_url(&net->server, "/f/0.xml");
	int64_t begun_ms = clock_monotonic_ms();

	exchange_pool_set(net->pool, &options);
	for (int i = 0; i < COUNT; i++) {
		got[i] = (struct got){.net = net};
		exchange_start(net->pool,
		    &(struct exchange_request){.url = url}, &callbacks,
		    &got[i]);
	}
	for (int i = 0; i < COUNT; i++) {
		while (!got[i].done)
			event_base_dispatch(net->base);
		assert_int_equal(got[i].outcome, FETCH_OK);
		got_clear(&got[i]);
	}
	assert_true(clock_monotonic_ms() - begun_ms >= 200);
	options.host_spacing_ms = 0;
	exchange_pool_set(net->pool, &options);
	free(url);
}

static void
cancelled_exchange_says_nothing(void **state)
{
	struct net *net = *state;
	struct got got = {.net = net};
	char *url = feed_server_url(&net->server, "/hang/");
	struct exchange *exchange = exchange_start(net->pool,
	    &(struct exchange_request){.url = url}, &callbacks, &got);

	for (int i = 0; i < 5; i++)
		event_base_loop(net->base, EVLOOP_NONBLOCK);
	exchange_cancel(exchange);
	assert_int_equal(got.done, 0);
	free(url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(body_and_validators_come),
	    cmocka_unit_test(validators_are_sent_back_and_304_is_understood),
	    cmocka_unit_test(statuses_are_told_with_a_reason),
	    cmocka_unit_test(five_redirects_are_followed_but_not_six),
	    cmocka_unit_test(permanent_redirect_is_told_not_adopted),
	    cmocka_unit_test(redirects_out_of_http_are_refused),
	    cmocka_unit_test(inside_addresses_are_refused_in_every_spelling),
	    cmocka_unit_test(slow_and_silent_servers_time_out),
	    cmocka_unit_test(no_connection_and_a_mere_drip_end_early),
	    cmocka_unit_test(heads_past_the_caps_are_refused),
	    cmocka_unit_test(endless_body_ends_at_16_mib),
	    cmocka_unit_test(broken_answers_are_no_answers),
	    cmocka_unit_test(cookies_are_not_sent_back),
	    cmocka_unit_test(only_two_talk_to_one_host_at_a_time),
	    cmocka_unit_test(requests_to_a_host_keep_their_distance),
	    cmocka_unit_test(cancelled_exchange_says_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/*
 * daemon/frame/curl_loop and dns: exchanges with a real server on loopback.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "frame/address.h"
#include "frame/curl_hosts.h"
#include "frame/curl_loop.h"
#include "frame/curl_route.h"
#include "frame/dns.h"

struct net {
	struct event_base *base;
	struct evhttp *server;
	int port;
	struct address_wall *open, *closed;
	struct dns *dns;
	struct curl_loop *loop;
	int served;
};

struct answer {
	struct net *net;
	struct buf body;
	int done;
	enum curl_outcome outcome;
	char *error;
};

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct net *net = arg;
	struct evbuffer *body = evbuffer_new();

	net->served++;
	evbuffer_add_printf(body, "hello %d", net->served);
	evhttp_send_reply(request, 200, "OK", body);
	evbuffer_free(body);
}

static int
set_up(void **state)
{
	struct net *net = xcalloc(1, sizeof(*net));
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	char loopback[] = "127.0.0.0/8", *list = loopback, *warning;

	net->base = event_base_new();
	net->server = evhttp_new(net->base);
	bound = evhttp_bind_socket_with_handle(net->server, "127.0.0.1", 0);
	getsockname(
	    evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &len);
	net->port = ntohs(at.sin_port);
	evhttp_set_gencb(net->server, on_request, net);
	net->open = address_wall_new(&(struct strings){.at = &list, .len = 1});
	net->closed = address_wall_new(&(struct strings){0});
	net->dns = dns_new(net->base, "127.0.0.1:9");
	assert_non_null(net->dns);
	net->loop = curl_loop_new(net->base,
	    &(struct curl_loop_options){.wall = net->open,
		.dns = net->dns,
		.multis = 2,
		.host_connections_max = 2},
	    &warning);
	free(warning);
	*state = net;
	return 0;
}

static int
tear_down(void **state)
{
	struct net *net = *state;

	curl_loop_free(net->loop);
	dns_free(net->dns);
	address_wall_free(net->open);
	address_wall_free(net->closed);
	evhttp_free(net->server);
	event_base_free(net->base);
	free(net);
	return 0;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;

	buf_add(&answer->body, bytes, count);
	return count;
}

static void
on_done(void *arg, const struct curl_result *result)
{
	struct answer *answer = arg;

	answer->done++;
	answer->outcome = result->outcome;
	answer->error = xstrdup_null(result->error);
	event_base_loopbreak(answer->net->base);
}

static CURL *
easy_new(struct answer *answer)
{
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5000L);
	return easy;
}

/* Calls host at the server's port; %d in the URL takes the port. */
static void
call(struct net *net, const char *url, struct answer *answer)
{
	CURL *easy = easy_new(answer);
	char *text = xasprintf("%s:%d/", url, net->port);

	answer->net = net;
	curl_loop_start(net->loop, easy, &(struct curl_target){.url = text},
	    on_done, answer);
	assert_int_equal(answer->done, 0);
	event_base_dispatch(net->base);
	assert_int_equal(answer->done, 1);
	curl_easy_cleanup(easy);
	free(text);
}

static void
answer_clear(struct answer *answer)
{
	buf_clear(&answer->body);
	free(answer->error);
	*answer = (struct answer){0};
}

static void
answers_come_by_address_and_by_name(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1",
	    "http://localhost", "HTTP://LocalHost", "http://0x7f.1"};
	struct answer answer = {0};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		call(*state, urls[i], &answer);
		assert_int_equal(answer.outcome, CURL_OUTCOME_OK);
		assert_null(answer.error);
		assert_memory_equal(answer.body.data, "hello ", 6);
		answer_clear(&answer);
	}
}

static void
private_addresses_are_refused_however_spelled(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1",
	    "http://localhost", "http://0x7f000001", "http://2130706433",
	    "http://127.1", "http://[::1]", "http://[::ffff:127.0.0.1]",
	    "http://0177.0.0.1"};
	struct net *net = *state;
	struct answer answer = {0};

	curl_loop_set_wall(net->loop, net->closed);
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		call(net, urls[i], &answer);
		if (answer.outcome != CURL_OUTCOME_REFUSED)
			fail_msg("%s: %s", urls[i], answer.error);
		assert_non_null(strstr(answer.error, "network.allow"));
		answer_clear(&answer);
	}
	assert_int_equal(net->served, 0);
}

static void
other_protocols_and_user_names_are_refused(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd",
	    "gopher://127.0.0.1", "ftp://127.0.0.1", "http://me@127.0.0.1",
	    "http://a:b@127.0.0.1", "nonsense", "http://"};
	struct net *net = *state;
	struct answer answer = {0};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		call(net, urls[i], &answer);
		assert_int_not_equal(answer.outcome, CURL_OUTCOME_OK);
		answer_clear(&answer);
	}
	assert_int_equal(net->served, 0);
}

static void
unknown_host_is_told_as_such(void **state)
{
	struct answer answer = {0};

	call(*state, "http://no-such-host.invalid", &answer);
	assert_int_equal(answer.outcome, CURL_OUTCOME_DNS);
	assert_non_null(answer.error);
	answer_clear(&answer);
}

static void
cancelled_calls_never_call_back(void **state)
{
	struct net *net = *state;
	struct answer dropped = {.net = net}, answer = {0};
	const char *urls[] = {
	    "http://127.0.0.1:1/", "http://x.invalid/", "nonsense"};

	for (size_t i = 0; i < 3; i++) {
		CURL *easy = easy_new(&dropped);

		curl_loop_cancel(curl_loop_start(net->loop, easy,
		    &(struct curl_target){.url = urls[i]}, on_done, &dropped));
		curl_easy_cleanup(easy);
	}
	call(net, "http://127.0.0.1", &answer);
	assert_int_equal(dropped.done, 0);
	answer_clear(&answer);
}

static int
on_trace(CURL *easy, curl_infotype type, char *text, size_t len, void *arg)
{
	static const char discarded[] = "old addresses discarded";

	if (memmem(text, len, discarded, strlen(discarded)) != NULL)
		*(bool *)arg = true;
	return 0;
}

/* Whether libcurl has addresses of the host already when it is called. */
static bool
is_known(struct net *net, const char *host)
{
	struct answer answer = {.net = net};
	CURL *easy = easy_new(&answer);
	char *url = xasprintf("http://%s:%d/", host, net->port);
	bool known = false;

	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &known);
	curl_loop_start(net->loop, easy, &(struct curl_target){.url = url},
	    on_done, &answer);
	event_base_dispatch(net->base);
	assert_int_equal(answer.outcome, CURL_OUTCOME_OK);
	answer_clear(&answer);
	curl_easy_cleanup(easy);
	free(url);
	return known;
}

/* libcurl would keep the addresses of all that it ever met. */
static void
hosts_met_long_ago_are_forgotten(void **state)
{
	struct net *net = *state;

	assert_false(is_known(net, "localhost"));
	assert_true(is_known(net, "localhost"));
	for (int i = 2; i < CURL_HOSTS_CALLS; i++)
		is_known(net, "localhost");
	assert_false(is_known(net, "localhost"));
}

/* Neither a new memory nor a cancelled call takes it from under them. */
static void
calls_keep_the_addresses_of_their_hosts(void **state)
{
	enum { CALLS = 3 * CURL_HOSTS_CALLS };
	struct net *net = *state;
	struct answer answers[CALLS] = {0};
	struct curl_call *calls[CALLS];
	CURL *easy[CALLS];
	char *url = xasprintf("http://localhost:%d/", net->port);
	int done = 0;

	for (int i = 0; i < CALLS; i++) {
		answers[i].net = net;
		easy[i] = easy_new(&answers[i]);
		calls[i] = curl_loop_start(net->loop, easy[i],
		    &(struct curl_target){.url = url}, on_done, &answers[i]);
	}
	for (int i = 0; i < CALLS; i += 3)
		curl_loop_cancel(calls[i]);
	while (done < CALLS - CALLS / 3) {
		event_base_dispatch(net->base);
		done = 0;
		for (int i = 0; i < CALLS; i++)
			done += answers[i].done;
	}
	for (int i = 0; i < CALLS; i++) {
		assert_int_equal(answers[i].done, i % 3 != 0);
		assert_int_equal(answers[i].outcome, CURL_OUTCOME_OK);
		answer_clear(&answers[i]);
		curl_easy_cleanup(easy[i]);
	}
	free(url);
}

/* The parts that libcurl is handed are those that it finds when it parses. */
static void
assert_parts_alike(CURLU *parts, CURLU *parsed, const char *text)
{
	static const CURLUPart kinds[] = {CURLUPART_URL, CURLUPART_SCHEME,
	    CURLUPART_HOST, CURLUPART_PORT, CURLUPART_PATH, CURLUPART_QUERY,
	    CURLUPART_FRAGMENT, CURLUPART_USER, CURLUPART_PASSWORD,
	    CURLUPART_ZONEID, CURLUPART_OPTIONS};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char *ours = NULL, *theirs = NULL;

		assert_int_equal(curl_url_get(parts, kinds[i], &ours, 0),
		    curl_url_get(parsed, kinds[i], &theirs, 0));
		if (theirs != NULL && strcmp(ours, theirs) != 0)
			fail_msg("%s: %s, not %s", text, ours, theirs);
		curl_free(ours);
		curl_free(theirs);
	}
}

/* What is taken apart without libcurl is what libcurl finds, and no more. */
static void
assert_taken_alike(const char *text)
{
	struct curl_target target = {.url = text};
	struct curl_route route = {NULL};
	CURLU *url = curl_url();
	char *host = NULL, *port = NULL;

	if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
		assert_non_null(curl_route_take(&route, &target));
	} else {
		assert_null(curl_route_take(&route, &target));
		curl_url_get(url, CURLUPART_HOST, &host, 0);
		curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
		assert_string_equal(route.host.host, host);
		assert_string_equal(route.host.port, port);
		assert_string_equal(route.url, text);
		if (route.parts != NULL)
			assert_parts_alike(route.parts, url, text);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
	curl_route_clear(&route);
}

static void
urls_are_taken_apart_as_libcurl_does(void **state)
{
	static const char *const urls[] = {"http://tass.com/rss/v2.xml",
	    "https://tass.com/rss", "https://tass.com", "http://tass.com?a=b",
	    "http://tass.com#x", "http://tass.com:8080/", "http://tass.com:80/",
	    "http://tass.com:/", "http://tass.com:0/", "http://tass.com:080/",
	    "http://tass.com:65535/", "http://tass.com:65536/",
	    "http://tass.com:99999999999999999999/", "http://tass.com:8x/",
	    "http://tass.com:80:90/", "http://tass.com:80?q:1",
	    "http://localhost/", "http://127.0.0.1:1/", "http://127.1/",
	    "http://2130706433/", "http://0x7f.0.0.1/", "http://127.0.0.0x1/",
	    "http://0x7f000001/", "http://1.0xf/", "http://01.2.3.4/",
	    "http://1.2.3.4.5/", "http://256.1.1.1/", "http://1.2.3.256/",
	    "http://TASS.com/", "HTTP://tass.com/", "http://a_b.example/",
	    "http://-a.example/", "http://a..example/", "http://.example/",
	    "http://xn--80ak6aa92e.com/", "http://[::1]:8080/x",
	    "http://tass.com/a b", "http://tass.com/\t", "http://tass.com/\x7f",
	    "http:///x", "http://", "https://tass.com/@x:y",
	    "http://tass.com/%2f", "http://a.1b/", "http://a.b1/",
	    "http://1.2.3.4/?", "http://tass.com?", "http://tass.com/?#",
	    "http://tass.com/a/../b", "http://tass.com/a/./b",
	    "http://tass.com/.", "http://tass.com/a..b/c.xml?d=../e",
	    "http://tass.com/%D0%9F?q=%D0%9F", "http://tass.com/a?b#c",
	    "http://tass.com/a?b?c=d&e", "http://tass.com//a//b;c=\"<d>\"",
	    "http://tass.com/{a}|b\\c^`'*!", ""};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
		assert_taken_alike(urls[i]);
}

static void
most_urls_are_not_parsed_by_libcurl(void **state)
{
	static const char *const urls[] = {"https://tass.com/rss/v2.xml",
	    "http://127.0.0.1:8080/f/1.xml?a=b&c=d", "https://www.rt.com/rss/",
	    "https://tass.com"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		struct curl_target target = {.url = urls[i]};
		struct curl_route route = {NULL};

		assert_null(curl_route_take(&route, &target));
		assert_non_null(route.parts);
		curl_route_clear(&route);
	}
}

static void
addresses_are_written_as_libcurl_reads_them(void **state)
{
	static const char *const addresses[] = {"127.0.0.1", "8.0.255.10",
	    "2001:db8::a0:1", "::", "ffff:fff:ff:f::", "::ffff:1.2.3.4"};
	char host[] = "tass.com", port[] = "443";
	struct curl_stop stop = {host, port};
	struct dns_answer answer = {0};
	struct curl_slist *list;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct sockaddr_in *in = (void *)&answer.at[answer.len];
		struct sockaddr_in6 *in6 = (void *)&answer.at[answer.len++];

		in->sin_family = AF_INET;
		if (inet_pton(AF_INET, addresses[i], &in->sin_addr) == 1)
			continue;
		in6->sin6_family = AF_INET6;
		inet_pton(AF_INET6, addresses[i], &in6->sin6_addr);
	}
	list = curl_stop_add(NULL, &stop, &answer);
	assert_string_equal(list->data,
	    "tass.com:443:127.0.0.1,8.0.255.10,[2001:db8:0:0:0:0:a0:1],"
	    "[0:0:0:0:0:0:0:0],[ffff:fff:ff:f:0:0:0:0],"
	    "[0:0:0:0:0:ffff:102:304]");
	assert_null(list->next);
	curl_slist_free_all(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_written_as_libcurl_reads_them),
	    cmocka_unit_test(most_urls_are_not_parsed_by_libcurl),
	    cmocka_unit_test(urls_are_taken_apart_as_libcurl_does),
	    cmocka_unit_test_setup_teardown(
		answers_come_by_address_and_by_name, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		private_addresses_are_refused_however_spelled, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		other_protocols_and_user_names_are_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		unknown_host_is_told_as_such, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		cancelled_calls_never_call_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		hosts_met_long_ago_are_forgotten, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		calls_keep_the_addresses_of_their_hosts, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

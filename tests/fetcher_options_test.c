/*
 * daemon/fetcher/exchange: options of one feed never reach the next one, which
 * uses the same easy handle and maybe the same connection. Each feed is asked
 * for after each other one, and what servers and proxy hear is compared with
 * what they hear when it comes first.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <cmocka.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "certificates.h"
#include "feed_server.h"
#include "fetcher/exchange.h"
#include "frame/access.h"
#include "frame/address.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"

#define CASES_MAX 16

struct net {
	struct event_base *base;
	struct evhttp *server, *proxy;
	struct feed_server tls_server;
	struct address_wall *wall;
	struct dns *dns;
	struct curl_loop *loop;
	struct exchange_pool *pool;
	struct buf heard; /* of one exchange, and how it ended */
	bool done;
	char *ca, *plain_url, *tls_url, *proxy_url;
	struct access access[CASES_MAX];
	struct exchange_request cases[CASES_MAX];
	size_t cases_len;
};

/* ---- servers ------------------------------------------------------------- */

static void
note_head(struct net *net, const char *who, struct evhttp_request *request)
{
	struct evkeyval *field;

	buf_addf(&net->heard, "%s: %d %s\n", who,
	    (int)evhttp_request_get_command(request),
	    evhttp_request_get_uri(request));
	TAILQ_FOREACH (field, evhttp_request_get_input_headers(request), next)
		buf_addf(&net->heard, "%s: %s\n", field->key, field->value);
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	note_head(arg, "server", request);
	evhttp_send_reply(request, 200, "OK", NULL);
}

static void
on_proxy_request(struct evhttp_request *request, void *arg)
{
	note_head(arg, "proxy", request);
	evhttp_send_reply(request, 403, "Forbidden", NULL);
}

static struct evhttp *
server_new(
    struct net *net, void (*serve)(struct evhttp_request *, void *), char **url)
{
	struct evhttp *server = evhttp_new(net->base);
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	evhttp_set_gencb(server, serve, net);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_CONNECT);
	getsockname(evhttp_bound_socket_get_fd(
			evhttp_bind_socket_with_handle(server, "127.0.0.1", 0)),
	    (struct sockaddr *)&at, &len);
	*url = xasprintf("http://127.0.0.1:%d/", ntohs(at.sin_port));
	return server;
}

/* One with TLS; net->ca gets the authority's certificate. */
static void
start_tls_server(struct net *net)
{
	char folder[] = "/tmp/wirewatch-options-XXXXXX", text[4096];
	struct authority *authority = authority_new();
	char *ca, *key, *certificate;
	FILE *file;

	if (mkdtemp(folder) == NULL)
		abort();
	ca = xasprintf("%s/ca", folder);
	key = xasprintf("%s/key", folder);
	certificate = xasprintf("%s/cert", folder);
	authority_write(authority, ca);
	certificate_write(authority, "127.0.0.1", -60, 3600, key, certificate);
	feed_server_start(&net->tls_server,
	    (const char *const[]){"-k", key, "-c", certificate, NULL});
	file = fopen(ca, "r");
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	net->ca = xstrdup(text);
	net->tls_url =
	    xasprintf("https://127.0.0.1:%u/f/0.xml", net->tls_server.tls_port);
	remove(ca);
	remove(key);
	remove(certificate);
	remove(folder);
	free(ca);
	free(key);
	free(certificate);
	authority_free(authority);
}

/* ---- the feeds ----------------------------------------------------------- */

static struct access *
add_case(struct net *net, const char *url)
{
	struct access *access = &net->access[net->cases_len];

	net->cases[net->cases_len++] =
	    (struct exchange_request){.url = url, .access = access};
	return access;
}

static void
add_cases(struct net *net)
{
	struct exchange_request *request;
	struct access *access;

	add_case(net, net->plain_url);
	access = add_case(net, net->plain_url);
	strings_add(&access->headers, "X-Own: 1");
	strings_add(&access->headers, "Accept: text/xml");
	add_case(net, net->plain_url)->authorization = xstrdup("Basic xyz");
	add_case(net, net->plain_url)->user_agent = xstrdup("own/1");
	add_case(net, net->plain_url)->proxy = xstrdup(net->proxy_url);
	access = add_case(net, net->plain_url);
	access->proxy = xstrdup(net->proxy_url);
	access->user_agent = xstrdup("own/2");
	strings_add(&access->headers, "X-Own: 2");
	add_case(net, net->plain_url)->ip_version = 6;
	add_case(net, net->tls_url);
	add_case(net, net->tls_url)->certificates = xstrdup(net->ca);
	access = add_case(net, net->tls_url); /* asks the proxy for a tunnel */
	access->proxy = xstrdup(net->proxy_url);
	access->user_agent = xstrdup("own/3");
	access->authorization = xstrdup("Basic for the server alone");
	add_case(net, net->plain_url);
	request = &net->cases[net->cases_len - 1];
	request->etag = "\"one\"";
	request->modified = "Sun, 22 Nov 2026 11:00:00 GMT";
}

/* ---- asking -------------------------------------------------------------- */

static enum exchange_flow
on_body(void *arg, const struct header *header, const char *bytes, size_t len)
{
	return EXCHANGE_MORE;
}

static void
on_done(void *arg, const struct exchange_result *result)
{
	struct net *net = arg;

	buf_addf(&net->heard, "end: %s %u\n",
	    fetch_outcome_name(result->outcome), result->header->status);
	net->done = true;
	event_base_loopbreak(net->base);
}

/* What was heard; the caller frees. */
static char *
ask(struct net *net, size_t i)
{
	static const struct exchange_callbacks callbacks = {
	    .on_body = on_body, .on_done = on_done};

	net->done = false;
	exchange_start(net->pool, &net->cases[i], &callbacks, net);
	while (!net->done)
		event_base_dispatch(net->base);
	return buf_take(&net->heard);
}

/* Nothing is known of any feed: new handles, no connections. */
static void
open_pool(struct net *net)
{
	struct curl_loop_options options = {.wall = net->wall, .dns = net->dns};
	char *warning;

	exchange_pool_free(net->pool);
	curl_loop_free(net->loop);
	exchange_spread(&options, 16);
	net->loop = curl_loop_new(net->base, &options, &warning);
	free(warning);
	net->pool = exchange_pool_new(net->base, net->loop,
	    &(struct exchange_options){.connections_max = 16,
		.idle_max = 16,
		.user_agent = "wirewatch/test",
		.timeout_ms = 30000});
}

static int
set_up(void **state)
{
	struct net *net = xcalloc(1, sizeof(*net));
	struct strings loopback = {0};

	net->base = event_base_new();
	net->server = server_new(net, on_request, &net->plain_url);
	net->proxy = server_new(net, on_proxy_request, &net->proxy_url);
	start_tls_server(net);
	strings_add(&loopback, "127.0.0.0/8");
	net->wall = address_wall_new(&loopback);
	strings_clear(&loopback);
	net->dns = dns_new(net->base, "127.0.0.1:9");
	add_cases(net);
	*state = net;
	return 0;
}

static int
tear_down(void **state)
{
	struct net *net = *state;

	exchange_pool_free(net->pool);
	curl_loop_free(net->loop);
	dns_free(net->dns);
	address_wall_free(net->wall);
	for (size_t i = 0; i < net->cases_len; i++)
		access_clear(&net->access[i]);
	evhttp_free(net->server);
	evhttp_free(net->proxy);
	feed_server_stop(&net->tls_server);
	event_base_free(net->base);
	free(net->ca);
	free(net->plain_url);
	free(net->tls_url);
	free(net->proxy_url);
	free(net);
	return 0;
}

static void
each_feed_is_asked_for_as_configured(void **state)
{
	struct net *net = *state;
	static const char *const parts[CASES_MAX][2] = {
	    {"User-Agent: wirewatch/test", "end: ok 200"},
	    {"X-Own: 1", "Accept: text/xml"},
	    {"Authorization: Basic xyz", "end: ok 200"},
	    {"User-Agent: own/1", "end: ok 200"},
	    {"proxy: ", "User-Agent: wirewatch/test"},
	    {"proxy: ", "User-Agent: own/2"},
	    {"end: dns", ""},
	    {"end: tls", ""},
	    {"end: ok 200", ""},
	    {"proxy: ", "User-Agent: own/3"},
	    {"If-None-Match: \"one\"", "If-Modified-Since: Sun, 22 Nov"},
	};

	for (size_t i = 0; i < net->cases_len; i++) {
		char *heard;

		open_pool(net);
		heard = ask(net, i);
		for (size_t k = 0; k < 2; k++)
			if (strstr(heard, parts[i][k]) == NULL)
				fail_msg(
				    "%zu: no %s in %s", i, parts[i][k], heard);
		assert_null(strstr(heard, "for the server alone"));
		free(heard);
	}
}

static void
options_of_one_feed_never_reach_another(void **state)
{
	struct net *net = *state;
	char *alone[CASES_MAX];

	for (size_t i = 0; i < net->cases_len; i++) {
		open_pool(net);
		alone[i] = ask(net, i);
	}
	open_pool(net);
	for (size_t i = 0; i < net->cases_len; i++)
		for (size_t before = 0; before < net->cases_len; before++) {
			char *heard;

			free(ask(net, before));
			heard = ask(net, i);
			if (strcmp(heard, alone[i]) != 0)
				fail_msg("%zu after %zu: %s, not %s", i, before,
				    heard, alone[i]);
			free(heard);
		}
	for (size_t i = 0; i < net->cases_len; i++)
		free(alone[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		each_feed_is_asked_for_as_configured, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		options_of_one_feed_never_reach_another, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

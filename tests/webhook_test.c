/*
 * daemon/courier/webhook: deliveries to a real server on loopback.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "frame/sign.h"
#include "courier/webhook.h"
#include "frame/address.h"
#include "frame/config.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"

#define SECRETS "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nnew secret\n"

struct desk {
	struct event_base *base;
	struct evhttp *server;
	struct address_wall *wall;
	struct dns *dns;
	struct curl_loop *loop;
	struct webhook *webhook;
	struct config_sink sink;
	/* what the server answers */
	int status;
	const char *header, *value;
	size_t body_len;
	bool hang;
	struct evhttp_request *hanging;
	/* what it got */
	struct strings ids;
	uint16_t port; /* of whom it answers */
	char *signature, *timestamp, *body, *type, *agent;
	/* what the webhook told */
	int results;
	int wanted;
	struct delivery_result last;
	int ended[DELIVERY_HELD + 1]; /* by outcome */
	char *error;
	struct strings delivered;
};

static void
keep(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text != NULL ? text : "(none)");
}

static const char *
header_of(struct evhttp_request *request, const char *name)
{
	return evhttp_find_header(
	    evhttp_request_get_input_headers(request), name);
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct desk *desk = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	struct evbuffer *out = evbuffer_new();
	char *body =
	    xstrndup((char *)evbuffer_pullup(in, -1), evbuffer_get_length(in));
	char *fill = xcalloc(1, desk->body_len + 1), *address;

	evhttp_connection_get_peer(
	    evhttp_request_get_connection(request), &address, &desk->port);
	strings_add(&desk->ids, header_of(request, "webhook-id"));
	keep(&desk->signature, header_of(request, "webhook-signature"));
	keep(&desk->timestamp, header_of(request, "webhook-timestamp"));
	keep(&desk->type, header_of(request, "Content-Type"));
	keep(&desk->agent, header_of(request, "User-Agent"));
	keep(&desk->body, body);
	if (desk->hang && strstr(body, "first") != NULL) {
		desk->hanging = request;
	} else {
		memset(fill, 'x', desk->body_len);
		evbuffer_add(out, fill, desk->body_len);
		if (desk->header != NULL)
			evhttp_add_header(
			    evhttp_request_get_output_headers(request),
			    desk->header, desk->value);
		evhttp_send_reply(request, desk->status, "x", out);
	}
	evbuffer_free(out);
	free(fill);
	free(body);
}

static void
on_result(
    void *arg, struct delivery *delivery, const struct delivery_result *result)
{
	struct desk *desk = arg;

	desk->last = *result;
	desk->ended[result->outcome]++;
	keep(&desk->error, result->error);
	strings_add(&desk->delivered, delivery->webhook_id);
	delivery_free(delivery);
	if (++desk->results == desk->wanted)
		event_base_loopbreak(desk->base);
}

static void
listen_on_loopback(struct desk *desk)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	desk->server = evhttp_new(desk->base);
	bound = evhttp_bind_socket_with_handle(desk->server, "127.0.0.1", 0);
	getsockname(
	    evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &len);
	evhttp_set_gencb(desk->server, on_request, desk);
	desk->sink = (struct config_sink){.id = xstrdup("desk"),
	    .url = xasprintf("http://127.0.0.1:%d/h", ntohs(at.sin_port)),
	    .secret = xstrdup(SECRETS),
	    .timeout_ms = 60000};
}

static int
set_up(void **state)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));
	char loopback[] = "127.0.0.0/8", *list = loopback, *warning;

	desk->base = event_base_new();
	desk->status = 204;
	listen_on_loopback(desk);
	desk->wall = address_wall_new(&(struct strings){.at = &list, .len = 1});
	desk->dns = dns_new(desk->base, NULL);
	desk->loop = curl_loop_new(desk->base,
	    &(struct curl_loop_options){
		.wall = desk->wall, .dns = desk->dns, .multis = 1},
	    &warning);
	free(warning);
	desk->webhook = webhook_new(desk->loop, on_result, desk);
	webhook_configure(desk->webhook, &desk->sink, "wirewatch/test");
	*state = desk;
	return 0;
}

static int
tear_down(void **state)
{
	struct desk *desk = *state;

	webhook_free(desk->webhook);
	curl_loop_free(desk->loop);
	dns_free(desk->dns);
	address_wall_free(desk->wall);
	evhttp_free(desk->server);
	event_base_free(desk->base);
	strings_clear(&desk->ids);
	strings_clear(&desk->delivered);
	free(desk->sink.id);
	free(desk->sink.url);
	free(desk->sink.secret);
	free(desk->signature);
	free(desk->timestamp);
	free(desk->body);
	free(desk->type);
	free(desk->agent);
	free(desk->error);
	free(desk);
	return 0;
}

static struct delivery *
make_delivery(const char *id, uint32_t attempt)
{
	struct delivery *delivery = xcalloc(1, sizeof(*delivery));

	delivery->sink = xstrdup("desk");
	delivery->webhook_id = xstrdup(id);
	delivery->type = xstrdup("item");
	delivery->alerted_at = 1795341600250000;
	delivery->attempt = attempt;
	delivery->json = xasprintf("{\"id\": \"%s\"}", id);
	return delivery;
}

static void
wait_results(struct desk *desk, int wanted)
{
	desk->wanted = wanted;
	if (desk->results < wanted)
		event_base_dispatch(desk->base);
	assert_int_equal(desk->results, wanted);
}

static void
deliver(struct desk *desk, const char *id)
{
	webhook_send(desk->webhook, make_delivery(id, 1));
	wait_results(desk, desk->results + 1);
}

static void
body_wraps_the_alert_as_it_is_stored(void **state)
{
	struct desk *desk = *state;
	int64_t age;

	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_OK);
	assert_int_equal(desk->last.http_status, 204);
	assert_string_equal(desk->body,
	    "{\"type\":\"item\",\"timestamp\":\"2026-11-22T10:00:00.250Z\","
	    "\"data\":{\"id\": \"msg_1\"}}");
	assert_string_equal(desk->ids.at[0], "msg_1");
	assert_string_equal(desk->type, "application/json");
	assert_string_equal(desk->agent, "wirewatch/test");
	age = time(NULL) - strtoll(desk->timestamp, NULL, 10);
	assert_in_range(age, 0, 5);
}

static void
every_secret_of_the_file_signs(void **state)
{
	struct desk *desk = *state;
	struct buf body = BUF_INIT, want = BUF_INIT;
	struct sign_keys *keys;
	const char *wrong;

	deliver(desk, "msg_1");
	keys = sign_keys_new(SECRETS, &wrong);
	buf_add_str(&body, desk->body);
	sign_add(
	    &want, keys, "msg_1", strtoll(desk->timestamp, NULL, 10), &body);
	assert_string_equal(desk->signature, want.data);
	assert_non_null(strstr(desk->signature, " v1,"));
	sign_keys_free(keys);
	buf_clear(&body);
	buf_clear(&want);
}

static void
nothing_leaves_unsigned_when_the_secret_is_malformed(void **state)
{
	struct desk *desk = *state;
	char broken[] = "whsec_!";
	struct config_sink sink = desk->sink;

	sink.secret = broken;
	webhook_configure(desk->webhook, &sink, "wirewatch/test");
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_non_null(strstr(desk->error, "base64"));
	assert_int_equal(desk->ids.len, 0);
	webhook_configure(desk->webhook, &desk->sink, "wirewatch/test");
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_OK);
}

static void
failures_tell_status_and_wish(void **state)
{
	struct desk *desk = *state;

	desk->status = 503;
	desk->header = "Retry-After";
	desk->value = "7";
	desk->body_len = 5;
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_int_equal(desk->last.http_status, 503);
	assert_int_equal(desk->last.retry_after_us, 7000000);
	assert_string_equal(desk->error, "HTTP 503: xxxxx");
	desk->body_len = WEBHOOK_ANSWER_MAX; /* in many pieces */
	deliver(desk, "msg_1");
	assert_int_equal(strlen(desk->error), strlen("HTTP 503: ") + 160);
	desk->header = NULL;
	desk->status = 410;
	desk->body_len = 0;
	deliver(desk, "msg_2");
	assert_int_equal(desk->last.outcome, DELIVERY_GONE);
	assert_string_equal(desk->error, "HTTP 410");
	assert_int_equal(desk->last.retry_after_us, 0);
}

/* What waits behind goes back untried, for the engine to hold. */
static void
receiver_that_asks_to_wait_gets_nothing_more(void **state)
{
	struct desk *desk = *state;

	desk->status = 429;
	desk->header = "Retry-After";
	desk->value = "7";
	for (int i = 0; i < 3; i++)
		webhook_send(desk->webhook, make_delivery("msg", 1));
	wait_results(desk, 3);
	assert_int_equal(desk->ids.len, 1);
	assert_int_equal(desk->last.outcome, DELIVERY_HELD);
	for (int i = 0; i < 6; i++)
		webhook_send(desk->webhook, make_delivery("again", 2));
	wait_results(desk, 9);
	assert_int_equal(desk->ids.len, 1 + 4);
	desk->status = 200;
	deliver(desk, "msg");
	assert_int_equal(desk->last.outcome, DELIVERY_OK);
}

static void
a_refusal_that_names_a_time_is_none_for_good(void **state)
{
	struct desk *desk = *state;

	desk->status = 413;
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_DEAD);
	desk->header = "Retry-After";
	desk->value = "7";
	deliver(desk, "msg_2");
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_int_equal(desk->last.http_status, 413);
	assert_int_equal(desk->last.retry_after_us, 7000000);
}

static void
who_takes_what_comes_asks_for_no_pause(void **state)
{
	struct desk *desk = *state;

	desk->status = 202;
	desk->header = "Retry-After";
	desk->value = "7";
	for (int i = 0; i < 3; i++)
		webhook_send(desk->webhook, make_delivery("msg", 1));
	wait_results(desk, 3);
	assert_int_equal(desk->ended[DELIVERY_OK], 3);
	assert_int_equal(desk->last.retry_after_us, 0);
}

static void
receiver_that_is_gone_gets_nothing_more(void **state)
{
	struct desk *desk = *state;

	desk->status = 410;
	desk->header = "Retry-After"; /* means nothing here */
	desk->value = "7";
	for (int i = 0; i < 3; i++)
		webhook_send(desk->webhook, make_delivery("msg", 1));
	wait_results(desk, 3);
	assert_int_equal(desk->ids.len, 1);
	assert_int_equal(desk->ended[DELIVERY_GONE], 1);
	assert_int_equal(desk->ended[DELIVERY_HELD], 2);
	assert_string_equal(desk->error, "(none)");
}

static void
all_is_given_back_when_another_takes_the_place(void **state)
{
	struct desk *desk = *state;

	for (int i = 0; i < 6; i++) {
		webhook_send(desk->webhook, make_delivery("first", 1));
		webhook_send(desk->webhook, make_delivery("again", 2));
	}
	webhook_give_back(desk->webhook);
	assert_int_equal(desk->results, 12);
	assert_int_equal(desk->ended[DELIVERY_HELD], 12);
	assert_int_equal(webhook_under_way(desk->webhook), 0);
}

static void
what_is_forgotten_never_leaves(void **state)
{
	struct desk *desk = *state;

	for (int i = 0; i < 6; i++) {
		webhook_send(desk->webhook, make_delivery("again", 2));
		webhook_send(desk->webhook, make_delivery("first", 1));
	}
	assert_int_equal(webhook_under_way(desk->webhook), 4 + 1);
	webhook_forget_waiting(desk->webhook);
	wait_results(desk, 5);
	assert_int_equal(webhook_under_way(desk->webhook), 0);
	assert_int_equal(desk->ids.len, 5);
}

static void
a_secret_that_is_taken_away_signs_no_more(void **state)
{
	struct desk *desk = *state;

	free(desk->sink.secret);
	desk->sink.secret = NULL;
	webhook_configure(desk->webhook, &desk->sink, "wirewatch/test");
	deliver(desk, "msg_1");
	assert_string_equal(desk->signature, "(none)");
}

static void
redirects_are_not_followed(void **state)
{
	static const int statuses[] = {300, 301, 302, 307, 308, 399};
	struct desk *desk = *state;
	char want[64];

	desk->header = "Location";
	desk->value = desk->sink.url;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		desk->status = statuses[i];
		deliver(desk, "msg_1");
		assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
		assert_int_equal(desk->ids.len, i + 1);
		snprintf(want, sizeof(want),
		    "HTTP %d: redirects are not followed", statuses[i]);
		assert_string_equal(desk->error, want);
	}
	desk->status = 400;
	deliver(desk, "msg_1");
	assert_string_equal(desk->error, "HTTP 400");
}

static void
large_answers_are_not_read_to_the_end(void **state)
{
	struct desk *desk = *state;
	uint16_t port;

	desk->status = 200;
	desk->body_len = 4 * WEBHOOK_ANSWER_MAX;
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_OK);
	port = desk->port;
	desk->body_len = WEBHOOK_ANSWER_MAX;
	deliver(desk, "msg_2"); /* the connection was closed */
	assert_int_not_equal(desk->port, port);
	port = desk->port;
	deliver(desk, "msg_3");
	assert_int_equal(desk->port, port);
}

static void
silence_ends_at_the_timeout_and_holds_no_retry_up(void **state)
{
	struct desk *desk = *state;

	desk->hang = true;
	desk->sink.timeout_ms = 400;
	webhook_configure(desk->webhook, &desk->sink, "wirewatch/test");
	webhook_send(desk->webhook, make_delivery("first", 1));
	webhook_send(desk->webhook, make_delivery("old", 2));
	wait_results(desk, 1);
	assert_string_equal(desk->delivered.at[0], "old");
	assert_int_equal(desk->last.outcome, DELIVERY_OK);
	wait_results(desk, 2);
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_int_equal(desk->last.http_status, 0);
	evhttp_send_reply(desk->hanging, 200, "late", NULL);
}

static void
first_attempts_keep_their_order(void **state)
{
	struct desk *desk = *state;
	char id[12];

	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "%d", i);
		webhook_send(desk->webhook, make_delivery(id, 1));
	}
	wait_results(desk, 50);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "%d", i);
		assert_string_equal(desk->ids.at[i], id);
		assert_string_equal(desk->delivered.at[i], id);
	}
}

static void
refused_connection_is_tried_again(void **state)
{
	struct desk *desk = *state;
	char nobody[] = "http://127.0.0.1:1/";
	struct config_sink sink = desk->sink;

	sink.url = nobody;
	webhook_configure(desk->webhook, &sink, "wirewatch/test");
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_string_not_equal(desk->error, "(none)");
}

static void
private_address_is_refused_unless_listed(void **state)
{
	struct desk *desk = *state;
	struct address_wall *closed = address_wall_new(&(struct strings){0});

	curl_loop_set_wall(desk->loop, closed);
	deliver(desk, "msg_1");
	assert_int_equal(desk->last.outcome, DELIVERY_RETRY);
	assert_non_null(strstr(desk->error, "network.allow"));
	assert_int_equal(desk->ids.len, 0);
	address_wall_free(closed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(body_wraps_the_alert_as_it_is_stored),
	    TEST(every_secret_of_the_file_signs),
	    TEST(nothing_leaves_unsigned_when_the_secret_is_malformed),
	    TEST(failures_tell_status_and_wish),
	    TEST(receiver_that_asks_to_wait_gets_nothing_more),
	    TEST(a_refusal_that_names_a_time_is_none_for_good),
	    TEST(who_takes_what_comes_asks_for_no_pause),
	    TEST(receiver_that_is_gone_gets_nothing_more),
	    TEST(all_is_given_back_when_another_takes_the_place),
	    TEST(what_is_forgotten_never_leaves),
	    TEST(a_secret_that_is_taken_away_signs_no_more),
	    TEST(redirects_are_not_followed),
	    TEST(large_answers_are_not_read_to_the_end),
	    TEST(silence_ends_at_the_timeout_and_holds_no_retry_up),
	    TEST(first_attempts_keep_their_order),
	    TEST(refused_connection_is_tried_again),
	    TEST(private_address_is_refused_unless_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

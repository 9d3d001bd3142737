/*
 * The pure parts of daemon/desk: requests, guard, parameters, state, metrics.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "desk/guard.h"
#include "desk/metrics.h"
#include "desk/params.h"
#include "desk/request.h"
#include "desk/state.h"
#include "frame/config.h"

#define LITERAL(string) ((char *)(string))
#define NOW INT64_C(1711134000000000) /* 2024-03-22T19:00:00Z */

/* ---- requests -------------------------------------------------------------
 */

static int
parse(const char *text, struct request *request)
{
	size_t used;

	return request_parse(text, strlen(text), request, &used);
}

static int
parse_status(const char *text)
{
	struct request request = {0};
	int status = parse(text, &request);

	request_clear(&request);
	return status;
}

static void
request_line_and_headers_are_read(void **state)
{
	struct request request;

	assert_int_equal(
	    parse("GET /api/v1/alerts?limit=1&text=a%20b HTTP/1.1\r\n"
		  "hOST: localhost:8610\r\nLast-Event-ID:  7 \r\n"
		  "Accept: */*\r\n\r\n",
		&request),
	    200);
	assert_int_equal(request.method, REQUEST_GET);
	assert_string_equal(request.path, "/api/v1/alerts");
	assert_string_equal(request.query, "limit=1&text=a%20b");
	assert_string_equal(request.host, "localhost:8610");
	assert_string_equal(request.last_event_id, "7");
	assert_true(request.keep_alive);
	request_clear(&request);
	assert_int_equal(
	    parse("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", &request),
	    200);
	assert_false(request.keep_alive);
	assert_int_equal(request.body_len, 3);
	request_clear(&request);
}

static void
request_without_its_end_waits_for_more(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct request request;
	size_t used;

	for (size_t len = 0; len < strlen(head); len++)
		assert_int_equal(request_parse(head, len, &request, &used), 0);
	assert_int_equal(
	    request_parse(head, strlen(head), &request, &used), 200);
	assert_int_equal(used, strlen(head));
	request_clear(&request);
}

static void
request_that_could_smuggle_is_refused(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
	    {"GET / HTTP/1.1\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
	    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
	    {"GET /\r\n\r\n", 400},
	    {"\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
		501},
	    {"POST / HTTP/1.1\r\nHost: a\r\n"
	     "Transfer-Encoding: gzip, chunked\r\n\r\n",
		501},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
	     "Transfer-Encoding: chunked\r\n\r\n",
		400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
	     "Transfer-Encoding: chunked\r\n\r\n",
		400},
	    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n",
		413},
	    {"POST / HTTP/1.1\r\nHost: a\r\n"
	     "Content-Length: 99999999999999999999\r\n\r\n",
		413},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(parse_status(cases[i].text), cases[i].status);
}

static void
request_heads_are_bounded(void **state)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 0; i < REQUEST_HEADERS_MAX; i++)
		buf_addf(&text, "X-%d: y\r\n", i);
	buf_add_str(&text, "\r\n");
	assert_int_equal(parse_status(text.data), 431);
	buf_reset(&text);
	buf_add_str(&text, "GET /");
	while (text.len < REQUEST_HEAD_MAX)
		buf_add_char(&text, 'a');
	assert_int_equal(parse_status(text.data), 431);
	buf_clear(&text);
}

static void
percent_codes_are_decoded_or_refused(void **state)
{
	static const struct {
		const char *text;
		const char *decoded; /* NULL: refused */
	} cases[] = {{"a%20b+c", "a b c"}, {"%d0%A8", "Ш"}, {"%", NULL},
	    {"%4", NULL}, {"%zz", NULL}, {"a%00b", NULL}, {"", ""}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *decoded =
		    request_decode(cases[i].text, strlen(cases[i].text), true);

		if (cases[i].decoded == NULL)
			assert_null(decoded);
		else
			assert_string_equal(decoded, cases[i].decoded);
		free(decoded);
	}
}

/* ---- guard ----------------------------------------------------------------
 */

static int
guard(const char *host, enum request_method method)
{
	char *hosts[] = {LITERAL("desk.example"), LITERAL("other.example:80")};
	struct config_desk desk = {
	    .listen = LITERAL("192.0.2.7:8610"), .hosts = {hosts, 2}};
	struct request request = {.method = method, .host = LITERAL(host)};
	const char *why;

	return guard_check(&request, false, &desk, &why);
}

static void
only_own_host_names_are_answered(void **state)
{
	static const char *const own[] = {"localhost", "LOCALHOST:8610",
	    "localhost.:1", "127.0.0.1:8610", "127.9.9.9", "[::1]:8610",
	    "[::1]", "desk.example", "Desk.Example:8610", "other.example",
	    "192.0.2.7:8610"};
	static const char *const foreign[] = {"", ":8610", "evil.example",
	    "localhost.evil.example", "127.0.0.1.evil.example", "[::2]", "[::1",
	    "128.0.0.1", "192.0.2.8", "127.1", "0x7f.0.0.1", "."};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		assert_int_equal(guard(own[i], REQUEST_GET), 0);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		assert_int_equal(guard(foreign[i], REQUEST_GET), 421);
	assert_int_equal(guard(NULL, REQUEST_GET), 421);
}

static void
tcp_takes_reading_methods_only(void **state)
{
	struct request request = {.method = REQUEST_POST};
	const char *why;

	assert_int_equal(guard("localhost", REQUEST_HEAD), 0);
	assert_int_equal(guard("localhost", REQUEST_POST), 405);
	assert_int_equal(guard("localhost", REQUEST_OTHER), 405);
	assert_int_equal(guard_check(&request, true, NULL, &why), 0);
}

static void
scripts_of_other_sites_are_refused(void **state)
{
	struct config_desk desk = {.listen = LITERAL("127.0.0.1:0")};
	struct request request = {.host = LITERAL("localhost"),
	    .sec_fetch_site = LITERAL("cross-site"),
	    .sec_fetch_mode = LITERAL("cors")};
	const char *why;

	assert_int_equal(guard_check(&request, false, &desk, &why), 403);
	request.sec_fetch_mode = LITERAL("navigate");
	assert_int_equal(guard_check(&request, false, &desk, &why), 0);
	request.sec_fetch_mode = LITERAL("cors");
	request.sec_fetch_site = LITERAL("same-origin");
	assert_int_equal(guard_check(&request, false, &desk, &why), 0);
}

/* ---- parameters -----------------------------------------------------------
 */

struct fields {
	const char *text;
	const char *level;
	const char *type;
	int64_t since;
	uint64_t before;
	unsigned limit;
	bool content;
};

static const struct param table[] = {
    {"before", PARAM_NUMBER, offsetof(struct fields, before)},
    {"content", PARAM_FLAG, offsetof(struct fields, content)},
    {"level", PARAM_LEVEL, offsetof(struct fields, level)},
    {"limit", PARAM_LIMIT, offsetof(struct fields, limit)},
    {"since", PARAM_TIME, offsetof(struct fields, since)},
    {"text", PARAM_TEXT, offsetof(struct fields, text)},
    {"type", PARAM_TYPE, offsetof(struct fields, type)},
    {NULL, PARAM_TEXT, 0},
};

static void
parameters_fill_their_fields(void **state)
{
	struct fields fields = {0};
	struct strings owned = {0};
	struct buf error = BUF_INIT;

	assert_int_equal(params_parse("text=Crocus+City%20Hall&&level=flash&"
				      "type=story.new&before="
				      "9223372036854775807&limit=1000&content",
			     table, NOW, &fields, &owned, &error),
	    0);
	assert_string_equal(fields.text, "Crocus City Hall");
	assert_string_equal(fields.level, "flash");
	assert_string_equal(fields.type, "story.new");
	assert_true(fields.before == INT64_MAX);
	assert_int_equal(fields.limit, 1000);
	assert_true(fields.content);
	assert_int_equal(
	    params_parse(NULL, table, NOW, &fields, &owned, &error), 0);
	strings_clear(&owned);
	buf_clear(&error);
}

static void
times_are_dates_or_ages(void **state)
{
	static const struct {
		const char *query;
		int64_t at;
	} cases[] = {
	    {"since=90s", NOW - INT64_C(90000000)},
	    {"since=15m", NOW - INT64_C(900000000)},
	    {"since=2h", NOW - INT64_C(7200000000)},
	    {"since=7d", NOW - INT64_C(604800000000)},
	    {"since=2024-03-22T18%3A59%3A59.5Z", NOW - 500000},
	    {"since=999999w", 1},
	};
	struct strings owned = {0};
	struct buf error = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fields fields = {0};

		assert_int_equal(params_parse(cases[i].query, table, NOW,
				     &fields, &owned, &error),
		    0);
		assert_true(fields.since == cases[i].at);
	}
	strings_clear(&owned);
	buf_clear(&error);
}

static void
bad_parameters_are_told_with_the_remedy(void **state)
{
	static const struct {
		const char *query;
		const char *error;
	} cases[] = {
	    {"limit=0", "limit must be a number from 1 to 1000"},
	    {"limit=1001", "limit must be a number from 1 to 1000"},
	    {"limit=", "limit must be a number from 1 to 1000"},
	    {"before=-1", "before must be a number"},
	    {"before=18446744073709551616", "before must be a number"},
	    {"level=high", "level must be one of routine, urgent, flash"},
	    {"type=x", "type must be one of item, story.new"},
	    {"since=soon", "since must be a date as 2024-03-22T19:00:00Z"},
	    {"text=", "text is empty; leave it out instead"},
	    {"text=a&text=b", "text is given twice"},
	    {"colour=red", "unknown parameter \"colour\"; this page takes "
			   "before, content, level, limit"},
	    {"text=%f", "a % in the query is not followed by"},
	    {"content=maybe", "content must be 1 or 0"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fields fields = {0};
		struct strings owned = {0};
		struct buf error = BUF_INIT;

		assert_int_equal(params_parse(cases[i].query, table, NOW,
				     &fields, &owned, &error),
		    -1);
		assert_memory_equal(
		    buf_str(&error), cases[i].error, strlen(cases[i].error));
		strings_clear(&owned);
		buf_clear(&error);
	}
}

/* ---- state and metrics ----------------------------------------------------
 */

static void
tell_feed(struct desk_state *desk, const char *id, const char *how, bool gone)
{
	struct feed_state told = {.feed = xstrdup(id),
	    .state = xstrdup(how),
	    .last_success_at = NOW,
	    .fetches = 7,
	    .not_modified = 4,
	    .errors = 1,
	    .duration_ms = 1500,
	    .gone = gone};

	desk_state_set_feed(desk, &told);
}

static void
feeds_follow_configuration_and_engine(void **state)
{
	struct config_feed feeds[] = {
	    {.id = LITERAL("b"), .outlet = LITERAL("B"), .url = LITERAL("u")},
	    {.id = LITERAL("a"), .outlet = LITERAL("A"), .url = LITERAL("u")}};
	struct config first = {.feeds = feeds, .feeds_len = 2};
	struct config second = {.feeds = feeds, .feeds_len = 1};
	struct desk_state desk;

	desk_state_init(&desk);
	desk_state_set_config(&desk, &first);
	assert_string_equal(
	    desk_feed_state(desk_state_find(&desk, "a")), "waiting");
	tell_feed(&desk, "a", "up", false);
	tell_feed(&desk, "early", "up", false);
	desk_state_sort(&desk);
	assert_string_equal(desk.feeds[0].id, "a");
	assert_string_equal(desk.feeds[2].id, "early");
	assert_int_equal(desk_state_first_after(&desk, "a"), 1);
	assert_int_equal(desk_state_first_after(&desk, "bb"), 2);
	assert_string_equal(desk_feed_state(desk_state_find(&desk, "a")), "up");
	tell_feed(&desk, "a", "up", true);
	tell_feed(&desk, "early", "up", true);
	desk_state_set_config(&desk, &second);
	assert_null(desk_state_find(&desk, "a"));
	assert_null(desk_state_find(&desk, "early"));
	assert_int_equal(desk.feeds_len, 1);
	desk_state_clear(&desk);
}

static void
a_hundred_thousand_feeds_are_kept(void **state)
{
	struct config_feed *feeds = xcalloc(100000, sizeof(*feeds));
	struct config config = {.feeds = feeds, .feeds_len = 100000};
	struct desk_state desk;

	for (size_t i = 0; i < config.feeds_len; i++)
		feeds[i].id = xasprintf("feed-%zu", i * 7919 % 100000);
	desk_state_init(&desk);
	desk_state_set_config(&desk, &config);
	for (size_t i = 0; i < config.feeds_len; i++)
		tell_feed(&desk, feeds[i].id, "up", false);
	assert_int_equal(desk.feeds_len, 100000);
	assert_true(desk.is_sorted);
	assert_string_equal(
	    desk_state_find(&desk, "feed-99999")->id, "feed-99999");
	desk_state_clear(&desk);
	for (size_t i = 0; i < config.feeds_len; i++)
		free(feeds[i].id);
	free(feeds);
}

static void
assert_has_line(const struct buf *text, const char *line)
{
	struct buf wanted = BUF_INIT;

	buf_addf(&wanted, "\n%s\n", line);
	if (strstr(buf_str(text), wanted.data) == NULL)
		fail_msg("no line \"%s\" in:\n%s", line, buf_str(text));
	buf_clear(&wanted);
}

static void
metrics_tell_feeds_sinks_and_engine(void **state)
{
	struct sink_state sink = {.sink = xstrdup("hook"),
	    .state = xstrdup("up"),
	    .delivered = 3,
	    .waiting = 2,
	    .oldest_waiting_at = NOW - 2500000};
	struct stats stats = {.alerts = {{1, 2, 3}, {1, 1, 1}},
	    .network_ok = 1,
	    .dns_stale = 7,
	    .store_ok = 1};
	struct desk_role role = {ROLE_FETCHER, 1, 42, 5, xstrdup("up")};
	struct desk_state desk;
	struct buf out = BUF_INIT;

	stats_histogram_add(&stats.deliver_delay, 200000);
	desk_state_init(&desk);
	tell_feed(&desk, "odd\"\\\nid", "up", false);
	desk_state_set_sink(&desk, &sink);
	desk_state_set_stats(&desk, &stats);
	desk_state_set_role(&desk, &role);
	metrics_write(&out, &desk, NOW, 9);
	assert_has_line(&out, "wirewatch_feed_up{feed=\"odd\\\"\\\\\\nid\"} 1");
	assert_has_line(&out,
	    "wirewatch_fetches_total{feed=\"odd\\\"\\\\\\nid\","
	    "result=\"new\"} 2");
	assert_has_line(&out, "wirewatch_fetch_duration_seconds{feed="
			      "\"odd\\\"\\\\\\nid\"} 1.500");
	assert_has_line(
	    &out, "wirewatch_delivery_queue_length{sink=\"hook\"} 2");
	assert_has_line(
	    &out, "wirewatch_delivery_oldest_age_seconds{sink=\"hook\"} 2.500");
	assert_has_line(
	    &out, "wirewatch_alerts_total{type=\"item\",level=\"flash\"} 3");
	assert_has_line(&out, "wirewatch_network_up 1");
	assert_has_line(&out, "wirewatch_dns_up 0");
	assert_has_line(&out, "wirewatch_dns_stale_answers_total 7");
	assert_has_line(&out,
	    "wirewatch_alerts_total{type=\"story.new\",level=\"flash\"} 1");
	assert_has_line(
	    &out, "wirewatch_alerts_suppressed_total{reason=\"told\"} 0");
	assert_has_line(
	    &out, "wirewatch_deliver_delay_seconds_bucket{le=\"0.25\"} 1");
	assert_has_line(
	    &out, "wirewatch_deliver_delay_seconds_bucket{le=\"+Inf\"} 1");
	assert_has_line(&out, "wirewatch_deliver_delay_seconds_count 1");
	assert_has_line(&out,
	    "wirewatch_role_restarts_total{role=\"fetcher\",index=\"1\"} 5");
	assert_has_line(&out, "wirewatch_desk_connections 9");
	assert_null(strstr(out.data, "\n\n"));
	buf_clear(&out);
	desk_state_clear(&desk);
}

static void
quantiles_are_bounds_of_buckets(void **state)
{
	struct stats_histogram histogram = {0};

	assert_true(stats_quantile(&histogram, 0.5) < 0);
	for (int i = 0; i < 99; i++)
		stats_histogram_add(&histogram, 90000);
	stats_histogram_add(&histogram, 400000);
	assert_true(stats_quantile(&histogram, 0.5) == 0.1);
	assert_true(stats_quantile(&histogram, 0.999) == 0.5);
	stats_histogram_add(&histogram, INT64_C(1) << 60);
	assert_true(stats_quantile(&histogram, 1) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_line_and_headers_are_read),
	    cmocka_unit_test(request_without_its_end_waits_for_more),
	    cmocka_unit_test(request_that_could_smuggle_is_refused),
	    cmocka_unit_test(request_heads_are_bounded),
	    cmocka_unit_test(percent_codes_are_decoded_or_refused),
	    cmocka_unit_test(only_own_host_names_are_answered),
	    cmocka_unit_test(tcp_takes_reading_methods_only),
	    cmocka_unit_test(scripts_of_other_sites_are_refused),
	    cmocka_unit_test(parameters_fill_their_fields),
	    cmocka_unit_test(times_are_dates_or_ages),
	    cmocka_unit_test(bad_parameters_are_told_with_the_remedy),
	    cmocka_unit_test(feeds_follow_configuration_and_engine),
	    cmocka_unit_test(a_hundred_thousand_feeds_are_kept),
	    cmocka_unit_test(metrics_tell_feeds_sinks_and_engine),
	    cmocka_unit_test(quantiles_are_bounds_of_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

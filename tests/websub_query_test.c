/*
 * daemon/desk/websub_query: what hubs and clouds ask of a callback.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "desk/websub_query.h"

#define ASKED "hub.topic=http%3A//f/&hub.challenge=a+b%2B"

static void
a_hub_asks_with_a_mode(void **state)
{
	struct websub_query query;

	assert_int_equal(websub_query_parse("hub.mode=subscribe&x=y&" ASKED
					    "&hub.lease_seconds=60&z",
			     &query),
	    0);
	assert_int_equal(query.mode, WEBSUB_SUBSCRIBE);
	assert_string_equal(query.topic, "http://f/");
	assert_string_equal(query.challenge, "a b+");
	assert_int_equal(query.lease_s, 60);
	assert_null(query.reason);
	websub_query_clear(&query);
	assert_int_equal(
	    websub_query_parse("hub.mode=unsubscribe&" ASKED, &query), 0);
	assert_int_equal(query.mode, WEBSUB_UNSUBSCRIBE);
	websub_query_clear(&query);
	assert_int_equal(
	    websub_query_parse(
		"hub.mode=denied&hub.topic=t&hub.reason=not+you", &query),
	    0);
	assert_int_equal(query.mode, WEBSUB_DENIED);
	assert_string_equal(query.reason, "not you");
	websub_query_clear(&query);
}

static void
a_lease_is_a_number_of_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t lease_s;
	} leases[] = {{"999999999999", 999999999999}, {"9999999999999", 0},
	    {"1e3", 0}, {"-1", 0}, {"", 0}};
	struct websub_query query;

	for (size_t i = 0; i < sizeof(leases) / sizeof(leases[0]); i++) {
		char *text = xasprintf("%s&hub.lease_seconds=%s",
		    "hub.mode=subscribe&" ASKED, leases[i].text);

		assert_int_equal(websub_query_parse(text, &query), 0);
		assert_int_equal(query.lease_s, leases[i].lease_s);
		websub_query_clear(&query);
		free(text);
	}
}

static void
questions_that_are_none_are_refused(void **state)
{
	static const char *const texts[] = {NULL, "", ASKED,
	    "hub.mode=renew&" ASKED, "hub.mode=&" ASKED, "hub.mode&" ASKED,
	    "hub.mode=subscribe&hub.mode=subscribe&" ASKED,
	    "hub.mode=subscribe&hub.topic=http://f/",
	    "hub.mode=subscribe&hub.topic=http://f/&hub.challenge=",
	    "hub.mode=subscribe&hub.challenge=c",
	    "hub.mode=subscribe&hub.challenge=c&hub.topic=",
	    "hub.mode=subscribe&hub.challenge=c&hub.topic=%ff",
	    "hub.mode=subscribe&hub.challenge=c&hub.topic=%2",
	    "hub.mode=subscribe&hub.challenge=%ff&hub.topic=http://f/",
	    "hub.mode=denied", "hub.mode=denied&hub.topic="};
	struct websub_query query;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(websub_query_parse(texts[i], &query), -1);
}

/* A text of so many letters, in the place of a topic, challenge or reason. */
static int
parse_long(
    const char *before, int len, const char *after, struct websub_query *query)
{
	char *text = xasprintf("%s%0*d%s", before, len, 0, after);
	int result = websub_query_parse(text, query);

	free(text);
	return result;
}

static void
long_texts_are_refused_and_long_reasons_left_out(void **state)
{
	struct websub_query query;

	for (int more = 0; more < 2; more++) {
		assert_int_equal(parse_long("hub.mode=denied&hub.topic=",
				     WEBSUB_TOPIC_MAX + more, "", &query),
		    -more);
		if (!more)
			websub_query_clear(&query);
		assert_int_equal(
		    parse_long(
			"hub.mode=unsubscribe&hub.topic=t&hub.challenge=",
			WEBSUB_CHALLENGE_MAX + more, "", &query),
		    -more);
		if (!more)
			websub_query_clear(&query);
		assert_int_equal(
		    parse_long("hub.mode=denied&hub.reason=",
			WEBSUB_TOPIC_MAX + more, "&hub.topic=t", &query),
		    0);
		assert_int_equal(query.reason != NULL, !more);
		websub_query_clear(&query);
	}
}

static void
a_cloud_asks_back_without_a_mode(void **state)
{
	static const char *const others[] = {"url=http://f/", "challenge=c",
	    "url=http://f/&challenge=c&challenge=c", "url=&challenge=c",
	    "hub.topic=http://f/&challenge=c",
	    "hub.mode=subscribe&url=http://f/&challenge=c"};
	struct websub_query query;

	assert_int_equal(
	    websub_query_parse("challenge=a+b&x=y&url=http%3A//f/", &query), 0);
	assert_int_equal(query.mode, WEBSUB_SUBSCRIBE);
	assert_string_equal(query.topic, "http://f/");
	assert_string_equal(query.challenge, "a b");
	assert_int_equal(query.lease_s, CLOUD_LEASE_S);
	websub_query_clear(&query);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(websub_query_parse(others[i], &query), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_hub_asks_with_a_mode),
	    cmocka_unit_test(a_lease_is_a_number_of_seconds),
	    cmocka_unit_test(questions_that_are_none_are_refused),
	    cmocka_unit_test(long_texts_are_refused_and_long_reasons_left_out),
	    cmocka_unit_test(a_cloud_asks_back_without_a_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

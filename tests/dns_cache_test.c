/*
 * daemon/frame/dns_cache: addresses for their time to live.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "frame/dns.h"
#include "frame/dns_cache.h"

#define NOW 1000

static struct dns_answer
answer_of(const char *v4, const char *v6)
{
	struct dns_answer answer = {.len = 0};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	inet_pton(AF_INET, v4, &in.sin_addr);
	memcpy(&answer.at[answer.len++], &in, sizeof(in));
	if (v6 != NULL) {
		inet_pton(AF_INET6, v6, &in6.sin6_addr);
		memcpy(&answer.at[answer.len++], &in6, sizeof(in6));
	}
	return answer;
}

static void
answer_is_given_back_until_its_time_is_over(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", "2001:db8::1"), got;
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 in6;

	dns_cache_put(cache, "a.example", &put, 60, NOW);
	assert_false(dns_cache_get(cache, "b.example", true, NOW, &got));
	assert_true(dns_cache_get(cache, "a.example", false, NOW + 59, &got));
	assert_int_equal(got.len, 2);
	memcpy(&in6, &got.at[1], sizeof(in6));
	inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	assert_string_equal(text, "2001:db8::1");
	assert_false(dns_cache_get(cache, "a.example", false, NOW + 60, &got));
	dns_cache_free(cache);
}

static void
old_answer_does_for_a_day_when_asked_for(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL), got;

	dns_cache_put(cache, "a.example", &put, 60, NOW);
	assert_true(dns_cache_get(
	    cache, "a.example", true, NOW + 60 + DNS_STALE_S - 1, &got));
	assert_false(dns_cache_get(
	    cache, "a.example", true, NOW + 60 + DNS_STALE_S, &got));
	dns_cache_free(cache);
}

static void
time_to_live_has_bounds(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL), got;

	dns_cache_put(cache, "zero", &put, 0, NOW);
	dns_cache_put(cache, "long", &put, INT32_MAX, NOW);
	assert_true(
	    dns_cache_get(cache, "zero", false, NOW + DNS_TTL_MIN_S - 1, &got));
	assert_false(
	    dns_cache_get(cache, "long", false, NOW + DNS_TTL_MAX_S, &got));
	dns_cache_free(cache);
}

static void
new_answer_takes_the_place_of_the_old_one(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer first = answer_of("192.0.2.1", "2001:db8::1");
	struct dns_answer second = answer_of("192.0.2.2", NULL), got;

	dns_cache_put(cache, "a.example", &first, 60, NOW);
	dns_cache_put(cache, "a.example", &second, 60, NOW);
	assert_true(dns_cache_get(cache, "a.example", false, NOW, &got));
	assert_int_equal(got.len, 1);
	dns_cache_free(cache);
}

static void
cache_never_holds_more_than_its_maximum(void **state)
{
	struct dns_cache *cache = dns_cache_new(100);
	struct dns_answer put = answer_of("192.0.2.1", NULL), got;
	char host[32];
	int held = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(host, sizeof(host), "host%d", i);
		dns_cache_put(cache, host, &put, 60, NOW);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(host, sizeof(host), "host%d", i);
		held += dns_cache_get(cache, host, false, NOW, &got);
	}
	assert_true(held <= 100);
	assert_true(held >= 50);
	dns_cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answer_is_given_back_until_its_time_is_over),
	    cmocka_unit_test(old_answer_does_for_a_day_when_asked_for),
	    cmocka_unit_test(time_to_live_has_bounds),
	    cmocka_unit_test(new_answer_takes_the_place_of_the_old_one),
	    cmocka_unit_test(cache_never_holds_more_than_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

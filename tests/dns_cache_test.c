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

static enum dns_known
known(const struct dns_cache *cache, const char *host, int64_t now_s)
{
	struct dns_answer got;

	return dns_cache_get(cache, host, now_s, &got);
}

static void
answer_is_given_back_until_its_time_is_over(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", "2001:db8::1"), got;
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 in6;

	dns_cache_put(cache, "a.example", &put, 60, NOW);
	assert_int_equal(known(cache, "b.example", NOW), DNS_UNKNOWN);
	assert_int_equal(
	    dns_cache_get(cache, "a.example", NOW + 59, &got), DNS_KNOWN);
	assert_int_equal(got.len, 2);
	memcpy(&in6, &got.at[1], sizeof(in6));
	inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	assert_string_equal(text, "2001:db8::1");
	assert_int_equal(known(cache, "a.example", NOW + 60), DNS_STALE);
	dns_cache_free(cache);
}

static void
old_answer_does_for_a_day(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL), got;
	int64_t over = NOW + 60 + DNS_STALE_S;

	dns_cache_put(cache, "a.example", &put, 60, NOW);
	assert_int_equal(
	    dns_cache_get(cache, "a.example", over - 1, &got), DNS_STALE);
	assert_int_equal(got.len, 1);
	assert_int_equal(known(cache, "a.example", over), DNS_UNKNOWN);
	dns_cache_free(cache);
}

static void
host_that_could_not_be_told_rests_a_while(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL), got;
	int64_t again = NOW + 60 + DNS_RETRY_S;

	dns_cache_put(cache, "old", &put, 60, NOW);
	dns_cache_rest(cache, "old", "silence", NOW + 60);
	dns_cache_rest(cache, "new", "silence", NOW + 60);
	assert_int_equal(
	    dns_cache_get(cache, "old", again - 1, &got), DNS_RESTING);
	assert_int_equal(got.len, 1);
	assert_null(got.error);
	assert_int_equal(
	    dns_cache_get(cache, "new", again - 1, &got), DNS_KNOWN);
	assert_int_equal(got.len, 0);
	assert_string_equal(got.error, "silence");
	assert_int_equal(known(cache, "old", again), DNS_STALE);
	assert_int_equal(known(cache, "new", again), DNS_UNKNOWN);
	dns_cache_free(cache);
}

static void
hosts_that_rest_are_woken(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL);

	dns_cache_put(cache, "old", &put, 60, NOW);
	dns_cache_rest(cache, "old", "silence", NOW + 60);
	dns_cache_rest(cache, "new", "silence", NOW + 60);
	dns_cache_wake(cache, NOW + 61);
	assert_int_equal(known(cache, "old", NOW + 61), DNS_STALE);
	assert_int_equal(known(cache, "new", NOW + 61), DNS_UNKNOWN);
	dns_cache_rest(cache, "old", "silence", NOW + 62);
	assert_int_equal(known(cache, "old", NOW + 63), DNS_RESTING);
	dns_cache_free(cache);
}

static void
word_that_there_is_no_host_takes_the_old_answer_away(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL);
	struct dns_answer none = {.error = "no such host"}, got;

	dns_cache_put(cache, "a.example", &put, 60, NOW);
	dns_cache_put(cache, "a.example", &none, 0, NOW + 60);
	assert_int_equal(
	    dns_cache_get(cache, "a.example", NOW + 61, &got), DNS_KNOWN);
	assert_string_equal(got.error, "no such host");
	assert_int_equal(
	    known(cache, "a.example", NOW + 60 + DNS_RETRY_S), DNS_UNKNOWN);
	dns_cache_free(cache);
}

static void
time_to_live_has_bounds(void **state)
{
	struct dns_cache *cache = dns_cache_new(10);
	struct dns_answer put = answer_of("192.0.2.1", NULL);

	dns_cache_put(cache, "zero", &put, 0, NOW);
	dns_cache_put(cache, "long", &put, INT32_MAX, NOW);
	assert_int_equal(
	    known(cache, "zero", NOW + DNS_TTL_MIN_S - 1), DNS_KNOWN);
	assert_int_equal(known(cache, "long", NOW + DNS_TTL_MAX_S), DNS_STALE);
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
	assert_int_equal(
	    dns_cache_get(cache, "a.example", NOW, &got), DNS_KNOWN);
	assert_int_equal(got.len, 1);
	dns_cache_free(cache);
}

static void
a_host_that_changes_takes_one_place(void **state)
{
	struct dns_cache *cache = dns_cache_new(2);
	struct dns_answer put = answer_of("192.0.2.1", NULL);

	for (int i = 0; i < 10; i++)
		dns_cache_put(cache, "a.example", &put, 60, NOW);
	dns_cache_put(cache, "b.example", &put, 60, NOW);
	assert_int_equal(known(cache, "a.example", NOW), DNS_KNOWN);
	assert_int_equal(known(cache, "b.example", NOW), DNS_KNOWN);
	dns_cache_free(cache);
}

#define MANY 16384 /* several hosts in most chains */

static int
count_held(const struct dns_cache *cache, int hosts)
{
	char host[32];
	int held = 0;

	for (int i = 0; i < hosts; i++) {
		snprintf(host, sizeof(host), "host%d", i);
		held += known(cache, host, NOW) == DNS_KNOWN;
	}
	return held;
}

static void
put_host(struct dns_cache *cache, int number)
{
	struct dns_answer put = answer_of("192.0.2.1", NULL);
	char host[32];

	snprintf(host, sizeof(host), "host%d", number);
	dns_cache_put(cache, host, &put, 60, NOW);
}

/* One goes for one that comes, and rather an old one. */
static void
cache_holds_its_maximum_once_it_is_full(void **state)
{
	struct dns_cache *cache = dns_cache_new(MANY);
	int i;

	for (i = 0; i < MANY; i++)
		put_host(cache, i);
	assert_int_equal(count_held(cache, i), MANY);
	for (; i < MANY + 30; i++) {
		put_host(cache, i);
		assert_int_equal(count_held(cache, i + 1), MANY);
	}
	for (; i < 3 * MANY; i++)
		put_host(cache, i);
	assert_int_equal(count_held(cache, i), MANY);
	assert_in_range(count_held(cache, MANY), 0, MANY / 4);
	dns_cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answer_is_given_back_until_its_time_is_over),
	    cmocka_unit_test(old_answer_does_for_a_day),
	    cmocka_unit_test(host_that_could_not_be_told_rests_a_while),
	    cmocka_unit_test(hosts_that_rest_are_woken),
	    cmocka_unit_test(
		word_that_there_is_no_host_takes_the_old_answer_away),
	    cmocka_unit_test(time_to_live_has_bounds),
	    cmocka_unit_test(new_answer_takes_the_place_of_the_old_one),
	    cmocka_unit_test(a_host_that_changes_takes_one_place),
	    cmocka_unit_test(cache_holds_its_maximum_once_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

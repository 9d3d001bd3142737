/*
 * daemon/frame/dns: what happens when name servers do not answer. The clock
 * moves as the test says alone; timers run in real time.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <event2/event.h>

#include "base/mem.h"
#include "frame/clock.h"
#include "frame/dns.h"
#include "frame/dns_cache.h"
#include "frame/log.h"
#include "name_server.h"

#define MANY 30 /* failures in a row, more than enough */

int64_t __wrap_clock_monotonic_ms(void);

static int64_t passed_ms = 1000000;

int64_t
__wrap_clock_monotonic_ms(void)
{
	return passed_ms;
}

struct net {
	struct event_base *base;
	struct name_server names;
	struct dns *dns;
	unsigned changes;
	bool is_answered;
	struct dns_answer answer;
};

static void
on_change(void *arg)
{
	struct net *net = arg;

	net->changes++;
}

static int
set_up(void **state)
{
	struct net *net = xcalloc(1, sizeof(*net));
	char *resolver;

	log_set_level("error");
	net->base = event_base_new();
	name_server_open(&net->names);
	name_server_serve(&net->names, net->base);
	resolver = xasprintf("127.0.0.1:%u", net->names.port);
	net->dns = dns_new(net->base, resolver);
	free(resolver);
	dns_set_watch(net->dns, on_change, net);
	*state = net;
	return 0;
}

static int
tear_down(void **state)
{
	struct net *net = *state;

	dns_free(net->dns);
	name_server_stop(&net->names);
	event_base_free(net->base);
	free(net);
	return 0;
}

static void
on_answer(void *arg, const struct dns_answer *answer)
{
	struct net *net = arg;

	net->is_answered = true;
	net->answer = *answer;
}

static void
look_up(struct net *net, const char *name)
{
	net->is_answered = false;
	dns_resolve(net->dns, name, on_answer, net);
	while (!net->is_answered)
		event_base_loop(net->base, EVLOOP_ONCE);
}

static void
look_up_many(struct net *net, int from, int to)
{
	char name[32];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "lo%d.test", i);
		look_up(net, name);
		assert_int_equal(net->answer.len, 1);
	}
}

/* Past every time to live. */
static void
grow_old(void)
{
	passed_ms += (DNS_TTL_MIN_S + 1) * 1000;
}

static void
expect_old_answer(struct net *net, enum name_server_mood mood)
{
	struct dns_answer answer;
	unsigned asked;

	look_up(net, "lo.test");
	assert_int_equal(net->answer.len, 1);
	grow_old();
	net->names.mood = mood;
	asked = net->names.asked;
	assert_false(dns_answer_now(net->dns, "lo.test", &answer));
	look_up(net, "lo.test");
	assert_int_equal(net->answer.len, 1);
	assert_null(net->answer.error);
	assert_true(net->names.asked > asked);
	if (mood == NAME_SERVER_SILENT) /* nobody waits for a second try */
		assert_in_range(net->names.asked - asked, 1, 2);
	/* not asked again for a while */
	assert_true(dns_answer_now(net->dns, "lo.test", &answer));
	assert_int_equal(answer.len, 1);
	assert_int_equal(dns_counts(net->dns)->stale, 2);
	assert_int_equal(dns_counts(net->dns)->failed, 1);
	passed_ms += DNS_RETRY_S * 1000;
	assert_false(dns_answer_now(net->dns, "lo.test", &answer));
	assert_false(dns_is_down(net->dns)); /* one name says nothing */
}

static void
old_answer_does_while_name_servers_are_silent(void **state)
{
	expect_old_answer(*state, NAME_SERVER_SILENT);
}

static void
old_answer_does_while_name_servers_fail(void **state)
{
	expect_old_answer(*state, NAME_SERVER_FAILS);
}

static void
new_name_fails_and_rests(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;

	net->names.mood = NAME_SERVER_FAILS;
	look_up(net, "lo.test");
	assert_int_equal(net->answer.len, 0);
	assert_non_null(net->answer.error);
	assert_true(dns_answer_now(net->dns, "lo.test", &answer));
	assert_int_equal(answer.len, 0);
	passed_ms += DNS_RETRY_S * 1000;
	assert_false(dns_answer_now(net->dns, "lo.test", &answer));
}

/* A look-up ends, whatever c-ares still tries, and fails once. */
static void
new_name_waits_in_vain_while_name_servers_are_silent(void **state)
{
	struct net *net = *state;

	net->names.mood = NAME_SERVER_SILENT;
	look_up(net, "lo.test");
	assert_int_equal(net->answer.len, 0);
	assert_string_equal(
	    net->answer.error, "no answer from name server 127.0.0.1");
	assert_int_equal(dns_counts(net->dns)->failed, 1);
	assert_int_equal(dns_counts(net->dns)->stale, 0);
}

/* As behind some walls: queries for AAAA are dropped. */
static void
one_family_does_where_the_other_is_not_answered(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;

	look_up(net, "lo-but-six.test");
	assert_int_equal(net->answer.len, 1);
	assert_null(net->answer.error);
	assert_int_equal(dns_counts(net->dns)->answered, 1);
	assert_int_equal(dns_counts(net->dns)->failed, 0);
	assert_true(dns_answer_now(net->dns, "lo-but-six.test", &answer));
	grow_old();
	look_up(net, "lo-but-six.test");
	assert_int_equal(net->answer.len, 1);
	assert_int_equal(dns_counts(net->dns)->stale, 0);
}

static void
names_are_the_same_in_any_spelling(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;
	char name[DNS_NAME_MAX + 2];

	look_up(net, "loAZ.test.");
	assert_int_equal(net->answer.len, 1);
	assert_true(dns_answer_now(net->dns, "LOaz.test", &answer));
	assert_int_equal(answer.len, 1);
	memset(name, 'x', sizeof(name));
	name[DNS_NAME_MAX + 1] = '\0';
	look_up(net, name);
	assert_string_equal(net->answer.error, "not a host name");
}

static void
on_cancelled(void *arg, const struct dns_answer *answer)
{
	fail_msg("a cancelled look-up was answered");
}

static void
cancelled_look_up_is_not_answered(void **state)
{
	struct net *net = *state;

	look_up(net, "lo.test");
	dns_cancel(dns_resolve(net->dns, "lo1.test", on_cancelled, net));
	dns_cancel(dns_resolve(net->dns, "lo.test", on_cancelled, net));
	look_up(net, "lo2.test");
	grow_old();
	net->names.mood = NAME_SERVER_SILENT;
	dns_cancel(dns_resolve(net->dns, "lo1.test", on_cancelled, net));
	look_up(net, "lo2.test"); /* takes as long */
	assert_int_equal(net->answer.len, 1);
}

static void
expect_gone(struct net *net, const char *name, enum name_server_mood mood)
{
	net->names.mood = NAME_SERVER_WELL;
	look_up(net, name);
	assert_int_equal(net->answer.len, 1);
	grow_old();
	net->names.mood = mood;
	look_up(net, name);
	assert_int_equal(net->answer.len, 0);
	net->names.mood = NAME_SERVER_FAILS;
	passed_ms += DNS_RETRY_S * 1000;
	look_up(net, name);
	assert_int_equal(net->answer.len, 0);
	assert_int_equal(dns_counts(net->dns)->stale, 0);
}

static void
host_that_is_gone_is_not_kept_alive(void **state)
{
	expect_gone(*state, "lo1.test", NAME_SERVER_DENIES);
}

static void
host_without_addresses_is_not_kept_alive(void **state)
{
	expect_gone(*state, "lo1.test", NAME_SERVER_EMPTY);
}

static void
other_name_is_kept_no_longer_than_it_may_be(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;

	look_up(net, "alias.test");
	assert_int_equal(net->answer.len, 1);
	assert_true(dns_answer_now(net->dns, "alias.test", &answer));
	grow_old();
	assert_false(dns_answer_now(net->dns, "alias.test", &answer));
}

static void
expect_error(struct net *net, const char *name, const char *error)
{
	struct dns_answer answer = {.len = 0};

	look_up(net, name);
	assert_int_equal(net->answer.len, 0);
	assert_string_equal(net->answer.error, error);
	assert_true(dns_answer_now(net->dns, name, &answer)); /* it rests */
	assert_int_equal(answer.len, 0);
	assert_string_equal(answer.error, error);
}

static void
reasons_are_the_same_from_the_cache(void **state)
{
	struct net *net = *state;

	expect_error(net, "none.test", "Domain name not found");
	expect_error(
	    net, "other.test", "DNS server returned answer with no data");
	expect_error(net, "fail.test",
	    "name server 127.0.0.1 fails at this name, refuses or is not "
	    "there");
}

/* Known names, all of which fail: many, and for some time. */
static void
bring_down(struct net *net)
{
	look_up_many(net, 0, 2 * MANY);
	grow_old();
	net->names.mood = NAME_SERVER_FAILS;
	look_up_many(net, 0, MANY);
	assert_false(dns_is_down(net->dns));
	passed_ms += 6000;
	look_up_many(net, MANY, 2 * MANY);
	assert_true(dns_is_down(net->dns));
	assert_int_equal(net->changes, 1);
}

static void
few_failures_are_no_name_servers_down(void **state)
{
	struct net *net = *state;

	look_up_many(net, 0, MANY);
	grow_old();
	net->names.mood = NAME_SERVER_FAILS;
	look_up_many(net, 0, MANY / 2);
	passed_ms += 6000;
	look_up_many(net, MANY / 2, MANY / 2 + 2);
	assert_false(dns_is_down(net->dns));
	net->names.mood = NAME_SERVER_WELL; /* which ends the row */
	look_up(net, "lo.test");
	net->names.mood = NAME_SERVER_FAILS;
	look_up_many(net, MANY / 2 + 2, MANY);
	assert_false(dns_is_down(net->dns));
}

static void
name_servers_that_never_answered_are_down(void **state)
{
	struct net *net = *state;
	char name[32];

	net->names.mood = NAME_SERVER_FAILS;
	for (int i = 0; i < MANY && !dns_is_down(net->dns); i++) {
		snprintf(name, sizeof(name), "lo%d.test", i);
		look_up(net, name);
		passed_ms += 1000;
	}
	assert_true(dns_is_down(net->dns));
	net->names.mood = NAME_SERVER_WELL; /* asked for what failed last */
	while (dns_is_down(net->dns))
		event_base_loop(net->base, EVLOOP_ONCE);
}

static void
nobody_waits_for_name_servers_that_are_down(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;
	uint64_t stale;

	bring_down(net);
	passed_ms += DNS_RETRY_S * 1000;
	stale = dns_counts(net->dns)->stale;
	assert_true(dns_answer_now(net->dns, "lo0.test", &answer));
	assert_int_equal(answer.len, 1);
	assert_int_equal(dns_counts(net->dns)->stale, stale + 1);
	assert_true(dns_answer_now(net->dns, "new.test", &answer));
	assert_int_equal(answer.len, 0);
	assert_string_equal(
	    answer.error, "no answer from name server 127.0.0.1");
	assert_true(dns_answer_now(net->dns, "127.0.0.2", &answer));
	assert_int_equal(answer.len, 1);
}

static void
name_servers_are_found_back_without_any_look_up(void **state)
{
	struct net *net = *state;
	struct dns_answer answer;
	uint64_t failed;

	bring_down(net);
	failed = dns_counts(net->dns)->failed;
	/* A probe that fails is not the last. */
	while (dns_counts(net->dns)->failed == failed)
		event_base_loop(net->base, EVLOOP_ONCE);
	net->names.mood = NAME_SERVER_WELL;
	while (net->changes == 1)
		event_base_loop(net->base, EVLOOP_ONCE);
	assert_false(dns_is_down(net->dns));
	assert_false(dns_answer_now(net->dns, "lo0.test", &answer));
	look_up(net, "lo0.test");
	assert_int_equal(net->answer.len, 1);
	assert_true(dns_answer_now(net->dns, "lo0.test", &answer));
}

static void
broken_names_do_not_make_name_servers_down(void **state)
{
	struct net *net = *state;
	char name[32];

	look_up(net, "lo.test");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "fail.zone%d.test", i);
		look_up(net, name);
		assert_int_equal(net->answer.len, 0);
		passed_ms += 1000;
	}
	assert_false(dns_is_down(net->dns));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(old_answer_does_while_name_servers_are_silent),
	    TEST(old_answer_does_while_name_servers_fail),
	    TEST(new_name_fails_and_rests),
	    TEST(new_name_waits_in_vain_while_name_servers_are_silent),
	    TEST(one_family_does_where_the_other_is_not_answered),
	    TEST(names_are_the_same_in_any_spelling),
	    TEST(cancelled_look_up_is_not_answered),
	    TEST(host_that_is_gone_is_not_kept_alive),
	    TEST(host_without_addresses_is_not_kept_alive),
	    TEST(other_name_is_kept_no_longer_than_it_may_be),
	    TEST(reasons_are_the_same_from_the_cache),
	    TEST(few_failures_are_no_name_servers_down),
	    TEST(name_servers_that_never_answered_are_down),
	    TEST(nobody_waits_for_name_servers_that_are_down),
	    TEST(name_servers_are_found_back_without_any_look_up),
	    TEST(broken_names_do_not_make_name_servers_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

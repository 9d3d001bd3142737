/*
 * The engine while the network or the name servers are down: feeds are not
 * blamed, and all are back soon.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "frame/clock.h"
#include "frame/peer.h"
#include "tests/engine_world.h"

#define FEEDS(id, url) "  - {id: " id ", url: '" url "', outlet: TASS}\n"

static const char config_text[] =
    "defaults: {interval: 100ms, down_after: 5s}\n"
    "fetchers: 1\n"
    "feeds:\n" FEEDS("tass", "http://a.example/")
	FEEDS("rt", "http://b.example/") FEEDS(
	    "ria", "http://c.example/") "entities:\n"
					"  - {id: macron, names: [Macron]}\n";

static uint64_t
told(const struct world *world, enum alert_type type)
{
	return world->stats.alerts[type][LEVEL_ROUTINE];
}

static void
begin(struct world *world)
{
	world->at_once = true;
	if (world->job.job != 0)
		world_send_done(world, world->outcome);
	world_reload(world, config_text);
	WAIT_FOR(world, world->jobs > 10);
	WAIT_FOR(world, world->stats.store_ok);
	assert_int_equal(world->stats.network_ok, 1);
	assert_int_equal(world->stats.dns_ok, 1);
}

static void
say_names(struct world *world, bool ok)
{
	struct buf *buf = peer_begin(world->fetcher, MESSAGE_NAMES);

	message_put_u32(buf, ok);
	message_put_u64(buf, 10);
	message_put_u64(buf, 20);
	message_put_u64(buf, 30);
	peer_send(world->fetcher);
}

/* So many failures of a feed would have been told. */
static void
fail_long(struct world *world, enum fetch_outcome outcome)
{
	int64_t until_ms = clock_monotonic_ms() + 6000;

	world->outcome = outcome;
	WAIT_FOR(world,
	    world->feed_state.failures >= 4 && clock_monotonic_ms() > until_ms);
}

static void
a_network_that_is_down_is_no_feeds_fault(void **state)
{
	struct world *world = *state;

	begin(world);
	fail_long(world, FETCH_CONNECT);
	WAIT_FOR(world, !world->stats.network_ok);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 0);
	world->outcome = FETCH_OK;
	WAIT_FOR(world, world->stats.network_ok);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 0);
	assert_int_equal(told(world, ALERT_FEED_RECOVERED), 0);
}

static void
one_that_stays_away_afterwards_is_told_and_comes_back(void **state)
{
	struct world *world = *state;

	begin(world);
	fail_long(world, FETCH_TIMEOUT);
	WAIT_FOR(world, !world->stats.network_ok);
	world->dead = "rt";
	world->outcome = FETCH_OK;
	WAIT_FOR(world, world->stats.network_ok);
	WAIT_FOR(world, told(world, ALERT_FEED_DOWN) == 1);
	world->dead = NULL;
	WAIT_FOR(world, told(world, ALERT_FEED_RECOVERED) == 1);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 1);
}

static void
one_dead_feed_is_not_the_network(void **state)
{
	struct world *world = *state;

	world->dead = "rt";
	begin(world);
	WAIT_FOR(world, told(world, ALERT_FEED_DOWN) == 1);
	assert_int_equal(world->stats.network_ok, 1);
}

static void
name_servers_that_are_down_are_no_feeds_fault(void **state)
{
	struct world *world = *state;

	begin(world);
	say_names(world, false);
	WAIT_FOR(world, !world->stats.dns_ok);
	fail_long(world, FETCH_DNS);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 0);
	world->outcome = FETCH_OK;
	say_names(world, true);
	WAIT_FOR(world, world->stats.dns_ok);
	WAIT_FOR(world, world->stats.network_ok);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 0);
	assert_int_equal(world->stats.dns_answered, 20);
	assert_int_equal(world->stats.dns_failed, 40);
	assert_int_equal(world->stats.dns_stale, 60);
}

/* What a fetcher said of name servers goes with it. */
static void
a_new_fetcher_has_name_servers_that_answer(void **state)
{
	struct world *world = *state;

	begin(world);
	say_names(world, false);
	WAIT_FOR(world, !world->stats.dns_ok);
	peer_free(world->fetcher);
	world_connect_fetcher(world);
	WAIT_FOR(world, world->stats.dns_ok);
}

int
main(void)
{
#define REACH_TEST(name) \
	cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    REACH_TEST(a_network_that_is_down_is_no_feeds_fault),
	    REACH_TEST(one_that_stays_away_afterwards_is_told_and_comes_back),
	    REACH_TEST(one_dead_feed_is_not_the_network),
	    REACH_TEST(name_servers_that_are_down_are_no_feeds_fault),
	    REACH_TEST(a_new_fetcher_has_name_servers_that_answer),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

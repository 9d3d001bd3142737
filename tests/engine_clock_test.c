/*
 * The engine while the system's clock is set, or days go by: nothing is told
 * of feeds that the clock alone says.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/second.h"
#include "frame/clock.h"
#include "frame/peer.h"
#include "tests/engine_world.h"

#define DAY_US (86400 * SECOND_US)

#define CONFIG(interval)                                       \
	"defaults: {interval: " interval ", down_after: 1h}\n" \
	"fetchers: 1\n"                                        \
	"entities: [{id: macron, names: [Macron]}]\n"          \
	"feeds:\n"                                             \
	"  - {id: tass, url: 'http://a.example/', outlet: TASS}\n"

static const char config_text[] = CONFIG("100ms");

static int64_t *ahead; /* shared with the engine */

int64_t __real_clock_now_us(void);
int64_t __wrap_clock_now_us(void);

int64_t
__wrap_clock_now_us(void)
{
	return __real_clock_now_us() + __atomic_load_n(ahead, __ATOMIC_RELAXED);
}

static void
set_clock(int64_t to)
{
	__atomic_store_n(ahead, to, __ATOMIC_RELAXED);
}

static uint64_t
told(const struct world *world, enum alert_type type)
{
	return world->stats.alerts[type][LEVEL_ROUTINE];
}

static void
wait_fetches(struct world *world, unsigned count)
{
	uint64_t until = world->feed_state.fetches + count;

	WAIT_FOR(world, world->feed_state.fetches >= until);
}

/* A feed of forty items in forty hours, which is polled on without any. */
static void
begin(struct world *world)
{
	int64_t now = clock_now_us();

	world_wait_for_job(world);
	for (int i = 40; i > 0; i--) {
		char title[40];

		snprintf(title, sizeof(title), "Report number %d", i);
		world_send_item(world, title, now - i * 3600 * SECOND_US);
	}
	world_send_done(world, FETCH_OK);
	world->at_once = true;
	world->outcome = FETCH_OK;
	world_reload(world, config_text);
	wait_fetches(world, 3);
}

static void
no_feed_is_silent_by_a_clock_that_is_set(void **state)
{
	struct world *world = *state;

	begin(world);
	set_clock(2 * DAY_US);
	wait_fetches(world, 30);
	assert_int_equal(told(world, ALERT_FEED_SILENT), 0);
	set_clock(0);
	wait_fetches(world, 30);
	assert_int_equal(told(world, ALERT_FEED_SILENT), 0);
}

static void
no_feed_is_down_by_a_clock_that_is_set(void **state)
{
	struct world *world = *state;

	begin(world);
	world->outcome = FETCH_HTTP;
	world->http_status = 500;
	WAIT_FOR(world, world->feed_state.failures == 2);
	set_clock(DAY_US);
	WAIT_FOR(world, world->feed_state.failures == 4);
	assert_int_equal(told(world, ALERT_FEED_DOWN), 0);
}

/* So many that a network that is down is known before any of them failed
 * often. */
static char *
many_feeds(void)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, CONFIG("1s"));
	for (int i = 0; i < 40; i++)
		buf_addf(&text,
		    "  - {id: f%d, url: 'http://f%d.example/', outlet: RT}\n",
		    i, i);
	return buf_take(&text);
}

static void
an_adopted_address_outlives_an_outage(void **state)
{
	static const char new_url[] = "http://a.example/new";
	struct world *world = *state;
	char *config = many_feeds();
	unsigned jobs;

	begin(world);
	world_reload(world, config);
	free(config);
	world->moved_to = new_url;
	jobs = world->tass_jobs;
	WAIT_FOR(world, world->tass_jobs > jobs + 4);
	set_clock(DAY_US);
	WAIT_FOR(world, strcmp(world->tass_url, new_url) == 0);
	world->moved_to = NULL;
	world->outcome = FETCH_CONNECT;
	WAIT_FOR(world, !world->stats.network_ok);
	jobs = world->tass_jobs;
	WAIT_FOR(world, world->tass_jobs > jobs + 2);
	world->outcome = FETCH_OK;
	WAIT_FOR(world, world->stats.network_ok);
	jobs = world->tass_jobs;
	WAIT_FOR(world, world->tass_jobs > jobs + 1);
	assert_string_equal(world->tass_url, new_url);
}

static int
set_up(void **state)
{
	set_clock(0);
	return world_set_up(state);
}

int
main(void)
{
#define CLOCK_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    CLOCK_TEST(no_feed_is_silent_by_a_clock_that_is_set),
	    CLOCK_TEST(no_feed_is_down_by_a_clock_that_is_set),
	    CLOCK_TEST(an_adopted_address_outlives_an_outage),
	};

	ahead = mmap(NULL, sizeof(*ahead), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(ahead != MAP_FAILED);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * daemon/engine/reach: when the network is taken for down. Time is a number
 * here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/context.h"
#include "engine/reach.h"
#include "engine/schedule.h"
#include "frame/clock.h"
#include "frame/job.h"

static int64_t now_ms;

int64_t __wrap_clock_monotonic_ms(void);

int64_t
__wrap_clock_monotonic_ms(void)
{
	return now_ms;
}

/* So many fetches that end alike, a millisecond apart. */
static void
end_fetches(struct engine *engine, unsigned count, enum fetch_outcome outcome)
{
	struct fetch_done done = {.outcome = outcome};

	for (unsigned i = 0; i < count; i++, now_ms++)
		reach_on_fetch(engine, &done, false);
}

static void
timeouts_in_a_bunch_are_not_the_network(void **state)
{
	struct engine engine = {.stats = {.network_ok = 1}};

	engine.schedule = schedule_new(1);
	now_ms = 1000000;
	for (int i = 0; i < 20; i++) {
		end_fetches(&engine, 2, FETCH_OK);
		end_fetches(&engine, 300, FETCH_TIMEOUT);
		assert_int_equal(engine.stats.network_ok, 1);
		now_ms += 1000;
	}
	end_fetches(&engine, 2, FETCH_OK);
	end_fetches(&engine, 300, FETCH_TIMEOUT);
	now_ms += 3000;
	end_fetches(&engine, 1, FETCH_TIMEOUT);
	assert_int_equal(engine.stats.network_ok, 0);
	end_fetches(&engine, 2, FETCH_OK);
	assert_int_equal(engine.stats.network_ok, 1);
	schedule_free(engine.schedule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(timeouts_in_a_bunch_are_not_the_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

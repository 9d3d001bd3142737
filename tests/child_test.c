/*
 * daemon/parent/child: how long a role may be silent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parent/child.h"

#define MINUTE_MS 60000

static void
role_that_does_not_answer_is_hung(void **state)
{
	struct child child = {.kind = ROLE_FETCHER, .answered_ms = 1000};

	for (int i = CHILD_STARTING; i <= CHILD_STOPPING; i++) {
		child.state = (enum child_state)i;
		assert_false(child_is_hung(&child, 21000, 20000));
		assert_true(child_is_hung(&child, 21001, 20000));
	}
}

/* A store of gigabytes is copied before it is changed. */
static void
engine_may_take_long_to_start(void **state)
{
	struct child child = {.kind = ROLE_ENGINE, .state = CHILD_STARTING};

	assert_false(child_is_hung(&child, 30 * MINUTE_MS, 20000));
	assert_true(child_is_hung(&child, 61 * MINUTE_MS, 20000));
	child.state = CHILD_UP;
	assert_true(child_is_hung(&child, MINUTE_MS, 20000));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(role_that_does_not_answer_is_hung),
	    cmocka_unit_test(engine_may_take_long_to_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

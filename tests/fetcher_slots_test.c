/*
 * daemon/fetcher/slots: who may talk to whom at the same time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fetcher/slots.h"

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
third_claim_of_a_host_waits_for_the_first_to_end(void **state)
{
	struct slots *slots = slots_new(10, 2);
	struct slot_claim a = {0}, b = {0}, c = {0}, other = {0};
	int granted[4] = {0};

	slots_claim(slots, &a, "one", count, &granted[0]);
	slots_claim(slots, &b, "one", count, &granted[1]);
	slots_claim(slots, &c, "one", count, &granted[2]);
	slots_claim(slots, &other, "two", count, &granted[3]);
	assert_int_equal(granted[0] + granted[1], 2);
	assert_int_equal(granted[2], 0);
	assert_int_equal(granted[3], 1);
	assert_int_equal(slots_used(slots), 3);
	slots_release(slots, &a);
	assert_int_equal(granted[2], 1);
	slots_release(slots, &b);
	slots_release(slots, &c);
	slots_release(slots, &other);
	assert_int_equal(slots_used(slots), 0);
	slots_free(slots);
}

static void
total_is_held_and_grows(void **state)
{
	struct slots *slots = slots_new(1, 2);
	struct slot_claim a = {0}, b = {0}, c = {0};
	int granted = 0;

	slots_claim(slots, &a, "one", count, &granted);
	slots_claim(slots, &b, "two", count, &granted);
	slots_claim(slots, &c, "three", count, &granted);
	assert_int_equal(granted, 1);
	slots_set_total(slots, 2);
	assert_int_equal(granted, 2);
	slots_release(slots, &b);
	assert_int_equal(granted, 3);
	slots_release(slots, &a);
	slots_release(slots, &c);
	slots_free(slots);
}

static void
claim_given_up_while_it_waits_is_never_granted(void **state)
{
	struct slots *slots = slots_new(2, 1);
	struct slot_claim a = {0}, b = {0}, c = {0}, d = {0};
	int granted = 0;

	slots_claim(slots, &a, "one", count, &granted);
	slots_claim(slots, &b, "one", count, &granted); /* at its host */
	slots_claim(slots, &c, "two", count, &granted);
	slots_claim(slots, &d, "three", count, &granted); /* for any slot */
	assert_int_equal(granted, 2);
	slots_release(slots, &b);
	slots_release(slots, &d);
	slots_release(slots, &a);
	slots_release(slots, &c);
	slots_release(slots, &c); /* claims nothing any more */
	assert_int_equal(granted, 2);
	slots_free(slots);
}

static void
claim_given_up_lets_the_next_of_its_host_on(void **state)
{
	struct slots *slots = slots_new(1, 2);
	struct slot_claim a = {0}, b = {0}, c = {0}, other = {0};
	int granted = 0, granted_other = 0;

	slots_set_spacing(slots, 100);
	slots_run(slots, 1000);
	slots_claim(slots, &a, "one", count, &granted);
	slots_claim(slots, &b, "one", count, &granted);
	slots_claim(slots, &c, "one", count, &granted);
	slots_claim(slots, &other, "two", count, &granted_other);
	slots_release(slots, &a);
	assert_int_equal(granted_other, 1);
	slots_run(slots, 1100); /* b waits for any slot, c at its host */
	slots_release(slots, &b);
	assert_int_equal(granted, 1);
	slots_release(slots, &other);
	assert_int_equal(granted, 2);
	slots_release(slots, &c);
	slots_free(slots);
}

static void
host_rests_between_two(void **state)
{
	struct slots *slots = slots_new(10, 2);
	struct slot_claim a = {0}, b = {0}, c = {0}, other = {0};
	int granted = 0, granted_other = 0;

	slots_set_spacing(slots, 100);
	slots_run(slots, 1000);
	slots_claim(slots, &a, "one", count, &granted);
	slots_claim(slots, &b, "one", count, &granted);
	slots_claim(slots, &c, "one", count, &granted);
	slots_claim(slots, &other, "two", count, &granted_other);
	assert_int_equal(granted, 1);
	assert_int_equal(granted_other, 1);
	assert_int_equal(slots_due_ms(slots), 1100);
	slots_run(slots, 1099);
	assert_int_equal(granted, 1);
	slots_run(slots, 1100);
	assert_int_equal(granted, 2);
	assert_int_equal(slots_due_ms(slots), 1200);
	slots_run(slots, 1200); /* two are under way: the third waits on */
	assert_int_equal(granted, 2);
	assert_int_equal(slots_due_ms(slots), -1);
	slots_run(slots, 1201);
	slots_release(slots, &a);
	assert_int_equal(granted, 3);
	slots_release(slots, &b);
	slots_release(slots, &c);
	slots_release(slots, &other);
	slots_free(slots); /* while the host still rests */
}

static void
host_that_ended_is_not_asked_again_at_once(void **state)
{
	struct slots *slots = slots_new(10, 2);
	struct slot_claim a = {0}, b = {0};
	int granted = 0;

	slots_set_spacing(slots, 100);
	slots_run(slots, 1000);
	slots_claim(slots, &a, "one", count, &granted);
	slots_release(slots, &a);
	slots_claim(slots, &b, "one", count, &granted);
	assert_int_equal(granted, 1);
	slots_run(slots, 1100);
	assert_int_equal(granted, 2);
	slots_release(slots, &b);
	slots_free(slots);
}

static void
claim_many(struct slots *slots, struct slot_claim *claims, int len, bool secure,
    int *granted)
{
	for (int i = 0; i < len; i++) {
		claims[i].secure = secure;
		slots_claim(slots, &claims[i], "one", count, granted);
	}
}

static void
shared_host_takes_many(void **state)
{
	enum { COUNT = SLOTS_SHARED + 3 };
	struct slots *slots = slots_new(1000, 2);
	struct slot_claim claims[COUNT] = {0};
	int granted = 0;

	claim_many(slots, claims, COUNT, true, &granted);
	assert_int_equal(granted, 2);
	slots_share_host(slots, &claims[0], true);
	assert_int_equal(granted, SLOTS_SHARED);
	slots_release(slots, &claims[0]);
	assert_int_equal(granted, SLOTS_SHARED + 1);
	for (int i = 1; i < COUNT; i++)
		slots_release(slots, &claims[i]);
	assert_int_equal(granted, COUNT);
	slots_free(slots);
}

/* Its server was changed for one that speaks HTTP/1 alone. */
static void
host_that_shares_no_more_takes_two(void **state)
{
	enum { COUNT = 20 };
	struct slots *slots = slots_new(1000, 2);
	struct slot_claim claims[COUNT] = {0};
	int granted = 0;

	claim_many(slots, claims, COUNT, true, &granted);
	slots_share_host(slots, &claims[0], true);
	assert_int_equal(granted, COUNT);
	slots_share_host(slots, &claims[0], false);
	for (int i = 0; i < COUNT; i++)
		slots_release(slots, &claims[i]);
	claim_many(slots, claims, COUNT, true, &granted);
	assert_int_equal(granted, COUNT + 2);
	for (int i = 0; i < COUNT; i++)
		slots_release(slots, &claims[i]);
	slots_free(slots);
}

static void
connection_that_is_shared_leaves_room_for_one_without_tls(void **state)
{
	enum { COUNT = 5 };
	struct slots *slots = slots_new(1000, 2);
	struct slot_claim first = {0}, plain[COUNT] = {0}, secure[COUNT] = {0};
	int granted = 0, granted_plain = 0;

	claim_many(slots, &first, 1, true, &granted);
	slots_share_host(slots, &first, true);
	slots_set_spacing(slots, 10);
	slots_run(slots, 1000);
	claim_many(slots, plain, COUNT, false, &granted_plain);
	claim_many(slots, secure, COUNT, true, &granted);
	assert_int_equal(granted_plain, 1);
	for (int i = 1; i <= COUNT; i++) /* past those that wait before them */
		slots_run(slots, 1000 + i * 10);
	assert_int_equal(granted_plain, 1);
	assert_int_equal(granted, 1 + COUNT);
	slots_run(slots, 2000);
	slots_release(slots, &plain[0]);
	assert_int_equal(granted_plain, 2);
	slots_release(slots, &first);
	for (int i = 1; i < COUNT; i++)
		slots_release(slots, &plain[i]);
	for (int i = 0; i < COUNT; i++)
		slots_release(slots, &secure[i]);
	slots_free(slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(third_claim_of_a_host_waits_for_the_first_to_end),
	    cmocka_unit_test(total_is_held_and_grows),
	    cmocka_unit_test(claim_given_up_while_it_waits_is_never_granted),
	    cmocka_unit_test(claim_given_up_lets_the_next_of_its_host_on),
	    cmocka_unit_test(host_rests_between_two),
	    cmocka_unit_test(host_that_ended_is_not_asked_again_at_once),
	    cmocka_unit_test(shared_host_takes_many),
	    cmocka_unit_test(host_that_shares_no_more_takes_two),
	    cmocka_unit_test(
		connection_that_is_shared_leaves_room_for_one_without_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

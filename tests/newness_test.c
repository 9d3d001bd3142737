/*
 * daemon/engine: newness, seen, quarantine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "engine/newness.h"
#include "engine/quarantine.h"
#include "engine/seen.h"
#include "parse/item.h"

#define HOUR (3600 * 1000000LL)

static enum newness
judge(bool known, bool same, bool first, int64_t age)
{
	struct newness_facts facts = {.key_known = known,
	    .revision_known = same,
	    .first_fetch = first,
	    .now = 100 * HOUR,
	    .published_at =
		age == ITEM_NO_DATE ? ITEM_NO_DATE : 100 * HOUR - age,
	    .fresh_us = 6 * HOUR};

	return newness_judge(&facts);
}

static void
an_unknown_key_is_new_whatever_its_date(void **state)
{
	assert_int_equal(judge(false, false, false, 0), NEWNESS_NEW);
	assert_int_equal(judge(false, false, false, 99 * HOUR), NEWNESS_NEW);
	assert_int_equal(judge(false, false, false, ITEM_NO_DATE), NEWNESS_NEW);
}

static void
an_edit_is_no_news(void **state)
{
	assert_int_equal(judge(true, false, false, 0), NEWNESS_EDIT);
	assert_int_equal(judge(true, true, false, 0), NEWNESS_KNOWN);
	assert_false(newness_is_news(NEWNESS_EDIT));
}

static void
the_first_fetch_tells_only_what_is_fresh(void **state)
{
	assert_int_equal(judge(false, false, true, HOUR), NEWNESS_FRESH);
	assert_int_equal(judge(false, false, true, 6 * HOUR), NEWNESS_FRESH);
	assert_int_equal(
	    judge(false, false, true, 6 * HOUR + 1), NEWNESS_BACKLOG);
	assert_int_equal(
	    judge(false, false, true, ITEM_NO_DATE), NEWNESS_BACKLOG);
	assert_false(newness_is_news(NEWNESS_BACKLOG));
}

static void
a_date_in_the_future_becomes_now(void **state)
{
	assert_int_equal(newness_clamp_date(11, 10), 10);
	assert_int_equal(newness_clamp_date(9, 10), 9);
	assert_true(newness_clamp_date(ITEM_NO_DATE, 10) == ITEM_NO_DATE);
}

static void
the_reason_says_by_what_it_is_known(void **state)
{
	struct buf out = BUF_INIT;
	struct item item;

	item_init(&item);
	newness_add_reason(&out, NEWNESS_NEW, &item, "tass-en");
	assert_string_equal(
	    buf_str(&out), "new title and text in feed tass-en");
	item_clear(&item);
	buf_clear(&out);
}

static void
the_newest_keys_are_kept(void **state)
{
	struct seen seen = {0};

	for (uint64_t key = 1; key <= 3 * JOB_SEEN_MAX; key++)
		seen_put(&seen, key, 1);
	assert_in_range(seen.len, JOB_SEEN_MAX - 100, JOB_SEEN_MAX);
	assert_true(seen.cut);
	assert_null(seen_find(&seen, 1));
	seen_put(&seen, 3 * JOB_SEEN_MAX, 2);
	assert_int_equal(seen_find(&seen, 3 * JOB_SEEN_MAX)->revision, 2);
	seen_clear(&seen);
}

static void
the_third_crash_in_a_day_is_quarantine(void **state)
{
	struct quarantine quarantine = {0};

	assert_false(quarantine_add_crash(&quarantine, 1 * HOUR));
	assert_true(quarantine_is_suspect(&quarantine, 2 * HOUR));
	assert_false(quarantine_add_crash(&quarantine, 2 * HOUR));
	assert_false(quarantine_add_crash(&quarantine, 26 * HOUR));
	assert_false(quarantine_holds(&quarantine, 26 * HOUR));
	assert_false(quarantine_add_crash(&quarantine, 27 * HOUR));
	assert_true(quarantine_add_crash(&quarantine, 28 * HOUR));
	assert_true(quarantine_holds(&quarantine, 51 * HOUR));
	assert_false(quarantine_holds(&quarantine, 52 * HOUR));
	quarantine_clear(&quarantine);
	assert_false(quarantine_is_suspect(&quarantine, 52 * HOUR));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_unknown_key_is_new_whatever_its_date),
	    cmocka_unit_test(an_edit_is_no_news),
	    cmocka_unit_test(the_first_fetch_tells_only_what_is_fresh),
	    cmocka_unit_test(a_date_in_the_future_becomes_now),
	    cmocka_unit_test(the_reason_says_by_what_it_is_known),
	    cmocka_unit_test(the_newest_keys_are_kept),
	    cmocka_unit_test(the_third_crash_in_a_day_is_quarantine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

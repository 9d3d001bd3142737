/*
 * daemon/engine: newness, seen, quarantine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "engine/newness.h"
#include "engine/quarantine.h"
#include "engine/seen.h"
#include "parse/item.h"

#define HOUR (3600 * INT64_C(1000000))
#define NOW (1000 * HOUR + 1)

/* ---- which known item it is ---------------------------------------------- */

static const struct variant same = {.same = true, .related = true};
static const struct variant light = {.light = true, .related = true};
static const struct variant related = {.related = true, .figures = true};
static const struct variant other = {.title = true};

static struct newness_candidate
candidate(uint64_t item, const char *how, struct variant variant)
{
	return (struct newness_candidate){.item = item,
	    .by_key = strchr(how, 'k') != NULL,
	    .by_url = strchr(how, 'u') != NULL,
	    .present = strchr(how, 'p') != NULL,
	    .is_long = strchr(how, 'l') != NULL,
	    .seen_at = NOW - (strchr(how, 'o') != NULL ? 21 : 1) * HOUR,
	    .variant = variant};
}

static bool
is_version(const char *how, struct variant variant)
{
	struct newness_candidate known = candidate(1, how, variant);

	return newness_choose(&known, 1, NOW) == 0;
}

static void
the_same_text_is_a_copy_however_it_is_found(void **state)
{
	assert_true(is_version("k", same));
	assert_true(is_version("up", same));
	assert_true(is_version("o", same) == false); /* the next bulletin */
	assert_true(is_version("kop", same));
	assert_true(is_version("uop", same));
	assert_true(is_version("", same));
	assert_true(is_version("lo", same));
}

static void
of_versions_the_newest_copy_is_chosen(void **state)
{
	const struct newness_candidate known[] = {candidate(5, "k", light),
	    candidate(7, "", same), candidate(3, "", same),
	    candidate(9, "", light), candidate(2, "o", light)};

	assert_int_equal(newness_choose(known, 5, NOW), 1);
	assert_int_equal(newness_choose(known + 2, 2, NOW), 0);
	assert_int_equal(newness_choose(known + 3, 2, NOW), 0);
	assert_true(newness_choose(known + 4, 1, NOW) == SIZE_MAX);
}

static void
new_and_fresh_items_are_news(void **state)
{
	for (int newness = 0; newness < NEWNESS_KINDS; newness++)
		assert_int_equal(newness_is_news((enum newness)newness),
		    newness == NEWNESS_NEW || newness == NEWNESS_FRESH);
}

static void
an_id_or_link_that_two_items_have_makes_no_edit(void **state)
{
	static const char *const how[][2] = {
	    {"k", "k"}, {"u", "u"}, {"kp", "k"}, {"u", "up"}};

	for (size_t i = 0; i < sizeof(how) / sizeof(*how); i++) {
		const struct newness_candidate known[] = {
		    candidate(1, how[i][0], related),
		    candidate(2, how[i][1], related)};

		assert_true(newness_choose(known, 2, NOW) == SIZE_MAX);
		assert_true(newness_choose(known, 1, NOW) ==
			    (known[0].present ? SIZE_MAX : 0));
	}
}

static void
another_text_under_an_id_or_link_is_an_edit(void **state)
{
	assert_true(is_version("k", related));
	assert_true(is_version("u", related));
	assert_false(is_version("k", other));
	assert_false(is_version("", related));
	assert_true(is_version("", light));
}

static void
what_still_stands_there_was_not_edited(void **state)
{
	assert_false(is_version("kp", light));
	assert_false(is_version("up", related));
	assert_false(is_version("p", light));
}

static void
an_id_of_two_items_tells_nothing(void **state)
{
	struct newness_candidate two[] = {
	    candidate(1, "k", related), candidate(2, "k", related)};
	struct newness_candidate one_stays[] = {
	    candidate(1, "k", related), candidate(2, "kp", other)};

	assert_true(newness_choose(two, 2, NOW) == SIZE_MAX);
	assert_true(newness_choose(one_stays, 2, NOW) == SIZE_MAX);
	two[0].by_url = true;
	assert_int_equal(newness_choose(two, 2, NOW), 0);
	two[1].variant = light;
	two[0].by_url = false;
	assert_int_equal(newness_choose(two, 2, NOW), 1);
}

static void
a_copy_is_chosen_before_an_edit(void **state)
{
	struct newness_candidate all[] = {candidate(1, "", same),
	    candidate(2, "", same), candidate(3, "k", related)};

	assert_int_equal(newness_choose(all, 3, NOW), 1);
	assert_true(newness_choose(all, 0, NOW) == SIZE_MAX);
}

/* ---- whether it is news -------------------------------------------------- */

static struct newness_facts
facts_of(bool first, int64_t age)
{
	return (struct newness_facts){.first_fetch = first,
	    .now = NOW,
	    .published_at = age == ITEM_NO_DATE ? ITEM_NO_DATE : NOW - age,
	    .first_read_at = NOW - 100 * HOUR,
	    .last_read_at = NOW - HOUR / 60,
	    .fresh_us = 6 * HOUR};
}

static enum newness
judge(bool first, int64_t age)
{
	struct newness_facts facts = facts_of(first, age);

	return newness_judge(&facts);
}

static void
the_first_fetch_tells_only_what_is_fresh(void **state)
{
	assert_int_equal(judge(true, HOUR), NEWNESS_FRESH);
	assert_int_equal(judge(true, 6 * HOUR), NEWNESS_FRESH);
	assert_int_equal(judge(true, 6 * HOUR + 1), NEWNESS_BACKLOG);
	assert_int_equal(judge(true, ITEM_NO_DATE), NEWNESS_BACKLOG);
	assert_false(newness_is_news(NEWNESS_BACKLOG));
	assert_true(newness_is_news(NEWNESS_FRESH));
}

static void
a_late_item_is_old(void **state)
{
	struct newness_facts facts = facts_of(false, 7 * HOUR);

	assert_int_equal(judge(false, ITEM_NO_DATE), NEWNESS_NEW);
	assert_int_equal(judge(false, -HOUR), NEWNESS_NEW);
	assert_int_equal(judge(false, 5 * HOUR), NEWNESS_NEW);
	assert_int_equal(judge(false, 7 * HOUR), NEWNESS_OLD);
	facts.last_read_at = NOW - 8 * HOUR; /* nobody looked */
	assert_int_equal(newness_judge(&facts), NEWNESS_NEW);
	facts = facts_of(false, HOUR);
	facts.first_read_at = NOW - HOUR / 2;
	assert_int_equal(newness_judge(&facts), NEWNESS_OLD);
	facts.published_at = facts.first_read_at - HOUR / 5; /* feeds lag */
	assert_int_equal(newness_judge(&facts), NEWNESS_NEW);
	facts = facts_of(false, HOUR / 2);
	facts.fresh_us = 0;
	assert_int_equal(newness_judge(&facts), NEWNESS_NEW);
	assert_false(newness_is_news(NEWNESS_OLD));
}

static void
a_day_without_a_time_means_all_of_it(void **state)
{
	struct newness_facts facts = facts_of(false, 0);

	facts.published_at = NOW - NOW % (24 * HOUR); /* 16 h ago */
	assert_int_equal(newness_judge(&facts), NEWNESS_NEW);
	facts.published_at -= 24 * HOUR;
	assert_int_equal(newness_judge(&facts), NEWNESS_OLD);
}

static void
a_date_in_the_future_becomes_now(void **state)
{
	assert_int_equal(newness_clamp_date(11, 10), 10);
	assert_int_equal(newness_clamp_date(9, 10), 9);
	assert_true(newness_clamp_date(ITEM_NO_DATE, 10) == ITEM_NO_DATE);
}

static void
check_reason(enum newness newness, const struct newness_facts *facts,
    const char *expected)
{
	struct buf out = BUF_INIT;

	newness_add_reason(&out, newness, facts, "tass-en");
	assert_string_equal(buf_str(&out), expected);
	buf_clear(&out);
}

static void
the_reason_says_how_old_it_is(void **state)
{
	struct newness_facts facts = facts_of(false, HOUR / 20);

	check_reason(NEWNESS_NEW, &facts,
	    "new in feed tass-en: published 3 min ago, id, link and headline "
	    "not seen before");
	facts.reused = true;
	facts.published_at = ITEM_NO_DATE;
	check_reason(NEWNESS_NEW, &facts,
	    "new in feed tass-en: without a date, another text under an id or "
	    "link seen before");
	facts = facts_of(false, 26 * HOUR);
	check_reason(NEWNESS_OLD, &facts,
	    "published 26 hours ago, longer than defaults.fresh");
	facts.first_read_at = NOW;
	check_reason(NEWNESS_OLD, &facts,
	    "published 26 hours ago, before feed tass-en was first read");
	check_reason(NEWNESS_BACKLOG, &facts,
	    "there when feed tass-en was first read: published 26 hours ago");
}

static void
the_newest_keys_are_kept(void **state)
{
	struct seen seen = {0};

	for (uint64_t key = 1; key <= 2 * JOB_SEEN_MAX; key++)
		seen_put(&seen, key, 1);
	assert_in_range(seen.len, JOB_SEEN_MAX / 2, JOB_SEEN_MAX);
	assert_true(seen.cut);
	assert_false(seen_has(&seen, 1, 1));
	assert_true(seen_has(&seen, 2 * JOB_SEEN_MAX, 1));
	assert_false(seen_has(&seen, 2 * JOB_SEEN_MAX, 2));
	seen_put(&seen, 2 * JOB_SEEN_MAX, 2);
	assert_true(seen_has(&seen, 2 * JOB_SEEN_MAX, 1));
	assert_true(seen_has(&seen, 2 * JOB_SEEN_MAX, 2));
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
	    cmocka_unit_test(the_same_text_is_a_copy_however_it_is_found),
	    cmocka_unit_test(of_versions_the_newest_copy_is_chosen),
	    cmocka_unit_test(new_and_fresh_items_are_news),
	    cmocka_unit_test(an_id_or_link_that_two_items_have_makes_no_edit),
	    cmocka_unit_test(another_text_under_an_id_or_link_is_an_edit),
	    cmocka_unit_test(what_still_stands_there_was_not_edited),
	    cmocka_unit_test(an_id_of_two_items_tells_nothing),
	    cmocka_unit_test(a_copy_is_chosen_before_an_edit),
	    cmocka_unit_test(the_first_fetch_tells_only_what_is_fresh),
	    cmocka_unit_test(a_late_item_is_old),
	    cmocka_unit_test(a_day_without_a_time_means_all_of_it),
	    cmocka_unit_test(a_date_in_the_future_becomes_now),
	    cmocka_unit_test(the_reason_says_how_old_it_is),
	    cmocka_unit_test(the_newest_keys_are_kept),
	    cmocka_unit_test(the_third_crash_in_a_day_is_quarantine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

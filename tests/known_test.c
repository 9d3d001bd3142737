/*
 * daemon/store/known: items found again by their keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/known.h"
#include "tests/store_fixture.h"

/* Keys are given as letters of the item: key, url, title,
 * head, tail; `-` for none. */
static struct item_keys
keys_of(const char *letters)
{
	return (struct item_keys){(uint64_t)letters[0],
	    (uint64_t)(letters[1] - '-'), (uint64_t)(letters[2] - '-'),
	    (uint64_t)(letters[3] - '-'), (uint64_t)(letters[4] - '-')};
}

static struct item_record
record_of(uint64_t id, const char *letters, const char *title)
{
	struct item_record record = {
	    .id = id, .feed = 1, .seen_at = (int64_t)(1000 + id)};

	record.keys = keys_of(letters);
	item_init(&record.item);
	record.item.key = record.keys.key;
	record.item.revision = id;
	record.item.title = xstrdup(title);
	record.mentions = xcalloc(1, sizeof(*record.mentions));
	record.mentions_len = 1;
	record.mentions[0].entity = xstrdup(title);
	return record;
}

static void
add(struct store_fixture *f, const char *letters, const char *title)
{
	struct item_record record =
	    record_of(store_next_item(f->store), letters, title);

	batch_add_item(f->batch, &record);
}

static void
on_known(void *arg, const struct known_row *row)
{
	buf_addf(arg, "%d%s%s %s", (int)row->item, row->by_key ? "k" : "",
	    row->by_url ? "u" : "", row->title);
	for (size_t i = 0; i < row->entities.len; i++)
		buf_addf(arg, " %s", row->entities.at[i]);
	buf_add_str(arg, "; ");
}

static void
check_known(struct store_fixture *f, const char *letters, const char *expected)
{
	struct item_keys keys = keys_of(letters);
	struct buf told = BUF_INIT;

	batch_read_known(f->batch, 1, &keys, on_known, &told);
	store_read_known(f->store, 1, &keys, on_known, &told);
	assert_string_equal(buf_str(&told), expected);
	buf_reset(&told);
	batch_read_known(f->batch, 2, &keys, on_known, &told);
	store_read_known(f->store, 2, &keys, on_known, &told);
	assert_int_equal(told.len, 0); /* another feed */
	buf_clear(&told);
}

static void
commit(struct store_fixture *f)
{
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
}

static void
any_key_finds_an_item(void **state)
{
	struct store_fixture *f = *state;

	add(f, "abtcd", "one");
	add(f, "e---g", "two");
	for (int i = 0; i < 2; i++) {
		check_known(f, "a----", "1k one one; ");
		check_known(f, "xb---", "1u one one; ");
		check_known(f, "x--c-", "1 one one; ");
		check_known(f, "x---g", "2 two two; ");
		check_known(f, "xb-cd", "1u one one; ");
		check_known(f, "xc-cc", "1 one one; ");
		check_known(f, "x-tc-", "1 one one; "); /* as keys_make() */
		check_known(f, "x----", "");
		commit(f);
	}
}

static void
an_edited_item_has_all_its_keys_and_mentions(void **state)
{
	struct store_fixture *f = *state;
	struct item_record edit = record_of(1, "zy---", "changed");

	add(f, "ab---", "one");
	commit(f);
	batch_add_edit(f->batch, &edit);
	check_known(f, "zb---", "1k changed changed; 1u one one; ");
	commit(f);
	check_known(f, "z----", "1k changed changed one; ");
	check_known(f, "a----", "1k changed changed one; ");
	check_known(f, "xb---", "");
	check_known(f, "xy---", "1u changed changed one; ");
}

static void
a_copy_is_known_by_its_key(void **state)
{
	struct store_fixture *f = *state;
	struct item_record copy = record_of(1, "zy---", "one");

	add(f, "ab---", "one");
	commit(f);
	batch_add_copy(f->batch, &copy);
	commit(f);
	check_known(f, "z----", "1k one one; ");
	check_known(f, "a----", "1k one one; ");
}

static void
a_feed_that_flips_does_not_fill_the_store(void **state)
{
	struct store_fixture *f = *state;

	add(f, "ab---", "one");
	for (int i = 0; i < 200; i++) {
		struct item_record copy = record_of(1, "zb---", "one");

		copy.item.key = (uint64_t)(1000 + i);
		copy.seen_at = 2000 + i;
		batch_add_copy(f->batch, &copy);
	}
	commit(f);
	assert_true(store_has_seen(f->store, 1, 1199, 1));
	assert_true(store_has_seen(f->store, 1, 1199 - 31, 1));
	assert_false(store_has_seen(f->store, 1, 1199 - 32, 1));
}

/* Of a serial, whose headlines all begin alike, the newest are told, and those
 * with the very title. */
static void
an_equal_title_is_found_behind_many_equal_heads(void **state)
{
	struct store_fixture *f = *state;

	for (int i = 0; i < 3; i++)
		add(f, "a-tc-", "same");
	for (int i = 0; i < KNOWN_MAX; i++)
		add(f, "a-uc-", "other");
	commit(f);
	check_known(f, "x-vc-",
	    "4 other other; 5 other other; 6 other other; 7 other other; "
	    "8 other other; 9 other other; 10 other other; 11 other other; "
	    "12 other other; 13 other other; 14 other other; 15 other other; "
	    "16 other other; 17 other other; 18 other other; 19 other other; ");
	check_known(f, "x-tc-",
	    "1 same same; 2 same same; 3 same same; 4 other other; "
	    "5 other other; 6 other other; 7 other other; 8 other other; "
	    "9 other other; 10 other other; 11 other other; 12 other other; "
	    "13 other other; 14 other other; 15 other other; 16 other other; "
	    "17 other other; 18 other other; 19 other other; ");
}

static void
a_text_with_many_revisions_does_not_fill_the_store(void **state)
{
	struct store_fixture *f = *state;

	add(f, "ab---", "one");
	for (int i = 0; i < 200; i++) {
		struct item_record edit = record_of(1, "ab---", "one");

		edit.item.revision = (uint64_t)(1000 + i);
		edit.seen_at = 2000 + i;
		batch_add_edit(f->batch, &edit);
	}
	commit(f);
	assert_true(store_has_seen(f->store, 1, 'a', 1199));
	assert_true(store_has_seen(f->store, 1, 'a', 1199 - 31));
	assert_false(store_has_seen(f->store, 1, 'a', 1199 - 32));
}

#define KNOWN_TEST(name)                 \
	cmocka_unit_test_setup_teardown( \
	    name, store_fixture_set_up, store_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    KNOWN_TEST(any_key_finds_an_item),
	    KNOWN_TEST(an_equal_title_is_found_behind_many_equal_heads),
	    KNOWN_TEST(a_text_with_many_revisions_does_not_fill_the_store),
	    KNOWN_TEST(an_edited_item_has_all_its_keys_and_mentions),
	    KNOWN_TEST(a_copy_is_known_by_its_key),
	    KNOWN_TEST(a_feed_that_flips_does_not_fill_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

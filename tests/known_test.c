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
#include "store/db.h"
#include "store/known.h"
#include "store/store_db.h"
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
	assert_int_equal(
	    sqlite3_txn_state(db_handle(f->store->db), NULL), SQLITE_TXN_NONE);
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

/* Whatever finds it is told apart. */
static void
one_item_by_key_and_one_by_link(void **state)
{
	struct store_fixture *f = *state;

	add(f, "ab---", "one");
	add(f, "e---g", "two");
	commit(f);
	check_known(f, "eb---", "1u one one; 2k two two; ");
}

static void
on_sighting(void *arg, const struct known_row *row)
{
	buf_addf(arg, "%c %d", (int)row->key, (int)row->revision);
}

static void
check_sighting(struct store_fixture *f, const char *letters, const char *is)
{
	struct item_keys keys = keys_of(letters);
	struct buf told = BUF_INIT;

	store_read_known(f->store, 1, &keys, on_sighting, &told);
	assert_string_equal(buf_str(&told), is);
	buf_clear(&told);
}

/* Which tells whether its feed shows it still. */
static void
an_item_is_told_with_what_it_was_last_seen_under(void **state)
{
	struct store_fixture *f = *state;
	struct item_record edit = record_of(1, "ad---", "edited");
	struct item_record copy = record_of(1, "cf---", "edited");

	add(f, "ab---", "one");
	commit(f);
	check_sighting(f, "a----", "a 1");
	edit.item.revision = 7;
	batch_add_edit(f->batch, &edit);
	commit(f);
	check_sighting(f, "a----", "a 7");
	copy.item.revision = 9;
	batch_add_copy(f->batch, &copy);
	commit(f);
	check_sighting(f, "a----", "c 9");
}

static void
see(struct store_fixture *f, const char *letters, uint64_t item, int64_t at)
{
	struct seen_record seen = {.feed = 1,
	    .key = (uint64_t)letters[0],
	    .revision = 1,
	    .item = item,
	    .seen_at = at};

	batch_add_seen(f->batch, &seen);
	commit(f);
}

static void
on_seen(void *arg, const struct job_seen *seen)
{
	*(uint64_t *)arg = seen->key;
}

static void
what_is_seen_again_is_the_item_it_was(void **state)
{
	struct store_fixture *f = *state;
	uint64_t key = 0;

	add(f, "ab---", "one");
	add(f, "ed---", "two");
	see(f, "a", 0, 5000);
	check_known(f, "a----", "1k one one; ");
	store_read_seen(f->store, 1, 1, on_seen, &key);
	assert_int_equal(key, 'a');
	see(f, "a", 2, 6000);
	check_known(f, "a----", "2k two two; ");
}

/* By whatever key, in whatever order they are found. */
static void
check_newest(struct store_fixture *f, const char *letters, const char *how)
{
	struct buf expected = BUF_INIT;

	for (int id = 4 * KNOWN_MAX - KNOWN_MAX + 1; id <= 4 * KNOWN_MAX; id++)
		buf_addf(&expected, "%d%s it it; ", id, how);
	check_known(f, letters, buf_str(&expected));
	buf_clear(&expected);
}

static void
of_many_items_the_newest_are_told(void **state)
{
	struct store_fixture *f = *state;

	for (uint64_t i = 1; i <= 4 * KNOWN_MAX; i++) {
		struct item_record record = record_of(i, "abtcd", "it");
		struct seen_record seen = {.feed = 1,
		    .key = 'z',
		    .revision = 1000 - i, /* found in this order */
		    .item = i,
		    .seen_at = 1000};

		batch_add_item(f->batch, &record);
		batch_add_seen(f->batch, &seen);
	}
	commit(f);
	check_newest(f, "a----", "k");
	check_newest(f, "z----", "k");
	check_newest(f, "xb---", "u");
	check_newest(f, "x-tc-", "");
	check_newest(f, "x---d", "");
}

static void
an_edited_title_is_no_longer_known(void **state)
{
	struct store_fixture *f = *state;
	struct item_record edit = record_of(1, "a-uc-", "new");
	struct item_keys old = keys_of("x-tc-"), new = keys_of("x-uc-");
	struct buf told = BUF_INIT;

	add(f, "a-tc-", "old");
	for (int i = 0; i < KNOWN_MAX; i++)
		add(f, "e-vc-", "other");
	batch_add_edit(f->batch, &edit);
	commit(f);
	store_read_known(f->store, 1, &old, on_known, &told);
	assert_null(strstr(buf_str(&told), "new"));
	store_read_known(f->store, 1, &new, on_known, &told);
	assert_non_null(strstr(buf_str(&told), "1 new"));
	buf_clear(&told);
}

static int64_t
count(struct store_fixture *f, const char *sql)
{
	return db_number(f->store->db, -1, sql, "");
}

/* Each kind by itself, and of this item alone. */
static void
copies_and_edits_that_are_kept_have_bounds(void **state)
{
	struct store_fixture *f = *state;

	add(f, "ab---", "one");
	add(f, "ab---", "two");
	for (int i = 0; i < 200; i++) {
		struct item_record edit = record_of(1, "ab---", "one");
		struct item_record copy = record_of(1, "ab---", "one");

		edit.seen_at = copy.seen_at = 2000 + i;
		edit.item.revision = (uint64_t)(1000 + i);
		copy.item.revision = (uint64_t)(3000 + i);
		batch_add_edit(f->batch, &edit);
		batch_add_copy(f->batch, &copy);
	}
	commit(f);
	assert_int_equal(
	    count(f, "SELECT count(*) FROM revisions WHERE title NOT NULL"),
	    32);
	assert_int_equal(
	    count(f, "SELECT count(*) FROM revisions WHERE title IS NULL"), 8);
	assert_true(store_has_seen(f->store, 1, 'a', 2));
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
	    KNOWN_TEST(one_item_by_key_and_one_by_link),
	    KNOWN_TEST(an_item_is_told_with_what_it_was_last_seen_under),
	    KNOWN_TEST(what_is_seen_again_is_the_item_it_was),
	    KNOWN_TEST(of_many_items_the_newest_are_told),
	    KNOWN_TEST(an_edited_title_is_no_longer_known),
	    KNOWN_TEST(copies_and_edits_that_are_kept_have_bounds),
	    KNOWN_TEST(a_feed_that_flips_does_not_fill_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

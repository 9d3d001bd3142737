/*
 * daemon/fetcher/recall, spans and scan: items known by their bytes are not
 * parsed again, and nothing is lost or told twice by that.
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
#include "fetcher/recall.h"
#include "tests/scan_reading.h"

static void
add_item(struct buf *out, unsigned number, const char *title)
{
	buf_addf(out,
	    "<item><guid>g%u</guid><title>%s %u</title><description>Десять "
	    "слов о том, что случилось сегодня утром и отчего так</description>"
	    "</item>\n",
	    number, title, number);
}

/* 50 items, the newest on top; the one of that number is edited. */
static void
make_feed(struct buf *out, unsigned newest, unsigned edited)
{
	buf_add_str(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			 "<rss version=\"2.0\"><channel><title>Лента</title>"
			 "<lastBuildDate>");
	buf_addf(out, "%u</lastBuildDate>\n", newest);
	for (unsigned i = newest; i > newest - 50; i--)
		add_item(out, i, i == edited ? "Edited" : "Title");
	buf_add_str(out, "</channel></rss>\n");
}

static void
known_bytes_are_not_parsed_again_and_one_new_item_is_told(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	make_feed(&new, 101, 0);
	scan_read_whole(first, &old, NULL, NULL);
	assert_int_equal(first->told, 50);
	assert_int_equal(first->recalled_len, 50);
	scan_read_whole(second, &new, first, first);
	assert_int_equal(second->items, 50);
	assert_int_equal(second->known, 49);
	assert_int_equal(second->told, 1);
	assert_non_null(strstr(buf_str(&second->facts), "|Лента|"));
	assert_int_equal(second->recalled_len, 50);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* In whatever order they come. What is recalled of them is made another item
 * here, to be told from what their bytes say. */
static void
bytes_that_are_recalled_are_not_looked_into(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	scan_read_whole(first, &old, NULL, NULL);
	for (uint64_t i = 0; i < 50; i++) {
		first->seen[first->told++] = (struct job_seen){i << 50, 7};
		first->recalled[i].id = recall_id(i << 50, 7);
	}
	buf_add(
	    &new, old.data, (size_t)(strstr(old.data, "<item>") - old.data));
	add_item(&new, 51, "Title");
	add_item(&new, 100, "Title");
	scan_read_whole(second, &new, first, first);
	assert_int_equal(second->known, 2);
	assert_int_equal(second->present[99 / 8] >> 99 % 8 & 1, 1);
	assert_int_equal(second->present[50 / 8] >> 50 % 8 & 1, 1);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* Another item of the feed that looks the same to recall_id(). */
static void
items_that_look_alike_are_told_apart(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf feed = BUF_INIT;
	struct job_seen *seen = first->seen, last;

	make_feed(&feed, 100, 0);
	scan_read_whole(first, &feed, NULL, NULL);
	last = seen[49];
	seen[50] = seen[0];
	seen[0] = (struct job_seen){last.key ^ 1, last.revision};
	seen[51] = (struct job_seen){last.key ^ 2, last.revision};
	first->told = 52;
	assert_int_equal(recall_id(last.key, last.revision),
	    recall_id(seen[0].key, last.revision));
	scan_read_whole(second, &feed, first, first);
	assert_int_equal(second->known, 50);
	assert_int_equal(second->told, 0);
	assert_int_equal(second->present[0] & 1, 0);
	assert_int_equal(second->present[51 / 8] >> 51 % 8 & 1, 0);
	assert_int_equal(second->present[49 / 8] >> 49 % 8 & 1, 1);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&feed);
}

static void
edited_item_is_told(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	make_feed(&new, 100, 60);
	scan_read_whole(first, &old, NULL, NULL);
	scan_read_whole(second, &new, first, first);
	assert_int_equal(second->known, 49);
	assert_int_equal(second->told, 1);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* The engine may have died before it stored them. */
static void
items_that_the_engine_does_not_know_are_told_again(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf document = BUF_INIT;

	make_feed(&document, 100, 0);
	scan_read_whole(first, &document, NULL, NULL);
	scan_read_whole(second, &document, NULL, first);
	assert_int_equal(second->told, 50);
	first->told = 10;
	scan_read_whole(second, &document, first, first);
	assert_int_equal(second->told, 40);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&document);
}

/* The same bytes mean something else below another head. */
static void
another_head_has_all_parsed(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	buf_addf(&new,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss "
	    "version=\"2.0\" xml:lang=\"ru\">%s",
	    strstr(old.data, "<channel>"));
	scan_read_whole(first, &old, NULL, NULL);
	scan_read_whole(second, &new, NULL, NULL);
	for (size_t i = 0; i < second->recalled_len; i++)
		for (size_t k = 0; k < first->recalled_len; k++)
			assert_true(second->recalled[i].hash !=
				    first->recalled[k].hash);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* An item quoted inside of another ends the guess early; the rest of the outer
 * one must not be left alone. */
static void
items_inside_of_items_are_never_skipped(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf document = BUF_INIT;
	char *end;

	make_feed(&document, 100, 0);
	end = strstr(document.data, "</channel>");
	buf_truncate(&document, (size_t)(end - document.data));
	buf_add_str(&document, "<item><guid>outer</guid><description><![CDATA["
			       "<item>inner</item> tail]]></description></item>"
			       "</channel></rss>");
	scan_read_whole(first, &document, NULL, NULL);
	assert_int_equal(first->told, 51);
	assert_int_equal(first->recalled_len, 50);
	scan_read_whole(second, &document, first, first);
	assert_int_equal(second->known, 51);
	assert_int_equal(second->told, 0);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&document);
}

/* A cut item without its guid must wait when the items before had one, though
 * these were not parsed. */
static void
cut_item_waits_for_the_guid_that_others_had(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf document = BUF_INIT;
	char *end;

	make_feed(&document, 100, 0);
	scan_read_whole(first, &document, NULL, NULL);
	end = strstr(document.data, "</channel>");
	buf_truncate(&document, (size_t)(end - document.data));
	buf_add_str(&document, "<item><title>Cut</title><link>/a</link>");
	scan_read_whole(second, &document, first, first);
	assert_int_equal(second->result, PARSER_TRUNCATED);
	assert_int_equal(second->known, 50);
	assert_int_equal(second->told, 0);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&document);
}

/* The same bytes are other letters once a label says so. */
static void
another_encoding_has_all_parsed(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf old = BUF_INIT, new = BUF_INIT;
	static const char items[] =
	    "<rss><channel><item><guid>1</guid><title>\xC4\xE0</title></item>"
	    "<item><guid>2</guid><title>ASCII</title></item></channel></rss>";

	buf_addf(&old, "<?xml version='1.0' encoding='koi8-r'?>%s", items);
	buf_addf(
	    &new, "<?xml version='1.0' encoding='windows-1251'?>%s", items);
	scan_read_whole(first, &old, NULL, NULL);
	assert_int_equal(first->recalled_len, 2);
	scan_read_whole(second, &new, first, first);
	assert_int_equal(second->known, 1);
	assert_int_equal(second->told, 1);
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* Reads a document, and another one with and without what is recalled of the
 * first: the same must be told. Appends the facts of the feed. */
static void
check_pair(const char *old, const char *new, struct buf *facts)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *whole = scan_reading_new();
	struct scan_reading *recalled = scan_reading_new();
	struct buf bytes = BUF_INIT, difference = BUF_INIT;

	buf_add_str(&bytes, old);
	scan_read_whole(first, &bytes, NULL, NULL);
	buf_reset(&bytes);
	buf_add_str(&bytes, new);
	scan_read_whole(whole, &bytes, first, NULL);
	scan_read_whole(recalled, &bytes, first, first);
	scan_reading_compare(&difference, whole, recalled);
	if (difference.len > 0)
		fail_msg("%s", difference.data);
	buf_add_str(facts, buf_str(&recalled->facts));
	scan_reading_free(first);
	scan_reading_free(whole);
	scan_reading_free(recalled);
	buf_clear(&bytes);
}

/* ... which would come and go with what is recalled. */
static void
items_say_nothing_of_their_feed(void **state)
{
	struct buf facts = BUF_INIT;
	static const char *const inside[] = {
	    "<atom:link rel='hub' href='https://hub/'/>",
	    "<news:news><news:publication><news:name>Its</news:name>"
	    "</news:publication></news:news>",
	    "<itunes:category text='a'><ttl>9</ttl></itunes:category>"};

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		char *document = xasprintf("<rss><channel><item><guid>1</guid>"
					   "%s</item></channel></rss>",
		    inside[i]);

		buf_reset(&facts);
		check_pair(document, document, &facts);
		assert_string_equal(facts.data, "||-|-|-|-|-|0 0 0 0");
		free(document);
	}
	buf_clear(&facts);
}

/* An end tag with a blank hides the end of an item. */
static void
what_stands_behind_a_hidden_end_is_parsed_again(void **state)
{
	struct buf facts = BUF_INIT;
	static const char document[] =
	    "<rss><channel><item><guid>1</guid></item ><title>T</title>"
	    "<ttl>9</ttl></item></channel></rss>";

	static const char no_item[] =
	    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
	    "<url><loc>http://a/</loc></url>"
	    "<item /><dc:title>T</dc:title></item></urlset>";

	check_pair(document, document, &facts);
	assert_string_equal(facts.data, "||T|-|-|-|-|540 0 0 0");
	buf_reset(&facts);
	check_pair(no_item, no_item, &facts);
	assert_string_equal(facts.data, "||T|-|-|-|-|0 0 0 0");
	buf_clear(&facts);
}

/* They are one item to the engine. */
static void
a_thousand_items_are_taken_though_they_are_recalled(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *second = scan_reading_new();
	struct buf document = BUF_INIT;

	buf_add_str(&document, "<rss><channel>");
	for (int i = 0; i < 1001; i++)
		buf_add_str(&document, "<item><guid>1</guid></item>");
	buf_add_str(&document, "</channel></rss>");
	scan_read_whole(first, &document, NULL, NULL);
	first->told = 1;
	scan_read_whole(second, &document, first, first);
	assert_int_equal(second->known, 1000);
	assert_int_equal(second->items, 1000);
	assert_non_null(strstr(second->facts.data, "only the first 1000"));
	scan_reading_free(first);
	scan_reading_free(second);
	buf_clear(&document);
}

/* In this encoding a per cent sign is another one from the first byte outside
 * of ASCII on. */
static void
letters_that_are_skipped_count_for_the_encoding(void **state)
{
	struct buf facts = BUF_INIT;

#define HEAD_864 "<?xml version='1.0' encoding='cp864'?><rss><channel>"
#define PLAIN "<item><guid>1</guid><title>plain</title></item>"
#define ARABIC "<item><guid>2</guid><title>\xE1\xE2\xE4</title></item>"
#define NEW(id) "<item><guid>" id "</guid><title>50%</title></item>"
	check_pair(HEAD_864 PLAIN ARABIC "</channel></rss>",
	    HEAD_864 PLAIN NEW("3") ARABIC NEW("4") "</channel></rss>", &facts);
	buf_clear(&facts);
}

static void
memory_is_bounded_and_the_latest_stay(void **state)
{
	struct recall_item items[RECALL_ITEMS_MAX] = {{0}};
	struct recall *recall = recall_new(100 * 1024);
	const struct recall_item *found;

	recall_put(recall, 0, items, RECALL_ITEMS_MAX);
	assert_true(recall_bytes(recall) <= 1024); /* of one feed */
	for (uint64_t feed = 1; feed < 1000; feed++) {
		items[0].hash = feed;
		recall_put(recall, feed, items, RECALL_ITEMS_MAX);
		assert_true(recall_bytes(recall) <= 100 * 1024);
		recall_get(recall, 1, &found);
	}
	assert_int_equal(recall_get(recall, 999, &found), RECALL_ITEMS_MAX);
	assert_int_equal(found[0].hash, 999);
	assert_int_equal(recall_get(recall, 1, &found), RECALL_ITEMS_MAX);
	assert_int_equal(recall_get(recall, 500, &found), 0);
	recall_put(recall, 999, NULL, 0);
	assert_int_equal(recall_get(recall, 999, &found), 0);
	recall_free(recall);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		known_bytes_are_not_parsed_again_and_one_new_item_is_told),
	    cmocka_unit_test(bytes_that_are_recalled_are_not_looked_into),
	    cmocka_unit_test(items_that_look_alike_are_told_apart),
	    cmocka_unit_test(edited_item_is_told),
	    cmocka_unit_test(
		items_that_the_engine_does_not_know_are_told_again),
	    cmocka_unit_test(another_head_has_all_parsed),
	    cmocka_unit_test(items_inside_of_items_are_never_skipped),
	    cmocka_unit_test(cut_item_waits_for_the_guid_that_others_had),
	    cmocka_unit_test(another_encoding_has_all_parsed),
	    cmocka_unit_test(items_say_nothing_of_their_feed),
	    cmocka_unit_test(what_stands_behind_a_hidden_end_is_parsed_again),
	    cmocka_unit_test(
		a_thousand_items_are_taken_though_they_are_recalled),
	    cmocka_unit_test(letters_that_are_skipped_count_for_the_encoding),
	    cmocka_unit_test(memory_is_bounded_and_the_latest_stay),
	};

	scan_reading_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

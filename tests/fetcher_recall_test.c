/*
 * daemon/fetcher/recall, spans and scan: items known by their bytes are not
 * parsed again, and nothing is lost or told twice by that.
 */
#include <dirent.h>
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
#include "fetcher/scan.h"
#include "fetcher/spans.h"
#include "fetcher/watch.h"
#include "frame/config.h"

/* What a scan told, and what may be recalled after it. */
struct outcome {
	uint32_t items;
	uint32_t known;
	uint8_t present[JOB_SEEN_MAX / 8];
	enum parser_result result;
	char *title;
	struct job_seen seen[JOB_SEEN_MAX];
	size_t told;
	struct recall_item recalled[RECALL_ITEMS_MAX];
	size_t recalled_len;
};

static struct watch *watch;

static struct outcome *
outcome_new(void)
{
	return xcalloc(1, sizeof(struct outcome));
}

static void
outcome_free(struct outcome *outcome)
{
	free(outcome->title);
	free(outcome);
}

static void
on_item(void *arg, const struct item_message *message)
{
	struct outcome *outcome = arg;

	outcome->seen[outcome->told++] =
	    (struct job_seen){message->item.key, message->item.revision};
}

/* Reads a document in the light of what an earlier reading told and left. */
static void
read_document(const struct buf *bytes, const struct outcome *seen,
    const struct outcome *past, struct outcome *outcome)
{
	struct scan_options options = {
	    .parser = {.url = "http://feeds.example/"},
	    .job = 1,
	    .watch = watch};
	struct scan_past recalled = {.seed = 1};
	const struct recall_item *items;
	struct scan_result result = {0};
	struct scan *scan;

	if (seen != NULL) {
		options.seen = seen->seen;
		options.seen_len = seen->told;
	}
	if (past != NULL) {
		recalled.items = past->recalled;
		recalled.len = past->recalled_len;
	}
	free(outcome->title);
	*outcome = (struct outcome){0};
	scan = scan_new(&options, on_item, outcome);
	if (bytes->len > 0)
		scan_whole(scan, &recalled, bytes->data, bytes->len);
	scan_finish(scan, &result);
	outcome->items = result.items;
	outcome->known = result.known;
	outcome->result = result.result;
	memcpy(outcome->present, result.present, sizeof(outcome->present));
	outcome->title = xstrdup_null(result.title);
	outcome->recalled_len = scan_memory(scan, &items);
	memcpy(
	    outcome->recalled, items, outcome->recalled_len * sizeof(*items));
	scan_free(scan);
}

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
	struct outcome *first = outcome_new();
	struct outcome *second = outcome_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	make_feed(&new, 101, 0);
	read_document(&old, NULL, NULL, first);
	assert_int_equal(first->told, 50);
	/* the first 4 kB are parsed each time to tell the encoding */
	assert_true(first->recalled_len > 20);
	read_document(&new, first, first, second);
	assert_int_equal(second->items, 50);
	assert_int_equal(second->known, 49);
	assert_int_equal(second->told, 1);
	assert_string_equal(second->title, "Лента");
	assert_true(second->recalled_len > 20);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* Another item of the feed that looks the same to recall_id(). */
static void
items_that_look_alike_are_told_apart(void **state)
{
	struct outcome *first = xcalloc(1, sizeof(*first));
	struct outcome *second = xcalloc(1, sizeof(*second));
	struct buf feed = BUF_INIT;
	struct job_seen *seen = first->seen, last;

	make_feed(&feed, 100, 0);
	read_document(&feed, NULL, NULL, first);
	last = seen[49];
	seen[50] = seen[0];
	seen[0] = (struct job_seen){last.key ^ 1, last.revision};
	seen[51] = (struct job_seen){last.key ^ 2, last.revision};
	first->told = 52;
	assert_int_equal(recall_id(last.key, last.revision),
	    recall_id(seen[0].key, last.revision));
	read_document(&feed, first, first, second);
	assert_int_equal(second->known, 50);
	assert_int_equal(second->told, 0);
	assert_int_equal(second->present[0] & 1, 0);
	assert_int_equal(second->present[51 / 8] >> 51 % 8 & 1, 0);
	assert_int_equal(second->present[49 / 8] >> 49 % 8 & 1, 1);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&feed);
}

static void
edited_item_is_told(void **state)
{
	struct outcome *first = outcome_new();
	struct outcome *second = outcome_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	make_feed(&new, 100, 60);
	read_document(&old, NULL, NULL, first);
	read_document(&new, first, first, second);
	assert_int_equal(second->known, 49);
	assert_int_equal(second->told, 1);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* The engine may have died before it stored them. */
static void
items_that_the_engine_does_not_know_are_told_again(void **state)
{
	struct outcome *first = outcome_new();
	struct outcome *second = outcome_new();
	struct buf document = BUF_INIT;

	make_feed(&document, 100, 0);
	read_document(&document, NULL, NULL, first);
	read_document(&document, NULL, first, second);
	assert_int_equal(second->told, 50);
	first->told = 10;
	read_document(&document, first, first, second);
	assert_int_equal(second->told, 40);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&document);
}

/* The same bytes mean something else below another head. */
static void
another_head_has_all_parsed(void **state)
{
	struct outcome *first = outcome_new();
	struct outcome *second = outcome_new();
	struct buf old = BUF_INIT, new = BUF_INIT;

	make_feed(&old, 100, 0);
	buf_addf(&new,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss "
	    "version=\"2.0\" xml:lang=\"ru\">%s",
	    strstr(old.data, "<channel>"));
	read_document(&old, NULL, NULL, first);
	read_document(&new, NULL, NULL, second);
	for (size_t i = 0; i < second->recalled_len; i++)
		for (size_t k = 0; k < first->recalled_len; k++)
			assert_true(second->recalled[i].hash !=
				    first->recalled[k].hash);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&old);
	buf_clear(&new);
}

/* An item quoted inside of another ends the guess early; the rest of the outer
 * one must not be left alone. */
static void
items_inside_of_items_are_never_skipped(void **state)
{
	struct outcome *first = outcome_new();
	struct outcome *second = outcome_new();
	struct buf document = BUF_INIT;
	char *end;

	make_feed(&document, 100, 0);
	end = strstr(document.data, "</channel>");
	buf_truncate(&document, (size_t)(end - document.data));
	buf_add_str(&document, "<item><guid>outer</guid><description><![CDATA["
			       "<item>inner</item> tail]]></description></item>"
			       "</channel></rss>");
	read_document(&document, NULL, NULL, first);
	assert_int_equal(first->told, 51);
	assert_int_equal(first->recalled_len, 0);
	read_document(&document, first, first, second);
	assert_int_equal(second->known, 51);
	outcome_free(first);
	outcome_free(second);
	buf_clear(&document);
}

static void
read_file(const char *folder, const char *name, struct buf *bytes)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	bytes->len += fread(buf_reserve(bytes, 1 << 20), 1, 1 << 20, file);
	fclose(file);
	free(path);
}

/* With and without recalling, each golden document reads alike. */
static void
golden_documents_read_alike(void **state)
{
	const char *source = getenv("SRCDIR");
	char *folder =
	    xasprintf("%s/tests/data/feeds", source != NULL ? source : ".");
	struct outcome *first = outcome_new();
	struct outcome *plain = outcome_new();
	struct outcome *recalled = outcome_new();
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct buf bytes = BUF_INIT;

		if (strstr(entry->d_name, ".xml") == NULL)
			continue;
		read_file(folder, entry->d_name, &bytes);
		read_document(&bytes, NULL, NULL, first);
		read_document(&bytes, first, NULL, plain);
		read_document(&bytes, first, first, recalled);
		if (plain->items != recalled->items ||
		    plain->known != recalled->known ||
		    plain->told != recalled->told ||
		    plain->result != recalled->result ||
		    memcmp(plain->present, recalled->present,
			sizeof(plain->present)) != 0)
			fail_msg("%s: %u items, %u known, %zu told, with %zu "
				 "recalled %u, %u, %zu",
			    entry->d_name, plain->items, plain->known,
			    plain->told, first->recalled_len, recalled->items,
			    recalled->known, recalled->told);
		buf_clear(&bytes);
		count++;
	}
	assert_true(count > 100);
	closedir(dir);
	outcome_free(first);
	outcome_free(plain);
	outcome_free(recalled);
	free(folder);
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

static int
set_up(void **state)
{
	static const struct config config;

	parser_init_process();
	watch = watch_new(-1, &config);
	return watch != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	watch_release(watch);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		known_bytes_are_not_parsed_again_and_one_new_item_is_told),
	    cmocka_unit_test(items_that_look_alike_are_told_apart),
	    cmocka_unit_test(edited_item_is_told),
	    cmocka_unit_test(
		items_that_the_engine_does_not_know_are_told_again),
	    cmocka_unit_test(another_head_has_all_parsed),
	    cmocka_unit_test(items_inside_of_items_are_never_skipped),
	    cmocka_unit_test(golden_documents_read_alike),
	    cmocka_unit_test(memory_is_bounded_and_the_latest_stay),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

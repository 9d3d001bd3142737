/*
 * daemon/fetcher/scan: whatever became of a document since the last poll, what
 * is recalled of its items tells what parsing all of it tells.
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
#include "tests/feed_edits.h"
#include "tests/scan_reading.h"

#define GOLDEN_MAX 1000
#define EDITED 5                 /* times that a golden document is edited */
#define EDITS_MAX 7              /* at a time */
#define DOCUMENT_MAX (60 * 1024) /* less than the longest tag */
#define SERIES 1000              /* of made documents */
#define POLLS 6                  /* of each */

static struct {
	char *name;
	struct buf bytes;
} golden[GOLDEN_MAX];
static size_t golden_len;

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

static int
read_golden(void **state)
{
	const char *source = getenv("SRCDIR");
	char *folder =
	    xasprintf("%s/tests/data/feeds", source != NULL ? source : ".");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".xml") == NULL ||
		    strstr(entry->d_name, ".expected") != NULL)
			continue;
		assert_true(golden_len < GOLDEN_MAX);
		golden[golden_len].name = xstrdup(entry->d_name);
		read_file(folder, entry->d_name, &golden[golden_len++].bytes);
	}
	closedir(dir);
	free(folder);
	return golden_len > 100 ? 0 : -1;
}

static int
clear_golden(void **state)
{
	while (golden_len > 0) {
		free(golden[--golden_len].name);
		buf_clear(&golden[golden_len].bytes);
	}
	return 0;
}

/* With and without recalling, each golden document reads alike. */
static void
golden_documents_read_alike(void **state)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *plain = scan_reading_new();
	struct scan_reading *recalled = scan_reading_new();
	struct buf difference = BUF_INIT;

	for (size_t i = 0; i < golden_len; i++) {
		const struct buf *bytes = &golden[i].bytes;

		scan_read_whole(first, bytes, NULL, NULL);
		scan_read_whole(plain, bytes, first, NULL);
		scan_read_whole(recalled, bytes, first, first);
		scan_reading_compare(&difference, plain, recalled);
		if (difference.len > 0)
			fail_msg("%s:%s", golden[i].name, difference.data);
	}
	scan_reading_free(first);
	scan_reading_free(plain);
	scan_reading_free(recalled);
}

static void
check_edits(const char *name, const struct buf *bytes, uint64_t *random)
{
	uint8_t edits[EDITS_MAX * SCAN_EDIT_LEN];
	size_t edits_len = feed_random(random) % (EDITS_MAX + 1);
	struct buf document = BUF_INIT, difference = BUF_INIT;

	for (size_t i = 0; i < sizeof(edits); i++)
		edits[i] = (uint8_t)(feed_random(random) >> 20);
	buf_add(&document, bytes->data, bytes->len);
	scan_compare_edited(&difference, &document, edits, edits_len,
	    feed_random(random) % 4 == 0);
	if (difference.len > 0)
		fail_msg("%s after %zu edits:%s\n%s", name, edits_len,
		    difference.data, buf_str(&document));
	buf_clear(&document);
	buf_clear(&difference);
}

/* Whatever became of a document since, to recall its items is to parse it. */
static void
edited_documents_tell_what_parsing_all_of_them_tells(void **state)
{
	uint64_t random = 88172645463325252ULL;

	for (size_t i = 0; i < golden_len; i++)
		for (int k = 0; k < EDITED; k++)
			if (golden[i].bytes.len < DOCUMENT_MAX)
				check_edits(
				    golden[i].name, &golden[i].bytes, &random);
}

/* Of a feed that is polled again and again: what its engine knows, and what is
 * recalled of the last poll. */
struct polled {
	struct feed_text first, now;
	struct scan_reading *known, *last;
	struct buf story; /* of its edits */
};

static void
edit_feed(struct polled *polled, uint64_t *random)
{
	if (feed_random(random) % 3 == 0) {
		buf_add_str(&polled->story, " back to the first");
		feed_text_clear(&polled->now);
		feed_text_copy(&polled->now, &polled->first);
	}
	for (unsigned i = feed_random(random) % 3; i > 0; i--)
		buf_addf(&polled->story, ", %s",
		    feed_text_edit(&polled->now, random));
	buf_add_char(&polled->story, ';');
}

/* The engine learns what was told, or dies over it. */
static void
learn(struct polled *polled, const struct scan_reading *told, uint64_t *random)
{
	struct scan_reading *known = polled->known;

	if (feed_random(random) % 8 == 0)
		return;
	for (size_t i = 0; i < told->told && known->told < JOB_SEEN_MAX; i++)
		known->seen[known->told++] = told->seen[i];
}

static void
poll_feed(struct polled *polled, uint64_t *random)
{
	struct scan_reading *pieces = scan_reading_new();
	struct scan_reading *whole = scan_reading_new();
	struct scan_reading *recalled = scan_reading_new();
	struct buf document = BUF_INIT, difference = BUF_INIT;

	feed_text_write(&polled->now, &document);
	scan_read_pieces(
	    pieces, &document, 1 + feed_random(random) % 1000, polled->known);
	scan_read_whole(whole, &document, polled->known, NULL);
	scan_read_whole(recalled, &document, polled->known, polled->last);
	scan_reading_compare(&difference, pieces, whole);
	scan_reading_compare(&difference, whole, recalled);
	if (difference.len > 0)
		fail_msg("%s:%s\n%s", buf_str(&polled->story), difference.data,
		    buf_str(&document));
	learn(polled, recalled, random);
	scan_reading_free(polled->last);
	polled->last = recalled;
	scan_reading_free(pieces);
	scan_reading_free(whole);
	buf_clear(&document);
}

/* Feeds of all kinds, edited from poll to poll. */
static void
polls_tell_what_parsing_all_of_each_document_tells(void **state)
{
	uint64_t random = 2463534242;

	for (int i = 0; i < SERIES; i++) {
		struct polled polled = {.known = scan_reading_new(),
		    .last = scan_reading_new(),
		    .story = BUF_INIT};

		feed_text_make(&polled.first, &random);
		feed_text_copy(&polled.now, &polled.first);
		for (int poll = 0; poll < POLLS; poll++) {
			poll_feed(&polled, &random);
			edit_feed(&polled, &random);
		}
		feed_text_clear(&polled.first);
		feed_text_clear(&polled.now);
		scan_reading_free(polled.known);
		scan_reading_free(polled.last);
		buf_clear(&polled.story);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_documents_read_alike),
	    cmocka_unit_test(
		edited_documents_tell_what_parsing_all_of_them_tells),
	    cmocka_unit_test(
		polls_tell_what_parsing_all_of_each_document_tells),
	};

	scan_reading_init();
	return cmocka_run_group_tests(tests, read_golden, clear_golden);
}

/*
 * daemon/engine: rolling_log, log_archive, log_line.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "tests/log_fixture.h"
#include "tests/store_fixture.h"

static void
rotation_by_size_keeps_every_line(void **state)
{
	struct log_fixture *f = *state;
	struct strings rotated = {0};

	log_fixture_drop(f);
	f->options.size_max = 400;
	f->options.keep = 1000;
	log_fixture_open(f);
	fixture_add_feed(f->batch, 1);
	for (int i = 0; i < 10; i++) {
		log_fixture_add_alerts(f, 10);
		if (i % 3 == 0)
			log_sink_tick(f->sink, NOW + i * SECOND);
		if (i % 4 == 0) {
			log_fixture_drop(f);
			log_fixture_open(f);
		}
	}
	log_fixture_assert_has(f, 100);
	while (log_sink_step(f->sink, NOW))
		;
	log_fixture_assert_has(f, 100);
	log_archive_list(f->log, &rotated);
	assert_true(rotated.len > 5);
	for (size_t i = 0; i < rotated.len; i++) {
		struct stat st;

		assert_non_null(strstr(rotated.at[i], "Z.gz"));
		assert_int_equal(stat(rotated.at[i], &st), 0);
		assert_int_equal(st.st_mode & 0007, 0);
	}
	strings_clear(&rotated);
}

static void
old_files_go_past_the_limits(void **state)
{
	struct log_fixture *f = *state;
	struct strings rotated = {0};

	log_fixture_drop(f);
	f->options.size_max = 400;
	log_fixture_open(f);
	fixture_add_feed(f->batch, 1);
	log_fixture_add_alerts(f, 200);
	while (log_sink_step(f->sink, NOW))
		;
	log_archive_list(f->log, &rotated);
	assert_int_equal(rotated.len, 3);
	strings_clear(&rotated);
}

static void
a_new_day_begins_a_new_file(void **state)
{
	struct log_fixture *f = *state;
	struct strings rotated = {0};

	log_fixture_add_alerts(f, 1);
	log_sink_tick(f->sink, NOW + SECOND);
	log_archive_list(f->log, &rotated);
	assert_int_equal(rotated.len, 0);
	log_sink_tick(f->sink, NOW + DAY);
	log_archive_list(f->log, &rotated);
	assert_int_equal(rotated.len, 1);
	assert_non_null(strstr(rotated.at[0], "jsonl.20241005T000000.000Z"));
	strings_clear(&rotated);
}

static void
reopening_follows_the_path(void **state)
{
	struct log_fixture *f = *state;
	char *moved = xasprintf("%s.1", f->log);
	static struct log_lines lines;

	log_fixture_add_alerts(f, 2);
	rename(f->log, moved);
	log_sink_reopen(f->sink);
	log_fixture_add_alerts(f, 1);
	lines.len = 0;
	log_line_scan(f->log, NULL, log_fixture_on_seq, &lines);
	assert_int_equal(lines.len, 1);
	assert_int_equal(lines.seq[0], 3);
	free(moved);
}

static void
a_removed_file_is_made_anew(void **state)
{
	struct log_fixture *f = *state;
	static struct log_lines lines;

	log_fixture_add_alerts(f, 2);
	unlink(f->log);
	log_sink_step(f->sink, NOW);
	log_fixture_add_alerts(f, 1);
	lines.len = 0;
	log_line_scan(f->log, NULL, log_fixture_on_seq, &lines);
	assert_int_equal(lines.len, 1);
	assert_int_equal(lines.seq[0], 3);
}

static void
lines_of_others_have_no_seq(void **state)
{
#define SEQ(line, store) log_line_seq(line, strlen(line), store)
	assert_int_equal(
	    SEQ("{\"id\":\"ab-7\",\"seq\":7,\"type\":1}", NULL), 7);
	assert_int_equal(
	    SEQ("{\"id\":\"ab-7\",\"seq\":7,\"type\":1}", "ab"), 7);
	assert_int_equal(SEQ("{\"id\":\"ab-7\",\"seq\":7,\"type\":1}", "a"), 0);
	assert_int_equal(SEQ("{\"id\":\"ab-7\",\"seq\":7,\"type\":1", NULL), 0);
	assert_int_equal(SEQ("{\"id\":\"ab-7\",\"seq\":7}", NULL), 0);
	assert_int_equal(SEQ("hello", NULL), 0);
	assert_int_equal(SEQ("", NULL), 0);
}

int
main(void)
{
#define LOG_TEST(name)                   \
	cmocka_unit_test_setup_teardown( \
	    name, log_fixture_set_up, log_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    LOG_TEST(rotation_by_size_keeps_every_line),
	    LOG_TEST(old_files_go_past_the_limits),
	    LOG_TEST(a_new_day_begins_a_new_file),
	    LOG_TEST(reopening_follows_the_path),
	    LOG_TEST(a_removed_file_is_made_anew),
	    cmocka_unit_test(lines_of_others_have_no_seq),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

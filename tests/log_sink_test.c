/*
 * daemon/engine/log_sink: a log in line with its store, on good days and bad.
 */
#include <sys/stat.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "engine/log_line.h"
#include "frame/state.h"
#include "tests/log_fixture.h"
#include "tests/store_fixture.h"

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

static bool disk_fails; /* what is synced */

int
__wrap_fdatasync(int fd)
{
	if (!disk_fails)
		return __real_fdatasync(fd);
	errno = EIO;
	return -1;
}

static void
assert_state(struct log_fixture *f, const char *want, const char *error)
{
	struct sink_state told;

	log_sink_state(f->sink, &told);
	assert_string_equal(told.state, want);
	assert_string_equal(told.error != NULL ? told.error : "", error);
}

static size_t
waiting(struct log_fixture *f)
{
	struct sink_state state;

	log_sink_state(f->sink, &state);
	return state.waiting;
}

static void
lines_are_marked_once_synced(void **state)
{
	struct log_fixture *f = *state;

	log_fixture_add_alerts(f, 3);
	log_fixture_assert_has(f, 3);
	assert_int_equal(waiting(f), 3);
	log_sink_tick(f->sink, NOW);
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	assert_int_equal(waiting(f), 0);
	log_sink_pump(f->sink, NOW);
	log_fixture_assert_has(f, 3);
}

static void
each_change_is_told_once(void **state)
{
	struct log_fixture *f = *state;
	struct sink_state told;

	assert_true(log_sink_state(f->sink, &told)); /* that there is one */
	assert_false(log_sink_state(f->sink, &told));
	log_fixture_add_alerts(f, 2);
	assert_true(log_sink_state(f->sink, &told));
	assert_int_equal(told.delivered, 2);
	assert_int_equal(told.waiting, 2);
	assert_false(log_sink_state(f->sink, &told));
	log_sink_tick(f->sink, NOW);
	store_commit(f->store, f->batch);
	assert_true(log_sink_state(f->sink, &told));
	assert_int_equal(told.waiting, 0);
	assert_false(log_sink_state(f->sink, &told));
}

static void
a_log_goes_on_over_a_reload_that_leaves_it_as_it_is(void **state)
{
	struct log_fixture *f = *state;
	struct rolling_log_options same = f->options,
				   other[] = {same, same, same, same, same};

	assert_true(log_sink_is_like(f->sink, "log", &same));
	assert_false(log_sink_is_like(f->sink, "other", &same));
	other[0].path = f->path;
	other[1].size_max++;
	other[2].every_us++;
	other[3].keep++;
	other[4].total++;
	for (int i = 0; i < 5; i++)
		assert_false(log_sink_is_like(f->sink, "log", &other[i]));
}

/* Whatever a crash left of the last two lines, and whether the store had them
 * marked already, the log is whole after the start. */
static void
every_torn_end_is_mended(void **state)
{
	struct log_fixture *f = *state;
	size_t len, from;
	char *bytes;

	log_fixture_add_alerts(f, 4);
	for (int marked = 0; marked < 2; marked++) {
		if (marked) {
			log_sink_stop(f->sink, NOW);
			store_commit(f->store, f->batch);
		}
		bytes = log_fixture_read(f->log, &len);
		from = len / 2 - 2;
		for (size_t cut = marked ? from + 1 : 0; cut <= len; cut++) {
			if (marked && bytes[cut - 1] == '\n' && cut < len)
				continue; /* nothing looks torn */
			log_fixture_drop(f);
			log_fixture_write(f->log, bytes, cut);
			log_fixture_open(f);
			log_fixture_assert_has(f, 4);
		}
		free(bytes);
	}
}

static void
a_hole_of_zeros_is_mended(void **state)
{
	struct log_fixture *f = *state;
	size_t len;
	char *bytes;

	log_fixture_add_alerts(f, 4);
	bytes = log_fixture_read(f->log, &len);
	memset(bytes + len / 2, 0, len - len / 2);
	log_fixture_drop(f);
	log_fixture_write(f->log, bytes, len);
	log_fixture_open(f);
	log_fixture_assert_has(f, 4);
	free(bytes);
}

/* More than a page of the store, and than the first guess at what a file has.
 */
static void
many_lines_are_found_and_written(void **state)
{
	struct log_fixture *f = *state;

	log_fixture_add_alerts(f, 700);
	log_fixture_drop(f); /* none of them is marked */
	log_fixture_open(f);
	log_fixture_assert_has(f, 700);
	log_fixture_drop(f);
	unlink(f->log);
	log_fixture_open(f);
	log_fixture_assert_has(f, 700);
}

/* Lines that were removed with an old file are not missing. */
static void
a_torn_log_gets_back_its_end_alone(void **state)
{
	struct log_fixture *f = *state;
	static struct log_lines lines;
	size_t len, line;
	char *bytes;

	log_fixture_add_alerts(f, 4);
	log_sink_stop(f->sink, NOW);
	store_commit(f->store, f->batch);
	bytes = log_fixture_read(f->log, &len);
	line = len / 4; /* as long as any of them */
	log_fixture_drop(f);
	log_fixture_write(f->log, bytes + 2 * line, 2 * line - 5);
	log_fixture_open(f);
	lines.len = 0;
	log_line_scan(f->log, NULL, log_fixture_on_seq, &lines);
	assert_int_equal(lines.len, 2);
	assert_int_equal(lines.seq[0], 3);
	assert_int_equal(lines.seq[1], 4);
	free(bytes);
}

static void
seqs_go_on_above_those_of_an_older_store(void **state)
{
	struct log_fixture *f = *state;

	log_fixture_add_alerts(f, 7);
	log_fixture_drop(f);
	unlink(f->path);
	log_fixture_open(f);
	fixture_add_feed(f->batch, 1);
	log_fixture_add_alerts(f, 2);
	log_fixture_assert_has(f, 9);
}

static void
a_log_that_cannot_be_written_catches_up(void **state)
{
	struct log_fixture *f = *state;

	/* A folder in its place: not even root can write it. */
	log_fixture_drop(f);
	unlink(f->log);
	mkdir(f->log, 0700);
	log_fixture_open(f);
	fixture_add_feed(f->batch, 1);
	log_fixture_add_alerts(f, 3);
	assert_state(f, "retrying", "Is a directory");
	assert_int_equal(log_sink_errors(f->sink), 1);
	rmdir(f->log);
	log_sink_tick(f->sink, NOW);
	log_fixture_assert_has(f, 3);
	log_sink_tick(f->sink, NOW);
	assert_state(f, "up", "");
}

/* Whoever starts or watches the daemon learns of it before there is news. */
static void
a_log_that_cannot_be_opened_is_told_before_the_first_line(void **state)
{
	struct log_fixture *f = *state;
	struct sink_state told;

	unlink(f->log);
	mkdir(f->log, 0700);
	log_sink_tick(f->sink, NOW); /* finds another file at its path */
	log_sink_tick(f->sink, NOW);
	assert_state(f, "retrying", "Is a directory");
	log_fixture_drop(f);
	log_fixture_open(f);
	assert_state(f, "retrying", "Is a directory");
	rmdir(f->log);
	log_sink_tick(f->sink, NOW);
	log_sink_tick(f->sink, NOW);
	assert_true(log_sink_state(f->sink, &told));
	assert_string_equal(told.state, "up");
}

/* As a folder does that is mounted late. */
static void
a_log_that_comes_late_is_repaired_like_any(void **state)
{
	struct log_fixture *f = *state;
	char *away = xasprintf("%s.away", f->log);
	char *bytes;
	size_t len;

	log_fixture_add_alerts(f, 4);
	bytes = log_fixture_read(f->log, &len);
	log_fixture_drop(f);
	log_fixture_write(f->log, bytes, len - 20);
	rename(f->log, away);
	mkdir(f->log, 0700);
	log_fixture_open(f);
	rmdir(f->log);
	rename(away, f->log);
	log_sink_tick(f->sink, NOW);
	log_fixture_assert_has(f, 4);
	free(bytes);
	free(away);
}

/* What a full disk does: room for so many bytes in any file. */
static void
leave_room(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_full_disk_leaves_no_part_of_a_line(void **state)
{
	struct log_fixture *f = *state;
	char *before, *after;
	size_t len, after_len;

	log_fixture_add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	before = log_fixture_read(f->log, &len);
	fixture_add_alert(f->store, f->batch, 0);
	store_commit(f->store, f->batch);
	leave_room(len + 10);
	log_sink_pump(f->sink, NOW);
	log_sink_tick(f->sink, NOW);
	leave_room(RLIM_INFINITY);
	after = log_fixture_read(f->log, &after_len);
	assert_int_equal(after_len, len);
	assert_memory_equal(after, before, len);
	assert_state(f, "retrying", "No space left on device");
	log_sink_tick(f->sink, NOW);
	assert_state(f, "up", "");
	log_fixture_assert_has(f, 3);
	free(before);
	free(after);
}

/* Nor one of zeros, where somebody emptied the file before. */
static void
a_full_disk_makes_no_hole(void **state)
{
	struct log_fixture *f = *state;
	size_t len;

	log_fixture_add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	assert_int_equal(truncate(f->log, 0), 0);
	log_sink_tick(f->sink, NOW);
	fixture_add_alert(f->store, f->batch, 0);
	store_commit(f->store, f->batch);
	leave_room(10);
	log_sink_pump(f->sink, NOW);
	leave_room(RLIM_INFINITY);
	free(log_fixture_read(f->log, &len));
	assert_int_equal(len, 0);
}

static void
lines_that_cannot_be_synced_are_written_again(void **state)
{
	struct log_fixture *f = *state;

	log_fixture_add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	disk_fails = true;
	log_fixture_add_alerts(f, 2);
	for (int i = 0; i < 3; i++) {
		log_sink_tick(f->sink, NOW);
		assert_state(f, "retrying", "Input/output error");
		log_fixture_assert_has(f, 2);
	}
	store_commit(f->store, f->batch);
	assert_int_equal(waiting(f), 2);
	disk_fails = false;
	log_sink_tick(f->sink, NOW);
	store_commit(f->store, f->batch);
	assert_state(f, "up", "");
	assert_int_equal(waiting(f), 0);
	log_fixture_assert_has(f, 4);
}

int
main(void)
{
#define LOG_TEST(name)                   \
	cmocka_unit_test_setup_teardown( \
	    name, log_fixture_set_up, log_fixture_tear_down)
	const struct CMUnitTest tests[] = {
	    LOG_TEST(lines_are_marked_once_synced),
	    LOG_TEST(each_change_is_told_once),
	    LOG_TEST(a_log_goes_on_over_a_reload_that_leaves_it_as_it_is),
	    LOG_TEST(every_torn_end_is_mended),
	    LOG_TEST(a_hole_of_zeros_is_mended),
	    LOG_TEST(many_lines_are_found_and_written),
	    LOG_TEST(a_torn_log_gets_back_its_end_alone),
	    LOG_TEST(seqs_go_on_above_those_of_an_older_store),
	    LOG_TEST(a_log_that_cannot_be_written_catches_up),
	    LOG_TEST(a_log_that_cannot_be_opened_is_told_before_the_first_line),
	    LOG_TEST(a_log_that_comes_late_is_repaired_like_any),
	    LOG_TEST(a_full_disk_leaves_no_part_of_a_line),
	    LOG_TEST(a_full_disk_makes_no_hole),
	    LOG_TEST(lines_that_cannot_be_synced_are_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

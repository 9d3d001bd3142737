/*
 * daemon/engine: rolling_log, log_archive, log_line, log_sink.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "engine/log_sink.h"
#include "frame/state.h"
#include "tests/store_fixture.h"

#define SECOND 1000000LL
#define DAY (86400 * SECOND)
#define NOW (20000 * DAY)

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

struct fixture {
	char *folder;
	char *path;
	char *log;
	struct store *store;
	struct batch *batch;
	struct log_sink *sink;
	struct rolling_log_options options;
};

static void
open_sink(struct fixture *f)
{
	f->store = fixture_open(f->path);
	f->batch = batch_new();
	f->sink = log_sink_new("log", &f->options, f->store, f->batch);
	log_sink_start(f->sink, NOW);
}

/* As a crash does: nothing more is written. */
static void
drop_sink(struct fixture *f)
{
	log_sink_free(f->sink);
	batch_free(f->batch);
	store_close(f->store);
	f->store = NULL;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->folder = fixture_folder();
	f->path = fixture_path(f->folder);
	f->log = xasprintf("%s/alerts.jsonl", f->folder);
	f->options = (struct rolling_log_options){
	    .path = f->log, .size_max = 1 << 20, .every_us = DAY, .keep = 3};
	open_sink(f);
	fixture_add_feed(f->batch, 1);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	drop_sink(f);
	free(f->path);
	free(f->log);
	fixture_remove(f->folder);
	free(f);
	return 0;
}

static void
add_alerts(struct fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		fixture_add_alert(f->store, f->batch,
		    fixture_add_item(f->store, f->batch, "Macron"));
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	log_sink_pump(f->sink, NOW);
}

struct lines {
	uint64_t seq[10000];
	size_t len;
};

static void
on_seq(void *arg, uint64_t seq)
{
	struct lines *lines = arg;

	lines->seq[lines->len++] = seq;
}

static void
assert_state(struct fixture *f, const char *want, const char *error)
{
	struct sink_state told;

	log_sink_state(f->sink, &told);
	assert_string_equal(told.state, want);
	assert_string_equal(told.error != NULL ? told.error : "", error);
}

/* Each seq from 1 to n is in the log and its archive exactly once. */
static void
assert_log_has(struct fixture *f, size_t n)
{
	static struct lines lines;
	struct strings rotated = {0};
	unsigned char *count = xcalloc(n + 1, 1);

	lines.len = 0;
	log_archive_list(f->log, &rotated);
	for (size_t i = 0; i < rotated.len; i++)
		log_line_scan(rotated.at[i], NULL, on_seq, &lines);
	strings_clear(&rotated);
	log_line_scan(f->log, NULL, on_seq, &lines);
	assert_int_equal(lines.len, n);
	for (size_t i = 0; i < n; i++) {
		assert_in_range(lines.seq[i], 1, n);
		assert_int_equal(count[lines.seq[i]]++, 0);
	}
	free(count);
}

static size_t
waiting(struct fixture *f)
{
	struct sink_state state;

	log_sink_state(f->sink, &state);
	return state.waiting;
}

static void
lines_are_marked_once_synced(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 3);
	assert_log_has(f, 3);
	assert_int_equal(waiting(f), 3);
	log_sink_tick(f->sink, NOW);
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	assert_int_equal(waiting(f), 0);
	log_sink_pump(f->sink, NOW);
	assert_log_has(f, 3);
}

static char *
read_all(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *bytes;

	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = xmalloc(*len + 1);
	assert_int_equal(read(fd, bytes, *len), *len);
	close(fd);
	return bytes;
}

static void
write_all(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* Whatever a crash left of the last two lines, and whether the store had them
 * marked already, the log is whole after the start. */
static void
every_torn_end_is_mended(void **state)
{
	struct fixture *f = *state;
	size_t len, from;
	char *bytes;

	add_alerts(f, 4);
	for (int marked = 0; marked < 2; marked++) {
		if (marked) {
			log_sink_stop(f->sink, NOW);
			store_commit(f->store, f->batch);
		}
		bytes = read_all(f->log, &len);
		from = len / 2 - 2;
		for (size_t cut = marked ? from + 1 : 0; cut <= len; cut++) {
			if (marked && bytes[cut - 1] == '\n' && cut < len)
				continue; /* nothing looks torn */
			drop_sink(f);
			write_all(f->log, bytes, cut);
			open_sink(f);
			assert_log_has(f, 4);
		}
		free(bytes);
	}
}

static void
a_hole_of_zeros_is_mended(void **state)
{
	struct fixture *f = *state;
	size_t len;
	char *bytes;

	add_alerts(f, 4);
	bytes = read_all(f->log, &len);
	memset(bytes + len / 2, 0, len - len / 2);
	drop_sink(f);
	write_all(f->log, bytes, len);
	open_sink(f);
	assert_log_has(f, 4);
	free(bytes);
}

static void
rotation_by_size_keeps_every_line(void **state)
{
	struct fixture *f = *state;
	struct strings rotated = {0};

	drop_sink(f);
	f->options.size_max = 400;
	f->options.keep = 1000;
	open_sink(f);
	fixture_add_feed(f->batch, 1);
	for (int i = 0; i < 10; i++) {
		add_alerts(f, 10);
		if (i % 3 == 0)
			log_sink_tick(f->sink, NOW + i * SECOND);
		if (i % 4 == 0) {
			drop_sink(f);
			open_sink(f);
		}
	}
	assert_log_has(f, 100);
	while (log_sink_step(f->sink, NOW))
		;
	assert_log_has(f, 100);
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
	struct fixture *f = *state;
	struct strings rotated = {0};

	drop_sink(f);
	f->options.size_max = 400;
	open_sink(f);
	fixture_add_feed(f->batch, 1);
	add_alerts(f, 200);
	while (log_sink_step(f->sink, NOW))
		;
	log_archive_list(f->log, &rotated);
	assert_int_equal(rotated.len, 3);
	strings_clear(&rotated);
}

static void
a_new_day_begins_a_new_file(void **state)
{
	struct fixture *f = *state;
	struct strings rotated = {0};

	add_alerts(f, 1);
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
	struct fixture *f = *state;
	char *moved = xasprintf("%s.1", f->log);
	static struct lines lines;

	add_alerts(f, 2);
	rename(f->log, moved);
	log_sink_reopen(f->sink);
	add_alerts(f, 1);
	lines.len = 0;
	log_line_scan(f->log, NULL, on_seq, &lines);
	assert_int_equal(lines.len, 1);
	assert_int_equal(lines.seq[0], 3);
	free(moved);
}

static void
a_removed_file_is_made_anew(void **state)
{
	struct fixture *f = *state;
	static struct lines lines;

	add_alerts(f, 2);
	unlink(f->log);
	log_sink_step(f->sink, NOW);
	add_alerts(f, 1);
	lines.len = 0;
	log_line_scan(f->log, NULL, on_seq, &lines);
	assert_int_equal(lines.len, 1);
	assert_int_equal(lines.seq[0], 3);
}

static void
a_log_that_cannot_be_written_catches_up(void **state)
{
	struct fixture *f = *state;

	/* A folder in its place: not even root can write it. */
	drop_sink(f);
	unlink(f->log);
	mkdir(f->log, 0700);
	open_sink(f);
	fixture_add_feed(f->batch, 1);
	add_alerts(f, 3);
	assert_state(f, "retrying", "Is a directory");
	assert_int_equal(log_sink_errors(f->sink), 1);
	rmdir(f->log);
	log_sink_tick(f->sink, NOW);
	assert_log_has(f, 3);
	log_sink_tick(f->sink, NOW);
	assert_state(f, "up", "");
}

/* Whoever starts or watches the daemon learns of it before there is news. */
static void
a_log_that_cannot_be_opened_is_told_before_the_first_line(void **state)
{
	struct fixture *f = *state;
	struct sink_state told;

	unlink(f->log);
	mkdir(f->log, 0700);
	log_sink_tick(f->sink, NOW); /* finds another file at its path */
	log_sink_tick(f->sink, NOW);
	assert_state(f, "retrying", "Is a directory");
	drop_sink(f);
	open_sink(f);
	assert_state(f, "retrying", "Is a directory");
	rmdir(f->log);
	log_sink_tick(f->sink, NOW);
	log_sink_tick(f->sink, NOW);
	assert_true(log_sink_state(f->sink, &told));
	assert_string_equal(told.state, "up");
}

static void
a_log_goes_on_over_a_reload_that_leaves_it_as_it_is(void **state)
{
	struct fixture *f = *state;
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

static void
each_change_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct sink_state told;

	assert_true(log_sink_state(f->sink, &told)); /* that there is one */
	assert_false(log_sink_state(f->sink, &told));
	add_alerts(f, 2);
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

/* As a folder does that is mounted late. */
static void
a_log_that_comes_late_is_repaired_like_any(void **state)
{
	struct fixture *f = *state;
	char *away = xasprintf("%s.away", f->log);
	char *bytes;
	size_t len;

	add_alerts(f, 4);
	bytes = read_all(f->log, &len);
	drop_sink(f);
	write_all(f->log, bytes, len - 20);
	rename(f->log, away);
	mkdir(f->log, 0700);
	open_sink(f);
	rmdir(f->log);
	rename(away, f->log);
	log_sink_tick(f->sink, NOW);
	assert_log_has(f, 4);
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
	struct fixture *f = *state;
	char *before, *after;
	size_t len, after_len;

	add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	before = read_all(f->log, &len);
	fixture_add_alert(f->store, f->batch, 0);
	store_commit(f->store, f->batch);
	leave_room(len + 10);
	log_sink_pump(f->sink, NOW);
	log_sink_tick(f->sink, NOW);
	leave_room(RLIM_INFINITY);
	after = read_all(f->log, &after_len);
	assert_int_equal(after_len, len);
	assert_memory_equal(after, before, len);
	assert_state(f, "retrying", "No space left on device");
	log_sink_tick(f->sink, NOW);
	assert_state(f, "up", "");
	assert_log_has(f, 3);
	free(before);
	free(after);
}

/* Nor one of zeros, where somebody emptied the file before. */
static void
a_full_disk_makes_no_hole(void **state)
{
	struct fixture *f = *state;
	size_t len;

	add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	assert_int_equal(truncate(f->log, 0), 0);
	log_sink_tick(f->sink, NOW);
	fixture_add_alert(f->store, f->batch, 0);
	store_commit(f->store, f->batch);
	leave_room(10);
	log_sink_pump(f->sink, NOW);
	leave_room(RLIM_INFINITY);
	free(read_all(f->log, &len));
	assert_int_equal(len, 0);
}

static void
lines_that_cannot_be_synced_are_written_again(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 2);
	log_sink_tick(f->sink, NOW);
	disk_fails = true;
	add_alerts(f, 2);
	for (int i = 0; i < 3; i++) {
		log_sink_tick(f->sink, NOW);
		assert_state(f, "retrying", "Input/output error");
		assert_log_has(f, 2);
	}
	store_commit(f->store, f->batch);
	assert_int_equal(waiting(f), 2);
	disk_fails = false;
	log_sink_tick(f->sink, NOW);
	store_commit(f->store, f->batch);
	assert_state(f, "up", "");
	assert_int_equal(waiting(f), 0);
	assert_log_has(f, 4);
}

static void
seqs_go_on_above_those_of_an_older_store(void **state)
{
	struct fixture *f = *state;

	add_alerts(f, 7);
	drop_sink(f);
	unlink(f->path);
	open_sink(f);
	fixture_add_feed(f->batch, 1);
	add_alerts(f, 2);
	assert_log_has(f, 9);
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
#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    LOG_TEST(lines_are_marked_once_synced),
	    LOG_TEST(every_torn_end_is_mended),
	    LOG_TEST(a_hole_of_zeros_is_mended),
	    LOG_TEST(rotation_by_size_keeps_every_line),
	    LOG_TEST(old_files_go_past_the_limits),
	    LOG_TEST(a_new_day_begins_a_new_file),
	    LOG_TEST(reopening_follows_the_path),
	    LOG_TEST(a_removed_file_is_made_anew),
	    LOG_TEST(a_log_that_cannot_be_written_catches_up),
	    LOG_TEST(a_log_that_cannot_be_opened_is_told_before_the_first_line),
	    LOG_TEST(a_log_goes_on_over_a_reload_that_leaves_it_as_it_is),
	    LOG_TEST(each_change_is_told_once),
	    LOG_TEST(a_log_that_comes_late_is_repaired_like_any),
	    LOG_TEST(a_full_disk_leaves_no_part_of_a_line),
	    LOG_TEST(a_full_disk_makes_no_hole),
	    LOG_TEST(lines_that_cannot_be_synced_are_written_again),
	    LOG_TEST(seqs_go_on_above_those_of_an_older_store),
	    cmocka_unit_test(lines_of_others_have_no_seq),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

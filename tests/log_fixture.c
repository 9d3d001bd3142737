/*
 * A log sink over a store of its own.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "tests/log_fixture.h"
#include "tests/store_fixture.h"

void
log_fixture_open(struct log_fixture *f)
{
	f->store = fixture_open(f->path);
	f->batch = batch_new();
	f->sink = log_sink_new("log", &f->options, f->store, f->batch);
	log_sink_start(f->sink, NOW);
}

void
log_fixture_drop(struct log_fixture *f)
{
	log_sink_free(f->sink);
	batch_free(f->batch);
	store_close(f->store);
	f->store = NULL;
}

int
log_fixture_set_up(void **state)
{
	struct log_fixture *f = xcalloc(1, sizeof(*f));

	f->folder = fixture_folder();
	f->path = fixture_path(f->folder);
	f->log = xasprintf("%s/alerts.jsonl", f->folder);
	f->options = (struct rolling_log_options){
	    .path = f->log, .size_max = 1 << 20, .every_us = DAY, .keep = 3};
	log_fixture_open(f);
	fixture_add_feed(f->batch, 1);
	*state = f;
	return 0;
}

int
log_fixture_tear_down(void **state)
{
	struct log_fixture *f = *state;

	log_fixture_drop(f);
	free(f->path);
	free(f->log);
	fixture_remove(f->folder);
	free(f);
	return 0;
}

void
log_fixture_add_alerts(struct log_fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		fixture_add_alert(f->store, f->batch,
		    fixture_add_item(f->store, f->batch, "Macron"));
	assert_int_equal(store_commit(f->store, f->batch), STORE_OK);
	log_sink_pump(f->sink, NOW);
}

void
log_fixture_on_seq(void *arg, uint64_t seq)
{
	struct log_lines *lines = arg;

	lines->seq[lines->len++] = seq;
}

void
log_fixture_assert_has(struct log_fixture *f, size_t n)
{
	static struct log_lines lines;
	struct strings rotated = {0};
	unsigned char *count = xcalloc(n + 1, 1);

	lines.len = 0;
	log_archive_list(f->log, &rotated);
	for (size_t i = 0; i < rotated.len; i++)
		log_line_scan(rotated.at[i], NULL, log_fixture_on_seq, &lines);
	strings_clear(&rotated);
	log_line_scan(f->log, NULL, log_fixture_on_seq, &lines);
	assert_int_equal(lines.len, n);
	for (size_t i = 0; i < n; i++) {
		assert_in_range(lines.seq[i], 1, n);
		assert_int_equal(count[lines.seq[i]]++, 0);
	}
	free(count);
}

char *
log_fixture_read(const char *path, size_t *len)
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

void
log_fixture_write(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

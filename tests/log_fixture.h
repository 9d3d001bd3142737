/*
 * A log sink over a store of its own, with the test playing the engine.
 */
#ifndef LOG_FIXTURE_H
#define LOG_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/log_sink.h"

#define SECOND 1000000LL
#define DAY (86400 * SECOND)
#define NOW (20000 * DAY)

struct log_fixture {
	char *folder;
	char *path;
	char *log;
	struct store *store;
	struct batch *batch;
	struct log_sink *sink;
	struct rolling_log_options options;
};

struct log_lines {
	uint64_t seq[10000];
	size_t len;
};

/* For log_line_scan: adds to the struct log_lines that arg points to. */
void log_fixture_on_seq(void *arg, uint64_t seq);

int log_fixture_set_up(void **state);
int log_fixture_tear_down(void **state);
/* The engine as it starts. */
void log_fixture_open(struct log_fixture *);
/* As a crash does: nothing more is written. */
void log_fixture_drop(struct log_fixture *);
/* Commits so many alerts and has their lines written. */
void log_fixture_add_alerts(struct log_fixture *, int n);
/* Each seq from 1 to n is in the log and its archive exactly once. */
void log_fixture_assert_has(struct log_fixture *, size_t n);
/* All bytes of a file; the caller frees. */
char *log_fixture_read(const char *path, size_t *len);
void log_fixture_write(const char *path, const char *bytes, size_t len);

#endif

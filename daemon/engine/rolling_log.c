/*
 * The file that is written at present. Runs in the engine.
 */
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "engine/rolling_log.h"

struct rolling_log {
	struct rolling_log_options options; /* path is owned */
	struct log_archive *archive;
	int fd;              /* -1: to be opened */
	int64_t size;        /* bytes, whole lines */
	int64_t synced_size; /* of these, synced */
	uint64_t written_seq;
	uint64_t synced_seq;
	int64_t period; /* of the last line: time / every_us */
	char *error;    /* of the last failure; NULL: none */
};

struct rolling_log *
rolling_log_new(const struct rolling_log_options *options)
{
	struct rolling_log *log = xcalloc(1, sizeof(*log));

	log->options = *options;
	log->options.path = xstrdup(options->path);
	log->archive =
	    log_archive_new(options->path, options->keep, options->total);
	log->fd = -1;
	return log;
}

void
rolling_log_free(struct rolling_log *log)
{
	if (log == NULL)
		return;
	if (log->fd != -1)
		close(log->fd);
	log_archive_free(log->archive);
	free((char *)log->options.path);
	free(log->error);
	free(log);
}

bool
rolling_log_is_like(
    const struct rolling_log *log, const struct rolling_log_options *options)
{
	return strcmp(log->options.path, options->path) == 0 &&
	       log->options.size_max == options->size_max &&
	       log->options.every_us == options->every_us &&
	       log->options.keep == options->keep &&
	       log->options.total == options->total;
}

const char *
rolling_log_path(const struct rolling_log *log)
{
	return log->options.path;
}

const char *
rolling_log_error(const struct rolling_log *log)
{
	return log->error != NULL ? log->error : "";
}

static int
fail(struct rolling_log *log)
{
	free(log->error);
	log->error = xstrdup(strerror(errno));
	return -1;
}

static int64_t
period_at(const struct rolling_log *log, int64_t at)
{
	return log->options.every_us > 0 ? at / log->options.every_us : 0;
}

/* So that a file just made is found after a power cut. */
static void
sync_folder(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

int
rolling_log_open(struct rolling_log *log)
{
	struct stat st;

	if (log->fd != -1)
		return 0;
	log->fd = open(
	    log->options.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (log->fd == -1)
		return fail(log);
	if (fstat(log->fd, &st) == -1) {
		fail(log);
		close(log->fd);
		log->fd = -1;
		return -1;
	}
	if (st.st_size == 0)
		sync_folder(log->options.path);
	log->size = log->synced_size = st.st_size;
	log->period = period_at(log, (int64_t)st.st_mtime * SECOND_US);
	return 0;
}

bool
rolling_log_repair(struct rolling_log *log)
{
	bool torn = false;
	int64_t size;

	if (rolling_log_open(log) == -1)
		return false;
	size = log_line_repair(log->fd, &torn);
	if (size >= 0)
		log->size = log->synced_size = size;
	return torn;
}

static int
rotate(struct rolling_log *log, int64_t now)
{
	if (rolling_log_sync(log) == -1)
		return -1;
	if (log_archive_rotate(log->archive, now) == -1 && errno != ENOENT)
		return fail(log);
	close(log->fd);
	log->fd = -1;
	return rolling_log_open(log);
}

static bool
is_rotation_due(const struct rolling_log *log, int64_t more, int64_t now)
{
	return log->size > 0 && (log->size + more > log->options.size_max ||
				    log->period < period_at(log, now));
}

int
rolling_log_append(
    struct rolling_log *log, uint64_t seq, const char *line, int64_t now)
{
	size_t len = strlen(line);
	struct iovec parts[] = {{(char *)line, len}, {(char *)"\n", 1}};

	if (rolling_log_open(log) == -1)
		return -1;
	if (is_rotation_due(log, (int64_t)len + 1, now) &&
	    rotate(log, now) == -1)
		return -1;
	errno = ENOSPC; /* what a short write means */
	if (writev(log->fd, parts, 2) != (ssize_t)len + 1) {
		fail(log);
		if (ftruncate(log->fd, log->size) == -1)
			fail(log);
		return -1;
	}
	log->size += (int64_t)len + 1;
	log->written_seq = seq;
	log->period = period_at(log, now);
	free(log->error);
	log->error = NULL;
	return 0;
}

void
rolling_log_skip(struct rolling_log *log, uint64_t seq)
{
	log->written_seq = seq;
}

int
rolling_log_sync(struct rolling_log *log)
{
	if (log->fd == -1)
		return 0; /* what was written was synced before */
	if (log->synced_size == log->size || fdatasync(log->fd) == 0) {
		log->synced_size = log->size;
		log->synced_seq = log->written_seq;
		return 0;
	}
	fail(log);
	/* The kernel may have dropped what it could not write. */
	if (ftruncate(log->fd, log->synced_size) == 0) {
		log->size = log->synced_size;
		log->written_seq = log->synced_seq;
	}
	return -1;
}

uint64_t
rolling_log_written(const struct rolling_log *log)
{
	return log->written_seq;
}

uint64_t
rolling_log_synced(const struct rolling_log *log)
{
	return log->synced_seq;
}

void
rolling_log_reopen(struct rolling_log *log)
{
	if (log->fd == -1 || rolling_log_sync(log) == -1)
		return;
	close(log->fd);
	log->fd = -1;
	rolling_log_open(log);
}

/* Lines for a file that was removed or moved without a word would be read by
 * nobody. One that was emptied goes on from where it ends now. */
static void
follow_path(struct rolling_log *log)
{
	struct stat open_one, named;

	if (log->fd == -1 || fstat(log->fd, &open_one) == -1)
		return;
	if (open_one.st_size < log->size)
		log->size = log->synced_size = open_one.st_size;
	if (stat(log->options.path, &named) == -1) {
		if (errno == ENOENT)
			rolling_log_reopen(log);
	} else if (named.st_ino != open_one.st_ino ||
		   named.st_dev != open_one.st_dev) {
		rolling_log_reopen(log);
	}
}

bool
rolling_log_step(struct rolling_log *log, int64_t now)
{
	follow_path(log);
	if (log->fd != -1 && is_rotation_due(log, 0, now))
		rotate(log, now);
	return log_archive_step(log->archive);
}

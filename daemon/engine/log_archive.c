/*
 * Rotated logs. A file is compressed into NAME.gz.part, synced, renamed to
 * NAME.gz, and only then removed, so a crash at any point loses nothing.
 * Runs in the engine.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/log_archive.h"
#include "frame/log.h"

#define PIECE (256 * 1024) /* bytes compressed in a step */
#define NAME_TRIES 1000
#define DATE_GLOB "[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T*Z*"

struct log_archive {
	char *path;
	int64_t keep;
	int64_t total;
	bool idle;  /* nothing to compress or remove */
	char *name; /* being compressed; NULL: none */
	int from;   /* open while name is set, as the next */
	gzFile to;
};

struct log_archive *
log_archive_new(const char *path, int64_t keep, int64_t total)
{
	struct log_archive *archive = xcalloc(1, sizeof(*archive));

	archive->path = xstrdup(path);
	archive->keep = keep > 0 ? keep : 1;
	archive->total = total;
	return archive;
}

static char *
part_name(const char *name)
{
	return xasprintf("%s.gz.part", name);
}

static void
stop_compressing(struct log_archive *archive)
{
	if (archive->name == NULL)
		return;
	close(archive->from);
	if (archive->to != NULL)
		gzclose(archive->to);
	archive->to = NULL;
	free(archive->name);
	archive->name = NULL;
}

void
log_archive_free(struct log_archive *archive)
{
	if (archive == NULL)
		return;
	stop_compressing(archive);
	free(archive->path);
	free(archive);
}

static char *
rotated_name(const char *path, int64_t at)
{
	time_t seconds = (time_t)(at / SECOND_US);
	struct tm tm;
	char date[64];

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%S", &tm);
	return xasprintf("%s.%s.%03dZ", path, date, (int)(at / 1000 % 1000));
}

/* A name that is free, also once compressed. */
static char *
free_name(const char *path, int64_t now)
{
	for (int i = 0; i < NAME_TRIES; i++) {
		char *name = rotated_name(path, now + i * 1000);
		char *zipped = xasprintf("%s.gz", name);
		bool taken =
		    access(name, F_OK) == 0 || access(zipped, F_OK) == 0;

		free(zipped);
		if (!taken)
			return name;
		free(name);
	}
	return rotated_name(path, now);
}

int
log_archive_rotate(struct log_archive *archive, int64_t now)
{
	char *name = free_name(archive->path, now);
	int failed = rename(archive->path, name);

	free(name);
	archive->idle = false;
	return failed;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* glob sorts by name, which is by date. */
void
log_archive_list(const char *path, struct strings *names)
{
	char *pattern = xasprintf("%s." DATE_GLOB, path);
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = found.gl_pathc; i > 0; i--)
			if (!ends_with(found.gl_pathv[i - 1], ".part"))
				strings_add(names, found.gl_pathv[i - 1]);
	globfree(&found);
	free(pattern);
}

/* ---- limits ------------------------------------------------------------- */

static bool
remove_past_limits(struct log_archive *archive, const struct strings *names)
{
	int64_t bytes = 0;
	bool removed = false;
	struct stat st;

	for (size_t i = 0; i < names->len; i++) {
		if (stat(names->at[i], &st) == 0)
			bytes += st.st_size;
		if ((int64_t)i < archive->keep &&
		    (archive->total == 0 || bytes <= archive->total))
			continue;
		if (unlink(names->at[i]) == 0)
			removed = true;
	}
	return removed;
}

/* ---- compression -------------------------------------------------------- */

/* A new file with the rights of the one that is open as `from`. */
static gzFile
open_part(const char *part, int from)
{
	struct stat st;
	gzFile file;
	int fd;

	unlink(part);
	if (fstat(from, &st) == -1)
		return NULL;
	fd = open(
	    part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
	file = fd != -1 ? gzdopen(fd, "wb6") : NULL;
	if (file == NULL && fd != -1)
		close(fd);
	return file;
}

static void
start_compressing(struct log_archive *archive, const char *name)
{
	char *part = part_name(name);

	archive->from = open(name, O_RDONLY | O_CLOEXEC);
	archive->to =
	    archive->from != -1 ? open_part(part, archive->from) : NULL;
	archive->name = xstrdup(name);
	if (archive->from == -1 || archive->to == NULL) {
		log_warning(
		    "log %s: not compressed: %s", name, strerror(errno));
		stop_compressing(archive);
		archive->idle = true;
	}
	free(part);
}

static int
sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed = fd == -1 ? -1 : fsync(fd);

	if (fd != -1)
		close(fd);
	return failed;
}

static void
finish_compressing(struct log_archive *archive)
{
	char *part = part_name(archive->name);
	char *zipped = xasprintf("%s.gz", archive->name);
	int failed = gzclose(archive->to) != Z_OK;

	archive->to = NULL;
	if (!failed && sync_file(part) == 0 && rename(part, zipped) == 0) {
		unlink(archive->name);
	} else {
		log_warning("log %s: not compressed: %s", archive->name,
		    strerror(errno));
		unlink(part);
		archive->idle = true;
	}
	stop_compressing(archive);
	free(part);
	free(zipped);
}

static void
compress_piece(struct log_archive *archive)
{
	static char piece[PIECE];
	ssize_t n = read(archive->from, piece, sizeof(piece));

	if (n > 0 && gzwrite(archive->to, piece, (unsigned)n) == (int)n)
		return;
	if (n != 0) { /* the disk is full, or fails: try at the next rotation */
		char *part = part_name(archive->name);

		unlink(part);
		free(part);
		stop_compressing(archive);
		archive->idle = true;
		return;
	}
	finish_compressing(archive);
}

bool
log_archive_step(struct log_archive *archive)
{
	struct strings names = {0};

	if (archive->name != NULL) {
		compress_piece(archive);
		return !archive->idle;
	}
	if (archive->idle)
		return false;
	log_archive_list(archive->path, &names);
	archive->idle = !remove_past_limits(archive, &names);
	for (size_t i = names.len; archive->idle && i > 0; i--) {
		if (ends_with(names.at[i - 1], ".gz"))
			continue;
		archive->idle = false;
		start_compressing(archive, names.at[i - 1]);
		break;
	}
	strings_clear(&names);
	return !archive->idle;
}

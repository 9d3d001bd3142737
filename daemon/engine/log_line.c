/*
 * Lines of the rolling log, as the engine finds them at its start.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "engine/log_line.h"

#define HEAD "{\"id\":\""
#define SEQ "\",\"seq\":"
#define BLOCK (64 * 1024)
#define SCAN_MAX (64 << 20)    /* bytes from the end */
#define LINE_MAX_LEN (1 << 20) /* a longer one is none of ours */

uint64_t
log_line_seq(const char *line, size_t len, const char *store)
{
	size_t head = sizeof(HEAD) - 1, tail = sizeof(SEQ) - 1;
	const char *at = line + head, *end = line + len;
	uint64_t seq = 0;

	if (len < head + tail + 2 || memcmp(line, HEAD, head) != 0 ||
	    end[-1] != '}')
		return 0;
	if (store != NULL && (strncmp(at, store, strlen(store)) != 0 ||
				 at[strlen(store)] != '-'))
		return 0;
	while (at < end - tail && *at != '"')
		at++;
	if (at >= end - tail || memcmp(at, SEQ, tail) != 0)
		return 0;
	for (at += tail; at < end && *at >= '0' && *at <= '9'; at++)
		seq = seq * 10 + (uint64_t)(*at - '0');
	return at < end && *at == ',' ? seq : 0;
}

/* The place after the last newline before `size`, 0 when there is none; -1 on
 * failure. */
static int64_t
line_start(int fd, int64_t size)
{
	char block[4096];

	while (size > 0) {
		size_t len = size < (int64_t)sizeof(block) ? (size_t)size
							   : sizeof(block);
		ssize_t n = pread(fd, block, len, size - (int64_t)len);
		char *newline;

		if (n != (ssize_t)len)
			return -1;
		newline = memrchr(block, '\n', len);
		if (newline != NULL)
			return size - (int64_t)len + (newline - block) + 1;
		size -= (int64_t)len;
	}
	return 0;
}

/* Whether a line begins with a zero byte: never written, only allocated. */
static bool
is_hole(int fd, int64_t start)
{
	char first;

	return pread(fd, &first, 1, start) == 1 && first == '\0';
}

int64_t
log_line_repair(int fd, bool *torn)
{
	struct stat st;
	int64_t size, start;

	*torn = false;
	if (fstat(fd, &st) == -1)
		return -1;
	size = line_start(fd, st.st_size);
	while (size > 0) {
		start = line_start(fd, size - 1);
		if (start == -1)
			return -1;
		if (!is_hole(fd, start))
			break;
		size = start;
	}
	if (size == -1)
		return -1;
	*torn = size < st.st_size;
	if (*torn && ftruncate(fd, size) == -1)
		return -1;
	return fsync(fd) == -1 ? -1 : size;
}

static void
tell_line(
    const struct buf *line, const char *store, log_on_seq on_seq, void *arg)
{
	uint64_t seq = 0;

	if (line->len > 0)
		seq = log_line_seq(line->data, line->len, store);
	if (seq != 0)
		on_seq(arg, seq);
}

static void
take_block(struct buf *line, const char *block, size_t len, const char *store,
    log_on_seq on_seq, void *arg)
{
	while (len > 0) {
		const char *newline = memchr(block, '\n', len);
		size_t piece =
		    newline != NULL ? (size_t)(newline - block) : len;

		if (line->len + piece <= LINE_MAX_LEN)
			buf_add(line, block, piece);
		if (newline == NULL)
			return;
		tell_line(line, store, on_seq, arg);
		buf_reset(line);
		block += piece + 1;
		len -= piece + 1;
	}
}

void
log_line_scan(const char *path, const char *store, log_on_seq on_seq, void *arg)
{
	static char block[BLOCK];
	struct buf line = BUF_INIT;
	gzFile file = gzopen(path, "rbe");
	struct stat st;
	int n;

	if (file == NULL)
		return;
	if (stat(path, &st) == 0 && st.st_size > SCAN_MAX && gzdirect(file))
		gzseek(file, (z_off_t)(st.st_size - SCAN_MAX), SEEK_SET);
	while ((n = gzread(file, block, sizeof(block))) > 0)
		take_block(&line, block, (size_t)n, store, on_seq, arg);
	gzclose(file);
	buf_clear(&line);
}

/*
 * Files of the configuration as bytes and lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/config_source.h"

#define PIECE 65536
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Devices have no end; a pipe may be the file that a user names. */
static int
read_all(int fd, size_t max, struct buf *buf)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return -1;
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
		errno = ENODEV;
		return -1;
	}

	do {
		n = read(fd, buf_reserve(buf, PIECE), PIECE);
		if (n > 0)
			buf->len += (size_t)n;
		if (buf->len > max) {
			errno = EFBIG;
			return -1;
		}
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -1 : 0;
}

int
source_read(const char *path, size_t max, struct config_source *source)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct buf buf = BUF_INIT;
	int result, error;

	if (fd < 0)
		return -1;
	result = read_all(fd, max, &buf);
	error = errno;
	close(fd);
	if (result != 0) {
		buf_clear(&buf);
		errno = error;
		return -1;
	}
	source->path = xstrdup(path);
	source->len = buf.len;
	source->bytes = buf_take(&buf);
	source->bytes[source->len] = '\0';
	if (strncmp(source->bytes, BYTE_ORDER_MARK, 3) == 0) {
		source->len -= 3;
		memmove(source->bytes, source->bytes + 3, source->len + 1);
	}
	return 0;
}

void
source_clear(struct config_source *source)
{
	free(source->path);
	free(source->bytes);
	free(source->lines);
	*source = (struct config_source){.path = NULL};
}

static void
index_lines(struct config_source *source)
{
	size_t count = 1, i = 0;

	for (const char *p = source->bytes; *p != '\0'; p++)
		count += *p == '\n';
	source->lines = xcalloc(count, sizeof(*source->lines));
	source->lines_len = count;
	for (const char *p = source->bytes; *p != '\0'; p++)
		if (*p == '\n')
			source->lines[++i] = (size_t)(p + 1 - source->bytes);
}

const char *
source_line(struct config_source *source, int line, size_t *len)
{
	const char *text;

	if (source->lines == NULL)
		index_lines(source);
	if (line < 1 || (size_t)line > source->lines_len)
		return NULL;
	text = source->bytes + source->lines[line - 1];
	*len = strcspn(text, "\r\n");
	return text;
}

/*
 * A file of the configuration, kept while it is loaded so that problems can
 * show their line.
 */
#ifndef FRAME_CONFIG_SOURCE_H
#define FRAME_CONFIG_SOURCE_H

#include <stddef.h>

#define CONFIG_FILE_MAX (64 * 1024 * 1024) /* bytes */

struct config_source {
	char *path;
	unsigned order; /* in which the files were read */
	char *bytes;    /* NUL-terminated */
	size_t len;
	size_t *lines; /* offsets of lines, once one was asked for */
	size_t lines_len;
};

/* Reads, without a byte order mark, a regular file (or pipe) of at most max
 * bytes. Returns 0, or -1 with errno set (EFBIG: too large). */
int source_read(const char *path, size_t max, struct config_source *);
void source_clear(struct config_source *);
/* Line from 1 and its length without the line end; NULL: there is none. */
const char *source_line(struct config_source *, int line, size_t *len);

#endif

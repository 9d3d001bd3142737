/*
 * Reads an input file of a command whole.
 */
#ifndef CLI_READ_FILE_H
#define CLI_READ_FILE_H

#include <stddef.h>

struct buf;

/* Replaces what is in text by the file's bytes, of "-" by those of stdin. -1
 * with errno when it cannot be read; EFBIG: it has more than max bytes. */
int read_file(const char *path, size_t max, struct buf *text);

#endif

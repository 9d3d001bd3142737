/*
 * Input files of commands.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/read_file.h"

#define READ_SIZE ((size_t)64 * 1024)

int
read_file(const char *path, size_t max, struct buf *text)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	size_t got;
	int error;

	if (in == NULL)
		return -1;
	buf_reset(text);
	errno = 0;
	do {
		got = fread(buf_reserve(text, READ_SIZE), 1, READ_SIZE, in);
		text->len += got;
	} while (got > 0 && text->len <= max);
	if (text->data != NULL)
		text->data[text->len] = '\0';
	error = ferror(in) ? errno : text->len > max ? EFBIG : 0;
	if (in != stdin)
		fclose(in);
	errno = error;
	return error != 0 ? -1 : 0;
}

/*
 * A byte string that grows by doubling.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define FORMATTED_MIN 63 /* room for most of what is formatted */

void
buf_init(struct buf *buf)
{
	*buf = (struct buf)BUF_INIT;
}

void
buf_clear(struct buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->data);
	buf_init(buf);
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

char *
buf_reserve(struct buf *buf, size_t more)
{
	size_t need;

	if (more > SIZE_MAX / 4 - buf->len)
		abort();
	need = buf->len + more + 1;
	if (need > buf->cap) {
		size_t cap = buf->cap ? buf->cap : 64;

		while (cap < need)
			cap *= 2;
		buf->data = xrealloc(buf->data, cap);
		buf->cap = cap;
	}
	return buf->data + buf->len;
}

void
buf_add_str(struct buf *buf, const char *string)
{
	buf_add(buf, string, strlen(string));
}

void
buf_addf(struct buf *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_addvf(buf, format, ap);
	va_end(ap);
}

void
buf_addvf(struct buf *buf, const char *format, va_list ap)
{
	char *end = buf_reserve(buf, FORMATTED_MIN);
	size_t room = buf->cap - buf->len;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(end, room, format, ap);
	if (n < 0)
		abort();
	if ((size_t)n >= room) {
		end = buf_reserve(buf, (size_t)n);
		vsnprintf(end, (size_t)n + 1, format, again);
	}
	va_end(again);
	buf->len += (size_t)n;
}

void
buf_truncate(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->data != NULL)
		buf->data[len] = '\0';
}

char *
buf_take(struct buf *buf)
{
	char *data = buf->data != NULL ? buf->data : xstrdup("");

	buf_init(buf);
	return data;
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

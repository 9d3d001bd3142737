/*
 * A byte string that grows. Always NUL-terminated once anything was added,
 * so that data may be used as a C string.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

struct buf {
	char *data; /* owned; NULL while nothing was added */
	size_t len; /* bytes, without the NUL */
	size_t cap; /* bytes allocated */
};

#define BUF_INIT           \
	{                  \
		NULL, 0, 0 \
	}

void buf_init(struct buf *);
/* Frees the bytes and leaves an empty buf, ready for use. */
void buf_clear(struct buf *);
/* Forgets the bytes, keeps the memory. */
void buf_reset(struct buf *);
/* Makes room for `more` bytes (and a NUL) and returns where they go; the
 * caller writes there and adds what it wrote to len. */
char *buf_reserve(struct buf *, size_t more);
static inline void buf_add(struct buf *, const void *bytes, size_t len);
void buf_add_str(struct buf *, const char *string);
static inline void buf_add_char(struct buf *, char);
void buf_addf(struct buf *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_addvf(struct buf *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));
/* Cuts to len bytes; len must not be over the present one. */
void buf_truncate(struct buf *, size_t len);
/* Hands the string over (never NULL; the caller frees) and empties the buf. */
char *buf_take(struct buf *);
/* The bytes as a C string, "" when empty; valid until the next change. */
const char *buf_str(const struct buf *);

/* The two that parsers call for every few bytes. */

static inline void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	char *end = len < buf->cap - buf->len && buf->cap > 0
			? buf->data + buf->len
			: buf_reserve(buf, len);

	if (len > 0)
		memcpy(end, bytes, len);
	end[len] = '\0';
	buf->len += len;
}

static inline void
buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

#endif

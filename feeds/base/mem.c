/*
 * Allocation that aborts instead of failing: half-handled allocation failures
 * are worse than a role that its parent restarts.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void *
or_abort(void *block)
{
	if (block == NULL)
		abort();
	return block;
}

void *
xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *
xcalloc(size_t count, size_t size)
{
	return or_abort(calloc(count ? count : 1, size ? size : 1));
}

void *
xrealloc(void *old, size_t size)
{
	return or_abort(realloc(old, size ? size : 1));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		abort();
	return xrealloc(old, count * size);
}

char *
xstrdup(const char *string)
{
	return xstrndup(string, strlen(string));
}

char *
xstrdup_null(const char *string)
{
	return string == NULL ? NULL : xstrdup(string);
}

char *
xstrndup(const char *string, size_t len)
{
	char *p;

	len = strnlen(string, len);
	p = xmalloc(len + 1);
	memcpy(p, string, len);
	p[len] = '\0';
	return p;
}

char *
xasprintf(const char *format, ...)
{
	char *p;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&p, format, ap) < 0)
		abort();
	va_end(ap);
	return p;
}

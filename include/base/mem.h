/*
 * Memory that is never NULL: out of memory aborts the process, which its
 * parent then restarts. Used everywhere; frees are plain free(3).
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Like malloc, calloc, realloc, strdup, strndup; abort when there is none. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* Like reallocarray: aborts on overflow of count * size, too. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *string);
/* Like strdup, but NULL stays NULL. */
char *xstrdup_null(const char *string);
char *xstrndup(const char *string, size_t len);
/* Like asprintf; the caller frees the result. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/*
 * The stretches of bytes that look like items.
 */
#include <string.h>

#include "fetcher/spans.h"

/* A tag that begins so, and whose name ends there; NULL: none. */
static const char *
find_tag(const char *from, const char *end, const char *open)
{
	size_t len = strlen(open);

	while ((from = memmem(from, (size_t)(end - from), open, len)) != NULL) {
		from += len;
		if (from < end && strchr(" \t\r\n>", *from) != NULL)
			return from - len;
	}
	return NULL;
}

void
spans_init(struct spans *spans, const char *bytes, size_t len)
{
	const char *end = bytes + len;
	const char *item = find_tag(bytes, end, "<item");
	const char *entry =
	    find_tag(bytes, item != NULL ? item : end, "<entry");

	*spans = (struct spans){.bytes = bytes, .len = len};
	if (entry != NULL) {
		spans->open = "<entry";
		spans->close = "</entry>";
	} else if (item != NULL) {
		spans->open = "<item";
		spans->close = "</item>";
	}
}

bool
spans_next(struct spans *spans, size_t *start, size_t *end)
{
	const char *limit = spans->bytes + spans->len, *first, *last;

	if (spans->open == NULL)
		return false;
	first = find_tag(spans->bytes + spans->at, limit, spans->open);
	if (first == NULL)
		return false;
	last = memmem(
	    first, (size_t)(limit - first), spans->close, strlen(spans->close));
	if (last == NULL)
		return false;
	*start = (size_t)(first - spans->bytes);
	*end = (size_t)(last - spans->bytes) + strlen(spans->close);
	spans->at = *end;
	return true;
}

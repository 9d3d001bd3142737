/*
 * The stretches of bytes that look like items.
 */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "fetcher/spans.h"

#define WINDOW 4096 /* looked through for one kind of tag, then the other */
#define MARK_MAX 8  /* bytes of a tag, with the one behind its name */

/* The first place of a mark; NULL: none. Its second and third byte tell it from
 * most other text. */
static const char *
find_mark(const char *from, const char *end, const char *mark)
{
	size_t len = strlen(mark);

#ifdef __SSE2__
	__m128i second = _mm_set1_epi8(mark[1]);
	__m128i third = _mm_set1_epi8(mark[2]);

	for (; end - from >= 16 + MARK_MAX; from += 16) {
		__m128i a = _mm_loadu_si128((const void *)(from + 1));
		__m128i b = _mm_loadu_si128((const void *)(from + 2));
		__m128i hits = _mm_and_si128(
		    _mm_cmpeq_epi8(a, second), _mm_cmpeq_epi8(b, third));
		unsigned bits = (unsigned)_mm_movemask_epi8(hits);

		for (; bits != 0; bits &= bits - 1)
			if (memcmp(from + __builtin_ctz(bits), mark, len) == 0)
				return from + __builtin_ctz(bits);
	}
#endif
	return memmem(from, (size_t)(end - from), mark, len);
}

/* A tag that begins so, and whose name ends there; NULL: none. */
static const char *
find_tag(const char *from, const char *end, const char *open)
{
	size_t len = strlen(open);

	while ((from = find_mark(from, end, open)) != NULL) {
		from += len;
		if (from < end && strchr(" \t\r\n>", *from) != NULL)
			return from - len;
	}
	return NULL;
}

void
spans_init(struct spans *spans, const char *bytes, size_t len)
{
	const char *from = bytes, *end = bytes + len, *stop;
	const char *item = NULL, *entry = NULL;

	while (item == NULL && entry == NULL && end - from >= MARK_MAX) {
		stop = end - from > WINDOW ? from + WINDOW : end;
		item = find_tag(from, stop, "<item");
		entry = find_tag(from, item != NULL ? item : stop, "<entry");
		from = stop - MARK_MAX + 1;
	}
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
	last = find_mark(first, limit, spans->close);
	if (last == NULL)
		return false;
	*start = (size_t)(first - spans->bytes);
	*end = (size_t)(last - spans->bytes) + strlen(spans->close);
	spans->at = *end;
	return true;
}

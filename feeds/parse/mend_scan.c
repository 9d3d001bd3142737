/*
 * How far text goes on that means itself: the mender's inner loops.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "parse/mend_scan.h"

#define GAP_MAX 256 /* of white space behind the end tag of an item */

#ifdef __SSE2__
/* A bit for each of 16 bytes that is a control, but tabs and line ends. */
static unsigned
control_bits(__m128i bytes)
{
	__m128i control =
	    _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
	__m128i blank = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
	    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));

	return (unsigned)_mm_movemask_epi8(_mm_andnot_si128(blank, control));
}

#endif

size_t
mend_plain_len(const char *s, size_t len)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; n + 16 <= len; n += 16) {
		__m128i bytes =
		    _mm_loadu_si128((const __m128i *)(const void *)(s + n));
		__m128i hit =
		    _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')));
		unsigned bits =
		    (unsigned)_mm_movemask_epi8(hit) | control_bits(bytes);

		if (bits != 0)
			return n + (size_t)__builtin_ctz(bits);
	}
#endif
	while (n < len && s[n] != '<' && s[n] != '&' &&
	       ((unsigned char)s[n] >= 0x20 || s[n] == '\t' || s[n] == '\n'))
		n++;
	return n;
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is `]`, or `<` with a `/` after it. */
static unsigned
stop_bits(const char *s, __m128i bytes)
{
	__m128i next = _mm_loadu_si128((const __m128i *)(const void *)(s + 1));
	__m128i end_tag =
	    _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')),
		_mm_cmpeq_epi8(next, _mm_set1_epi8('/')));

	return (unsigned)_mm_movemask_epi8(
	    _mm_or_si128(end_tag, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(']'))));
}

/* Whether what stop_bits found may be a stop. */
static bool
is_stop(const char *s)
{
	return *s != '<' || (s[2] | 0x20) == 'i' || (s[2] | 0x20) == 'e';
}
#endif

size_t
mend_literal_len(const char *s, size_t len)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; n + 18 <= len; n += 16) {
		__m128i bytes =
		    _mm_loadu_si128((const __m128i *)(const void *)(s + n));
		unsigned bits = control_bits(bytes) | stop_bits(s + n, bytes);

		for (; bits != 0; bits &= bits - 1)
			if (is_stop(s + n + __builtin_ctz(bits)))
				return n + (size_t)__builtin_ctz(bits);
	}
#endif
	while (n < len && s[n] != ']' && s[n] != '<' &&
	       ((unsigned char)s[n] >= 0x20 || s[n] == '\t' || s[n] == '\n'))
		n++;
	return n;
}

enum answer { NO, YES, NOT_YET };

/* Whether s begins with a word, without case; NOT_YET: it ends within it. */
static enum answer
begins_with(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(s, word, len < n ? len : n) != 0)
		return NO;
	return len >= n ? YES : NOT_YET;
}

static enum answer
begins_with_any(
    const char *s, size_t len, const char *const *words, size_t *word_len)
{
	enum answer all = NO;

	for (; *words != NULL; words++) {
		enum answer one = begins_with(s, len, *words);

		*word_len = strlen(*words);
		if (one == YES)
			return YES;
		if (one == NOT_YET)
			all = NOT_YET;
	}
	return all;
}

static size_t
gap_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n <= GAP_MAX && isspace((unsigned char)s[n]))
		n++;
	return n;
}

/* Whether an item's end tag is at s, and then another item, the end of the feed
 * or nothing: what an article that quotes such a tag does not have. */
static enum answer
ends_item(const char *s, size_t len)
{
	static const char *const ends[] = {"</item>", "</entry>", NULL};
	static const char *const next[] = {"<item", "<entry", "</channel",
	    "</items", "</feed", "</rss", "</rdf:", NULL};
	size_t n, gap;
	enum answer answer = begins_with_any(s, len, ends, &n);

	if (answer != YES)
		return answer;
	gap = gap_len(s + n, len - n);
	if (gap > GAP_MAX)
		return NO;
	n += gap;
	return begins_with_any(s + n, len - n, next, &gap);
}

enum section_stop
mend_section_stop(const char *s, size_t len, bool in_item, bool finishing)
{
	enum answer item;

	if (*s == ']' && len >= 3)
		return s[1] == ']' && s[2] == '>' ? SECTION_ENDS
						  : SECTION_GOES_ON;
	if (*s == ']')
		return begins_with(s, len, "]]>") == NOT_YET && !finishing
			   ? SECTION_UNSURE
			   : SECTION_GOES_ON;
	item = in_item ? ends_item(s, len) : NO;
	if (item == YES || (item == NOT_YET && finishing))
		return SECTION_FORGOTTEN;
	return item == NOT_YET ? SECTION_UNSURE : SECTION_GOES_ON;
}

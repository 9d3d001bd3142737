/*
 * UTF-8 decoding with the checks of RFC 3629.
 */
#include <string.h>

#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Length of the sequence that a lead byte announces; 0: not a lead byte. */
static size_t
sequence_len(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

size_t
utf8_decode_long(const char *bytes, size_t len, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t n = sequence_len(p[0]);
	uint32_t c;

	*code = UINT32_MAX;
	if (n < 3 || n > len)
		return 1;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < (n == 3 ? 0x800u : 0x10000u) || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 1;
	*code = c;
	return n;
}

size_t
utf8_encode_long(uint32_t code, char out[4])
{
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* How many bytes, in blocks, are ASCII and characters of two bytes: nearly all
 * of what is written in Latin, Greek and Cyrillic. */
static size_t
simple_len(const char *bytes, size_t len)
{
	size_t n = 0;

#ifdef __SSE2__
	while (n + 16 <= len) {
		__m128i block =
		    _mm_loadu_si128((const __m128i *)(const void *)(bytes + n));
		__m128i high = _mm_cmplt_epi8(block, _mm_setzero_si128());
		/* As signed numbers: 80..BF, 80..C1, 80..DF. */
		unsigned all = (unsigned)_mm_movemask_epi8(high);
		unsigned tails = (unsigned)_mm_movemask_epi8(
		    _mm_cmplt_epi8(block, _mm_set1_epi8(-64)));
		unsigned below = (unsigned)_mm_movemask_epi8(
		    _mm_cmplt_epi8(block, _mm_set1_epi8(-62)));
		unsigned pairs = (unsigned)_mm_movemask_epi8(
		    _mm_cmplt_epi8(block, _mm_set1_epi8(-32)));
		unsigned leads = all & ~tails;

		if (below != tails || pairs != all ||
		    (leads << 1 & 0xFFFF) != tails)
			break;
		n += 16 - (leads >> 15);
	}
#else
	while (n < len && (unsigned char)bytes[n] < 0x80)
		n++;
#endif
	return n;
}

size_t
utf8_valid_len(const char *bytes, size_t len)
{
	size_t i = 0;
	uint32_t code;

	while (i < len) {
		size_t stop;

		i += simple_len(bytes + i, len - i);
		stop = len - i < 16 ? len : i + 16;
		while (i < stop) {
			size_t n = 1;

			if ((unsigned char)bytes[i] >= 0x80) {
				n = utf8_decode(bytes + i, len - i, &code);
				if (code == UINT32_MAX)
					return i;
			}
			i += n;
		}
	}
	return len;
}

bool
utf8_is_cut(const char *bytes, size_t len)
{
	char whole[4] = {'\x80', '\x80', '\x80', '\x80'};
	size_t n = len > 0 ? sequence_len((unsigned char)bytes[0]) : 0;
	uint32_t code;

	if (n <= len)
		return false;
	memcpy(whole, bytes, len);
	utf8_decode(whole, n, &code);
	if (code == UINT32_MAX && len == 1) {
		whole[1] = '\xa0'; /* what E0 and F0 ask for */
		utf8_decode(whole, n, &code);
	}
	return code != UINT32_MAX;
}

bool
utf8_is_valid(const char *bytes, size_t len)
{
	return utf8_valid_len(bytes, len) == len;
}

size_t
utf8_cut(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)bytes[max] & 0xc0) == 0x80)
		max--;
	return max;
}

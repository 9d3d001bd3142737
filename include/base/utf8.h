/*
 * UTF-8, RFC 3629: no surrogates, nothing over U+10FFFF, shortest forms only.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parts of utf8_decode() and utf8_encode() for three bytes and four, and
 * for what is invalid. */
size_t utf8_decode_long(const char *bytes, size_t len, uint32_t *code);
size_t utf8_encode_long(uint32_t code, char out[4]);

/* Decodes the code point at bytes (len > 0) and returns how many bytes it
 * takes; for an invalid or cut sequence sets UINT32_MAX and returns 1. */
static inline size_t
utf8_decode(const char *bytes, size_t len, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)bytes;

	*code = p[0];
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] >= 0xe0 || len < 2 || (p[1] & 0xc0) != 0x80)
		return utf8_decode_long(bytes, len, code);
	*code = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	return 2;
}

/* Writes 1 to 4 bytes for a valid code point and returns how many. */
static inline size_t
utf8_encode(uint32_t code, char out[4])
{
	if (code >= 0x800)
		return utf8_encode_long(code, out);
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	out[0] = (char)(0xc0 | code >> 6);
	out[1] = (char)(0x80 | (code & 0x3f));
	return 2;
}

/* How many of the first bytes are valid. */
size_t utf8_valid_len(const char *bytes, size_t len);
/* Whether bytes, all there are yet, may be the beginning of a character. */
bool utf8_is_cut(const char *bytes, size_t len);
bool utf8_is_valid(const char *bytes, size_t len);
/* The longest prefix of at most max bytes that cuts no code point. */
size_t utf8_cut(const char *bytes, size_t len, size_t max);

#endif

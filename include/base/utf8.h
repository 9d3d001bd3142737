/*
 * UTF-8, RFC 3629: no surrogates, nothing over U+10FFFF, shortest forms only.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at bytes (len > 0) and returns how many bytes it
 * takes; for an invalid or cut sequence sets UINT32_MAX and returns 1. */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *code);
/* Writes 1 to 4 bytes for a valid code point and returns how many. */
size_t utf8_encode(uint32_t code, char out[4]);
/* How many of the first bytes are valid. */
size_t utf8_valid_len(const char *bytes, size_t len);
/* Whether bytes, all there are yet, may be the beginning of a character. */
bool utf8_is_cut(const char *bytes, size_t len);
bool utf8_is_valid(const char *bytes, size_t len);
/* The longest prefix of at most max bytes that cuts no code point. */
size_t utf8_cut(const char *bytes, size_t len, size_t max);

#endif

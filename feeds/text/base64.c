/*
 * Base64.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "text/base64.h"

static int
digit_of(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

bool
base64_decode(struct buf *out, const char *text, size_t len)
{
	size_t start = out->len, digits = 0, padding = 0;
	uint32_t bits = 0;
	int held = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = digit_of(text[i]);

		if (isspace((unsigned char)text[i]))
			continue;
		padding += text[i] == '=';
		if (text[i] == '=')
			continue;
		if (digit < 0 || padding > 0)
			goto bad;
		digits++;
		bits = bits << 6 | (uint32_t)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_add_char(out, (char)(bits >> held));
		}
	}
	if (padding <= 2 && (digits + padding) % 4 == 0)
		return true;
bad:
	buf_truncate(out, start);
	return false;
}

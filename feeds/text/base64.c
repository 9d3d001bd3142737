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
	size_t start = out->len;
	uint32_t bits = 0;
	int held = 0;

	for (size_t i = 0; i < len && text[i] != '='; i++) {
		int digit = digit_of(text[i]);

		if (isspace((unsigned char)text[i]))
			continue;
		if (digit < 0) {
			buf_truncate(out, start);
			return false;
		}
		bits = bits << 6 | (uint32_t)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_add_char(out, (char)(bits >> held));
		}
	}
	return true;
}

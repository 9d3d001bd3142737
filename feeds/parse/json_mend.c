/*
 * Broken JSON made whole: a scanner of strings and brackets.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "parse/json_mend.h"

#define DEPTH_MAX 64
#define ITEM_DEPTH 2  /* open brackets around an item: feed and list */
#define DIGITS_MAX 18 /* of a number that is one for sure */

struct mender {
	struct buf *out;
	char closers[DEPTH_MAX + 1]; /* of the open brackets */
	size_t depth;
	size_t items_end; /* in out: after the last whole item; 0: none */
};

static int
hex_of(const char *s)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = (char)tolower((unsigned char)s[i]);

		if (!isxdigit((unsigned char)c))
			return -1;
		value = value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value;
}

static bool
is_low_half(const char *s, size_t len)
{
	return len >= 6 && s[0] == '\\' && s[1] == 'u' &&
	       (hex_of(s + 2) & 0xFC00) == 0xDC00;
}

/* The functions below take what begins at s and return its length. */

static size_t
take_escape(struct buf *out, const char *s, size_t len)
{
	int code = len >= 6 && s[1] == 'u' ? hex_of(s + 2) : -1;
	size_t n = 2;

	if (len < 2 || memchr("\"\\/bfnrtu", s[1], 9) == NULL ||
	    (s[1] == 'u' && code < 0))
		return 1; /* a backslash that escapes nothing goes */
	if (s[1] == 'u')
		n = (code & 0xFC00) == 0xD800 && is_low_half(s + 6, len - 6)
			? 12
			: 6;
	if (n == 6 && (code & 0xF800) == 0xD800)
		buf_add_str(out, "\\uFFFD");
	else
		buf_add(out, s, n);
	return n;
}

static size_t
take_string(struct buf *out, const char *s, size_t len)
{
	size_t i = 1;

	buf_add_char(out, '"');
	while (i < len && s[i] != '"')
		if (s[i] == '\\')
			i += take_escape(out, s + i, len - i);
		else {
			buf_add_char(
			    out, (unsigned char)s[i] < 0x20 ? ' ' : s[i]);
			i++;
		}
	buf_add_char(out, '"');
	return i < len ? i + 1 : len;
}

/* An id of many digits is a string to all but its writer. */
static size_t
take_number(struct buf *out, const char *s, size_t len)
{
	size_t n = 0;
	bool is_long;

	while (n < len && isdigit((unsigned char)s[n]))
		n++;
	is_long = n > DIGITS_MAX;
	if (is_long)
		buf_add_char(out, '"');
	buf_add(out, s, n);
	if (is_long)
		buf_add_char(out, '"');
	return n;
}

/* Whether the comma is followed by the end of its list. */
static bool
is_last_comma(const char *s, size_t len)
{
	size_t i = 1;

	while (i < len && isspace((unsigned char)s[i]))
		i++;
	return i < len && (s[i] == ']' || s[i] == '}');
}

static bool
take_bracket(struct mender *m, char c)
{
	if (c == '{' || c == '[') {
		if (m->depth == DEPTH_MAX)
			return false;
		m->closers[m->depth++] = c == '{' ? '}' : ']';
	} else if (m->depth == 0 || m->closers[m->depth - 1] != c)
		return false;
	else
		m->depth--;
	buf_add_char(m->out, c);
	if (c == '}' && m->depth == ITEM_DEPTH)
		m->items_end = m->out->len;
	return true;
}

/* False: it ends here, by a bracket that does not fit or as all is closed. */
static bool
take(struct mender *m, const char *s, size_t len, size_t *n)
{
	*n = 1;
	if (strchr("{}[]", *s) != NULL && *s != '\0')
		return take_bracket(m, *s) && m->depth > 0;
	if (*s == '"')
		*n = take_string(m->out, s, len);
	else if (isdigit((unsigned char)*s))
		*n = take_number(m->out, s, len);
	else if (*s != ',' || !is_last_comma(s, len))
		buf_add_char(m->out, *s);
	return true;
}

bool
json_mend(struct buf *out, const char *json, size_t len, bool *is_cut)
{
	struct mender m = {.out = out};
	size_t start = out->len, n;

	for (size_t i = 0; i < len; i += n)
		if (!take(&m, json + i, len - i, &n))
			break;
	if (m.depth == 0)
		return out->len > start;
	if (m.items_end == 0)
		return false;
	*is_cut = true;
	buf_truncate(out, m.items_end);
	buf_add_str(out, "]}");
	return true;
}

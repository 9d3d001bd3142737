/*
 * The JSON writer: escaping as RFC 8259 section 7 asks, and a little more for
 * readers that take a line at U+2028.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/json.h"

/* Puts the comma that stands between this value and the one before. */
static void
separate(struct buf *out)
{
	char last = out->len > 0 ? out->data[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_add_char(out, ',');
}

void
json_put_open(struct buf *out, char bracket)
{
	separate(out);
	buf_add_char(out, bracket);
}

void
json_put_close(struct buf *out, char bracket)
{
	buf_add_char(out, bracket);
}

void
json_put_key(struct buf *out, const char *key)
{
	separate(out);
	buf_addf(out, "\"%s\":", key);
}

void
json_put_raw(struct buf *out, const char *json)
{
	separate(out);
	buf_add_str(out, json);
}

/* Length of the UTF-8 sequence at text, or 0 when it is not one (RFC 3629:
 * shortest form, no surrogates, up to U+10FFFF). */
static size_t
sequence_len(const unsigned char *text, size_t len)
{
	unsigned char lead = text[0], low = 0x80, high = 0xbf;
	size_t need;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	need = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

static void
add_escaped(struct buf *out, unsigned char byte)
{
	static const char short_form[] = "\bb\tt\nn\ff\rr\"\"\\\\";

	for (const char *s = short_form; *s != '\0'; s += 2)
		if (byte == (unsigned char)*s) {
			buf_add_char(out, '\\');
			buf_add_char(out, s[1]);
			return;
		}
	buf_addf(out, "\\u%04x", byte);
}

/* Writes the one character at text that cannot stand as it is. */
static void
add_special(struct buf *out, const unsigned char *text, size_t sequence)
{
	if (sequence == 0)
		buf_add_str(out, "\xef\xbf\xbd"); /* U+FFFD */
	else if (sequence == 3)
		buf_addf(out, "\\u%04x", 0x2000u + (text[2] & 0x3f));
	else
		add_escaped(out, *text);
}

static bool
is_plain(const unsigned char *text, size_t sequence)
{
	switch (sequence) {
	case 1:
		return *text >= 0x20 && *text != '"' && *text != '\\' &&
		       *text != 0x7f;
	case 3: /* U+2028, U+2029 */
		return memcmp(text, "\xe2\x80\xa8", 3) != 0 &&
		       memcmp(text, "\xe2\x80\xa9", 3) != 0;
	default:
		return sequence != 0;
	}
}

void
json_put_strn(struct buf *out, const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + len, *plain = at;
	size_t sequence;

	separate(out);
	buf_add_char(out, '"');
	while (at < end) {
		sequence = sequence_len(at, (size_t)(end - at));
		if (!is_plain(at, sequence)) {
			buf_add(out, plain, (size_t)(at - plain));
			add_special(out, at, sequence);
			plain = at + (sequence > 0 ? sequence : 1);
		}
		at += sequence > 0 ? sequence : 1;
	}
	buf_add(out, plain, (size_t)(at - plain));
	buf_add_char(out, '"');
}

void
json_put_str(struct buf *out, const char *text)
{
	if (text == NULL)
		json_put_null(out);
	else
		json_put_strn(out, text, strlen(text));
}

void
json_put_i64(struct buf *out, int64_t value)
{
	separate(out);
	buf_addf(out, "%" PRId64, value);
}

void
json_put_u64(struct buf *out, uint64_t value)
{
	separate(out);
	buf_addf(out, "%" PRIu64, value);
}

void
json_put_bool(struct buf *out, bool value)
{
	json_put_raw(out, value ? "true" : "false");
}

void
json_put_null(struct buf *out)
{
	json_put_raw(out, "null");
}

void
json_put_date(struct buf *out, int64_t at)
{
	int64_t rest = at % 1000000;
	time_t seconds;
	struct tm tm;
	char text[64];

	if (at == 0 || at == JSON_NO_DATE) {
		json_put_null(out);
		return;
	}
	if (rest < 0)
		rest += 1000000;
	seconds = (time_t)((at - rest) / 1000000);
	if (gmtime_r(&seconds, &tm) == NULL) {
		json_put_null(out);
		return;
	}
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	separate(out);
	buf_addf(out, "\"%s.%03dZ\"", text, (int)(rest / 1000));
}

void
json_pair_str(struct buf *out, const char *key, const char *text)
{
	json_put_key(out, key);
	json_put_str(out, text);
}

void
json_pair_i64(struct buf *out, const char *key, int64_t value)
{
	json_put_key(out, key);
	json_put_i64(out, value);
}

void
json_pair_u64(struct buf *out, const char *key, uint64_t value)
{
	json_put_key(out, key);
	json_put_u64(out, value);
}

void
json_pair_bool(struct buf *out, const char *key, bool value)
{
	json_put_key(out, key);
	json_put_bool(out, value);
}

void
json_pair_date(struct buf *out, const char *key, int64_t at)
{
	json_put_key(out, key);
	json_put_date(out, at);
}

void
json_pair_strings(struct buf *out, const char *key, char *const *at, size_t len)
{
	json_put_key(out, key);
	json_put_open(out, '[');
	for (size_t i = 0; i < len; i++)
		json_put_str(out, at[i]);
	json_put_close(out, ']');
}

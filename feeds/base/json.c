/*
 * The JSON writer: escaping as RFC 8259 section 7 asks, and a little more for
 * readers that take a line at U+2028.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/utf8.h"

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

/* Writes a character that cannot stand as it is. */
static void
add_special(struct buf *out, uint32_t code)
{
	if (code == UINT32_MAX)
		buf_add_str(out, "\xef\xbf\xbd"); /* U+FFFD */
	else if (code >= 0x80)
		buf_addf(out, "\\u%04x", code);
	else
		add_escaped(out, (unsigned char)code);
}

static bool
is_plain(uint32_t code)
{
	return code >= 0x20 && code != '"' && code != '\\' && code != 0x7f &&
	       code != 0x2028 && code != 0x2029 && code != UINT32_MAX;
}

void
json_put_strn(struct buf *out, const char *text, size_t len)
{
	const char *at = text, *end = at + len, *plain = at;
	uint32_t code;
	size_t n;

	separate(out);
	buf_add_char(out, '"');
	for (; at < end; at += n) {
		n = utf8_decode(at, (size_t)(end - at), &code);
		if (is_plain(code))
			continue;
		buf_add(out, plain, (size_t)(at - plain));
		add_special(out, code);
		plain = at + n;
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

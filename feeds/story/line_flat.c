/*
 * JSON (RFC 8259) as far as lines of items need it, decoded in place without
 * a tree. Whatever else comes is left to those who know all of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "story/line_flat.h"

#define DIGITS_MAX 18 /* of a number that surely fits */

const char *const line_text_keys[LINE_TEXTS] = {
    [LINE_TITLE] = "title",
    [LINE_SUMMARY] = "summary",
    [LINE_TEXT] = "text",
    [LINE_LANGUAGE] = "language",
    [LINE_DATE] = "date_published",
};

static char *
skip_space(char *at)
{
	while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
		at++;
	return at;
}

/* ---- texts -------------------------------------------------------------- */

/* Four hexadecimal digits; -1: they are none. */
static int32_t
read_hex(const char *at)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit == -1)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* The character behind \u, in one escape or two; at becomes what follows. 0:
 * it is none, or U+0000. */
static uint32_t
read_escaped(char **at)
{
	int32_t code = read_hex(*at), low;

	if (code <= 0 || (code >= 0xdc00 && code <= 0xdfff))
		return 0;
	*at += 4;
	if (code < 0xd800 || code > 0xdfff)
		return (uint32_t)code;
	if ((*at)[0] != '\\' || (*at)[1] != 'u')
		return 0;
	low = read_hex(*at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*at += 6;
	return 0x10000 + ((uint32_t)(code - 0xd800) << 10) +
	       (uint32_t)(low - 0xdc00);
}

/* Writes what the escape at stands for, which is never longer; false: none. */
static bool
take_escape(char **at, char **out)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	char letter = (*at)[1];
	const char *known = letter != '\0' ? strchr(letters, letter) : NULL;
	uint32_t code;

	*at += 2;
	if (known != NULL) {
		*(*out)++ = means[known - letters];
		return true;
	}
	code = letter == 'u' ? read_escaped(at) : 0;
	if (code == 0)
		return false;
	*out += utf8_encode(code, *out);
	return true;
}

static size_t
plain_len(const char *text)
{
	size_t len = 0;

	while (text[len] != '"' && text[len] != '\\' &&
	       (unsigned char)text[len] >= 0x20)
		len++;
	return len;
}

/* The text that begins with the quote at, ended by a NUL; NULL: none. */
static char *
read_text(char **at, size_t *len)
{
	char *text = *at + 1, *in = text, *out = text;

	if (**at != '"')
		return NULL;
	for (;;) {
		size_t plain = plain_len(in);

		if (in != out)
			memmove(out, in, plain);
		in += plain;
		out += plain;
		if (*in != '\\')
			break;
		if (!take_escape(&in, &out))
			return NULL;
	}
	if (*in != '"')
		return NULL;
	*at = in + 1;
	*out = '\0';
	*len = (size_t)(out - text);
	return text;
}

/* ---- other values -------------------------------------------------------- */

static bool
read_number(char **at, int64_t *number)
{
	const char *digits = *at + (**at == '-');
	size_t len = strspn(digits, "0123456789");

	if (len == 0 || len > DIGITS_MAX || (*digits == '0' && len > 1) ||
	    strchr(",} \t\r\n", digits[len]) == NULL)
		return false;
	*number = strtoll(*at, at, 10);
	return true;
}

static bool
skip_word(char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool
skip_value(char **at)
{
	int64_t number;
	size_t len;

	if (**at == '"')
		return read_text(at, &len) != NULL;
	return skip_word(at, "null") || skip_word(at, "true") ||
	       skip_word(at, "false") || read_number(at, &number);
}

/* ---- members ------------------------------------------------------------- */

static bool
read_id(char **at, struct line_fields *fields)
{
	fields->has_id = true;
	fields->id = read_text(at, &fields->id_len);
	return fields->id != NULL || read_number(at, &fields->id_number);
}

static bool
read_value(char **at, const char *key, struct line_fields *fields)
{
	size_t len;

	if (strcmp(key, "id") == 0)
		return read_id(at, fields);
	for (int i = 0; i < LINE_TEXTS; i++)
		if (strcmp(key, line_text_keys[i]) == 0) {
			fields->texts[i] = read_text(at, &len);
			return fields->texts[i] != NULL ||
			       skip_word(at, "null");
		}
	return skip_value(at);
}

/* "key": value, and space around. */
static bool
read_member(char **at, struct line_fields *fields)
{
	const char *key;
	size_t len;

	*at = skip_space(*at);
	key = read_text(at, &len);
	if (key == NULL)
		return false;
	*at = skip_space(*at);
	if (*(*at)++ != ':')
		return false;
	*at = skip_space(*at);
	if (!read_value(at, key, fields))
		return false;
	*at = skip_space(*at);
	return true;
}

bool
line_read_flat(char *line, size_t len, struct line_fields *fields)
{
	char *at = skip_space(line);

	*fields = (struct line_fields){.has_id = false};
	if (*at != '{' || !utf8_is_valid(line, len))
		return false;
	do {
		at++;
		if (!read_member(&at, fields))
			return false;
	} while (*at == ',');
	return *at == '}' && skip_space(at + 1) == line + len;
}

/*
 * Character references: names by binary search in the table, numbers by the
 * rules of HTML.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "text/entity.h"

/* What HTML takes the numbers 128 to 159 for; 0: the control itself. */
static const uint16_t windows_1252[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E,
    0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D,
    0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

/* The beginning of the record that offset lies in. */
static size_t
record_start(size_t offset)
{
	while (offset > 0 && entity_table[offset - 1] != '~')
		offset--;
	return offset;
}

static int
compare_names(const char *name, size_t len, const char *record)
{
	size_t record_len = strcspn(record, "=!");
	int order = memcmp(name, record, len < record_len ? len : record_len);

	if (order != 0)
		return order;
	return len < record_len ? -1 : len > record_len;
}

const char *
entity_find(const char *name, size_t name_len, int bare, size_t *text_len)
{
	size_t low = 0, high = entity_table_len;

	while (low < high) {
		size_t middle = record_start(low + (high - low) / 2);
		const char *record = entity_table + middle;
		const char *text;
		int order = compare_names(name, name_len, record);

		if (order == 0) {
			text = record + name_len;
			if (bare && *text != '!')
				return NULL;
			*text_len = strcspn(text + 1, "~");
			return text + 1;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + strcspn(record, "~") + 1;
	}
	return NULL;
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static uint32_t
mend_number(uint32_t code)
{
	if (code >= 0x80 && code < 0xA0 && windows_1252[code - 0x80] != 0)
		return windows_1252[code - 0x80];
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return 0xFFFD;
	return code;
}

static size_t
decode_number(
    const char *s, size_t len, char text[ENTITY_TEXT_MAX], size_t *text_len)
{
	bool hex = len > 2 && (s[2] | 0x20) == 'x';
	size_t i = hex ? 3 : 2, start = i;
	uint32_t code = 0;

	for (; i < len && digit_value(s[i]) < (hex ? 16 : 10); i++)
		if (code <= 0x10FFFF)
			code = code * (hex ? 16 : 10) +
			       (uint32_t)digit_value(s[i]);
	if (i == start)
		return 0;
	*text_len = utf8_encode(mend_number(code), text);
	return i < len && s[i] == ';' ? i + 1 : i;
}

/* A name without semicolon: the longest one that may stand so. */
static size_t
decode_bare(const char *s, size_t name_len, char text[ENTITY_TEXT_MAX],
    size_t *text_len)
{
	for (size_t n = name_len < 6 ? name_len : 6; n >= 2; n--) {
		const char *found = entity_find(s + 1, n, 1, text_len);

		if (found != NULL) {
			memcpy(text, found, *text_len);
			return n + 1;
		}
	}
	return 0;
}

size_t
entity_decode(
    const char *s, size_t len, char text[ENTITY_TEXT_MAX], size_t *text_len)
{
	const char *found;
	size_t n = 1;

	if (len > 1 && s[1] == '#')
		return decode_number(s, len, text, text_len);
	while (n < len && n <= ENTITY_NAME_MAX && isalnum((unsigned char)s[n]))
		n++;
	if (n == len || s[n] != ';')
		return decode_bare(s, n - 1, text, text_len);
	found = entity_find(s + 1, n - 1, 0, text_len);
	if (found == NULL)
		return 0;
	memcpy(text, found, *text_len);
	return n + 1;
}

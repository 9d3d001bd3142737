/*
 * Detection of encodings: byte order marks before HTTP before the declaration
 * before a guess; what the bytes themselves rule out is not believed.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "parse/encoding.h"
#include "parse/encoding_detect.h"

#define CHANCE_PAIRS 12 /* of East Asian text that read as UTF-8 by chance */

static const struct encoding *
find(const char *name)
{
	return encoding_find(name, strlen(name));
}

/* Byte order marks, also a second one. */
static const char *
read_bom(const char *s, size_t len, size_t *skip)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *name;
	} boms[] = {{"\xEF\xBB\xBF", 3, "utf-8"},
	    {"\xFF\xFE\0\0", 4, "utf-32le"}, {"\0\0\xFE\xFF", 4, "utf-32be"},
	    {"\xFF\xFE", 2, "utf-16le"}, {"\xFE\xFF", 2, "utf-16be"}};

	for (size_t i = 0; i < sizeof(boms) / sizeof(boms[0]); i++) {
		size_t n = boms[i].len;

		if (len < n || memcmp(s, boms[i].bytes, n) != 0)
			continue;
		*skip = n;
		while (*skip + n <= len &&
		       memcmp(s + *skip, boms[i].bytes, n) == 0)
			*skip += n;
		return boms[i].name;
	}
	return NULL;
}

/* Encodings in which "<" or a blank line looks like nothing else (XML 1.0
 * appendix F). */
static const char *
read_pattern(const char *s, size_t len)
{
	if (len < 4)
		return NULL;
	if (memcmp(s, "<\0\0\0", 4) == 0)
		return "utf-32le";
	if (memcmp(s, "\0\0\0<", 4) == 0)
		return "utf-32be";
	if ((s[0] == '<' || isspace((unsigned char)s[0])) && s[1] == '\0' &&
	    s[2] != '\0' && s[3] == '\0')
		return "utf-16le";
	if (s[0] == '\0' && (s[1] == '<' || isspace((unsigned char)s[1])) &&
	    s[2] == '\0' && s[3] != '\0')
		return "utf-16be";
	return NULL;
}

/* The label after "encoding=" or "charset=" in text. */
static const struct encoding *
label_after(const char *s, size_t len, const char *key)
{
	size_t key_len = strlen(key), n = 0;

	for (; len > key_len; s++, len--)
		if (strncasecmp(s, key, key_len) == 0)
			break;
	if (len <= key_len)
		return NULL;
	s += key_len;
	len -= key_len;
	while (len > 0 && (isspace((unsigned char)*s) || *s == '=' ||
			      *s == '"' || *s == '\'')) {
		s++;
		len--;
	}
	while (n < len && strchr("\"';>?, \t\r\n", s[n]) == NULL)
		n++;
	return encoding_find(s, n);
}

static const struct encoding *
read_declaration(const char *s, size_t len)
{
	const char *start = memmem(s, len, "<?xml", 5), *end;

	if (start == NULL)
		return NULL;
	len -= (size_t)(start - s);
	end = memmem(start, len, "?>", 2);
	return label_after(
	    start, end != NULL ? (size_t)(end - start) : len, "encoding");
}

/* A document in EBCDIC: its declaration read by the part of the code pages
 * that they all share. */
static const struct encoding *
read_ebcdic(const char *s, size_t len)
{
	const struct encoding *declared;
	const uint16_t *table;
	char ascii[ENCODING_HEAD_LEN];
	size_t n = len < sizeof(ascii) ? len : sizeof(ascii);

	if (len < 4 || memcmp(s, "\x4C\x6F\xA7\x94", 4) != 0)
		return NULL;
	table = encoding_table(find("ibm037"));
	for (size_t i = 0; i < n; i++) {
		uint16_t code = table[(unsigned char)s[i]];

		/* Quotes are elsewhere in some. */
		ascii[i] = code < 0x80 ? (char)code : '"';
	}
	declared = read_declaration(ascii, n);
	return declared != NULL && declared->kind == ENCODING_BYTE
		   ? declared
		   : find("ibm037");
}

/* A label is heard only where it can be true of bytes that read as ASCII. */
static const struct encoding *
ascii_compatible(const struct encoding *e)
{
	if (e == NULL ||
	    (e->kind != ENCODING_UTF8 && e->kind != ENCODING_BYTE &&
		e->kind != ENCODING_MULTI && e->kind != ENCODING_STATE))
		return NULL;
	if (e->kind == ENCODING_BYTE && encoding_table(e)['<'] != '<')
		return NULL;
	return e;
}

static void
set_certain(struct encoding_head *head, const struct encoding *encoding)
{
	head->encoding = encoding;
	head->certain = true;
}

/* Without a mark, byte order is that of HTTP's label where it names one; big
 * end first is the standard's default. */
static bool
http_says_wide(const struct encoding *by_http, const char *s, size_t len)
{
	if (by_http == NULL || len < 2 || (s[0] != '\0' && s[1] != '\0'))
		return false;
	return by_http->kind == ENCODING_UTF16LE ||
	       by_http->kind == ENCODING_UTF16BE ||
	       by_http->kind == ENCODING_UTF32LE ||
	       by_http->kind == ENCODING_UTF32BE;
}

void
encoding_detect_head(const char *bytes, size_t len, const char *content_type,
    struct encoding_head *head)
{
	const struct encoding *ebcdic;
	const char *name;

	*head = (struct encoding_head){0};
	name = read_bom(bytes, len, &head->skip);
	bytes += head->skip;
	len -= head->skip;
	if (name == NULL)
		name = read_pattern(bytes, len);
	if (name != NULL && strcmp(name, "utf-8") != 0) {
		set_certain(head, find(name));
		return;
	}
	if (content_type != NULL && name == NULL)
		head->by_http =
		    label_after(content_type, strlen(content_type), "charset");
	ebcdic = read_ebcdic(bytes, len);
	if (ebcdic != NULL || http_says_wide(head->by_http, bytes, len)) {
		set_certain(head, ebcdic != NULL ? ebcdic : head->by_http);
		return;
	}
	head->declared =
	    name != NULL ? find(name) : read_declaration(bytes, len);
	if ((head->by_http != NULL && head->by_http->kind == ENCODING_UTF7) ||
	    (head->declared != NULL && head->declared->kind == ENCODING_UTF7))
		set_certain(head, find("utf-7"));
	head->by_http = ascii_compatible(head->by_http);
	head->declared = ascii_compatible(head->declared);
	if (head->by_http == NULL && head->declared != NULL &&
	    head->declared->kind == ENCODING_STATE)
		set_certain(head, head->declared);
	if (head->by_http != NULL && head->by_http->kind == ENCODING_STATE)
		set_certain(head, head->by_http);
}

struct utf8_count {
	size_t pairs;   /* well-formed characters of two bytes */
	size_t longer;  /* of three and four */
	size_t invalid; /* bytes */
};

static struct utf8_count
count_utf8(const char *s, size_t len, bool whole)
{
	struct utf8_count count = {0};
	uint32_t code;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &code);
		if (n == 2)
			count.pairs++;
		else if (n > 2)
			count.longer++;
		else if (code == UINT32_MAX) {
			if (!whole && utf8_is_cut(s + i, len - i))
				break;
			count.invalid++;
		}
	}
	return count;
}

static bool
is_utf8(const char *s, size_t len, bool whole)
{
	size_t n = utf8_valid_len(s, len);

	return n == len || (!whole && utf8_is_cut(s + n, len - n));
}

/* How often the six most frequent letters of Russian occur, small ones double.
 */
static unsigned
score_letters(const char *s, size_t len, const char *small, const char *capital)
{
	unsigned score = 0;

	for (size_t i = 0; i < len; i++)
		if ((s[i] & 0x80) != 0)
			score += strchr(small, s[i]) != NULL     ? 2
				 : strchr(capital, s[i]) != NULL ? 1
								 : 0;
	return score;
}

/* Windows-1251, KOI8-R or windows-1252, by the letters. */
static const struct encoding *
guess(const char *s, size_t len)
{
	size_t high = 0, in_runs = 0;
	unsigned windows, koi8;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0xC0)
			continue;
		high++;
		in_runs += i > 0 && (unsigned char)s[i - 1] >= 0xC0;
	}
	/* Western letters stand alone among ASCII's. */
	if (high < 3 || in_runs * 2 < high)
		return find("windows-1252");
	windows = score_letters(
	    s, len, "\xEE\xE5\xE0\xE8\xED\xF2", "\xCE\xC5\xC0\xC8\xCD\xD2");
	koi8 = score_letters(
	    s, len, "\xCF\xC5\xC1\xC9\xCE\xD4", "\xEF\xE5\xE1\xE9\xEE\xF4");
	return find(koi8 > windows ? "koi8-r" : "windows-1251");
}

const struct encoding *
encoding_judge(const struct encoding_head *head, const char *sample, size_t len,
    bool whole)
{
	const struct encoding *first = head->by_http, *second = head->declared;
	struct utf8_count count;
	size_t valid;

	if (first == NULL) {
		first = second;
		second = NULL;
	}
	if ((first == NULL || first->kind == ENCODING_UTF8) &&
	    is_utf8(sample, len, whole))
		return find("utf-8");
	count = count_utf8(sample, len, whole);
	valid = count.pairs + count.longer;
	/* Valid UTF-8 is UTF-8, whatever it is called: only a few pairs may be
	 * an accident, in the encodings of the East. */
	if (count.invalid == 0 && valid > 0 &&
	    (first == NULL || first->kind != ENCODING_MULTI ||
		count.longer > 0 || count.pairs > CHANCE_PAIRS))
		return find("utf-8");
	if (first != NULL && first->kind != ENCODING_UTF8)
		return first;
	if (second != NULL && second->kind != ENCODING_UTF8)
		return second;
	/* Nor are characters of three bytes, where it is called so. */
	if (first != NULL)
		valid += count.longer * 3;
	if (valid >= count.invalid)
		return find("utf-8");
	return guess(sample, len);
}

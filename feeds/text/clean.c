/*
 * Cleaning of strangers' text: what no reader can see or no terminal should
 * get is taken out.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/utf8.h"
#include "text/clean.h"

#define BLOCK 16 /* bytes looked at in one go */

enum kind {
	KEEP,
	DROP,
	BREAK,  /* a line break */
	BLANK,  /* a space that is none of ASCII's */
	JOINER, /* zero-width joiner or non-joiner: script decides */
};

static enum kind
kind_of_ascii(uint32_t c)
{
	if (c >= 0x20 && c != 0x7F)
		return KEEP;
	if (c == '\n' || c == '\r' || c == '\f' || c == '\v')
		return BREAK;
	return c == '\t' ? KEEP : DROP;
}

static enum kind
kind_of(uint32_t c)
{
	if (c < 0x80)
		return kind_of_ascii(c);
	if (c == 0x85 || c == 0x2028 || c == 0x2029)
		return BREAK;
	if (c == 0xA0 || c == 0x202F || c == 0x3000 || c == 0x205F ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200A))
		return BLANK;
	if (c == 0x200C || c == 0x200D)
		return JOINER;
	if (c < 0xA0 || c == 0xAD || c == 0x61C || c == 0x34F || c == 0x180E ||
	    c == 0xFEFF || c == 0x3164 || c == 0xFFA0 ||
	    (c >= 0x115F && c <= 0x1160) || (c >= 0x17B4 && c <= 0x17B5) ||
	    (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	    (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF0 && c <= 0xFFFB) ||
	    (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xE0000 && c <= 0xE0FFF) ||
	    (c & 0xFFFE) == 0xFFFE)
		return DROP;
	return KEEP;
}

/* Scripts in which a joiner changes how letters look or what they mean:
 * Arabic, Syriac, those of India and South-East Asia, Mongolian; and emoji. */
static bool
script_joins(uint32_t c)
{
	return (c >= 0x600 && c < 0x860) || (c >= 0x8A0 && c < 0xE00) ||
	       (c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x18B0) ||
	       (c >= 0xFB50 && c < 0xFE00) || (c >= 0xFE70 && c < 0xFEFF) ||
	       c == 0xFE0F || (c >= 0x2190 && c < 0x2C00) ||
	       (c >= 0x1F000 && c < 0x20000);
}

struct cleaner {
	struct buf *out;
	size_t start; /* of our output in out */
	enum clean_form form;
	bool blank;    /* CLEAN_LINE: a blank is owed before what follows */
	bool cr;       /* the last was \r: a following \n belongs to it */
	uint32_t last; /* character kept last */
};

static void
add_blank(struct cleaner *c)
{
	if (c->form == CLEAN_LINE)
		c->blank = true;
	else
		buf_add_char(c->out, ' ');
	c->last = ' ';
}

static void
add_break(struct cleaner *c, uint32_t code)
{
	if (code == '\n' && c->cr)
		return;
	if (c->form == CLEAN_LINE)
		add_blank(c);
	else
		buf_add_char(c->out, '\n');
	c->last = '\n';
}

static void
add_kept(struct cleaner *c, const char *bytes, size_t len, uint32_t code)
{
	if (c->form == CLEAN_LINE && (code == ' ' || code == '\t')) {
		add_blank(c);
		return;
	}
	if (c->blank && c->out->len > c->start)
		buf_add_char(c->out, ' ');
	c->blank = false;
	buf_add(c->out, bytes, len);
	c->last = code;
}

static bool
joiner_is_kept(const struct cleaner *c, const char *after, size_t len)
{
	uint32_t next;

	if (len == 0 || !script_joins(c->last))
		return false;
	utf8_decode(after, len, &next);
	return script_joins(next);
}

static void
add_char(struct cleaner *c, const char *s, size_t n, size_t left)
{
	uint32_t code = 0;

	utf8_decode(s, n, &code);
	switch (kind_of(code)) {
	case KEEP:
		add_kept(c, s, n, code);
		break;
	case BREAK:
		add_break(c, code);
		break;
	case BLANK:
		add_blank(c);
		break;
	case JOINER:
		if (joiner_is_kept(c, s + n, left - n))
			add_kept(c, s, n, code);
		break;
	case DROP:
		break;
	}
	c->cr = code == '\r';
}

static bool
continues(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/* How many bytes the character has if it is surely kept and joins no script:
 * most of U+0021 to U+05FF and U+4000 to U+CFFF, dashes and quotation marks; 0:
 * look closer. */
static size_t
plain_char_len(const unsigned char *s, size_t len)
{
	if (*s > 0x20 && *s < 0x7F)
		return 1;
	if (*s >= 0xC3 && *s <= 0xD7 && *s != 0xCD)
		return len > 1 && continues(s[1]) ? 2 : 0;
	if (*s == 0xC2) /* U+00AB, U+00BB */
		return len > 1 && (s[1] == 0xAB || s[1] == 0xBB) ? 2 : 0;
	if (*s == 0xE2) /* U+2010 to U+2027 */
		return len > 2 && s[1] == 0x80 && s[2] >= 0x90 && s[2] <= 0xA7
			   ? 3
			   : 0;
	if (*s >= 0xE4 && *s <= 0xEC)
		return len > 2 && continues(s[1]) && continues(s[2]) ? 3 : 0;
	return 0;
}

/* Whether a blank stays as it is behind another character. */
static bool
is_plain_blank(char blank, char before, enum clean_form form)
{
	if (form == CLEAN_LINE)
		return blank == ' ' && before != ' ';
	return blank == ' ' || blank == '\n';
}

#ifdef __SSE2__
static unsigned
bits_of(__m128i bytes)
{
	return (unsigned)_mm_movemask_epi8(bytes);
}

/* A bit for each of 16 bytes that is ASCII but surely stays; blanks count. */
static unsigned
plain_ascii_bits(__m128i bytes, enum clean_form form)
{
	__m128i kept =
	    _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)),
		_mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1F)));

	if (form != CLEAN_LINE)
		kept = _mm_or_si128(
		    kept, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
	return bits_of(kept);
}

/* A bit for each of 16 bytes that begins a plain character of two. */
static unsigned
plain_pair_bits(__m128i bytes)
{
	__m128i first =
	    _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('\xC2')),
		_mm_cmplt_epi8(bytes, _mm_set1_epi8('\xD8')));

	return bits_of(_mm_andnot_si128(
	    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\xCD')), first));
}
#endif

/* How many bytes from s, in blocks, are plain characters of one and two bytes
 * and blanks that stay between them. */
static size_t
plain_blocks_len(const char *s, size_t len, enum clean_form form)
{
	size_t n = 0;

#ifdef __SSE2__
	unsigned blank = 1; /* ... stands before the block */

	for (; n + BLOCK <= len; n += BLOCK) {
		__m128i bytes =
		    _mm_loadu_si128((const __m128i *)(const void *)(s + n));
		unsigned blanks =
		    bits_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
		unsigned pairs = plain_pair_bits(bytes);
		unsigned tails =
		    bits_of(_mm_cmplt_epi8(bytes, _mm_set1_epi8('\xC0')));

		if ((plain_ascii_bits(bytes, form) | pairs | tails) != 0xFFFF ||
		    (pairs << 1 & 0xFFFF) != tails)
			break;
		if (form == CLEAN_LINE && (blanks & (blanks << 1 | blank)) != 0)
			break;
		blank = blanks >> 15;
		if (pairs >> 15 != 0) {
			n--;
			blank = 0;
		}
	}
#endif
	return n;
}

/* How many bytes from s stay as they are and are copied in one go. */
static size_t
plain_len(const char *s, size_t len, enum clean_form form)
{
	size_t n = 0, more = 1, stop;

	while (n < len && more > 0) {
		/* A blank may follow another, a line end belong to what is
		 * before. */
		if (n > 0 || (unsigned char)*s > ' ')
			n += plain_blocks_len(s + n, len - n, form);
		stop = len - n < BLOCK ? len : n + BLOCK;
		for (; n < stop && more > 0; n += more) {
			more = plain_char_len(
			    (const unsigned char *)s + n, len - n);
			if (more == 0 && n > 0)
				more = is_plain_blank(s[n], s[n - 1], form);
		}
	}
	return n > 0 && s[n - 1] == ' ' && form == CLEAN_LINE ? n - 1 : n;
}

bool
clean_is_plain(const char *text, enum clean_form form)
{
	size_t len = strlen(text);

	return plain_len(text, len, form) == len;
}

void
clean_add(struct buf *out, const char *bytes, size_t len, enum clean_form form)
{
	struct cleaner c = {.out = out, .start = out->len, .form = form};
	uint32_t code;
	size_t n;

	buf_reserve(out, len);
	buf_add(out, "", 0);
	for (size_t i = 0; i < len; i += n) {
		n = plain_len(bytes + i, len - i, form);
		if (n > 0) {
			add_kept(
			    &c, bytes + i, n, (unsigned char)bytes[i + n - 1]);
			c.cr = false;
			continue;
		}
		n = utf8_decode(bytes + i, len - i, &code);
		if (code == UINT32_MAX) {
			add_kept(&c, "\xEF\xBF\xBD", 3, 0xFFFD);
			c.cr = false;
		} else
			add_char(&c, bytes + i, n, len - i);
	}
}

char *
clean_str(const char *string, enum clean_form form)
{
	struct buf out = BUF_INIT;

	if (string == NULL)
		return NULL;
	clean_add(&out, string, strlen(string), form);
	return buf_take(&out);
}

/*
 * Plain text out of HTML.
 */
#include <ctype.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/utf8.h"
#include "text/clean.h"
#include "text/entity.h"
#include "text/html.h"
#include "text/html_tag.h"
#include "text/related.h"

struct writer {
	struct buf text;
	size_t max;      /* bytes of text, after which nothing is added */
	bool blank;      /* white space stands before what follows */
	bool line;       /* a line break does */
	unsigned silent; /* open elements of silent_name */
	const char *silent_name;
	size_t silent_len;
	unsigned pre;            /* open <pre>: line breaks are kept */
	struct related *related; /* leaves lines out; NULL: all stay */
};

/* Puts the blank or line break that is owed before more text. */
static void
put_gap(struct writer *w)
{
	if (w->text.len > 0 && w->line)
		buf_add_char(&w->text, '\n');
	else if (w->text.len > 0 && w->blank)
		buf_add_char(&w->text, ' ');
	w->line = w->blank = false;
}

static void
end_line(struct writer *w)
{
	w->line = true;
	if (w->related != NULL)
		related_end_line(w->related, &w->text);
}

/* How many bytes from s, in blocks, are words with single blanks between them.
 */
static size_t
run_len(const char *s, size_t len)
{
	size_t n = 0;

#ifdef __SSE2__
	unsigned blank = 0; /* ... stands before the block */

	for (; n + 16 <= len; n += 16) {
		__m128i bytes =
		    _mm_loadu_si128((const __m128i *)(const void *)(s + n));
		unsigned blanks = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
		__m128i control = _mm_cmpeq_epi8(
		    _mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);

		if (_mm_movemask_epi8(control) != 0 ||
		    (blanks & (blanks << 1 | blank)) != 0)
			break;
		blank = blanks >> 15;
	}
	n -= blank;
#endif
	return n;
}

/* A word, or as many as nobody wants to see one by one. */
static size_t
words_len(const struct writer *w, const char *s, size_t len)
{
	size_t room = w->max - w->text.len, n = 0;

	if (w->related == NULL || related_wants_no_words(w->related))
		n = run_len(s, len < room ? len : room);
	while (n < len && !isspace((unsigned char)s[n]))
		n++;
	return n;
}

static void
add_words(struct writer *w, const char *s, size_t len)
{
	size_t i = 0, n;

	while (i < len && w->text.len < w->max) {
		if (isspace((unsigned char)s[i])) {
			if (w->pre > 0 && s[i] == '\n')
				end_line(w);
			w->blank = true;
			i++;
			continue;
		}
		n = words_len(w, s + i, len - i);
		put_gap(w);
		buf_add(&w->text, s + i, n);
		if (w->related != NULL)
			related_take_words(w->related, &w->text, s + i, n);
		i += n;
	}
}

static void
add_text(struct writer *w, const char *s, size_t len)
{
	char text[ENTITY_TEXT_MAX];
	size_t n, text_len;

	while (len > 0) {
		const char *amp = memchr(s, '&', len);

		n = amp != NULL ? (size_t)(amp - s) : len;
		add_words(w, s, n);
		if (amp == NULL)
			break;
		s += n;
		len -= n;
		n = entity_decode(s, len, text, &text_len);
		if (n == 0)
			add_words(w, "&", n = 1);
		else
			add_words(w, text, text_len);
		s += n;
		len -= n;
	}
}

static bool
is_hidden(const struct html_token *tag)
{
	struct html_attribute found;

	return tag->attributes_len > 5 &&
	       html_find_attribute(tag, "hidden", &found);
}

/* Keeps count of the open silent elements of one name. */
static void
step_silent(struct writer *w, const struct html_token *tag)
{
	if (html_tag_is(tag, w->silent_name, w->silent_len))
		w->silent += tag->is_end ? -1U : 1U;
}

static void
take_tag(
    struct writer *w, struct html_reader *reader, const struct html_token *tag)
{
	unsigned flags = html_element_flags(tag->name, tag->name_len);

	if (w->silent > 0) {
		step_silent(w, tag);
		return;
	}
	if (w->related != NULL)
		related_take_tag(w->related, &w->text, tag, flags);
	if (flags & HTML_BLOCK)
		w->line = true;
	if (flags & HTML_CELL)
		w->blank = true;
	if (html_tag_is(tag, "pre", 3))
		w->pre = !tag->is_end;
	if (tag->is_end || (flags & HTML_VOID))
		return;
	if (flags & HTML_RAW)
		html_skip_raw(reader, tag);
	else if ((flags & HTML_SILENT) || is_hidden(tag)) {
		w->silent = 1;
		w->silent_name = tag->name;
		w->silent_len = tag->name_len;
	}
}

static void
convert(struct buf *out, const char *html, size_t len, size_t max,
    struct related *related)
{
	struct html_reader reader = {.at = html, .left = len};
	struct writer w = {.text = BUF_INIT, .max = max, .related = related};
	struct html_token token;
	size_t start = out->len;

	buf_reserve(&w.text, len < max ? len : max);
	while (w.text.len < max && html_next(&reader, &token)) {
		if (token.kind == HTML_TAG)
			take_tag(&w, &reader, &token);
		else if (w.silent > 0)
			continue;
		else if (token.kind == HTML_TEXT)
			add_text(&w, token.bytes, token.len);
		else if (token.kind == HTML_LITERAL)
			add_words(&w, token.bytes, token.len);
	}
	end_line(&w);
	clean_add(out, buf_str(&w.text), w.text.len, CLEAN_TEXT);
	if (out->len - start > max)
		buf_truncate(out,
		    start + utf8_cut(out->data + start, out->len - start, max));
	buf_clear(&w.text);
}

void
html_to_text(struct buf *out, const char *html, size_t len, size_t max)
{
	convert(out, html, len, max, NULL);
}

void
html_to_article(struct buf *out, const char *html, size_t len, size_t max)
{
	struct related related = {.start = 0};

	convert(out, html, len, max, &related);
}

/* The elements that have an end tag in the text. */
static void
find_end_tags(const char *text, size_t len, struct html_names *ended)
{
	struct html_reader reader = {.at = text, .left = len};
	struct html_token token;

	while (html_next(&reader, &token))
		if (token.kind == HTML_TAG && token.is_end)
			html_names_add(ended, token.name, token.name_len);
}

/* In text that may be HTML: whether the tag is one of HTML's, not something
 * else in angle brackets. A lone "<blink>" is a word about HTML. */
static bool
is_html_tag(const struct html_token *tag, const struct html_names *ended)
{
	unsigned flags = html_element_flags(tag->name, tag->name_len);
	const char *at = tag->attributes;
	size_t left = tag->attributes_len;
	struct html_attribute attribute;

	if (flags == 0)
		return false;
	while (html_next_attribute(&at, &left, &attribute))
		if (!attribute.has_value)
			return false;
	if (tag->is_end || html_names_has(ended, tag->name, tag->name_len))
		return true;
	return (flags & HTML_RAW) == 0 &&
	       ((flags & (HTML_VOID | HTML_BLOCK)) != 0 ||
		   tag->attributes_len > 0);
}

/* Whether one reference with its semicolon stands in the text. */
static bool
has_reference(const char *s, size_t len)
{
	char text[ENTITY_TEXT_MAX];
	size_t n, text_len;

	while (len > 0) {
		const char *amp = memchr(s, '&', len);

		if (amp == NULL)
			return false;
		len -= (size_t)(amp - s);
		s = amp;
		n = entity_decode(s, len, text, &text_len);
		if (n > 0 && s[n - 1] == ';')
			return true;
		s++;
		len--;
	}
	return false;
}

/* Whether the text shows a tag or reference that counts as markup. */
static bool
is_likely(const char *text, size_t len, struct html_names *ended)
{
	struct html_reader reader = {.at = text, .left = len};
	struct html_token token;

	if (memchr(text, '<', len) == NULL && memchr(text, '&', len) == NULL)
		return false;
	find_end_tags(text, len, ended);
	while (html_next(&reader, &token)) {
		if (token.kind == HTML_TAG && is_html_tag(&token, ended))
			return true;
		if (token.kind == HTML_TEXT &&
		    has_reference(token.bytes, token.len))
			return true;
	}
	return false;
}

void
html_maybe_to_line(struct buf *out, const char *text, size_t len)
{
	struct html_reader reader = {.at = text, .left = len};
	struct writer w = {.text = BUF_INIT, .max = len + 1};
	struct html_names ended = {{false}};
	struct html_token token;

	if (!is_likely(text, len, &ended)) {
		clean_add(out, text, len, CLEAN_LINE);
		return;
	}
	while (html_next(&reader, &token)) {
		if (token.kind == HTML_TAG && is_html_tag(&token, &ended))
			take_tag(&w, &reader, &token);
		else if (w.silent > 0)
			continue;
		else if (token.kind == HTML_LITERAL)
			add_words(&w, token.bytes, token.len);
		else if (token.kind != HTML_IGNORED || token.bytes[1] != '!')
			add_text(&w, token.bytes, token.len);
	}
	clean_add(out, buf_str(&w.text), w.text.len, CLEAN_LINE);
	buf_clear(&w.text);
}

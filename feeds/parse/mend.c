/*
 * The mender: a scanner of XML that takes anything. Text with references or
 * letters beyond ASCII leaves as CDATA sections, which libxml2 reads several
 * times faster than text.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "parse/mend_tag.h"
#include "text/entity.h"

/*
 * TEXT --<![CDATA[--> LITERAL --]]>--> TEXT
 *   \--<!-- --> COMMENT --(-->)--> TEXT, the same for <? and <!DOCTYPE
 */
enum mend_state { TEXT, LITERAL, COMMENT, INSTRUCTION };

struct mender {
	mender_sink sink;
	void *arg;
	enum mend_state state;
	enum mend_problem problem;
	struct buf out;
	struct buf held; /* the start of something whose end has not come */
	size_t scanned;  /* bytes of held that were searched in vain */
	char quote;      /* open quote at that point; 0: none */
	int brackets;    /* open [ of a DOCTYPE at that point */
	bool in_section; /* out ends inside a CDATA section */
	bool finishing;
	bool had_element;
	bool cut; /* markup was cut by the end */
	struct tag_stack stack;
};

struct mender *
mender_new(mender_sink sink, void *arg)
{
	struct mender *m = xcalloc(1, sizeof(*m));

	m->sink = sink;
	m->arg = arg;
	/* One root for whatever comes: junk, the feed, a second document. */
	buf_add_str(&m->out, "<wirewatch>");
	return m;
}

void
mender_free(struct mender *m)
{
	if (m == NULL)
		return;
	buf_clear(&m->out);
	buf_clear(&m->held);
	buf_clear(&m->stack.names);
	free(m);
}

enum mend_problem
mender_problem(const struct mender *m)
{
	return m->problem;
}

bool
mender_is_complete(const struct mender *m)
{
	return m->had_element && !m->cut;
}

static void
close_section(struct mender *m)
{
	if (m->in_section)
		buf_add(&m->out, "]]>", 3);
	m->in_section = false;
}

static void
open_section(struct mender *m)
{
	if (!m->in_section)
		buf_add(&m->out, "<![CDATA[", 9);
	m->in_section = true;
}

static void
flush(struct mender *m)
{
	close_section(m);
	if (m->out.len > 0)
		m->sink(m->arg, m->out.data, m->out.len);
	buf_reset(&m->out);
}

static void
flush_full(struct mender *m)
{
	if (m->out.len >= MEND_PIECE_LEN)
		flush(m);
}

static bool
is_special(char c)
{
	return c == '<' || c == '&' || c == '>' || (c & 0x80) != 0 ||
	       ((unsigned char)c < 0x20 && c != '\t' && c != '\n');
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is a control, but tabs and line ends. */
static unsigned
control_bits(__m128i bytes)
{
	__m128i control =
	    _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
	__m128i blank = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
	    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));

	return (unsigned)_mm_movemask_epi8(_mm_andnot_si128(blank, control));
}

/* A bit for each of 16 bytes that is special; high: those over 127 are. */
static unsigned
special_bits(const char *s, bool high)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i hit = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('<'));

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('&')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>')));
	if (high)
		hit = _mm_or_si128(hit, bytes);
	return (unsigned)_mm_movemask_epi8(hit) | control_bits(bytes);
}
#endif

/* How many bytes come before the next that needs care. */
static size_t
plain_len(const char *s, size_t len, bool high)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; n + 16 <= len; n += 16) {
		unsigned bits = special_bits(s + n, high);

		if (bits != 0)
			return n + (size_t)__builtin_ctz(bits);
	}
#endif
	while (n < len && (!is_special(s[n]) || (!high && (s[n] & 0x80) != 0)))
		n++;
	return n;
}

/* How many bytes come before the next control, but tabs and line ends. */
static size_t
literal_len(const char *s, size_t len)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; n + 16 <= len; n += 16) {
		unsigned bits = control_bits(
		    _mm_loadu_si128((const __m128i *)(const void *)(s + n)));

		if (bits != 0)
			return n + (size_t)__builtin_ctz(bits);
	}
#endif
	while (n < len &&
	       ((unsigned char)s[n] >= 0x20 || s[n] == '\t' || s[n] == '\n'))
		n++;
	return n;
}

/* Ends the section and begins another, where "]]" stands before a `>`. */
static void
split_section(struct mender *m)
{
	struct buf *out = &m->out;

	if (out->len < 2 || memcmp(out->data + out->len - 2, "]]", 2) != 0)
		return;
	open_section(m);
	buf_add(out, "]]><![CDATA[", 12);
}

static void
add_greater(struct mender *m)
{
	split_section(m);
	buf_add_char(&m->out, '>');
}

/* A control: line ends become \n, others go. next: the byte after it. */
static void
add_control(struct mender *m, char c, char next)
{
	if (c == '\r' && next != '\n')
		buf_add_char(&m->out, '\n');
}

/* Whether s could begin a reference whose end has not come yet. */
static bool
is_cut_reference(const struct mender *m, const char *s, size_t len)
{
	if (m->finishing || len > ENTITY_REF_MAX)
		return false;
	for (size_t i = 1; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '#')
			return false;
	return true;
}

/* The functions below take what they can from s and return how much that was;
 * 0 when more must come first. */

static size_t
take_reference(struct mender *m, const char *s, size_t len)
{
	size_t start, n;

	if (is_cut_reference(m, s, len))
		return 0;
	open_section(m);
	start = m->out.len;
	n = tag_decode_reference(s, len, &m->out);
	if (n == 0) {
		buf_add_char(&m->out, '&');
		return 1;
	}
	if (m->out.len == start + 1 && m->out.data[start] == '>') {
		m->out.len = start;
		add_greater(m);
	}
	return n;
}

static bool
begins(const char *s, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len >= n && strncasecmp(s, prefix, n) == 0;
}

/* Whether s, all that there is, is the beginning of the word. */
static bool
may_begin(const struct mender *m, const char *s, size_t len, const char *word)
{
	return !m->finishing && len < strlen(word) &&
	       strncasecmp(s, word, len) == 0;
}

/* The end of a tag or declaration, past its `>`; NULL: not yet there. Goes on
 * where the last search ended. */
static const char *
find_end(struct mender *m, const char *s, size_t len)
{
	bool is_declaration = s[1] == '!';
	bool is_end_tag = s[1] == '/';

	for (size_t i = m->scanned > 0 ? m->scanned : 1; i < len; i++) {
		char c = s[i];

		if (c > '>' && c != '[' && c != ']')
			continue;
		if (m->quote != '\0')
			m->quote = c == m->quote ? '\0' : m->quote;
		else if (c == '>' && m->brackets <= 0)
			return s + i + 1;
		else if (c == '<' && !is_declaration)
			return s + i; /* the `>` was forgotten */
		else if ((c == '"' || c == '\'') && !is_end_tag)
			m->quote = c;
		else if (is_declaration)
			m->brackets += (c == '[') - (c == ']');
	}
	m->scanned = len;
	return NULL;
}

/* A quote that is never closed: the tag ends at the first `>`. */
static const char *
find_end_unquoted(const char *s, size_t len)
{
	const char *end = memchr(s, '>', len);

	return end != NULL ? end + 1 : NULL;
}

static void
write_tag(struct mender *m, const char *s, size_t len)
{
	bool closed = s[len - 1] == '>';
	struct buf *out = &m->out;

	close_section(m);
	m->had_element = true;
	if (s[1] == '/')
		tag_write_end(&m->stack, s + 2, len - 2 - closed, out);
	else if (!tag_write_start(&m->stack, s + 1, len - 1 - closed, out)) {
		open_section(m);
		buf_add(out, s, len);
	}
}

static void
forget_search(struct mender *m)
{
	m->scanned = 0;
	m->quote = '\0';
	m->brackets = 0;
}

/* A tag without attributes, whole and balanced, as most are. */
static size_t
take_plain_tag(struct mender *m, const char *s, size_t len)
{
	size_t n;

	if (m->scanned > 0)
		return 0;
	close_section(m);
	n = s[1] == '/' ? tag_copy_end(&m->stack, s, len, &m->out)
			: tag_copy_start(&m->stack, s, len, &m->out);
	m->had_element |= n > 0;
	return n;
}

static size_t
take_tag(struct mender *m, const char *s, size_t len)
{
	size_t n = take_plain_tag(m, s, len);
	const char *end;

	if (n > 0)
		return n;
	end = find_end(m, s, len);
	if (end == NULL && len <= MEND_TAG_MAX && !m->finishing)
		return 0;
	if (end == NULL)
		end = find_end_unquoted(s, len);
	forget_search(m);
	if (end == NULL || (size_t)(end - s) > MEND_TAG_MAX) {
		if (m->finishing)
			m->cut = true;
		else
			m->problem = MEND_LONG_TAG;
		return len;
	}
	write_tag(m, s, (size_t)(end - s));
	return (size_t)(end - s);
}

/* A DOCTYPE, dropped; it must not declare entities. */
static size_t
take_declaration(struct mender *m, const char *s, size_t len)
{
	const char *end = find_end(m, s, len);

	if (end == NULL && len <= MEND_TAG_MAX && !m->finishing)
		return 0;
	if (end == NULL)
		end = s + len;
	forget_search(m);
	if (memmem(s, (size_t)(end - s), "<!ENTITY", 8) != NULL)
		m->problem = MEND_ENTITIES;
	else if ((size_t)(end - s) > MEND_TAG_MAX)
		m->problem = MEND_LONG_TAG;
	return (size_t)(end - s);
}

static size_t
take_markup(struct mender *m, const char *s, size_t len)
{
	if (may_begin(m, s, len, "<![CDATA[") || may_begin(m, s, len, "<!--") ||
	    may_begin(m, s, len, "<!DOCTYPE") || may_begin(m, s, len, "</a"))
		return 0;
	if (len > 1 && tag_is_name_start(s[1]))
		return take_tag(m, s, len);
	if (len > 2 && s[1] == '/' && (tag_is_name_start(s[2]) || s[2] == '>'))
		return take_tag(m, s, len);
	if (begins(s, len, "<![CDATA[")) {
		m->state = LITERAL;
		return 9;
	}
	if (begins(s, len, "<!--")) {
		m->state = COMMENT;
		return 4;
	}
	if (begins(s, len, "<!DOCTYPE"))
		return take_declaration(m, s, len);
	if (len > 1 && (s[1] == '?' || s[1] == '!')) {
		m->state = INSTRUCTION;
		return 2;
	}
	open_section(m);
	buf_add_char(&m->out, '<');
	return 1;
}

static size_t
take_special(struct mender *m, const char *s, size_t len)
{
	if (*s == '<')
		return take_markup(m, s, len);
	if (*s == '&')
		return take_reference(m, s, len);
	if (*s == '>')
		add_greater(m);
	else if ((*s & 0x80) != 0)
		open_section(m);
	else if (len == 1 && *s == '\r' && !m->finishing)
		return 0;
	else
		add_control(m, *s, len > 1 ? s[1] : '\0');
	return (*s & 0x80) == 0;
}

/* Text up to where something cut begins. */
static size_t
take_text(struct mender *m, const char *s, size_t len)
{
	size_t done = 0, n;

	while (done < len && m->state == TEXT && m->problem == MEND_FINE) {
		n = plain_len(s + done, len - done, !m->in_section);
		if (n > 0 && (m->stack.depth > 0 || m->in_section))
			buf_add(&m->out, s + done, n);
		done += n;
		flush_full(m);
		if (done == len)
			break;
		n = take_special(m, s + done, len - done);
		if (n == 0 && !((s[done] & 0x80) != 0 && m->in_section))
			break;
		done += n;
	}
	return done;
}

static const char *
find_section_end(const char *s, size_t len)
{
	const char *end = s + len;

	while ((s = memchr(s, ']', (size_t)(end - s))) != NULL) {
		if (end - s >= 3 && s[1] == ']' && s[2] == '>')
			return s;
		s++;
	}
	return NULL;
}

/* The inside of a CDATA section of the document, up to its end mark or to what
 * may be the beginning of one. */
static size_t
take_literal(struct mender *m, const char *s, size_t len)
{
	const char *end = find_section_end(s, len);
	size_t stop = end != NULL ? (size_t)(end - s) : len;

	if (end == NULL && !m->finishing)
		while (stop > 0 && len - stop < 2 &&
		       (s[stop - 1] == ']' || s[stop - 1] == '\r'))
			stop--;
	open_section(m);
	if (stop > 0 && *s == '>')
		split_section(m); /* "]]" may stand before it */
	for (size_t i = 0; i < stop;) {
		size_t n = literal_len(s + i, stop - i);

		buf_add(&m->out, s + i, n);
		i += n;
		if (m->out.len >= MEND_PIECE_LEN) {
			flush(m);
			open_section(m);
		}
		if (i == stop)
			break;
		add_control(m, s[i], i + 1 < len ? s[i + 1] : '\0');
		i++;
	}
	if (end == NULL)
		return stop;
	m->state = TEXT;
	return stop + 3;
}

/* Skips to the mark; what may begin it is left. */
static size_t
skip_to(struct mender *m, const char *s, size_t len, const char *mark)
{
	size_t mark_len = strlen(mark);
	const char *end = memmem(s, len, mark, mark_len);

	if (end == NULL)
		return m->finishing || len < mark_len ? (m->finishing ? len : 0)
						      : len - mark_len + 1;
	m->state = TEXT;
	return (size_t)(end - s) + mark_len;
}

static size_t
take(struct mender *m, const char *s, size_t len)
{
	size_t done = 0, n = 1;

	while (done < len && n > 0 && m->problem == MEND_FINE) {
		switch (m->state) {
		case TEXT:
			n = take_text(m, s + done, len - done);
			break;
		case LITERAL:
			n = take_literal(m, s + done, len - done);
			break;
		case COMMENT:
			n = skip_to(m, s + done, len - done, "-->");
			break;
		case INSTRUCTION:
			n = skip_to(m, s + done, len - done, ">");
			break;
		}
		done += n;
	}
	return m->problem == MEND_FINE ? done : len;
}

void
mender_push(struct mender *m, const char *text, size_t len)
{
	size_t done;

	if (m->problem != MEND_FINE)
		return;
	if (m->held.len == 0) {
		done = take(m, text, len);
		buf_add(&m->held, text + done, len - done);
	} else {
		buf_add(&m->held, text, len);
		done = take(m, m->held.data, m->held.len);
		memmove(m->held.data, m->held.data + done, m->held.len - done);
		buf_truncate(&m->held, m->held.len - done);
	}
	if (m->out.len >= MEND_PIECE_LEN)
		flush(m);
}

void
mender_finish(struct mender *m)
{
	m->finishing = true;
	if (m->problem == MEND_FINE && m->held.len > 0)
		take(m, m->held.data, m->held.len);
	if (m->stack.depth > 0 || m->state != TEXT)
		m->cut = true;
	flush(m);
}

void
mender_close(struct mender *m)
{
	tag_close_to(&m->stack, 0, &m->out);
	buf_add_str(&m->out, "</wirewatch>");
	flush(m);
}

/*
 * The mender: a scanner of XML that takes anything. Tags go one way, to
 * libxml2, and text another, as what it means: libxml2 has nothing to add to
 * it, and copies and checks it again.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "parse/mend_entity.h"
#include "parse/mend_scan.h"
#include "parse/mend_tag.h"
#include "text/entity.h"

/*
 * TEXT --<![CDATA[--> LITERAL --]]>--> TEXT
 *   \--<!-- --> COMMENT --(-->)--> TEXT, the same for <? and <!DOCTYPE
 */
enum mend_state { TEXT, LITERAL, COMMENT, INSTRUCTION };

#define DIRECT_LEN 512 /* bytes of text from which it is not gathered */
#define SHORT_LEN 48   /* up to which plain text stays between its tags */

struct mender {
	mender_sink on_xml, on_text;
	void *arg;
	enum mend_state state;
	enum mend_problem problem;
	struct buf out;  /* tags, and between them text that is short */
	size_t tail;     /* where in out the text before a new tag begins */
	struct buf text; /* after the last tag of out */
	struct buf held; /* the start of something whose end has not come */
	size_t scanned;  /* bytes of held that were searched in vain */
	char quote;      /* open quote at that point; 0: none */
	int brackets;    /* open [ of a DOCTYPE at that point */
	bool literal_in_item; /* of a section: it began in an item */
	bool finishing;
	struct tag_stack stack;
	struct mend_entities entities;
};

struct mender *
mender_new(mender_sink on_xml, mender_sink on_text, void *arg)
{
	struct mender *m = xcalloc(1, sizeof(*m));

	m->on_xml = on_xml;
	m->on_text = on_text;
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
	buf_clear(&m->text);
	buf_clear(&m->held);
	buf_clear(&m->stack.names);
	buf_clear(&m->entities.names);
	free(m);
}

enum mend_problem
mender_problem(const struct mender *m)
{
	return m->problem;
}

static void
flush(struct mender *m)
{
	if (m->out.len > 0)
		m->on_xml(m->arg, m->out.data, m->out.len);
	buf_reset(&m->out);
	if (m->text.len > 0)
		m->on_text(m->arg, m->text.data, m->text.len);
	buf_reset(&m->text);
}

static void
flush_full(struct mender *m)
{
	if (m->out.len + m->text.len >= MEND_PIECE_LEN)
		flush(m);
}

static void
add_text(struct mender *m, const char *s, size_t len)
{
	if (len < DIRECT_LEN) {
		buf_add(&m->text, s, len);
		return;
	}
	flush(m);
	m->on_text(m->arg, s, len);
}

/* Whether text is too short for a way of its own and means in XML what it says.
 */
static bool
may_stay(const struct buf *text)
{
	if (text->len > SHORT_LEN)
		return false;
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		if (c == '<' || c == '&' || c == '>' || c >= 0x80 ||
		    (c < 0x20 && c != '\n' && c != '\t'))
			return false;
	}
	return true;
}

/* Puts the text ahead of a tag. */
static void
begin_tag(struct mender *m)
{
	if (!may_stay(&m->text))
		flush(m);
	m->tail = m->out.len;
	if (m->text.len > 0)
		buf_add(&m->out, m->text.data, m->text.len);
}

/* Where no tag was written, as a stray end tag is not, the text goes on. */
static void
end_tag(struct mender *m)
{
	if (m->out.len == m->tail + m->text.len)
		buf_truncate(&m->out, m->tail);
	else
		buf_reset(&m->text);
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
	size_t n;

	if (is_cut_reference(m, s, len))
		return 0;
	n = tag_decode_reference(s, len, &m->text);
	if (n == 0 && m->entities.len > 0)
		n = mend_entities_decode(&m->entities, s, len, &m->text);
	if (n > 0)
		return n;
	buf_add_char(&m->text, '&');
	return 1;
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
	bool closed = s[len - 1] == '>', is_tag = true;
	struct buf *out = &m->out;

	begin_tag(m);
	if (s[1] == '/')
		tag_write_end(&m->stack, s + 2, len - 2 - closed, out);
	else
		is_tag =
		    tag_write_start(&m->stack, s + 1, len - 1 - closed, out);
	end_tag(m);
	if (!is_tag)
		add_text(m, s, len);
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
	begin_tag(m);
	n = s[1] == '/' ? tag_copy_end(&m->stack, s, len, &m->out)
			: tag_copy_start(&m->stack, s, len, &m->out);
	end_tag(m);
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
		if (!m->finishing)
			m->problem = MEND_LONG_TAG;
		return len;
	}
	write_tag(m, s, (size_t)(end - s));
	return (size_t)(end - s);
}

/* A DOCTYPE, dropped, but for the plain entities that it declares. */
static size_t
take_declaration(struct mender *m, const char *s, size_t len)
{
	const char *end = find_end(m, s, len);

	if (end == NULL && len <= MEND_TAG_MAX && !m->finishing)
		return 0;
	if (end == NULL)
		end = s + len;
	forget_search(m);
	if ((size_t)(end - s) > MEND_TAG_MAX)
		m->problem = MEND_LONG_TAG;
	else if (!mend_entities_read(&m->entities, s, (size_t)(end - s)))
		m->problem = MEND_ENTITIES;
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
		m->literal_in_item = tag_is_in_record(&m->stack);
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
	buf_add_char(&m->text, '<');
	return 1;
}

/* Line ends become \n, other controls go. */
static size_t
take_control(struct mender *m, const char *s, size_t len)
{
	if (*s == '\r' && len == 1 && !m->finishing)
		return 0;
	if (*s == '\r' && (len == 1 || s[1] != '\n'))
		buf_add_char(&m->text, '\n');
	return 1;
}

static size_t
take_special(struct mender *m, const char *s, size_t len)
{
	if (*s == '<')
		return take_markup(m, s, len);
	if (*s == '&')
		return take_reference(m, s, len);
	return take_control(m, s, len);
}

static size_t
take_literal_special(struct mender *m, const char *s, size_t len)
{
	if (*s != ']' && *s != '<')
		return take_control(m, s, len);
	switch (mend_section_stop(s, len, m->literal_in_item, m->finishing)) {
	case SECTION_UNSURE:
		return 0;
	case SECTION_ENDS:
		m->state = TEXT;
		return strlen("]]>");
	case SECTION_FORGOTTEN:
		m->state = TEXT;
		return take_markup(m, s, len);
	case SECTION_GOES_ON:
		break;
	}
	buf_add_char(&m->text, *s);
	return 1;
}

/* Text up to where something cut begins, or other text: what means itself
 * and what does not, in turns. */
static size_t
take_run(struct mender *m, const char *s, size_t len,
    size_t (*plain_len)(const char *, size_t),
    size_t (*take_other)(struct mender *, const char *, size_t))
{
	enum mend_state state = m->state;
	size_t done = 0, n;

	while (done < len && m->state == state && m->problem == MEND_FINE) {
		n = plain_len(s + done, len - done);
		if (n > 0)
			add_text(m, s + done, n);
		done += n;
		flush_full(m);
		if (done == len)
			break;
		n = take_other(m, s + done, len - done);
		if (n == 0)
			break;
		done += n;
	}
	return done;
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
			n = take_run(m, s + done, len - done, mend_plain_len,
			    take_special);
			break;
		case LITERAL:
			n = take_run(m, s + done, len - done, mend_literal_len,
			    take_literal_special);
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
	flush_full(m);
}

void
mender_flush(struct mender *m)
{
	if (m->problem == MEND_FINE)
		flush(m);
}

bool
mender_is_at_rest(const struct mender *m, uint64_t *open)
{
	return m->state == TEXT && m->held.len == 0 && m->out.len == 0 &&
	       m->text.len == 0 && m->entities.len == 0 &&
	       tag_stack_hash(&m->stack, open);
}

void
mender_finish(struct mender *m)
{
	m->finishing = true;
	if (m->problem == MEND_FINE && m->held.len > 0)
		take(m, m->held.data, m->held.len);
	flush(m);
}

void
mender_close(struct mender *m)
{
	tag_close_to(&m->stack, 0, &m->out);
	buf_add_str(&m->out, "</wirewatch>");
	flush(m);
}

/*
 * Entities of a DOCTYPE, as far as they are plain text.
 */
#include <ctype.h>
#include <string.h>

#include "parse/mend_entity.h"
#include "parse/mend_tag.h"
#include "text/entity.h"

struct cursor {
	const char *at, *end;
};

static size_t
left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static void
skip_space(struct cursor *c)
{
	while (c->at < c->end && isspace((unsigned char)*c->at))
		c->at++;
}

/* The text of a value; false: it refers to other entities. */
static bool
decode_value(struct buf *out, const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (s[i] != '&')
			buf_add_char(out, s[i]);
		else if ((n = tag_decode_reference(s + i, len - i, out)) == 0)
			return false;
	}
	return true;
}

/* Names of HTML are known already, and only such as they are can be told in
 * broken text. */
static bool
is_kept(const struct mend_entities *e, const char *name, size_t len)
{
	size_t text_len;

	if (e->len == MEND_ENTITIES_MAX || len > ENTITY_NAME_MAX ||
	    entity_find(name, len, 0, &text_len) != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	return len > 0;
}

/* A set of HTML's own names, to be fetched from the W3C: they are known. */
static bool
skip_html_set(struct cursor *c)
{
	static const char html[] = "PUBLIC \"-//W3C//ENTITIES ";
	const char *end = memchr(c->at, '>', left(c));

	if (end == NULL || memmem(c->at, (size_t)(end - c->at), html,
			       sizeof(html) - 1) == NULL)
		return false;
	c->at = end;
	return true;
}

/* After "<!ENTITY": name and value. */
static bool
read_declaration(struct mend_entities *e, struct cursor *c)
{
	const char *name, *value, *end;
	struct buf text = BUF_INIT;
	size_t name_len;
	bool ok = false;

	skip_space(c);
	if (left(c) > 0 && *c->at == '%')
		return skip_html_set(c);
	name = c->at;
	while (c->at < c->end && !isspace((unsigned char)*c->at))
		c->at++;
	name_len = (size_t)(c->at - name);
	skip_space(c);
	if (left(c) < 2 || (*c->at != '"' && *c->at != '\''))
		return false;
	value = c->at + 1;
	end = memchr(value, *c->at, left(c) - 1);
	if (end != NULL && end - value <= MEND_ENTITY_TEXT_MAX)
		ok = decode_value(&text, value, (size_t)(end - value));
	if (ok && is_kept(e, name, name_len)) {
		buf_add(&e->names, name, name_len);
		buf_add_char(&e->names, '\0');
		buf_add(&e->names, buf_str(&text), strlen(buf_str(&text)) + 1);
		e->len++;
	}
	buf_clear(&text);
	c->at = ok ? end + 1 : c->end;
	return ok;
}

bool
mend_entities_read(struct mend_entities *e, const char *doctype, size_t len)
{
	static const char keyword[] = "<!ENTITY";
	struct cursor c = {doctype, doctype + len};

	while ((c.at = memmem(c.at, left(&c), keyword, sizeof(keyword) - 1)) !=
	       NULL) {
		c.at += sizeof(keyword) - 1;
		if (!read_declaration(e, &c))
			return false;
	}
	return true;
}

size_t
mend_entities_decode(
    struct mend_entities *e, const char *s, size_t len, struct buf *out)
{
	const char *at = e->names.data, *text;
	size_t n = 1;

	while (n < len && isalnum((unsigned char)s[n]))
		n++;
	if (n == len || s[n] != ';' || e->tried == MEND_ENTITIES_TRIED)
		return 0;
	e->tried++;
	for (size_t i = 0; i < e->len; i++) {
		text = at + strlen(at) + 1;
		if (strlen(at) == n - 1 && memcmp(at, s + 1, n - 1) == 0 &&
		    e->spent + strlen(text) <= MEND_ENTITIES_SPENT) {
			e->spent += strlen(text);
			buf_add_str(out, text);
			return n + 1;
		}
		at = text + strlen(text) + 1;
	}
	return 0;
}

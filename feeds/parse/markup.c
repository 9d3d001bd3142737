/*
 * Markup inside of texts: XHTML in Atom, unescaped HTML in RSS.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "parse/document.h"
#include "parse/markup.h"
#include "parse/url.h"
#include "text/html_tag.h"

bool
markup_is_url(const char *attribute, size_t len)
{
	static const char *const names[] = {"href", "src", "cite", "action",
	    "longdesc", "background", "poster", "data", "codebase", "classid",
	    "usemap", "profile"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    strncasecmp(attribute, names[i], len) == 0)
			return true;
	return false;
}

/* in_tag: the text is an attribute's value, where `>` may be and `"` not. */
static void
add_escaped(struct buf *out, const char *text, size_t len, bool in_tag)
{
	for (size_t i = 0; i < len; i++) {
		size_t n = i;
		char c;

		while (n < len && text[n] != '<' && text[n] != '&' &&
		       text[n] != (in_tag ? '"' : '>'))
			n++;
		buf_add(out, text + i, n - i);
		i = n;
		if (i == len)
			break;
		c = text[i];
		buf_add_str(out, c == '<'   ? "&lt;"
				 : c == '>' ? "&gt;"
				 : c == '"' ? "&quot;"
					    : "&amp;");
	}
}

void
markup_add_text(struct buf *out, const char *text, size_t len)
{
	add_escaped(out, text, len, false);
}

void
markup_add_value(struct buf *out, const char *text, size_t len)
{
	add_escaped(out, text, len, true);
}

static void
add_attribute(
    struct document *doc, const struct element *el, const unsigned char **a)
{
	const char *name = (const char *)a[0];
	struct buf value = BUF_INIT, url = BUF_INIT;

	if (a[1] != NULL)
		return; /* xml:lang and the like */
	attribute_add_value(&value, a);
	if (!markup_is_url(name, strlen(name)) ||
	    !url_resolve_add(
		&url, document_base(doc, el), buf_str(&value), value.len))
		buf_add(&url, buf_str(&value), value.len);
	buf_add_char(&doc->text, ' ');
	buf_add_str(&doc->text, name);
	buf_add_str(&doc->text, "=\"");
	markup_add_value(&doc->text, buf_str(&url), url.len);
	buf_add_char(&doc->text, '"');
	buf_clear(&value);
	buf_clear(&url);
}

/* The <div> that Atom wants around XHTML (RFC 4287 section 3.1.1.3): the first
 * element, where no text is before it. */
static bool
is_wrapper(
    const struct document *doc, struct element *el, const unsigned char *name)
{
	struct element *parent = el - 1;
	bool is_first = parent->drops_div;

	parent->drops_div = false;
	if (!is_first || strcasecmp((const char *)name, "div") != 0)
		return false;
	for (size_t i = parent->text_start; i < doc->text.len; i++)
		if (!isspace((unsigned char)doc->text.data[i]))
			return false;
	return true;
}

void
markup_start(struct document *doc, struct element *el,
    const unsigned char *name, const unsigned char *prefix,
    const struct attributes *attributes)
{
	size_t len = strlen((const char *)name);
	bool is_void =
	    (html_element_flags((const char *)name, len) & HTML_VOID) != 0;

	/* A plain text with elements in it is markup after all. */
	if (el[-1].rule != NULL && el[-1].type == RAW_PLAIN)
		el[-1].type = RAW_HTML;
	el->inside = IN_MARKUP;
	el->takes_text = el->escapes = true;
	if (doc->text.len >= RAW_TEXT_MAX || is_wrapper(doc, el, name))
		return;
	buf_add_char(&doc->text, '<');
	buf_add(&doc->text, name, len);
	for (size_t i = 0; i < attributes->len; i++)
		add_attribute(doc, el, attributes->list + 5 * i);
	buf_add_str(&doc->text, is_void ? " />" : ">");
	el->wrote_tag = !is_void;
}

void
markup_end(struct document *doc, const unsigned char *name)
{
	buf_add_str(&doc->text, "</");
	buf_add_str(&doc->text, (const char *)name);
	buf_add_char(&doc->text, '>');
}

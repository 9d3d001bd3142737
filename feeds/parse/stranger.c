/*
 * Says of a document that is no feed what it is instead.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "parse/document.h"
#include "parse/stranger.h"
#include "text/clean.h"

#define QUOTE_MAX 100 /* bytes of a title or text that are shown */

bool
stranger_is_wall(const char *title)
{
	static const char *const signs[] = {"just a moment",
	    "attention required", "access denied", "captcha", "are you a robot",
	    "not a robot", "ddos-guard", "checking your browser",
	    "security check", "one moment, please", "human verification",
	    "pardon our interruption", "request blocked", "bot verification",
	    "403 forbidden"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strcasestr(title, signs[i]) != NULL)
			return true;
	return false;
}

/* Whether a control stands there that no text has (WHATWG MIME Sniffing
 * section 3, binary data byte). */
static bool
is_binary(const char *start, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)start[i];

		if (c < ' ' && memchr("\t\n\f\r\033", c, 5) == NULL)
			return true;
	}
	return false;
}

/* Appends the text in quotes, as one line. */
static void
add_quoted(struct buf *out, const char *text)
{
	char *line = clean_str(text, CLEAN_LINE);

	line[utf8_cut(line, strlen(line), QUOTE_MAX)] = '\0';
	buf_addf(out, " (\"%s\")", line);
	free(line);
}

static void
describe_page(struct buf *out, const struct document *doc)
{
	if (doc->page_title != NULL && stranger_is_wall(doc->page_title))
		buf_add_str(out, "a bot wall");
	else
		buf_add_str(out, doc->root_name);
	if (doc->page_title != NULL)
		add_quoted(out, doc->page_title);
	if (doc->page_links_len > 0)
		buf_addf(out, " that names %zu feed%s:", doc->page_links_len,
		    doc->page_links_len > 1 ? "s" : "");
	for (size_t i = 0; i < doc->page_links_len; i++)
		buf_addf(out, " %s", doc->page_links[i]);
}

void
stranger_describe(
    struct buf *out, const struct document *doc, const struct buf *start)
{
	if (is_binary(buf_str(start), start->len)) {
		buf_add_str(out, "binary data");
	} else if (doc->root_name != NULL) {
		describe_page(out, doc);
	} else if (doc->strange_root != NULL) {
		buf_add_str(out, "an XML document");
		add_quoted(out, doc->strange_root);
		buf_add_str(out, ", but none of feeds");
	} else {
		buf_add_str(out, "plain text");
		add_quoted(out, buf_str(start));
	}
}

/*
 * Any bytes as HTML, as a title, as text: the results are clean, and clean
 * text stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "parse/links.h"
#include "text/clean.h"
#include "text/html.h"
#include "tests/fuzz.h"

#define TEXT_MAX 4096

/* Aborts when the text is not valid UTF-8 or cleaning changes it. */
static void
check_clean(const struct buf *text, enum clean_form form)
{
	struct buf again = BUF_INIT;

	clean_add(&again, buf_str(text), text->len, form);
	if (!utf8_is_valid(buf_str(text), text->len) ||
	    again.len != text->len ||
	    memcmp(buf_str(&again), buf_str(text), text->len) != 0)
		abort();
	buf_clear(&again);
}

/* Aborts when a text that needs no cleaning is changed by it. */
static void
check_plain(const char *text, enum clean_form form)
{
	char *clean = clean_str(text, form);

	if (clean_is_plain(text, form) && strcmp(clean, text) != 0)
		abort();
	free(clean);
}

/* Aborts when an article has a line that its HTML has not, or another order. */
static void
check_article(const char *html, size_t len, const struct buf *text)
{
	struct buf article = BUF_INIT;
	const char *rest = buf_str(text);
	char *lines, *line;

	html_to_article(&article, html, len, TEXT_MAX);
	if (!utf8_is_valid(buf_str(&article), article.len) ||
	    article.len > TEXT_MAX)
		abort();
	lines = article.data;
	while (text->len < TEXT_MAX / 2 && (line = strsep(&lines, "\n"))) {
		rest = rest != NULL ? strstr(rest, line) : NULL;
		if (rest == NULL)
			abort();
		rest += strlen(line);
	}
	buf_clear(&article);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *s = (const char *)bytes;
	struct buf out = BUF_INIT;
	char *text = xstrndup(s, len);

	check_plain(text, CLEAN_TEXT);
	check_plain(text, CLEAN_LINE);
	free(text);
	html_to_text(&out, s, len, TEXT_MAX);
	if (out.len > TEXT_MAX || !utf8_is_valid(buf_str(&out), out.len))
		abort();
	check_article(s, len, &out);
	buf_clear(&out);
	html_maybe_to_line(&out, s, len);
	check_clean(&out, CLEAN_LINE);
	buf_clear(&out);
	clean_add(&out, s, len, CLEAN_TEXT);
	check_clean(&out, CLEAN_TEXT);
	buf_clear(&out);
	links_resolve(&out, s, len, "http://h/");
	buf_clear(&out);
	return 0;
}

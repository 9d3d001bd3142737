/*
 * Resolution of the links in HTML.
 */
#include <string.h>

#include "base/buf.h"
#include "parse/links.h"
#include "parse/markup.h"
#include "parse/url.h"
#include "text/entity.h"
#include "text/html_tag.h"

/* A value with its character references decoded, as browsers do in attributes:
 * only with a semicolon. */
static void
decode_value(struct buf *out, const char *s, size_t len)
{
	char text[ENTITY_TEXT_MAX];
	size_t n, text_len;

	for (size_t i = 0; i < len; i += n) {
		n = s[i] == '&' ? entity_decode(s + i, len - i, text, &text_len)
				: 0;
		if (n > 0 && s[i + n - 1] == ';')
			buf_add(out, text, text_len);
		else {
			buf_add_char(out, s[i]);
			n = 1;
		}
	}
}

/* Whether the value would change by being resolved. */
static bool
resolve_value(struct buf *url, const char *base, const char *s, size_t len)
{
	struct buf value = BUF_INIT;
	bool changed;

	decode_value(&value, s, len);
	changed = url_resolve_add(url, base, buf_str(&value), value.len) &&
		  (url->len != value.len ||
		      memcmp(url->data, value.data, value.len) != 0);
	buf_clear(&value);
	return changed;
}

static void
add_tag(struct buf *out, const struct html_token *tag, const char *base)
{
	const char *at = tag->attributes, *copied = tag->bytes, *end;
	size_t left = tag->attributes_len;
	struct html_attribute a;
	struct buf url = BUF_INIT;

	while (html_next_attribute(&at, &left, &a)) {
		buf_reset(&url);
		if (!markup_is_url(a.name, a.name_len) || !a.has_value ||
		    !resolve_value(&url, base, a.value, a.value_len))
			continue;
		/* From the name on, so that quotes are ours. */
		end = a.value + a.value_len;
		buf_add(out, copied, (size_t)(a.name - copied));
		buf_add(out, a.name, a.name_len);
		buf_add_str(out, "=\"");
		markup_add_value(out, url.data, url.len);
		buf_add_char(out, '"');
		copied = end + (*end == '"' || *end == '\'');
	}
	buf_add(out, copied, (size_t)(tag->bytes + tag->len - copied));
	buf_clear(&url);
}

void
links_resolve(struct buf *out, const char *html, size_t len, const char *base)
{
	struct html_reader reader = {.at = html, .left = len};
	struct html_token token;
	const char *copied = html;

	while (base != NULL && html_next(&reader, &token)) {
		if (token.kind != HTML_TAG || token.is_end ||
		    token.attributes_len == 0)
			continue;
		buf_add(out, copied, (size_t)(token.bytes - copied));
		add_tag(out, &token, base);
		copied = token.bytes + token.len;
	}
	buf_add(out, copied, (size_t)(html + len - copied));
}

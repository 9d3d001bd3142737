/*
 * A lenient tokeniser of HTML. Each byte is looked at a bounded number of
 * times, whatever was left open.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/html_tag.h"

#define NAME_MAX_LEN 10 /* of the elements in the table */

struct element {
	const char *name;
	unsigned flags;
};

#define K HTML_KNOWN
#define B (HTML_KNOWN | HTML_BLOCK)
#define V (HTML_KNOWN | HTML_VOID)

/* Sorted by name. */
static const struct element elements[] = {{"a", K}, {"abbr", K}, {"acronym", K},
    {"address", B}, {"area", V}, {"article", B}, {"aside", B}, {"audio", K},
    {"b", K}, {"base", V}, {"bdi", K}, {"bdo", K}, {"big", K}, {"blink", K},
    {"blockquote", B}, {"body", B}, {"br", V | B}, {"button", K}, {"canvas", K},
    {"caption", B}, {"center", B}, {"cite", K}, {"code", K}, {"col", V},
    {"colgroup", K}, {"data", K}, {"datalist", K}, {"dd", B}, {"del", K},
    {"details", B}, {"dfn", K}, {"dialog", B}, {"dir", B}, {"div", B},
    {"dl", B}, {"dt", B}, {"em", K}, {"embed", V}, {"fieldset", B},
    {"figcaption", B}, {"figure", B}, {"font", K}, {"footer", B}, {"form", B},
    {"frame", V}, {"frameset", K}, {"h1", B}, {"h2", B}, {"h3", B}, {"h4", B},
    {"h5", B}, {"h6", B}, {"head", K | HTML_SILENT}, {"header", B},
    {"hgroup", B}, {"hr", V | B}, {"html", B}, {"i", K},
    {"iframe", K | HTML_SILENT | HTML_RAW}, {"img", V}, {"input", V},
    {"ins", K}, {"kbd", K}, {"label", K}, {"legend", B}, {"li", B}, {"link", V},
    {"main", B}, {"map", K}, {"mark", K}, {"marquee", B}, {"menu", B},
    {"meta", V}, {"meter", K}, {"nav", B}, {"nobr", K},
    {"noembed", K | HTML_SILENT | HTML_RAW},
    {"noframes", K | HTML_SILENT | HTML_RAW}, {"noscript", K}, {"object", K},
    {"ol", B}, {"optgroup", B}, {"option", B}, {"output", K}, {"p", B},
    {"param", V}, {"picture", K}, {"pre", B}, {"progress", K}, {"q", K},
    {"rp", K}, {"rt", K}, {"ruby", K}, {"s", K}, {"samp", K},
    {"script", K | HTML_SILENT | HTML_RAW}, {"section", B}, {"select", K},
    {"small", K}, {"source", V}, {"span", K}, {"strike", K}, {"strong", K},
    {"style", K | HTML_SILENT | HTML_RAW}, {"sub", K}, {"summary", B},
    {"sup", K}, {"svg", K}, {"table", B}, {"tbody", B}, {"td", K | HTML_CELL},
    {"template", K | HTML_SILENT}, {"textarea", K}, {"tfoot", B},
    {"th", K | HTML_CELL}, {"thead", B}, {"time", K}, {"title", B}, {"tr", B},
    {"track", V}, {"tt", K}, {"u", K}, {"ul", B}, {"var", K}, {"video", K},
    {"wbr", V}};

#undef K
#undef B
#undef V

static_assert(sizeof(elements) / sizeof(elements[0]) <= HTML_ELEMENTS_MAX,
    "a set has room for all elements");

static int
compare_element(const void *name, const void *element)
{
	return strcmp(name, ((const struct element *)element)->name);
}

/* The element of that name; NULL: not of HTML. */
static const struct element *
find_element(const char *name, size_t len)
{
	char lower[NAME_MAX_LEN + 1];

	if (len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[len] = '\0';
	return bsearch(lower, elements, sizeof(elements) / sizeof(elements[0]),
	    sizeof(elements[0]), compare_element);
}

unsigned
html_element_flags(const char *name, size_t len)
{
	const struct element *found = find_element(name, len);

	return found != NULL ? found->flags : 0;
}

void
html_names_add(struct html_names *set, const char *name, size_t len)
{
	const struct element *found = find_element(name, len);

	if (found != NULL)
		set->has[found - elements] = true;
}

bool
html_names_has(const struct html_names *set, const char *name, size_t len)
{
	const struct element *found = find_element(name, len);

	return found != NULL && set->has[found - elements];
}

/* The end of a tag that begins at s, past its `>`; NULL: it never ends. */
static const char *
find_tag_end(struct html_reader *reader)
{
	const char *end = reader->at + reader->left;
	char quote = '\0';

	for (const char *p = reader->at; !reader->no_quotes && p < end; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '>')
			return p + 1;
		else if ((*p == '"' || *p == '\'') && p[-1] == '=')
			quote = *p;
	}
	if (quote != '\0')
		reader->no_quotes = true;
	if (!reader->no_quotes)
		return NULL;
	end = memchr(reader->at, '>', reader->left);
	return end != NULL ? end + 1 : NULL;
}

static bool
is_name_char(char c)
{
	return c != '>' && c != '/' && !isspace((unsigned char)c);
}

static void
read_tag(struct html_reader *reader, struct html_token *token)
{
	const char *end = find_tag_end(reader);
	const char *p = reader->at + 1;

	token->bytes = reader->at;
	if (end == NULL) {
		token->kind = HTML_IGNORED;
		token->len = reader->left;
		return;
	}
	token->kind = HTML_TAG;
	token->len = (size_t)(end - reader->at);
	token->is_end = *p == '/';
	if (token->is_end)
		p++;
	token->name = p;
	while (is_name_char(*p))
		p++;
	token->name_len = (size_t)(p - token->name);
	token->attributes = p;
	token->attributes_len = (size_t)(end - 1 - p);
}

/* A token that runs from the reader's place to the end mark, or to the end. */
static void
read_until(struct html_reader *reader, const char *mark, size_t skip,
    struct html_token *token)
{
	size_t mark_len = strlen(mark);
	const char *found =
	    reader->left > skip
		? memmem(reader->at + skip, reader->left - skip, mark, mark_len)
		: NULL;

	token->bytes = reader->at;
	token->len = found != NULL ? (size_t)(found - reader->at) + mark_len
				   : reader->left;
}

static bool
begins(const struct html_reader *reader, const char *prefix)
{
	size_t len = strlen(prefix);

	return reader->left >= len && memcmp(reader->at, prefix, len) == 0;
}

/* Whether a tag, comment or declaration begins at p, of which left bytes are
 * left; a lone `<` is text. */
static bool
is_markup(const char *p, size_t left)
{
	if (left < 2)
		return false;
	if (p[1] == '/')
		return left > 2 && isalpha((unsigned char)p[2]);
	return p[1] == '!' || p[1] == '?' || isalpha((unsigned char)p[1]);
}

static void
read_text(struct html_reader *reader, struct html_token *token)
{
	const char *p = reader->at, *end = p + reader->left;

	while (p < end && (*p != '<' || !is_markup(p, (size_t)(end - p)))) {
		p = memchr(p + 1, '<', (size_t)(end - p - 1));
		if (p == NULL)
			p = end;
	}
	token->kind = HTML_TEXT;
	token->bytes = reader->at;
	token->len = (size_t)(p - reader->at);
}

static void
read_cdata(struct html_reader *reader, struct html_token *token)
{
	const size_t open = strlen("<![CDATA[");

	read_until(reader, "]]>", open, token);
	reader->at += token->len;
	reader->left -= token->len;
	token->kind = HTML_LITERAL;
	token->bytes += open;
	token->len -= open;
	if (token->len >= 3 && memcmp(reader->at - 3, "]]>", 3) == 0)
		token->len -= 3;
}

bool
html_next(struct html_reader *reader, struct html_token *token)
{
	*token = (struct html_token){.kind = HTML_END};
	if (reader->left == 0)
		return false;
	if (*reader->at != '<' || !is_markup(reader->at, reader->left))
		read_text(reader, token);
	else if (begins(reader, "<![CDATA[")) {
		read_cdata(reader, token);
		return true;
	} else if (reader->at[1] == '!' || reader->at[1] == '?') {
		token->kind = HTML_IGNORED;
		if (begins(reader, "<!--"))
			read_until(reader, "-->", 4, token);
		else
			read_until(reader, ">", 2, token);
	} else
		read_tag(reader, token);
	reader->at += token->len;
	reader->left -= token->len;
	return true;
}

void
html_skip_raw(struct html_reader *reader, const struct html_token *start)
{
	const char *p = reader->at, *end = p + reader->left;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		size_t left = (size_t)(end - p);

		if (left > start->name_len + 2 && p[1] == '/' &&
		    strncasecmp(p + 2, start->name, start->name_len) == 0)
			break;
		p++;
	}
	if (p == NULL)
		p = end;
	reader->left = (size_t)(end - p);
	reader->at = p;
}

static void
read_value(const char **at, const char *end, struct html_attribute *out)
{
	const char *p = *at;
	char quote = *p;

	if (quote == '"' || quote == '\'') {
		out->value = ++p;
		while (p < end && *p != quote)
			p++;
		out->value_len = (size_t)(p - out->value);
		*at = p < end ? p + 1 : p;
		return;
	}
	out->value = p;
	while (p < end && !isspace((unsigned char)*p))
		p++;
	out->value_len = (size_t)(p - out->value);
	*at = p;
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

bool
html_next_attribute(const char **at, size_t *left, struct html_attribute *out)
{
	const char *p = *at, *end = p + *left;

	*out = (struct html_attribute){.value = ""};
	while (
	    p < end && (isspace((unsigned char)*p) || *p == '/' || *p == '='))
		p++;
	out->name = p;
	while (p < end && is_name_char(*p) && *p != '=')
		p++;
	out->name_len = (size_t)(p - out->name);
	if (out->name_len > 0) {
		const char *value = skip_space(p, end);

		if (value < end && *value == '=') {
			p = skip_space(value + 1, end);
			out->has_value = true;
			if (p < end)
				read_value(&p, end, out);
		}
	}
	*left = (size_t)(end - p);
	*at = p;
	return out->name_len > 0;
}

bool
html_tag_is(const struct html_token *tag, const char *name, size_t len)
{
	return tag->name_len == len && strncasecmp(tag->name, name, len) == 0;
}

bool
html_find_attribute(const struct html_token *token, const char *name,
    struct html_attribute *out)
{
	const char *at = token->attributes;
	size_t left = token->attributes_len;

	while (html_next_attribute(&at, &left, out))
		if (strlen(name) == out->name_len &&
		    strncasecmp(name, out->name, out->name_len) == 0)
			return true;
	return false;
}

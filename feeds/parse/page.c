/*
 * Documents that are no feeds: HTML pages, which may name some, OPML and
 * others that can be told by their root.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "parse/document.h"
#include "parse/names.h"
#include "parse/url.h"

static void
start_html(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->root_name = "an HTML page";
}

static void
start_opml(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->root_name = "an OPML list";
}

/* What begins like an HTML page to browsers, too (WHATWG MIME Sniffing section
 * 7.1): a feed may still come, behind the message of a program that failed. */
static void
start_fragment(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	if (doc->root_name == NULL)
		doc->root_name = "a piece of HTML";
}

static void
start_soap(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	if (doc->root_name == NULL)
		doc->root_name = "a SOAP message";
}

/* Pages are one place, however deep their elements are. */
static void
start_any(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	el->inside = IN_PAGE;
}

static void
end_title(
    struct document *doc, struct element *el, const struct content *content)
{
	if (doc->page_title == NULL && content->len > 0)
		doc->page_title = xstrdup(content->text);
}

static bool
is_feed_type(const char *type)
{
	static const char *const types[] = {"application/rss+xml",
	    "application/atom+xml", "application/feed+json",
	    "application/rdf+xml", "text/xml", "application/xml"};

	for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

/* Takes the address of a feed. Some pages name one twice, and some have links
 * that lead out of the web. */
static void
take_link(struct document *doc, char *url)
{
	bool known = doc->page_links_len == DOCUMENT_LINKS_MAX;

	for (size_t i = 0; url != NULL && i < doc->page_links_len; i++)
		known |= strcmp(doc->page_links[i], url) == 0;
	if (url == NULL || known || (url_is_absolute(url) && !url_is_web(url)))
		free(url);
	else
		doc->page_links[doc->page_links_len++] = url;
}

/* <link rel="alternate" type="application/rss+xml" href="...">. */
static void
start_link(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf rel = BUF_INIT, type = BUF_INIT, href = BUF_INIT;
	const char *name = attribute_get(attributes, "rel", &rel);
	const char *ref = attribute_get(attributes, "href", &href);

	if (name != NULL && ref != NULL &&
	    strcasestr(name, "alternate") != NULL &&
	    is_feed_type(attribute_get(attributes, "type", &type)))
		take_link(doc,
		    url_resolve(doc->page_base != NULL ? doc->page_base
						       : document_base(doc, el),
			ref));
	buf_clear(&rel);
	buf_clear(&type);
	buf_clear(&href);
	el->inside = IN_PAGE;
}

/* <base href>: of the whole page. */
static void
start_base(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf href = BUF_INIT;
	const char *ref = attribute_get(attributes, "href", &href);
	char *url =
	    ref != NULL ? url_resolve(document_base(doc, el), ref) : NULL;

	if (url != NULL && doc->page_base == NULL)
		doc->page_base = url;
	else
		free(url);
	buf_clear(&href);
	el->inside = IN_PAGE;
}

#define FRAGMENT(name)                                                     \
	{                                                                  \
		SPACE_NONE, name, IN_TOP, start_fragment, .inside = IN_TOP \
	}

#define PAGE(name)                                    \
	{SPACE_NONE, name, IN_PAGE, start_any},       \
	{                                             \
		SPACE_XHTML, name, IN_PAGE, start_any \
	}

const struct rule page_rules[] = {
    {SPACE_NONE, "html", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_XHTML, "html", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_NONE, "head", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_NONE, "body", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_NONE, "script", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_NONE, "noscript", IN_TOP, start_html, .inside = IN_PAGE},
    {SPACE_NONE, "opml", IN_TOP, start_opml},
    {SPACE_NONE, "envelope", IN_TOP, start_soap}, FRAGMENT("a"), FRAGMENT("b"),
    FRAGMENT("br"), FRAGMENT("center"), FRAGMENT("div"), FRAGMENT("h1"),
    FRAGMENT("iframe"), FRAGMENT("p"), FRAGMENT("style"), FRAGMENT("table"),
    {SPACE_NONE, "title", IN_PAGE, NULL, end_title, .takes_text = true},
    {SPACE_XHTML, "title", IN_PAGE, NULL, end_title, .takes_text = true},
    {SPACE_NONE, "link", IN_PAGE, start_link},
    {SPACE_XHTML, "link", IN_PAGE, start_link},
    {SPACE_NONE, "base", IN_PAGE, start_base},
    {SPACE_XHTML, "base", IN_PAGE, start_base}, PAGE("head"), PAGE("meta"),
    PAGE("body"), PAGE("div"), PAGE("script"), PAGE("style"), PAGE("noscript"),
    PAGE("pre"), {SPACE_NONE, NULL, 0}};

/*
 * OPML by libxml2's SAX2, strictly: a list is the operator's own file, and an
 * error in it is told with its line.
 */
#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse/document.h"
#include "parse/opml.h"
#include "text/clean.h"

struct reader {
	struct opml *opml;
	xmlParserCtxtPtr context;
	int open[OPML_DEPTH_MAX]; /* indexes of the open outlines */
	int depth;
	bool has_root; /* <opml> came */
	bool in_head;
	bool in_title;
	struct buf title;
};

static void
fail(struct reader *r, int line, const char *why)
{
	if (r->opml->error == NULL) {
		r->opml->error = clean_str(why, CLEAN_LINE);
		r->opml->error_line = line;
	}
	xmlStopParser(r->context);
}

static int
line_of(const struct reader *r)
{
	return xmlSAX2GetLineNumber(r->context);
}

/* The value of an attribute, cleaned; NULL when missing or empty. */
static char *
take_attribute(const xmlChar **list, int len, const char *name)
{
	const struct attributes attributes = {list, (size_t)len};
	struct buf value = BUF_INIT, clean = BUF_INIT;
	const char *text = attribute_get(&attributes, name, &value);

	if (text != NULL)
		clean_add(&clean, text, strlen(text), CLEAN_LINE);
	buf_clear(&value);
	if (clean.len > 0)
		return buf_take(&clean);
	buf_clear(&clean);
	return NULL;
}

static void
split_categories(struct opml_outline *outline, const char *list)
{
	for (; list != NULL && *list != '\0';) {
		size_t n = strcspn(list, ",");
		struct buf clean = BUF_INIT;

		clean_add(&clean, list, n, CLEAN_LINE);
		if (clean.len > 0)
			strings_add(&outline->categories, clean.data);
		buf_clear(&clean);
		list += n + (list[n] == ',');
	}
}

/* The path of the folders that enclose what is open now. */
static char *
folder_path(const struct reader *r)
{
	struct buf path = BUF_INIT;

	for (int i = 0; i < r->depth; i++) {
		if (i > 0)
			buf_add_char(&path, '/');
		buf_add_str(&path, r->opml->outlines[r->open[i]].text);
	}
	return buf_take(&path);
}

/* Makes room for one more outline; the list grows by doubling. */
static struct opml_outline *
add_outline(struct opml *opml)
{
	size_t len = opml->outlines_len;

	if ((len & (len - 1)) == 0)
		opml->outlines = xreallocarray(opml->outlines,
		    len == 0 ? 1 : 2 * len, sizeof(*opml->outlines));
	opml->outlines[len] = (struct opml_outline){0};
	opml->outlines_len++;
	return &opml->outlines[len];
}

static void
start_outline(struct reader *r, const xmlChar **list, int len)
{
	struct opml_outline *outline;
	char *categories, *folder;

	if (r->depth == OPML_DEPTH_MAX) {
		fail(r, line_of(r), "outlines are nested too deep");
		return;
	}
	if (r->opml->outlines_len == OPML_OUTLINES_MAX) {
		fail(r, line_of(r), "there are too many outlines");
		return;
	}
	folder = folder_path(r);
	outline = add_outline(r->opml);
	outline->folder = folder;
	outline->text = take_attribute(list, len, "text");
	if (outline->text == NULL)
		outline->text = take_attribute(list, len, "title");
	if (outline->text == NULL)
		outline->text = xstrdup("");
	outline->xml_url = take_attribute(list, len, "xmlurl");
	outline->html_url = take_attribute(list, len, "htmlurl");
	outline->type = take_attribute(list, len, "type");
	outline->language = take_attribute(list, len, "language");
	outline->line = line_of(r);
	outline->parent = r->depth > 0 ? r->open[r->depth - 1] : -1;
	categories = take_attribute(list, len, "category");
	split_categories(outline, categories);
	free(categories);
	r->open[r->depth++] = (int)r->opml->outlines_len - 1;
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces_len, const xmlChar **namespaces, int len,
    int defaulted, const xmlChar **list)
{
	struct reader *r = arg;
	const char *local = (const char *)name;

	if (!r->has_root) {
		r->has_root = strcasecmp(local, "opml") == 0;
		if (!r->has_root)
			fail(r, line_of(r),
			    "not an OPML list: its root is not <opml>");
	} else if (strcasecmp(local, "outline") == 0)
		start_outline(r, list, len);
	else if (strcasecmp(local, "head") == 0)
		r->in_head = true;
	else if (strcasecmp(local, "title") == 0)
		r->in_title = r->in_head;
}

static void
on_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = arg;
	const char *local = (const char *)name;

	r->in_title = false;
	if (strcasecmp(local, "outline") == 0 && r->depth > 0)
		r->depth--;
	else if (strcasecmp(local, "head") == 0)
		r->in_head = false;
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct reader *r = arg;

	if (r->in_title)
		buf_add(&r->title, text, (size_t)len);
}

static void
on_entity(void *arg, const xmlChar *name, int type, const xmlChar *public_id,
    const xmlChar *system_id, xmlChar *content)
{
	struct reader *r = arg;

	fail(r, line_of(r), "declares entities, which are refused");
}

/* The first error of the XML, as libxml2 words it. */
static void
on_error(void *arg, xmlErrorPtr error)
{
	struct reader *r = arg;

	if (error->level >= XML_ERR_ERROR && error->message != NULL)
		fail(r, error->line, error->message);
}

static const xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .cdataBlock = on_text,
    .entityDecl = on_entity,
    .serror = (xmlStructuredErrorFunc)on_error};

int
opml_parse(const char *bytes, size_t len, struct opml *opml)
{
	struct reader r = {.opml = opml};

	*opml = (struct opml){0};
	if (len == 0 || len > INT32_MAX) {
		opml->error = xstrdup(len == 0 ? "empty file" : "too large");
		return -1;
	}
	r.context = xmlCreatePushParserCtxt(
	    (xmlSAXHandlerPtr)(uintptr_t)&handler, &r, NULL, 0, NULL);
	if (r.context == NULL)
		abort();
	xmlCtxtUseOptions(r.context, XML_PARSE_NONET);
	r.context->userData = &r;
	xmlParseChunk(r.context, bytes, (int)len, 0);
	xmlParseChunk(r.context, NULL, 0, 1);
	if (opml->error == NULL && !r.has_root)
		opml->error = xstrdup("not an OPML list");
	xmlFreeDoc(r.context->myDoc); /* a DOCTYPE makes one */
	xmlFreeParserCtxt(r.context);
	opml->title =
	    r.title.len > 0 ? clean_str(r.title.data, CLEAN_LINE) : NULL;
	buf_clear(&r.title);
	return opml->error != NULL ? -1 : 0;
}

static void
clear_outline(struct opml_outline *outline)
{
	free(outline->text);
	free(outline->xml_url);
	free(outline->html_url);
	free(outline->type);
	free(outline->language);
	strings_clear(&outline->categories);
	free(outline->folder);
}

void
opml_clear(struct opml *opml)
{
	if (opml == NULL)
		return;
	for (size_t i = 0; i < opml->outlines_len; i++)
		clear_outline(&opml->outlines[i]);
	free(opml->outlines);
	free(opml->title);
	free(opml->error);
	*opml = (struct opml){0};
}

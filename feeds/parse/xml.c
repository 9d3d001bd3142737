/*
 * The libxml2 side: callbacks, options, memory.
 */
#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "parse/document.h"
#include "parse/xml.h"

struct xml_reader {
	xmlParserCtxtPtr context;
	struct document *doc;
	size_t memory; /* bytes that libxml2 holds for this document */
	bool failed;
};

/* Whose memory libxml2's allocations are, while it runs; NULL: nobody's.
 * libxml2's allocator hooks take no argument. */
static struct xml_reader *counting;

static void *
counted_malloc(size_t size)
{
	void *block;

	if (counting != NULL &&
	    (size > XML_READER_MEMORY_MAX ||
		counting->memory > XML_READER_MEMORY_MAX - size))
		return NULL;
	block = malloc(size);
	if (counting != NULL && block != NULL)
		counting->memory += malloc_usable_size(block);
	return block;
}

static void
counted_free(void *block)
{
	size_t size = block != NULL ? malloc_usable_size(block) : 0;

	if (counting != NULL)
		counting->memory -=
		    size < counting->memory ? size : counting->memory;
	free(block);
}

static void *
counted_realloc(void *old, size_t size)
{
	size_t old_size = old != NULL ? malloc_usable_size(old) : 0;
	void *block;

	if (counting != NULL &&
	    (size > XML_READER_MEMORY_MAX ||
		counting->memory > XML_READER_MEMORY_MAX - size))
		return NULL;
	block = realloc(old, size);
	if (counting != NULL && block != NULL)
		counting->memory += malloc_usable_size(block) - old_size;
	return block;
}

static char *
counted_strdup(const char *string)
{
	size_t len = strlen(string) + 1;
	char *copy = counted_malloc(len);

	if (copy != NULL)
		memcpy(copy, string, len);
	return copy;
}

static xmlParserInputPtr
load_nothing(const char *url, const char *id, xmlParserCtxtPtr context)
{
	return NULL;
}

static void
say_nothing(void *arg, const char *format, ...)
{
}

void
xml_init_process(void)
{
	xmlMemSetup(
	    counted_free, counted_malloc, counted_realloc, counted_strdup);
	xmlInitParser();
	xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
	xmlSetExternalEntityLoader(load_nothing);
	xmlSetGenericErrorFunc(NULL, say_nothing);
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces_len, const xmlChar **namespaces,
    int attributes_len, int defaulted, const xmlChar **list)
{
	struct xml_reader *reader = arg;
	struct attributes attributes = {
	    .list = list, .len = (size_t)attributes_len};

	document_start(reader->doc, name, prefix, uri, &attributes);
}

static void
on_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml_reader *reader = arg;

	document_end(reader->doc, name);
	if (reader->doc->stopped)
		xmlStopParser(reader->context);
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct xml_reader *reader = arg;

	document_text(reader->doc, (const char *)text, (size_t)len);
}

struct xml_reader *
xml_reader_new(struct document *doc)
{
	static const xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .ignorableWhitespace = on_text,
	    .cdataBlock = on_text};
	struct xml_reader *reader = xcalloc(1, sizeof(*reader));

	reader->doc = doc;
	counting = reader;
	reader->context = xmlCreatePushParserCtxt(
	    (xmlSAXHandlerPtr)(uintptr_t)&handler, reader, NULL, 0, NULL);
	if (reader->context == NULL)
		abort();
	xmlCtxtUseOptions(reader->context,
	    XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR |
		XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
	counting = NULL;
	return reader;
}

void
xml_reader_free(struct xml_reader *reader)
{
	if (reader == NULL)
		return;
	counting = reader;
	xmlFreeParserCtxt(reader->context);
	counting = NULL;
	free(reader);
}

static void
parse_chunk(struct xml_reader *reader, const char *xml, size_t len, int end)
{
	if (reader->failed || reader->doc->stopped)
		return;
	counting = reader;
	xmlParseChunk(reader->context, xml, (int)len, end);
	counting = NULL;
	if (reader->context->disableSAX && !reader->doc->stopped)
		reader->failed = true;
}

void
xml_reader_push(struct xml_reader *reader, const char *xml, size_t len)
{
	parse_chunk(reader, xml, len, 0);
}

void
xml_reader_text(struct xml_reader *reader, const char *text, size_t len)
{
	if (!reader->failed && !reader->doc->stopped)
		document_text(reader->doc, text, len);
}

void
xml_reader_finish(struct xml_reader *reader)
{
	parse_chunk(reader, NULL, 0, 1);
}

bool
xml_reader_failed(const struct xml_reader *reader)
{
	return reader->failed;
}

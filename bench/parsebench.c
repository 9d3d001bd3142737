/*
 * parsebench FOLDER [RUNS]: MB/s of parsing the documents FOLDER/0.xml, 1.xml
 * ... on one core, by this thread's CPU time: libxml2's SAX2 push parser with
 * empty callbacks (the limit), our parser to raw items, and to plain text.
 */
#include <libxml/parser.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "parse/item.h"
#include "parse/parser.h"

#define PIECE_LEN 16384 /* as libcurl hands it over */
#define RUNS_MAX 100

struct document {
	char *bytes;
	size_t len;
};

static struct document *documents;
static size_t documents_len, bytes_len, items;

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool
load(const char *folder, size_t index)
{
	char *path = xasprintf("%s/%zu.xml", folder, index);
	FILE *file = fopen(path, "rb");
	struct document d;

	free(path);
	if (file == NULL)
		return false;
	fseek(file, 0, SEEK_END);
	d.len = (size_t)ftell(file);
	rewind(file);
	d.bytes = xmalloc(d.len);
	if (fread(d.bytes, 1, d.len, file) != d.len)
		exit(1);
	fclose(file);
	documents =
	    xreallocarray(documents, documents_len + 1, sizeof(*documents));
	documents[documents_len++] = d;
	bytes_len += d.len;
	return true;
}

static size_t
piece_len(const struct document *d, size_t offset)
{
	return d->len - offset < PIECE_LEN ? d->len - offset : PIECE_LEN;
}

static void
empty_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces_len, const xmlChar **namespaces,
    int attributes_len, int defaulted, const xmlChar **attributes)
{
}

static void
empty_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	items += strcmp((const char *)name, "item") == 0 ||
		 strcmp((const char *)name, "entry") == 0;
}

static void
empty_text(void *arg, const xmlChar *text, int len)
{
}

static void
parse_limit(const struct document *d)
{
	static xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
	    .startElementNs = empty_start,
	    .endElementNs = empty_end,
	    .characters = empty_text,
	    .cdataBlock = empty_text,
	    .ignorableWhitespace = empty_text};
	xmlParserCtxtPtr context =
	    xmlCreatePushParserCtxt(&handler, NULL, d->bytes, 4, NULL);

	xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_HUGE);
	for (size_t i = 4; i < d->len; i += PIECE_LEN)
		xmlParseChunk(context, d->bytes + i, (int)piece_len(d, i), 0);
	xmlParseChunk(context, NULL, 0, 1);
	if (!context->wellFormed)
		abort();
	xmlFreeParserCtxt(context);
}

static bool
count_item(void *arg, const struct raw_item *item)
{
	items++;
	return true;
}

static bool
plain_item(void *arg, const struct raw_item *item)
{
	struct item plain;

	item_init(&plain);
	raw_item_to_plain(item, &plain);
	item_clear(&plain);
	items++;
	return true;
}

static void
parse(const struct document *d, parser_on_item on_item)
{
	static const struct parser_options options = {
	    .url = "https://outlet.example/feed.xml"};
	struct parser *parser = parser_new(&options, on_item, NULL);

	for (size_t i = 0; i < d->len; i += PIECE_LEN)
		parser_push(parser, d->bytes + i, piece_len(d, i));
	if (parser_finish(parser) != PARSER_OK)
		abort();
	parser_free(parser);
}

static void
parse_raw(const struct document *d)
{
	parse(d, count_item);
}

static void
parse_plain(const struct document *d)
{
	parse(d, plain_item);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct mode {
	const char *name;
	void (*run)(const struct document *);
	double rates[RUNS_MAX]; /* MB/s */
	size_t items;
} modes[] = {{.name = "libxml2 SAX2 push, empty callbacks", .run = parse_limit},
    {.name = "wirewatch, raw items", .run = parse_raw},
    {.name = "wirewatch, plain text", .run = parse_plain}};

#define MODES_LEN (sizeof(modes) / sizeof(modes[0]))

static void
measure(struct mode *mode, int run)
{
	double start = cpu_seconds();

	items = 0;
	for (size_t d = 0; d < documents_len; d++)
		mode->run(&documents[d]);
	mode->rates[run] = (double)bytes_len / 1e6 / (cpu_seconds() - start);
	mode->items = items;
}

/* The medians, and the median of the ratios to the limit of the same run. */
static void
report(int runs)
{
	for (size_t m = 0; m < MODES_LEN; m++) {
		double ratios[RUNS_MAX], rates[RUNS_MAX];

		for (int i = 0; i < runs; i++) {
			rates[i] = modes[m].rates[i];
			ratios[i] = rates[i] / modes[0].rates[i];
		}
		qsort(rates, (size_t)runs, sizeof(rates[0]), compare);
		qsort(ratios, (size_t)runs, sizeof(ratios[0]), compare);
		printf("%-34s %7.1f MB/s  %5.2f of the limit  (%zu items)\n",
		    modes[m].name, rates[runs / 2], ratios[runs / 2],
		    modes[m].items);
	}
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[2]) : 5;

	if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: parsebench FOLDER [RUNS]\n");
		return 64;
	}
	while (load(argv[1], documents_len))
		;
	printf(
	    "%zu documents, %.1f MB\n", documents_len, (double)bytes_len / 1e6);
	parser_init_process();
	/* In turn, so that a busy machine slows all of them alike. */
	for (int i = 0; i < runs; i++)
		for (size_t m = 0; m < MODES_LEN; m++)
			measure(&modes[m], i);
	report(runs);
	for (int i = 0; i < 10; i++) /* the same memory, however many */
		for (size_t d = 0; d < documents_len && i > 0; d++)
			parse_raw(&documents[d]);
	printf("heap in use at the end: %zu kB besides the documents\n",
	    (mallinfo2().uordblks + mallinfo2().hblkhd - bytes_len) / 1024);
	return 0;
}

/*
 * refresh_limit FOLDER FEEDS STORE: what a first refresh costs the libraries
 * alone, the limit that bench/daemon.py puts beside ours: the documents
 * FOLDER/0.xml, 1.xml ... in turn, as often as there are feeds, inflated,
 * pushed through libxml2 with five fields of each item taken, and these kept
 * as rows of an SQLite table, 100 a commit. No HTTP, no matching, no index.
 *
 * Prints a line of JSON: microseconds of CPU a feed, and the items of all.
 */
#include <libxml/parser.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libdeflate.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"

#define PIECE_LEN 16384 /* as the fetcher hands it over */
#define COMMIT_ROWS 100 /* as the engine commits */
#define LEVEL 6         /* of compression, as the server has it */

struct document {
	void *gzip;
	size_t gzip_len, len;
};

/* The fields: names in RSS and in Atom. */
static const char *const fields[][2] = {{"title", "title"}, {"guid", "id"},
    {"link", "link"}, {"description", "summary"}, {"encoded", "content"}};

#define FIELDS_LEN (sizeof(fields) / sizeof(fields[0]))

static struct document *documents;
static size_t documents_len, longest, items;
static struct buf texts[FIELDS_LEN], *taken;
static bool in_item;
static sqlite3 *store;
static sqlite3_stmt *insert;

static void
store_exec(const char *sql)
{
	if (sqlite3_exec(store, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(store));
		exit(1);
	}
}

static void
open_store(const char *path)
{
	if (sqlite3_open(path, &store) != SQLITE_OK)
		exit(1);
	store_exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		   "CREATE TABLE items (id INTEGER PRIMARY KEY, title TEXT,"
		   " guid TEXT, url TEXT, summary TEXT, content TEXT); BEGIN");
	if (sqlite3_prepare_v2(store,
		"INSERT INTO items (title, guid, url, summary, content)"
		" VALUES (?, ?, ?, ?, ?)",
		-1, &insert, NULL) != SQLITE_OK)
		exit(1);
}

static void
store_item(void)
{
	for (size_t i = 0; i < FIELDS_LEN; i++)
		sqlite3_bind_text(insert, (int)i + 1, buf_str(&texts[i]),
		    (int)texts[i].len, SQLITE_STATIC);
	if (sqlite3_step(insert) != SQLITE_DONE)
		exit(1);
	sqlite3_reset(insert);
	if (++items % COMMIT_ROWS == 0)
		store_exec("COMMIT; BEGIN");
}

static bool
is_item(const xmlChar *name)
{
	return strcmp((const char *)name, "item") == 0 ||
	       strcmp((const char *)name, "entry") == 0;
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces_len, const xmlChar **namespaces,
    int attributes_len, int defaulted, const xmlChar **attributes)
{
	taken = NULL;
	if (is_item(name)) {
		in_item = true;
		for (size_t i = 0; i < FIELDS_LEN; i++)
			buf_reset(&texts[i]);
	}
	for (size_t i = 0; i < FIELDS_LEN && in_item; i++)
		if (strcmp((const char *)name, fields[i][0]) == 0 ||
		    strcmp((const char *)name, fields[i][1]) == 0)
			taken = &texts[i];
}

static void
on_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	taken = NULL;
	if (!is_item(name))
		return;
	in_item = false;
	store_item();
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	if (taken != NULL)
		buf_add(taken, text, (size_t)len);
}

static void
parse(const char *bytes, size_t len)
{
	static xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .cdataBlock = on_text};
	xmlParserCtxtPtr context =
	    xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);

	xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_HUGE);
	for (size_t i = 0; i < len; i += PIECE_LEN)
		xmlParseChunk(context, bytes + i,
		    (int)(len - i < PIECE_LEN ? len - i : PIECE_LEN), 0);
	xmlParseChunk(context, NULL, 0, 1);
	if (!context->wellFormed)
		exit(1);
	xmlFreeParserCtxt(context);
}

/* False: there is no such document. */
static bool
load(const char *folder)
{
	struct libdeflate_compressor *compressor =
	    libdeflate_alloc_compressor(LEVEL);
	char *path = xasprintf("%s/%zu.xml", folder, documents_len);
	FILE *file = fopen(path, "rb");
	struct buf bytes = BUF_INIT;
	struct document d;
	size_t n, bound;

	free(path);
	if (file == NULL) {
		libdeflate_free_compressor(compressor);
		return false;
	}
	while ((n = fread(buf_reserve(&bytes, BUFSIZ), 1, BUFSIZ, file)) > 0)
		bytes.len += n;
	fclose(file);
	bound = libdeflate_gzip_compress_bound(compressor, bytes.len);
	d.gzip = xmalloc(bound);
	d.gzip_len = libdeflate_gzip_compress(
	    compressor, bytes.data, bytes.len, d.gzip, bound);
	d.len = bytes.len;
	longest = d.len > longest ? d.len : longest;
	documents =
	    xreallocarray(documents, documents_len + 1, sizeof(*documents));
	documents[documents_len++] = d;
	buf_clear(&bytes);
	libdeflate_free_compressor(compressor);
	return true;
}

static void
refresh(const struct document *d, struct libdeflate_decompressor *inflater,
    char *bytes)
{
	if (libdeflate_gzip_decompress(inflater, d->gzip, d->gzip_len, bytes,
		d->len, NULL) != LIBDEFLATE_SUCCESS)
		exit(1);
	parse(bytes, d->len);
}

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	size_t feeds = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	struct libdeflate_decompressor *inflater;
	char *bytes;
	double begun;

	while (feeds > 0 && load(argv[1]))
		;
	if (documents_len == 0) {
		fprintf(stderr, "usage: refresh_limit FOLDER FEEDS STORE\n");
		return 64;
	}
	inflater = libdeflate_alloc_decompressor();
	bytes = xmalloc(longest);
	begun = cpu_us();
	open_store(argv[3]);
	for (size_t i = 0; i < feeds; i++)
		refresh(&documents[i % documents_len], inflater, bytes);
	store_exec("COMMIT");
	sqlite3_finalize(insert);
	sqlite3_close(store);
	printf("{\"cpu_us\": %.1f, \"items\": %zu}\n",
	    (cpu_us() - begun) / (double)feeds, items);
	return 0;
}

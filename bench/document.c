/*
 * Feeds in memory. Documents are found by path in a chained table; their bytes
 * are shared, so that a hundred thousand feeds may come from a few files.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "bench/document.h"
#include "bench/record.h"

#define TABLE_SIZE 65536
#define GZIP_LEVEL 6
#define DEFLATE_FLUSH_MAX 16 /* what Z_SYNC_FLUSH may add to the bound */

static struct document *table[TABLE_SIZE];

static const char empty_rss[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<rss version=\"2.0\" "
    "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n"
    "<channel>\n<title>Test feed</title>\n<link>http://feed.example/</link>\n"
    "<description>A feed of the test server</description>\n"
    "</channel>\n</rss>\n";
static const char empty_atom[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>Test feed</title>\n"
    "<id>tag:feed.example,2026:feed</id>\n"
    "<updated>2026-01-01T00:00:00Z</updated>\n</feed>\n";

/* Appends the bytes as blocks of a raw deflate stream. */
static void
deflate_part(struct buf *out, const char *bytes, size_t len, int flush)
{
	z_stream z = {0};
	size_t bound;

	if (deflateInit2(
		&z, GZIP_LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	bound = deflateBound(&z, len) + DEFLATE_FLUSH_MAX;
	buf_reserve(out, bound);
	z.next_in = (Bytef *)bytes;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)out->data + out->len;
	z.avail_out = (uInt)bound;
	deflate(&z, flush);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void
put_number(struct buf *out, unsigned long number)
{
	for (int i = 0; i < 4; i++)
		buf_add_char(out, (char)(number >> 8 * i & 0xff));
}

/* RFC 1952: a member of two parts when there is a tail. */
void
blob_compress(struct blob *blob)
{
	static const char header[10] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	const struct tail *tail = blob->tail;
	size_t head_len = blob->len - (tail != NULL ? tail->len : 0);
	struct buf out = BUF_INIT;
	uLong crc;

	if (blob->gzip != NULL)
		return;
	buf_add(&out, header, sizeof(header));
	crc = crc32(0, (const Bytef *)blob->data, (uInt)head_len);
	deflate_part(
	    &out, blob->data, head_len, tail != NULL ? Z_SYNC_FLUSH : Z_FINISH);
	if (tail != NULL) {
		buf_add(&out, tail->deflated, tail->deflated_len);
		crc = crc32_combine(crc, tail->crc32, (z_off_t)tail->len);
	}
	put_number(&out, crc);
	put_number(&out, blob->len);
	blob->gzip_len = out.len;
	blob->gzip = out.data;
}

static struct tail *
tail_new(const char *bytes, size_t len)
{
	struct tail *tail = xcalloc(1, sizeof(*tail));
	struct buf out = BUF_INIT;

	deflate_part(&out, bytes, len, Z_FINISH);
	tail->deflated = out.data;
	tail->deflated_len = out.len;
	tail->len = len;
	tail->references = 1;
	tail->crc32 = crc32(0, (const Bytef *)bytes, (uInt)len);
	return tail;
}

static void
tail_release(struct tail *tail)
{
	if (tail == NULL || --tail->references > 0)
		return;
	free(tail->deflated);
	free(tail);
}

void
blob_hold(struct blob *blob)
{
	blob->references++;
}

void
blob_release(struct blob *blob)
{
	if (blob == NULL || --blob->references > 0)
		return;
	free(blob->data);
	free(blob->gzip);
	tail_release(blob->tail);
	free(blob);
}

static struct blob *
blob_new(const char *bytes, size_t len)
{
	struct blob *blob = xcalloc(1, sizeof(*blob));

	blob->data = xmalloc(len + 1);
	memcpy(blob->data, bytes, len);
	blob->data[len] = '\0';
	blob->len = len;
	blob->references = 1;
	return blob;
}

static struct document **
document_slot(const char *path)
{
	struct document **slot = &table[hash_str(0, path) % TABLE_SIZE];

	while (*slot != NULL && strcmp((*slot)->path, path) != 0)
		slot = &(*slot)->next;
	return slot;
}

struct document *
document_find(const char *path)
{
	return *document_slot(path);
}

/* Takes a reference of the blob. */
static struct document *
document_set(const char *path, const char *type, struct blob *blob)
{
	struct document **slot = document_slot(path);
	struct document *document = *slot;

	if (document == NULL) {
		document = *slot = xcalloc(1, sizeof(*document));
		document->path = xstrdup(path);
		document->first_unserved = -1;
	}
	free(document->type);
	document->type = xstrdup(type);
	blob_hold(blob);
	blob_release(document->blob);
	document->blob = blob;
	document->version++;
	document->modified = time(NULL);
	return document;
}

struct document *
document_put(const char *path, const char *type, const char *bytes, size_t len)
{
	struct blob *blob = blob_new(bytes, len);
	struct document *document = document_set(path, type, blob);

	blob_release(blob);
	return document;
}

static struct blob *
blob_load(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct blob *blob;
	struct stat st;
	char *bytes;

	if (file == NULL)
		return NULL;
	if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode)) {
		fclose(file);
		return NULL;
	}
	bytes = xmalloc((size_t)st.st_size);
	blob = blob_new(bytes, 0);
	free(blob->data);
	blob->data = bytes;
	blob->len = fread(bytes, 1, (size_t)st.st_size, file);
	fclose(file);
	return blob;
}

static const char *
type_of_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot != NULL && strcmp(dot, ".html") == 0)
		return "text/html";
	if (dot != NULL && strcmp(dot, ".json") == 0)
		return "application/feed+json";
	return "application/xml";
}

/* Files of the folder under their own names. */
static int
document_load_names(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char *file, *path;
	struct blob *blob;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		file = xasprintf("%s/%s", folder, entry->d_name);
		path = xasprintf("/%s", entry->d_name);
		blob = blob_load(file);
		if (blob != NULL)
			document_set(path, type_of_name(path), blob);
		blob_release(blob);
		free(file);
		free(path);
	}
	closedir(dir);
	return 0;
}

/* How many files 0.xml, 1.xml ... were loaded under their names. */
static int
document_count_numbered(void)
{
	char path[32];
	int count = -1;

	do
		snprintf(path, sizeof(path), "/%d.xml", ++count);
	while (document_find(path) != NULL);
	return count;
}

int
document_load(const char *folder, int feeds)
{
	char path[40], from[40];
	struct document *source;
	int files;

	if (folder != NULL && document_load_names(folder) != 0)
		return -1;
	if (folder == NULL) {
		document_put("/0.xml", "application/rss+xml", empty_rss,
		    sizeof(empty_rss) - 1);
		document_put("/1.xml", "application/atom+xml", empty_atom,
		    sizeof(empty_atom) - 1);
	}
	files = document_count_numbered();
	if (feeds == 0)
		feeds = files;
	for (int i = 0; i < feeds && files > 0; i++) {
		snprintf(from, sizeof(from), "/%d.xml", i % files);
		snprintf(path, sizeof(path), "/f/%d.xml", i);
		source = document_find(from);
		document_set(path, source->type, source->blob);
	}
	return files > 0 ? feeds : 0;
}

/* UTF-8 as ASCII with numeric references, which fit a feed in any charset. */
static void
put_references(struct buf *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned c;
	int more;

	while ((c = *p++) != 0) {
		if (c < 0x80 && c != '<' && c != '&') {
			buf_add_char(out, (char)c);
			continue;
		}
		more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
		if (more > 0)
			c &= 0x3fU >> more;
		for (; more > 0 && *p != 0; more--)
			c = c << 6 | (*p++ & 0x3fU);
		buf_addf(out, "&#%u;", c);
	}
}

static void
put_element(
    struct buf *out, const char *open, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(out, "<%s>", open);
	put_references(out, text);
	buf_addf(out, "</%s>\n", name);
}

static void
put_rss_item(struct buf *out, const struct publication *new, const char *link)
{
	char date[64];
	time_t now = time(NULL);

	strftime(
	    date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", gmtime(&now));
	buf_add_str(out, "<item>\n");
	put_element(out, "title", "title", new->title);
	put_element(out, "link", "link", link);
	put_element(out, "guid isPermaLink=\"false\"", "guid",
	    new->guid != NULL ? new->guid : link);
	put_element(
	    out, "pubDate", "pubDate", new->date != NULL ? new->date : date);
	put_element(out, "description", "description", new->summary);
	put_element(out,
	    "content:encoded "
	    "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"",
	    "content:encoded", new->content);
	buf_add_str(out, "</item>\n");
}

static void
put_atom_entry(struct buf *out, const struct publication *new, const char *link)
{
	char date[64];
	time_t now = time(NULL);

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	buf_add_str(out, "<entry>\n");
	put_element(out, "title", "title", new->title);
	buf_add_str(out, "<link rel=\"alternate\" href=\"");
	put_references(out, link);
	buf_add_str(out, "\"/>\n");
	put_element(out, "id", "id", new->guid != NULL ? new->guid : link);
	put_element(
	    out, "updated", "updated", new->date != NULL ? new->date : date);
	put_element(out, "summary", "summary", new->summary);
	put_element(out, "content type=\"html\"", "content", new->content);
	buf_add_str(out, "</entry>\n");
}

/* Where a new item goes: before the first one, else at the end. */
static size_t
find_place(const struct blob *blob, bool *atom)
{
	static const struct {
		const char *mark;
		bool atom;
	} places[] = {{"<item>", false}, {"<item ", false}, {"<entry>", true},
	    {"<entry ", true}, {"</channel>", false}, {"</feed>", true}};
	const char *at;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		at = memmem(blob->data, blob->len, places[i].mark,
		    strlen(places[i].mark));
		if (at != NULL) {
			*atom = places[i].atom;
			return (size_t)(at - blob->data);
		}
	}
	return SIZE_MAX;
}

int
document_publish(struct document *document, const struct publication *new)
{
	struct buf out = BUF_INIT;
	struct blob *old = document->blob;
	bool atom = false;
	size_t place = find_place(old, &atom);
	char *link;
	int number;

	if (place == SIZE_MAX)
		return -1;
	number = record_published(document->first_unserved);
	document->first_unserved = number;
	link = new->link != NULL
		   ? xstrdup(new->link)
		   : xasprintf("http://feed.example/ww/%d", number);
	buf_add(&out, old->data, place);
	if (new->literal != NULL)
		buf_add_str(&out, new->literal);
	else if (atom)
		put_atom_entry(&out, new, link);
	else
		put_rss_item(&out, new, link);
	buf_add(&out, old->data + place, old->len - place);
	if (old->tail == NULL)
		old->tail = tail_new(old->data + place, old->len - place);
	document->blob = blob_new(out.data, out.len);
	document->blob->tail = old->tail;
	old->tail->references++;
	blob_release(old);
	document->version++;
	document->modified = time(NULL);
	buf_clear(&out);
	free(link);
	return number;
}

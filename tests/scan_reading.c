/*
 * Readings of the fetcher's scan, and edits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetcher/watch.h"
#include "frame/config.h"
#include "tests/scan_reading.h"

#define SEED 1 /* of what is recalled */
#define PIECE 1009
#define EDITED_MAX (30 * 1024) /* longer ones are not edited again */

static struct watch *watch;

void
scan_reading_init(void)
{
	static const struct config config;

	if (watch != NULL)
		return;
	parser_init_process();
	watch = watch_new(-1, &config);
}

struct scan_reading *
scan_reading_new(void)
{
	return xcalloc(1, sizeof(struct scan_reading));
}

void
scan_reading_free(struct scan_reading *reading)
{
	buf_clear(&reading->items_told);
	buf_clear(&reading->facts);
	free(reading);
}

static void
add_string(struct buf *out, const char *string)
{
	buf_addf(out, "|%s", string != NULL ? string : "-");
}

static void
add_item(struct buf *out, const struct item *item)
{
	const char *const fields[] = {item->guid, item->url, item->title,
	    item->summary, item->content, item->language};

	buf_addf(out, "%" PRIx64 " %" PRIx64 " %" PRId64 " %" PRId64, item->key,
	    item->revision, item->published_at, item->modified_at);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		add_string(out, fields[i]);
	for (size_t i = 0; i < item->authors.len; i++)
		add_string(out, item->authors.at[i]);
	for (size_t i = 0; i < item->tags.len; i++)
		add_string(out, item->tags.at[i]);
	buf_add_char(out, '\n');
}

static void
on_item(void *arg, const struct item_message *message)
{
	struct scan_reading *reading = arg;

	add_item(&reading->items_told, &message->item);
	if (reading->told < JOB_SEEN_MAX)
		reading->seen[reading->told++] = (struct job_seen){
		    message->item.key, message->item.revision};
}

static void
add_facts(struct buf *out, const struct scan_result *result)
{
	const char *const facts[] = {result->problem, result->title,
	    result->hub, result->self, result->cloud, result->older};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		add_string(out, facts[i]);
	for (size_t i = 0; i < result->page.feeds_len; i++)
		add_string(out, result->page.feeds[i]);
	buf_addf(out, "|%d %x %x %d", result->ttl_s, result->skip_hours,
	    result->skip_days, result->page.is_wall);
}

static struct scan *
begin(struct scan_reading *reading, const struct scan_reading *seen)
{
	struct scan_options options = {
	    .parser = {.url = "http://feeds.example/"},
	    .job = 1,
	    .watch = watch};

	if (seen != NULL) {
		options.seen = seen->seen;
		options.seen_len = seen->told;
	}
	buf_clear(&reading->items_told);
	buf_clear(&reading->facts);
	*reading = (struct scan_reading){0};
	return scan_new(&options, on_item, reading);
}

static void
end(struct scan_reading *reading, struct scan *scan)
{
	const struct recall_item *items;
	struct scan_result result = {0};

	scan_finish(scan, &result);
	reading->items = result.items;
	reading->known = result.known;
	reading->result = result.result;
	memcpy(reading->present, result.present, sizeof(reading->present));
	add_facts(&reading->facts, &result);
	reading->recalled_len = scan_memory(scan, &items);
	memcpy(
	    reading->recalled, items, reading->recalled_len * sizeof(*items));
	scan_free(scan);
}

void
scan_read_whole(struct scan_reading *reading, const struct buf *document,
    const struct scan_reading *seen, const struct scan_reading *past)
{
	struct scan_past recalled = {.seed = SEED};
	struct scan *scan = begin(reading, seen);

	if (past != NULL) {
		recalled.items = past->recalled;
		recalled.len = past->recalled_len;
	}
	if (document->len > 0)
		scan_whole(scan, &recalled, document->data, document->len);
	end(reading, scan);
}

void
scan_read_pieces(struct scan_reading *reading, const struct buf *document,
    size_t piece, const struct scan_reading *seen)
{
	struct scan *scan = begin(reading, seen);
	size_t len;

	for (size_t at = 0; at < document->len; at += len) {
		len = document->len - at < piece ? document->len - at : piece;
		if (!scan_push(scan, document->data + at, len))
			break;
	}
	end(reading, scan);
}

void
scan_reading_compare(
    struct buf *out, const struct scan_reading *a, const struct scan_reading *b)
{
	if (a->result != b->result)
		buf_addf(out, " result %u, %u", a->result, b->result);
	if (a->items != b->items)
		buf_addf(out, " items %u, %u", a->items, b->items);
	if (a->known != b->known)
		buf_addf(out, " known %u, %u", a->known, b->known);
	if (memcmp(a->present, b->present, sizeof(a->present)) != 0)
		buf_add_str(out, " present");
	if (strcmp(buf_str(&a->items_told), buf_str(&b->items_told)) != 0)
		buf_addf(out, " told\n%sand\n%s", buf_str(&a->items_told),
		    buf_str(&b->items_told));
	if (strcmp(buf_str(&a->facts), buf_str(&b->facts)) != 0)
		buf_addf(out, " facts\n%s and\n%s\n", buf_str(&a->facts),
		    buf_str(&b->facts));
}

/* ---- edits ----------------------------------------------------------------
 */

static const char *const inserted[] = {"<!--", "-->", "<![CDATA[", "]]>",
    "<?xml", "?>", "</channel>", "<channel>", "<channel xml:base='http://b/'>",
    "<item>", "</item>", "<item><title>", "<entry>", "</entry>", "<title>",
    "</title>", "<guid>", "</guid>", "</rss>", "<rss>", "<feed>", "</feed>",
    "<rss xml:lang='ru' xmlns='http://www.w3.org/2005/Atom'>", "<description>",
    "</description>", "<items>", "<link>/a</link>", "<a b='", "\"", "'", ">",
    "<", "&", "\r", "\n", "\xD0", "\xEF\xBB\xBF", "\xFF\xFE", "\xED\xA0\x80",
    "\x1B$B", "\x81", "x", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&#13;",
    "<item><guid>new</guid><title>New</title><link>/n</link></item>",
    "<entry><id>new</id><title>New</title></entry>", "<media:group>", "</x>",
    "encoding='windows-1251'"};

static void
splice(struct buf *document, size_t at, size_t gone, const char *s, size_t len)
{
	struct buf edited = BUF_INIT;

	buf_add(&edited, document->data, at);
	buf_add(&edited, s, len);
	buf_add(&edited, document->data + at + gone, document->len - at - gone);
	buf_clear(document);
	*document = edited;
}

/* A place of the document, next to markup as often as not. */
static size_t
place(const struct buf *document, const uint8_t *bytes)
{
	size_t at = (bytes[0] << 8 | bytes[1]) * document->len / 65536;
	const char *tag = memchr(document->data + at, '<', document->len - at);

	return (bytes[1] & 1) == 0 || tag == NULL
		   ? at
		   : (size_t)(tag - document->data);
}

static void
edit_document(struct buf *document, const uint8_t edit[SCAN_EDIT_LEN])
{
	size_t at, len, to;
	const char *text;
	char *copy;

	if (document->len == 0)
		return;
	at = place(document, edit + 1);
	to = place(document, edit + 3);
	if (at > to) {
		len = at;
		at = to;
		to = len;
	}
	len = to - at;
	copy = xmalloc(len);
	memcpy(copy, document->data + at, len);
	text = inserted[edit[5] % (sizeof(inserted) / sizeof(*inserted))];
	switch (edit[0] % 6) {
	case 0: /* leave out */
		splice(document, at, len, "", 0);
		break;
	case 1: /* repeat */
		splice(document, at, 0, copy, len);
		break;
	case 2: /* to the front */
		splice(document, at, len, "", 0);
		splice(document, at / 2, 0, copy, len);
		break;
	case 3: /* around */
		splice(document, to, 0, text, strlen(text));
		splice(document, at, 0, text, strlen(text));
		break;
	case 4:
		splice(document, at, 0, text, strlen(text));
		break;
	default:
		splice(document, to, 0, text, strlen(text));
		break;
	}
	free(copy);
}

void
scan_compare_edited(struct buf *out, struct buf *document, const uint8_t *edits,
    size_t edits_len, bool half)
{
	struct scan_reading *first = scan_reading_new();
	struct scan_reading *pieces = scan_reading_new();
	struct scan_reading *whole = scan_reading_new();
	struct scan_reading *recalled = scan_reading_new();

	scan_read_whole(first, document, NULL, NULL);
	if (half)
		first->told /= 2;
	for (size_t i = 0; i < edits_len && document->len < EDITED_MAX; i++)
		edit_document(document, edits + i * SCAN_EDIT_LEN);
	scan_read_pieces(pieces, document, PIECE, first);
	scan_read_whole(whole, document, first, NULL);
	scan_read_whole(recalled, document, first, first);
	scan_reading_compare(out, pieces, whole);
	scan_reading_compare(out, whole, recalled);
	scan_reading_free(first);
	scan_reading_free(pieces);
	scan_reading_free(whole);
	scan_reading_free(recalled);
}

/*
 * Reads one feed document. Items whose bytes are those of the last document
 * cost a hash of them; others that are known two hashes after parsing; only
 * the rest become plain text.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/scan.h"
#include "fetcher/spans.h"
#include "fetcher/watch.h"
#include "parse/raw.h"

#define PIECE (16 * 1024) /* parsed at a time */

/* What may be recalled when the next document comes. */
struct scan_memory {
	size_t len;
	struct recall_item items[RECALL_ITEMS_MAX];
};

/* Open addressing over the keys already seen; see job_seen. */
struct seen_table {
	const struct job_seen *first;
	const struct job_seen **slots;
	size_t mask;
};

/* The bytes of an item. */
struct span {
	const char *bytes;
	size_t len;
	bool at_rest;     /* the parser is; else nothing of the below is set */
	uint64_t context; /* that it reads them in */
	uint64_t hash;    /* of them in this context */
};

struct scan {
	struct parser *parser;
	struct seen_table seen;
	const struct watch *watch;
	scan_on_item on_item;
	void *arg;
	uint64_t job;
	uint32_t items;
	uint32_t known;
	uint8_t present[JOB_SEEN_MAX / 8];
	struct recall_item last;   /* parsed, but for its hash */
	struct scan_memory memory; /* of this document */
	size_t recalled;    /* where the next known item is looked for first */
	int64_t cpu_us;     /* spent on the document so far */
	int64_t metered_at; /* by the same clock */
	size_t unmetered;   /* bytes parsed since */
	bool too_slow;
};

static void
seen_fill(struct seen_table *table, const struct job_seen *seen, size_t len)
{
	size_t size = 16, at;

	while (size < len * 2)
		size *= 2;
	table->slots = xcalloc(size, sizeof(*table->slots));
	table->mask = size - 1;
	table->first = seen;
	for (size_t i = 0; i < len; i++) {
		for (at =
			 recall_id(seen[i].key, seen[i].revision) & table->mask;
		     table->slots[at] != NULL; at = (at + 1) & table->mask)
			continue;
		table->slots[at] = &seen[i];
	}
}

/* NULL: the key was not seen at the revision. */
static const struct job_seen *
seen_find(const struct seen_table *table, uint64_t key, uint64_t revision)
{
	size_t at = recall_id(key, revision) & table->mask;

	while (table->slots[at] != NULL &&
	       (table->slots[at]->key != key ||
		   table->slots[at]->revision != revision))
		at = (at + 1) & table->mask;
	return table->slots[at];
}

/* NULL: there is none, or there are two. */
static const struct job_seen *
seen_find_id(const struct seen_table *table, uint32_t id)
{
	const struct job_seen *found = NULL, *seen;
	size_t at = id & table->mask;

	for (; (seen = table->slots[at]) != NULL; at = (at + 1) & table->mask) {
		if (recall_id(seen->key, seen->revision) != id)
			continue;
		if (found != NULL)
			return NULL;
		found = seen;
	}
	return found;
}

/* seen: how the engine knows the item. */
static void
count_known(struct scan *scan, const struct job_seen *seen)
{
	size_t number = (size_t)(seen - scan->seen.first);

	scan->present[number / 8] |= (uint8_t)(1u << number % 8);
	scan->known++;
}

static bool
on_raw_item(void *arg, const struct raw_item *raw)
{
	struct scan *scan = arg;
	struct item_message message = {.job = scan->job};
	uint64_t key = raw_item_key(raw);
	uint64_t revision = raw_item_revision(raw);
	const struct job_seen *seen = seen_find(&scan->seen, key, revision);

	scan->items++;
	scan->last = (struct recall_item){
	    .id = recall_id(key, revision), .has_guid = raw->guid != NULL};
	if (seen != NULL) {
		count_known(scan, seen);
		return true;
	}
	item_init(&message.item);
	raw_item_to_plain(raw, &message.item);
	message.item.key = key;
	message.item.revision = revision;
	watch_find(scan->watch, &message);
	scan->on_item(scan->arg, &message);
	item_message_clear(&message);
	return true;
}

struct scan *
scan_new(const struct scan_options *options, scan_on_item on_item, void *arg)
{
	struct scan *scan = xcalloc(1, sizeof(*scan));

	seen_fill(&scan->seen, options->seen, options->seen_len);
	scan->watch = options->watch;
	scan->on_item = on_item;
	scan->arg = arg;
	scan->job = options->job;
	scan->parser = parser_new(&options->parser, on_raw_item, scan);
	return scan;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	parser_free(scan->parser);
	free(scan->seen.slots);
	free(scan);
}

static int64_t
cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
meter_start(struct scan *scan)
{
	scan->metered_at = cpu_us();
}

static void
meter(struct scan *scan)
{
	int64_t now = cpu_us();

	scan->cpu_us += now - scan->metered_at;
	scan->metered_at = now;
	scan->unmetered = 0;
	scan->too_slow = scan->cpu_us > SCAN_CPU_MS_MAX * 1000;
}

bool
scan_push(struct scan *scan, const char *bytes, size_t len)
{
	bool more;

	meter_start(scan);
	more = parser_push(scan->parser, bytes, len);
	meter(scan);
	return more && !scan->too_slow;
}

/* ---- whole documents ------------------------------------------------------
 */

/* Reading the clock costs more than parsing a few bytes. */
static bool
push(struct scan *scan, const char *bytes, size_t len)
{
	bool more = parser_push(scan->parser, bytes, len);

	scan->unmetered += len;
	if (scan->unmetered >= PIECE)
		meter(scan);
	return more && !scan->too_slow;
}

/* In pieces, so that the limits of parsing act early. */
static bool
push_pieces(struct scan *scan, const char *bytes, size_t len)
{
	size_t piece;

	for (; len > 0; bytes += piece, len -= piece) {
		piece = len < PIECE ? len : PIECE;
		if (!push(scan, bytes, piece))
			return false;
	}
	return true;
}

static bool
is_blank(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (memchr(" \t\r\n", bytes[i], 4) == NULL)
			return false;
	return true;
}

/* What stands between the items. At rest blanks mean nothing. */
static bool
push_between(struct scan *scan, const char *bytes, size_t len)
{
	uint64_t context;
	bool more;

	if (is_blank(bytes, len) && parser_is_at_rest(scan->parser, &context))
		return true;
	more = push_pieces(scan, bytes, len);
	parser_settle(scan->parser);
	return more;
}

static void
remember(struct scan *scan, const struct recall_item *item)
{
	struct scan_memory *memory = &scan->memory;

	if (memory->len < RECALL_ITEMS_MAX)
		memory->items[memory->len++] = *item;
}

/* The item with these bytes, if the engine knows it, which is counted then.
 * Items keep their order, mostly. */
static const struct recall_item *
find_known(struct scan *scan, const struct scan_past *past, uint64_t hash)
{
	const struct job_seen *seen;
	size_t at = scan->recalled;

	for (size_t i = 0; i < past->len; i++, at++) {
		if (at >= past->len)
			at = 0;
		if (past->items[at].hash != hash)
			continue;
		seen = seen_find_id(&scan->seen, past->items[at].id);
		if (seen == NULL)
			continue;
		scan->recalled = at + 1;
		scan->items++;
		count_known(scan, seen);
		return &past->items[at];
	}
	return NULL;
}

/* Parses an item. It is remembered if it and nothing else came out of these
 * bytes, and they left things as they found them. */
static bool
parse_span(struct scan *scan, const struct span *span)
{
	uint32_t before = scan->items;
	size_t elements = parser_feed_elements(scan->parser);
	uint64_t context;

	if (!push_pieces(scan, span->bytes, span->len))
		return false;
	parser_settle(scan->parser);
	if (scan->items == before + 1 && span->at_rest &&
	    parser_is_at_rest(scan->parser, &context) &&
	    context == span->context &&
	    parser_feed_elements(scan->parser) == elements + 1) {
		scan->last.hash = span->hash;
		remember(scan, &scan->last);
	}
	return true;
}

/* Skips an item that is known by its bytes, else parses it. */
static bool
take_span(struct scan *scan, const struct scan_past *past, const char *bytes,
    size_t len)
{
	struct span span = {.bytes = bytes, .len = len};
	const struct recall_item *known = NULL;

	span.at_rest = parser_is_at_rest(scan->parser, &span.context);
	if (span.at_rest) {
		span.hash =
		    hash_quick(past->seed ^ span.context, bytes, len) >> 24;
		known = find_known(scan, past, span.hash);
	}
	if (known == NULL)
		return parse_span(scan, &span);
	parser_skip(scan->parser, bytes, len, known->has_guid);
	remember(scan, known);
	return true;
}

bool
scan_whole(struct scan *scan, const struct scan_past *past, const char *bytes,
    size_t len)
{
	struct spans spans;
	size_t from = 0, start, end;

	meter_start(scan);
	parser_foresee(scan->parser, bytes, len);
	spans_init(&spans, bytes, len);
	while (spans_next(&spans, &start, &end)) {
		if (!push_between(scan, bytes + from, start - from) ||
		    !take_span(scan, past, bytes + start, end - start))
			return false;
		from = end;
	}
	return push_between(scan, bytes + from, len - from);
}

size_t
scan_memory(const struct scan *scan, const struct recall_item **items)
{
	*items = scan->memory.items;
	return scan->memory.len;
}

/* One will do: the first that keeps secrets, else the first. */
static const char *
choose_hub(const struct parser_feed *feed)
{
	const char *chosen = NULL;

	for (size_t i = 0; i < feed->hubs_len; i++) {
		const char *url = feed->hubs[i].url;

		if (feed->hubs[i].type == NULL || url == NULL ||
		    strcasecmp(feed->hubs[i].type, "WebSub") != 0)
			continue;
		if (strncasecmp(url, "https://", 8) == 0)
			return url;
		if (chosen == NULL)
			chosen = url;
	}
	return chosen;
}

static const char *
choose_cloud(const struct parser_feed *feed)
{
	for (size_t i = 0; i < feed->hubs_len && feed->cloud_takes_posts; i++)
		if (feed->hubs[i].type != NULL &&
		    strcmp(feed->hubs[i].type, "rssCloud") == 0)
			return feed->hubs[i].url;
	return NULL;
}

void
scan_finish(struct scan *scan, struct scan_result *result)
{
	const struct parser_feed *feed;

	result->result = parser_finish(scan->parser);
	result->problem = parser_problem(scan->parser);
	if (scan->too_slow) {
		result->result = PARSER_REFUSED;
		result->problem = "a document that takes over 2 s to read";
	}
	feed = parser_feed(scan->parser);
	result->items = scan->items;
	result->known = scan->known;
	result->present = scan->present;
	result->title = feed->title;
	result->hub = choose_hub(feed);
	result->self = feed->feed_url;
	result->cloud = choose_cloud(feed);
	result->older = feed->next_url;
	result->ttl_s = (int32_t)feed->ttl_s;
	result->page = parser_page(scan->parser);
	result->skip_hours = feed->skip_hours;
	result->skip_days = feed->skip_days;
}

/*
 * Reads one feed document. Known items cost two hashes and a look into a
 * table; only the others become plain text.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "fetcher/scan.h"
#include "fetcher/watch.h"

/* Open addressing over the keys already seen; see job_seen. */
struct seen_table {
	const struct job_seen *first;
	const struct job_seen **slots;
	size_t mask;
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
	int64_t cpu_us; /* spent on the document so far */
	bool too_slow;
};

/* Where the search begins; a key may stand there with many revisions. */
static size_t
seen_slot(const struct seen_table *table, uint64_t key, uint64_t revision)
{
	return (key ^ revision * 0x9e3779b97f4a7c15ULL >> 20) & table->mask;
}

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
		for (at = seen_slot(table, seen[i].key, seen[i].revision);
		     table->slots[at] != NULL; at = (at + 1) & table->mask)
			continue;
		table->slots[at] = &seen[i];
	}
}

/* NULL: the key was not seen at the revision. */
static const struct job_seen *
seen_find(const struct seen_table *table, uint64_t key, uint64_t revision)
{
	size_t at = seen_slot(table, key, revision);

	while (table->slots[at] != NULL &&
	       (table->slots[at]->key != key ||
		   table->slots[at]->revision != revision))
		at = (at + 1) & table->mask;
	return table->slots[at];
}

static bool
on_raw_item(void *arg, const struct raw_item *raw)
{
	struct scan *scan = arg;
	struct item_message message = {.job = scan->job};
	uint64_t key = raw_item_key(raw);
	uint64_t revision = raw_item_revision(raw);
	const struct job_seen *seen = seen_find(&scan->seen, key, revision);
	size_t number;

	scan->items++;
	if (seen != NULL) {
		number = (size_t)(seen - scan->seen.first);
		scan->present[number / 8] |= (uint8_t)(1u << number % 8);
		scan->known++;
		return true;
	}
	item_init(&message.item);
	raw_item_to_plain(raw, &message.item);
	message.item.key = key;
	message.item.revision = revision;
	watch_find(scan->watch, &message);
	scan->on_item(scan->arg, &message);
	watch_clear_mentions(&message);
	item_clear(&message.item);
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

bool
scan_push(struct scan *scan, const char *bytes, size_t len)
{
	int64_t before = cpu_us();
	bool more = parser_push(scan->parser, bytes, len);

	scan->cpu_us += cpu_us() - before;
	scan->too_slow = scan->cpu_us > SCAN_CPU_MS_MAX * 1000;
	return more && !scan->too_slow;
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
	result->older = feed->next_url;
	result->ttl_s = (int32_t)feed->ttl_s;
	result->page = parser_page(scan->parser);
	result->skip_hours = feed->skip_hours;
	result->skip_days = feed->skip_days;
}

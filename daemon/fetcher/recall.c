/*
 * A table from feeds to the items of their last documents, with the order in
 * which they were used.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "fetcher/recall.h"

#define TABLE_SIZE 8192

struct document {
	TAILQ_ENTRY(document) by_use;
	struct document *next; /* in its chain */
	uint64_t feed;
	size_t len;
	struct recall_item items[];
};

struct recall {
	size_t bytes_max;
	size_t bytes;
	TAILQ_HEAD(document_list, document) by_use; /* the latest first */
	struct document *table[TABLE_SIZE];
};

struct recall *
recall_new(size_t bytes_max)
{
	struct recall *recall = xcalloc(1, sizeof(*recall));

	recall->bytes_max = bytes_max;
	TAILQ_INIT(&recall->by_use);
	return recall;
}

static size_t
size_of(size_t len)
{
	return sizeof(struct document) + len * sizeof(struct recall_item);
}

/* Where the feed's document hangs, or would. */
static struct document **
find(struct recall *recall, uint64_t feed)
{
	struct document **at = &recall->table[feed % TABLE_SIZE];

	while (*at != NULL && (*at)->feed != feed)
		at = &(*at)->next;
	return at;
}

static void
forget(struct recall *recall, struct document *document)
{
	*find(recall, document->feed) = document->next;
	TAILQ_REMOVE(&recall->by_use, document, by_use);
	recall->bytes -= size_of(document->len);
	free(document);
}

static void
forget_last(struct recall *recall)
{
	forget(recall, TAILQ_LAST(&recall->by_use, document_list));
}

void
recall_free(struct recall *recall)
{
	if (recall == NULL)
		return;
	while (!TAILQ_EMPTY(&recall->by_use))
		forget_last(recall);
	free(recall);
}

size_t
recall_get(
    struct recall *recall, uint64_t feed, const struct recall_item **items)
{
	struct document *document = *find(recall, feed);

	if (document == NULL)
		return 0;
	TAILQ_REMOVE(&recall->by_use, document, by_use);
	TAILQ_INSERT_HEAD(&recall->by_use, document, by_use);
	*items = document->items;
	return document->len;
}

void
recall_put(struct recall *recall, uint64_t feed,
    const struct recall_item *items, size_t len)
{
	struct document **at = find(recall, feed), *document;

	if (*at != NULL)
		forget(recall, *at);
	if (len == 0 || size_of(len) > recall->bytes_max)
		return;
	while (recall->bytes + size_of(len) > recall->bytes_max)
		forget_last(recall);
	document = xmalloc(size_of(len));
	document->feed = feed;
	document->len = len;
	memcpy(document->items, items, len * sizeof(*items));
	at = &recall->table[feed % TABLE_SIZE];
	document->next = *at;
	*at = document;
	TAILQ_INSERT_HEAD(&recall->by_use, document, by_use);
	recall->bytes += size_of(len);
}

size_t
recall_bytes(const struct recall *recall)
{
	return recall->bytes;
}

/*
 * The batch: a list of typed writes that owns what they hold.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/batch_op.h"

static size_t
text_len(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

struct batch *
batch_new(void)
{
	return xcalloc(1, sizeof(struct batch));
}

void
feed_record_clear(struct feed_record *feed)
{
	free(feed->id);
	free(feed->outlet);
	free(feed->url);
	free(feed->etag);
	free(feed->modified);
	free(feed->title);
	free(feed->move.url);
	free(feed->rhythm);
	*feed = (struct feed_record){0};
}

void
feed_record_copy(struct feed_record *to, const struct feed_record *from)
{
	*to = *from;
	to->id = xstrdup_null(from->id);
	to->outlet = xstrdup_null(from->outlet);
	to->url = xstrdup_null(from->url);
	to->etag = xstrdup_null(from->etag);
	to->modified = xstrdup_null(from->modified);
	to->title = xstrdup_null(from->title);
	to->move.url = xstrdup_null(from->move.url);
	if (from->rhythm_len > 0) {
		to->rhythm = xcalloc(1, from->rhythm_len);
		memcpy(to->rhythm, from->rhythm, from->rhythm_len);
	}
}

static void
clear_item(struct item_record *record)
{
	item_clear(&record->item);
	free(record->why);
	for (size_t i = 0; i < record->mentions_len; i++) {
		free(record->mentions[i].entity);
		free(record->mentions[i].name);
		free(record->mentions[i].accepted_by);
	}
	free(record->mentions);
	*record = (struct item_record){0};
	item_init(&record->item);
}

static void
clear_alert(struct alert_record *alert)
{
	free(alert->id);
	free(alert->json);
	strings_clear(&alert->entities);
	strings_clear(&alert->rules);
	strings_clear(&alert->sinks);
	*alert = (struct alert_record){0};
}

static void
clear_delivery(struct delivery_record *delivery)
{
	free(delivery->error);
	*delivery = (struct delivery_record){0};
}

static void
clear_op(struct batch_op *op)
{
	switch (op->kind) {
	case BATCH_ITEM:
	case BATCH_EDIT:
	case BATCH_COPY:
		clear_item(&op->item);
		break;
	case BATCH_ALERT:
		clear_alert(&op->alert);
		break;
	case BATCH_FEED:
		feed_record_clear(&op->feed);
		break;
	case BATCH_DELIVERY:
		clear_delivery(&op->delivery);
		break;
	case BATCH_LOGGED:
		free(op->logged.sink);
		break;
	case BATCH_WEBSUB:
		websub_record_clear(&op->websub);
		break;
	case BATCH_WEBSUB_GONE:
		free(op->websub_gone);
		break;
	case BATCH_SEEN:
	case BATCH_CLOCK_SHIFT:
	case BATCH_KINDS:
		break;
	}
}

void
batch_free(struct batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->len; i++)
		clear_op(&batch->ops[i]);
	free(batch->ops);
	free(batch);
}

size_t
batch_rows(const struct batch *batch)
{
	return batch->rows;
}

size_t
batch_bytes(const struct batch *batch)
{
	return batch->bytes;
}

bool
batch_has_alert(const struct batch *batch)
{
	return batch->has_alert;
}

bool
batch_has_alert_of(const struct batch *batch, uint64_t item)
{
	for (size_t i = 0; i < batch->len; i++)
		if (batch->ops[i].kind == BATCH_ALERT &&
		    batch->ops[i].alert.item == item)
			return true;
	return false;
}

static void
make_room(struct batch *batch, size_t more)
{
	size_t cap = batch->cap ? batch->cap : 16;

	while (cap < batch->len + more)
		cap *= 2;
	if (cap != batch->cap)
		batch->ops =
		    xreallocarray(batch->ops, cap, sizeof(*batch->ops));
	batch->cap = cap;
}

static struct batch_op *
add_op(struct batch *batch, enum batch_kind kind, size_t rows, size_t bytes)
{
	struct batch_op *op;

	make_room(batch, 1);
	op = &batch->ops[batch->len++];
	*op = (struct batch_op){.kind = kind};
	batch->rows += rows;
	batch->bytes += sizeof(*op) + bytes;
	return op;
}

void
batch_append(struct batch *to, struct batch *from)
{
	if (from->len == 0)
		return;
	make_room(to, from->len);
	memcpy(to->ops + to->len, from->ops, from->len * sizeof(*from->ops));
	to->len += from->len;
	to->rows += from->rows;
	to->bytes += from->bytes;
	to->has_alert |= from->has_alert;
	from->len = from->rows = from->bytes = 0;
	from->has_alert = false;
}

static size_t
item_bytes(const struct item_record *record)
{
	const struct item *item = &record->item;

	return text_len(item->guid) + text_len(item->url) +
	       text_len(item->title) + text_len(item->summary) +
	       text_len(item->content) +
	       record->mentions_len * sizeof(struct job_mention);
}

static void
add_text(struct batch *batch, enum batch_kind kind, struct item_record *record)
{
	struct batch_op *op =
	    add_op(batch, kind, 2 + record->mentions_len, item_bytes(record));

	op->item = *record;
	*record = (struct item_record){0};
	item_init(&record->item);
}

void
batch_add_item(struct batch *batch, struct item_record *record)
{
	add_text(batch, BATCH_ITEM, record);
}

void
batch_add_edit(struct batch *batch, struct item_record *record)
{
	add_text(batch, BATCH_EDIT, record);
}

void
batch_add_copy(struct batch *batch, struct item_record *record)
{
	add_text(batch, BATCH_COPY, record);
}

void
batch_add_alert(struct batch *batch, struct alert_record *alert)
{
	struct batch_op *op = add_op(batch, BATCH_ALERT,
	    1 + alert->entities.len + alert->rules.len + alert->sinks.len,
	    text_len(alert->json));

	batch->has_alert = true;
	op->alert = *alert;
	*alert = (struct alert_record){0};
}

void
batch_add_feed(struct batch *batch, struct feed_record *feed)
{
	struct batch_op *op = add_op(batch, BATCH_FEED, 1, VALIDATOR_MAX);

	op->feed = *feed;
	*feed = (struct feed_record){0};
}

void
batch_add_delivery(struct batch *batch, struct delivery_record *delivery)
{
	struct batch_op *op =
	    add_op(batch, BATCH_DELIVERY, 1, text_len(delivery->error));

	op->delivery = *delivery;
	*delivery = (struct delivery_record){0};
}

void
batch_add_seen(struct batch *batch, const struct seen_record *seen)
{
	add_op(batch, BATCH_SEEN, 1, 0)->seen = *seen;
}

void
batch_add_logged(
    struct batch *batch, const char *sink, uint64_t seq, int64_t at)
{
	struct batch_op *op = add_op(batch, BATCH_LOGGED, 1, 0);

	op->logged.sink = xstrdup(sink);
	op->logged.seq = seq;
	op->logged.at = at;
}

void
batch_add_clock_shift(struct batch *batch, int64_t shift_us)
{
	add_op(batch, BATCH_CLOCK_SHIFT, 1, 0)->shift_us = shift_us;
}

void
batch_add_websub(struct batch *batch, struct websub_record *record)
{
	struct batch_op *op = add_op(batch, BATCH_WEBSUB, 1,
	    text_len(record->hub) + text_len(record->topic));

	op->websub = *record;
	*record = (struct websub_record){0};
}

void
batch_add_websub_gone(struct batch *batch, const char *token)
{
	add_op(batch, BATCH_WEBSUB_GONE, 1, 0)->websub_gone = xstrdup(token);
}

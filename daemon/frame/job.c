/*
 * The messages of a fetch, field by field. Each get mirrors its put.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "frame/job.h"

#define LIST_MAX 100 /* authors or tags of an item */
#define DATE_MAX_US 253402300800000000 /* the year 10000 */

const char *
fetch_outcome_name(enum fetch_outcome outcome)
{
	static const char *const names[FETCH_OUTCOMES] = {
	    [FETCH_OK] = "ok",
	    [FETCH_NOT_MODIFIED] = "not_modified",
	    [FETCH_DNS] = "dns",
	    [FETCH_CONNECT] = "connect",
	    [FETCH_TLS] = "tls",
	    [FETCH_TIMEOUT] = "timeout",
	    [FETCH_HTTP] = "http",
	    [FETCH_REFUSED] = "refused",
	    [FETCH_TOO_LARGE] = "too_large",
	    [FETCH_NOT_A_FEED] = "not_a_feed",
	    [FETCH_HOSTILE] = "hostile",
	    [FETCH_BLOCKED] = "blocked",
	    [FETCH_CANCELLED] = "cancelled",
	};

	return outcome < FETCH_OUTCOMES ? names[outcome] : "unknown";
}

/* ---- FETCH_START -------------------------------------------------------- */

void
fetch_start_put(struct buf *buf, const struct fetch_start *start)
{
	message_put_u64(buf, start->job);
	message_put_str(buf, start->feed);
	message_put_str(buf, start->url);
	message_put_str(buf, start->language);
	message_put_str(buf, start->etag);
	message_put_str(buf, start->modified);
	message_put_u64(buf, start->body_hash);
	message_put_u32(buf, start->solo);
	access_put(buf, &start->access);
	message_put_u32(buf, (uint32_t)start->seen_len);
	for (size_t i = 0; i < start->seen_len; i++) {
		message_put_u64(buf, start->seen[i].key);
		message_put_u64(buf, start->seen[i].revision);
	}
}

static void
get_seen(struct message_reader *reader, struct fetch_start *start)
{
	size_t len = message_get_u32(reader);

	if (len > JOB_SEEN_MAX)
		reader->failed = true;
	if (reader->failed || len == 0)
		return;
	start->seen = xcalloc(len, sizeof(*start->seen));
	start->seen_len = len;
	for (size_t i = 0; i < len; i++) {
		start->seen[i].key = message_get_u64(reader);
		start->seen[i].revision = message_get_u64(reader);
	}
}

int
fetch_start_get(struct message_reader *reader, struct fetch_start *start)
{
	*start = (struct fetch_start){0};
	start->job = message_get_u64(reader);
	start->feed = message_take_text(reader);
	start->url = message_take_text(reader);
	start->language = message_take_str(reader);
	start->etag = message_take_str(reader);
	start->modified = message_take_str(reader);
	start->body_hash = message_get_u64(reader);
	start->solo = message_get_u32(reader) != 0;
	access_get(reader, &start->access);
	get_seen(reader, start);
	if (message_end(reader) && start->job != 0)
		return 0;
	fetch_start_clear(start);
	return -1;
}

void
fetch_start_clear(struct fetch_start *start)
{
	if (start == NULL)
		return;
	free(start->feed);
	free(start->url);
	free(start->language);
	free(start->etag);
	free(start->modified);
	access_clear(&start->access);
	free(start->seen);
	*start = (struct fetch_start){0};
}

/* ---- FETCH_PUSHED ------------------------------------------------------- */

void
fetch_pushed_put(struct buf *buf, const struct fetch_pushed *pushed,
    const struct fetch_start *start)
{
	message_put_str(buf, pushed->content_type);
	message_put_bytes(buf, pushed->body, pushed->len);
	fetch_start_put(buf, start);
}

int
fetch_pushed_get(struct message_reader *reader, struct fetch_pushed *pushed,
    struct fetch_start *start)
{
	*pushed = (struct fetch_pushed){0};
	pushed->content_type = message_take_str(reader);
	pushed->body = message_get_bytes(reader, &pushed->len);
	if (fetch_start_get(reader, start) == 0)
		return 0;
	free(pushed->content_type);
	return -1;
}

/* ---- ITEM --------------------------------------------------------------- */

static void
put_strings(struct buf *buf, const struct strings *strings)
{
	size_t len = strings->len < LIST_MAX ? strings->len : LIST_MAX;

	message_put_u32(buf, (uint32_t)len);
	for (size_t i = 0; i < len; i++)
		message_put_str(buf, strings->at[i]);
}

static void
get_strings(struct message_reader *reader, struct strings *strings)
{
	size_t len = message_get_u32(reader);

	if (len > LIST_MAX)
		reader->failed = true;
	for (size_t i = 0; i < len && !reader->failed; i++)
		strings_take(strings, message_take_text(reader));
}

static void
put_item(struct buf *buf, const struct item *item)
{
	message_put_str(buf, item->guid);
	message_put_str(buf, item->url);
	message_put_str(buf, item->title);
	message_put_str(buf, item->summary);
	message_put_str(buf, item->content);
	message_put_str(buf, item->language);
	put_strings(buf, &item->authors);
	put_strings(buf, &item->tags);
	message_put_i64(buf, item->published_at);
	message_put_i64(buf, item->modified_at);
	message_put_u64(buf, item->key);
	message_put_u64(buf, item->revision);
}

/* Of an item: no time that overflows where ages are told. */
static int64_t
get_date(struct message_reader *reader)
{
	int64_t at = message_get_i64(reader);

	if (at != ITEM_NO_DATE && (at < -DATE_MAX_US || at > DATE_MAX_US))
		reader->failed = true;
	return at;
}

static void
get_item(struct message_reader *reader, struct item *item)
{
	item_init(item);
	item->guid = message_take_str(reader);
	item->url = message_take_str(reader);
	item->title = message_take_text(reader);
	item->summary = message_take_text(reader);
	item->content = message_take_text(reader);
	item->language = message_take_text(reader);
	get_strings(reader, &item->authors);
	get_strings(reader, &item->tags);
	item->published_at = get_date(reader);
	item->modified_at = get_date(reader);
	item->key = message_get_u64(reader);
	item->revision = message_get_u64(reader);
}

static void
get_mention(struct message_reader *reader, const struct item *item,
    struct job_mention *mention)
{
	mention->entity = message_take_text(reader);
	mention->name = message_take_text(reader);
	mention->field = message_get_u32(reader);
	mention->offset = message_get_u32(reader);
	mention->len = message_get_u32(reader);
	mention->accepted_by = message_take_text(reader);
	if (mention->field >= ITEM_FIELDS)
		reader->failed = true;
	if (reader->failed)
		return;
	/* The mention must lie inside its field. */
	if ((uint64_t)mention->offset + mention->len >
	    strlen(item_field_text(item, mention->field)))
		reader->failed = true;
}

static void
get_mentions(struct message_reader *reader, struct item_message *message)
{
	size_t len = message_get_u32(reader);

	if (len > JOB_MENTIONS_MAX)
		reader->failed = true;
	if (reader->failed || len == 0)
		return;
	message->mentions = xcalloc(len, sizeof(*message->mentions));
	message->mentions_len = len;
	for (size_t i = 0; i < len; i++)
		get_mention(reader, &message->item, &message->mentions[i]);
}

void
item_message_put(struct buf *buf, const struct item_message *message)
{
	message_put_u64(buf, message->job);
	put_item(buf, &message->item);
	message_put_u32(buf, (uint32_t)message->mentions_len);
	for (size_t i = 0; i < message->mentions_len; i++) {
		const struct job_mention *mention = &message->mentions[i];

		message_put_str(buf, mention->entity);
		message_put_str(buf, mention->name);
		message_put_u32(buf, mention->field);
		message_put_u32(buf, mention->offset);
		message_put_u32(buf, mention->len);
		message_put_str(buf, mention->accepted_by);
	}
}

int
item_message_get(struct message_reader *reader, struct item_message *message)
{
	*message = (struct item_message){0};
	message->job = message_get_u64(reader);
	get_item(reader, &message->item);
	get_mentions(reader, message);
	if (message_end(reader) && message->job != 0)
		return 0;
	item_message_clear(message);
	return -1;
}

void
item_message_clear(struct item_message *message)
{
	if (message == NULL)
		return;
	item_clear(&message->item);
	for (size_t i = 0; i < message->mentions_len; i++) {
		free(message->mentions[i].entity);
		free(message->mentions[i].name);
		free(message->mentions[i].accepted_by);
	}
	free(message->mentions);
	*message = (struct item_message){0};
}

/* ---- FETCH_DONE --------------------------------------------------------- */

void
fetch_done_put(struct buf *buf, const struct fetch_done *done)
{
	message_put_u64(buf, done->job);
	message_put_u32(buf, done->outcome);
	message_put_u32(buf, done->http_status);
	message_put_str(buf, done->error);
	message_put_str(buf, done->etag);
	message_put_str(buf, done->modified);
	message_put_u64(buf, done->body_hash);
	message_put_i64(buf, done->retry_after_s);
	message_put_u32(buf, done->items);
	message_put_u32(buf, done->known);
	message_put_u64(buf, done->bytes);
	message_put_u32(buf, done->duration_ms);
	message_put_str(buf, done->moved_to);
	message_put_str(buf, done->title);
	message_put_str(buf, done->hub);
	message_put_str(buf, done->topic);
	message_put_i64(buf, done->fresh_s);
	message_put_u32(buf, (uint32_t)done->ttl_s);
	message_put_u32(buf, done->skip_hours);
	message_put_u32(buf, done->skip_days);
	message_put_str(buf, done->older);
	message_put_bytes(
	    buf, done->present, done->known > 0 ? sizeof(done->present) : 0);
}

static void
get_present(struct message_reader *reader, struct fetch_done *done)
{
	size_t len;
	const char *bytes = message_get_bytes(reader, &len);

	if (len != (done->known > 0 ? sizeof(done->present) : 0))
		reader->failed = true;
	else
		memcpy(done->present, bytes, len);
}

int
fetch_done_get(struct message_reader *reader, struct fetch_done *done)
{
	*done = (struct fetch_done){0};
	done->job = message_get_u64(reader);
	done->outcome = message_get_u32(reader);
	done->http_status = message_get_u32(reader);
	done->error = message_take_str(reader);
	done->etag = message_take_str(reader);
	done->modified = message_take_str(reader);
	done->body_hash = message_get_u64(reader);
	done->retry_after_s = message_get_i64(reader);
	done->items = message_get_u32(reader);
	done->known = message_get_u32(reader);
	done->bytes = message_get_u64(reader);
	done->duration_ms = message_get_u32(reader);
	done->moved_to = message_take_str(reader);
	done->title = message_take_str(reader);
	done->hub = message_take_str(reader);
	done->topic = message_take_str(reader);
	done->fresh_s = message_get_i64(reader);
	done->ttl_s = (int32_t)message_get_u32(reader);
	done->skip_hours = message_get_u32(reader);
	done->skip_days = message_get_u32(reader);
	done->older = message_take_str(reader);
	get_present(reader, done);
	if (message_end(reader) && done->job != 0 &&
	    done->outcome < FETCH_OUTCOMES)
		return 0;
	fetch_done_clear(done);
	return -1;
}

void
fetch_done_clear(struct fetch_done *done)
{
	if (done == NULL)
		return;
	free(done->error);
	free(done->etag);
	free(done->modified);
	free(done->moved_to);
	free(done->title);
	free(done->older);
	free(done->hub);
	free(done->topic);
	*done = (struct fetch_done){0};
}

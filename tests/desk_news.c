/*
 * News for the desk's stage: items and alerts as the engine writes them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store.h"
#include "tests/desk_news.h"

int64_t
news_now(void)
{
	return (int64_t)time(NULL) * 1000000;
}

static void
put_mention(
    struct buf *out, const char *field, const char *text, const char *name)
{
	const char *at = strstr(text, name);

	if (at == NULL || *name == '\0')
		return;
	json_put_open(out, '{');
	json_pair_str(out, "field", field);
	json_pair_i64(out, "offset", at - text);
	json_pair_u64(out, "length", strlen(name));
	json_pair_str(out, "text", name);
	json_put_close(out, '}');
}

static void
put_item(struct buf *out, const struct news *news)
{
	json_put_key(out, "item");
	json_put_open(out, '{');
	json_pair_str(out, "id", "i");
	json_pair_str(out, "feed", "feed-1");
	json_pair_str(out, "outlet", "Outlet 1");
	json_pair_str(out, "url", news->url);
	json_pair_str(out, "title", news->title);
	json_pair_str(out, "summary", news->summary);
	json_pair_date(out, "published", news_now());
	json_pair_str(out, "language", "en");
	json_put_close(out, '}');
}

static char *
alert_json(const char *id, uint64_t seq, const struct news *news)
{
	struct buf out = BUF_INIT;

	json_put_open(&out, '{');
	json_pair_str(&out, "id", id);
	json_pair_u64(&out, "seq", seq);
	json_pair_str(&out, "type", "item");
	json_pair_str(&out, "level", news->level);
	json_put_key(&out, "rules");
	json_put_raw(&out, "[\"politics\"]");
	json_put_key(&out, "entities");
	json_put_open(&out, '[');
	json_put_open(&out, '{');
	json_pair_str(&out, "id", "entity");
	json_pair_str(&out, "name", news->name);
	json_put_key(&out, "mentions");
	json_put_open(&out, '[');
	put_mention(&out, "title", news->title, news->name);
	put_mention(&out, "summary", news->summary, news->name);
	json_put_close(&out, ']');
	json_put_close(&out, '}');
	json_put_close(&out, ']');
	put_item(&out, news);
	if (news->story != 0) {
		char number[24];

		snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)news->story);
		json_put_key(&out, "story");
		json_put_open(&out, '{');
		json_pair_str(&out, "id", number);
		json_put_close(&out, '}');
	}
	json_put_key(&out, "times");
	json_put_open(&out, '{');
	json_pair_date(&out, "published", news_now());
	json_pair_date(&out, "alerted", news_now());
	json_put_close(&out, '}');
	json_put_close(&out, '}');
	return buf_take(&out);
}

static void
add_item(struct batch *batch, uint64_t id, const struct news *news)
{
	struct item_record record = {
	    .id = id, .feed = 1, .seen_at = news_now()};

	item_init(&record.item);
	free(record.item.title);
	record.item.title = xstrdup(news->title);
	record.item.key = hash_bytes(0, &id, sizeof(id));
	record.item.revision = 1;
	record.item.published_at = news_now();
	batch_add_item(batch, &record);
}

static void
add_alert_of(struct store *store, struct batch *batch, uint64_t item,
    const struct news *news)
{
	struct alert_record alert = {.seq = store_next_seq(store),
	    .type = "item",
	    .level = *news->level == 'f' ? 2 : *news->level == 'u',
	    .feed = 1,
	    .item = item,
	    .at = news_now()};

	alert.id = xasprintf(
	    "%s-%llu", store_name(store), (unsigned long long)alert.seq);
	alert.json = alert_json(alert.id, alert.seq, news);
	strings_add(&alert.entities, "entity");
	strings_add(&alert.rules, "politics");
	strings_add(&alert.sinks, "log");
	batch_add_alert(batch, &alert);
}

void
news_add_alert(
    struct store *store, struct batch *batch, const struct news *news)
{
	uint64_t item = store_next_item(store);

	add_item(batch, item, news);
	add_alert_of(store, batch, item, news);
}

static void
add_mention(struct item_record *record, const char *name)
{
	const char *at = strstr(record->item.title, name);

	if (at == NULL || *name == '\0')
		return;
	record->mentions = xcalloc(1, sizeof(*record->mentions));
	record->mentions_len = 1;
	record->mentions[0] = (struct job_mention){.entity = xstrdup("entity"),
	    .name = xstrdup(name),
	    .field = ITEM_TITLE,
	    .offset = (uint32_t)(at - record->item.title),
	    .len = (uint32_t)strlen(name),
	    .accepted_by = xstrdup("base form")};
}

/* Minutes between items stay whole, however long the stage takes. */
static int64_t
minutes_before_start(int minutes)
{
	static int64_t start_at;

	if (start_at == 0)
		start_at = news_now();
	return start_at - minutes * INT64_C(60000000);
}

void
news_join(struct store *store, struct batch *batch, int feed, int minutes_ago,
    const struct news *news)
{
	struct item_record record = {.id = store_next_item(store),
	    .feed = feed,
	    .seen_at = news_now(),
	    .story = news->story};
	struct news with_story = *news;
	uint64_t id = record.id;

	if (record.story == 0)
		record.story = id;
	with_story.story = record.story;
	item_init(&record.item);
	free(record.item.title);
	record.item.title = xstrdup(news->title);
	record.item.url =
	    xasprintf("https://news.example/%llu", (unsigned long long)id);
	record.item.key = id;
	record.item.published_at = minutes_before_start(minutes_ago);
	add_mention(&record, news->name);
	batch_add_item(batch, &record);
	if (*news->level != '\0')
		add_alert_of(store, batch, id, &with_story);
}

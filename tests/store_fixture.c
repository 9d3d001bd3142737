/*
 * A store in a folder of its own, for tests.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "tests/store_fixture.h"

char *
fixture_folder(void)
{
	char *folder = xasprintf("%s/wirewatch-test-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");

	assert_non_null(mkdtemp(folder));
	return folder;
}

char *
fixture_path(const char *folder)
{
	return xasprintf("%s/wirewatch.db", folder);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void
fixture_remove(char *folder)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(folder);
}

struct store *
fixture_open(const char *path)
{
	char *warning, *error;
	struct store *store = store_open(path, &warning, &error);

	if (store == NULL)
		fail_msg("%s", error);
	assert_null(warning);
	return store;
}

void
fixture_add_feed(struct batch *batch, int64_t row)
{
	struct feed_record feed = {.row = row,
	    .id = xasprintf("feed-%d", (int)row),
	    .outlet = xstrdup("TASS"),
	    .url = xstrdup("https://example.org/feed"),
	    .etag = xstrdup("\"abc\""),
	    .body_hash = UINT64_MAX,
	    .first_success_at = 1000};

	batch_add_feed(batch, &feed);
}

uint64_t
fixture_add_item(struct store *store, struct batch *batch, const char *title)
{
	struct item_record record = {
	    .id = store_next_item(store), .feed = 1, .seen_at = 2000};
	uint64_t id = record.id;

	item_init(&record.item);
	free(record.item.title);
	record.item.title = xstrdup(title);
	record.item.key = hash_str(0, title);
	record.item.revision = 1;
	record.item.published_at = 1500;
	record.mentions = xcalloc(1, sizeof(*record.mentions));
	record.mentions_len = 1;
	record.mentions[0].entity = xstrdup("macron");
	record.mentions[0].name = xstrdup("Macron");
	record.mentions[0].accepted_by = xstrdup("base form");
	batch_add_item(batch, &record);
	return id;
}

uint64_t
fixture_add_alert(struct store *store, struct batch *batch, uint64_t item)
{
	struct alert_record alert = {.seq = store_next_seq(store),
	    .type = "item",
	    .level = 1,
	    .feed = 1,
	    .item = item,
	    .at = 3000};
	uint64_t seq = alert.seq;

	alert.id =
	    xasprintf("%s-%llu", store_name(store), (unsigned long long)seq);
	alert.json = xasprintf("{\"id\":\"%s\",\"seq\":%llu,\"type\":\"item\"}",
	    alert.id, (unsigned long long)seq);
	strings_add(&alert.entities, "macron");
	strings_add(&alert.rules, "politics");
	strings_add(&alert.sinks, "hook");
	strings_add(&alert.sinks, "log");
	batch_add_alert(batch, &alert);
	return seq;
}

int
store_fixture_set_up(void **state)
{
	struct store_fixture *f = xcalloc(1, sizeof(*f));

	f->folder = fixture_folder();
	f->path = fixture_path(f->folder);
	f->store = fixture_open(f->path);
	f->batch = batch_new();
	fixture_add_feed(f->batch, 1);
	*state = f;
	return 0;
}

int
store_fixture_tear_down(void **state)
{
	struct store_fixture *f = *state;

	batch_free(f->batch);
	store_close(f->store);
	free(f->path);
	fixture_remove(f->folder);
	free(f);
	return 0;
}

bool
fixture_purge(struct store *store, int64_t before_at,
    const struct strings *sinks, unsigned limit)
{
	struct store_purge purge = {20000, before_at, sinks, limit};

	return store_purge_step(store, &purge);
}

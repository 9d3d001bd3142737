/*
 * Reads stories back.
 */
#include "store/db.h"
#include "store/store.h"
#include "store/store_db.h"
#include "store/stories.h"

#define LIVE_STORIES                                            \
	"(SELECT story FROM items WHERE story IS NOT NULL AND " \
	"seen_at >= ?)"

static void
tell_item(sqlite3_stmt *row, store_on_story_item on_item, void *arg)
{
	const char *content = db_text_or_empty(row, 4);
	struct story_row item = {
	    .item = (uint64_t)sqlite3_column_int64(row, 0),
	    .story = (uint64_t)sqlite3_column_int64(row, 1),
	    .outlet = db_text(row, 2),
	    .url = db_text(row, 10),
	    .title = db_text_or_empty(row, 3),
	    .body = *content != '\0' ? content : db_text_or_empty(row, 5),
	    .language = db_text_or_empty(row, 6),
	    .published_at = sqlite3_column_int64(row, 7),
	    .seen_at = sqlite3_column_int64(row, 8),
	    .verdict = db_text(row, 11),
	};

	db_split(row, 9, &item.entities);
	on_item(arg, &item);
	strings_clear(&item.entities);
}

int
store_read_stories(struct store *store, int64_t since_at,
    store_on_story_item on_item, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT items.id, story, outlet, items.title,"
	    " substr(content, 1, 1000), summary, language, published_at,"
	    " seen_at, (SELECT group_concat(entity, char(31)) FROM mentions"
	    "  WHERE item = items.id AND entity NOT GLOB 'rule-word:*'),"
	    " items.url, verdict"
	    " FROM items JOIN feeds ON feeds.row = items.feed"
	    " WHERE story IN " LIVE_STORIES " ORDER BY items.id",
	    "i", since_at);
	while (db_step(db, row))
		tell_item(row, on_item, arg);
	return store_note_result(store);
}

static void
tell_alert(sqlite3_stmt *row, store_on_story_alert on_alert, void *arg)
{
	struct story_alert_row alert = {
	    .story = (uint64_t)sqlite3_column_int64(row, 0),
	    .level = sqlite3_column_int(row, 1),
	    .outlets = (size_t)sqlite3_column_int64(row, 2),
	};

	db_split(row, 3, &alert.rules);
	db_split(row, 4, &alert.entities);
	on_alert(arg, &alert);
	strings_clear(&alert.rules);
	strings_clear(&alert.entities);
}

int
store_read_story_alerts(struct store *store, int64_t since_at,
    store_on_story_alert on_alert, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT story, level, CASE type WHEN 'item' THEN 0"
	    " ELSE json_extract(json, '$.story.outlets') END,"
	    " (SELECT group_concat(value, char(31)) FROM alert_keys"
	    "  WHERE alert = seq AND kind = 'r'),"
	    " (SELECT group_concat(value, char(31)) FROM alert_keys"
	    "  WHERE alert = seq AND kind = 'e')"
	    " FROM alerts WHERE story IN " LIVE_STORIES " ORDER BY seq",
	    "i", since_at);
	while (db_step(db, row))
		tell_alert(row, on_alert, arg);
	return store_note_result(store);
}

/*
 * All tables of the store. A migration is never changed once released: a new
 * one is added below it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/schema.h"
#include "story/keys.h"

/* Times are epoch microseconds. Keys and hashes are 64-bit values kept as
 * signed integers. feeds.row, items.id and alerts.seq are given out by the
 * engine, so that an alert's text is complete before it is stored. */
static const char *const migrations[] = {
    /* 1 */
    "CREATE TABLE facts ("
    "  name TEXT PRIMARY KEY, value) WITHOUT ROWID;"

    "CREATE TABLE feeds ("
    "  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, outlet TEXT,"
    "  url TEXT, etag TEXT, modified TEXT, body_hash INTEGER, title TEXT,"
    "  first_success_at INTEGER, last_success_at INTEGER,"
    "  last_new_at INTEGER, last_item_at INTEGER);"

    "CREATE TABLE items ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  feed INTEGER NOT NULL REFERENCES feeds(row),"
    "  key INTEGER NOT NULL, guid TEXT, url TEXT, title TEXT, summary TEXT,"
    "  content TEXT, language TEXT, published_at INTEGER,"
    "  seen_at INTEGER NOT NULL);"
    "CREATE INDEX items_by_feed ON items(feed);"
    "CREATE INDEX items_by_key ON items(feed, key);"

    /* What a feed has shown, also when its document holds it no more. */
    "CREATE TABLE seen ("
    "  feed INTEGER NOT NULL, key INTEGER NOT NULL,"
    "  revision INTEGER NOT NULL, seen_at INTEGER NOT NULL,"
    "  PRIMARY KEY (feed, key)) WITHOUT ROWID;"
    "CREATE INDEX seen_by_age ON seen(feed, seen_at);"

    "CREATE TABLE mentions ("
    "  item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, entity TEXT NOT NULL, name TEXT,"
    "  field INTEGER, offset INTEGER, length INTEGER, accepted_by TEXT,"
    "  PRIMARY KEY (item, number)) WITHOUT ROWID;"
    "CREATE INDEX mentions_by_entity ON mentions(entity, item);"

    "CREATE TABLE alerts ("
    "  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    "  type TEXT NOT NULL, level INTEGER NOT NULL,"
    "  feed INTEGER REFERENCES feeds(row),"
    "  item INTEGER REFERENCES items(id), at INTEGER NOT NULL,"
    "  json TEXT NOT NULL);"
    "CREATE INDEX alerts_by_item ON alerts(item);"
    "CREATE INDEX alerts_by_feed ON alerts(feed);"
    "CREATE INDEX alerts_by_level ON alerts(level);"
    "CREATE INDEX alerts_by_type ON alerts(type);"
    "CREATE TABLE alert_keys (" /* kind: 'e' entity, 'r' rule */
    "  kind TEXT NOT NULL, value TEXT NOT NULL,"
    "  alert INTEGER NOT NULL REFERENCES alerts(seq) ON DELETE CASCADE,"
    "  PRIMARY KEY (kind, value, alert)) WITHOUT ROWID;"
    "CREATE INDEX alert_keys_by_alert ON alert_keys(alert);"

    /* state: enum delivery_state. early: the try that a sink's answer brings
     * ahead of next_at was used up. */
    "CREATE TABLE deliveries ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL,"
    "  alert INTEGER NOT NULL REFERENCES alerts(seq) ON DELETE CASCADE,"
    "  state INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0,"
    "  step INTEGER NOT NULL DEFAULT 0, early INTEGER NOT NULL DEFAULT 0,"
    "  next_at INTEGER NOT NULL, done_at INTEGER, status INTEGER,"
    "  error TEXT);"
    "CREATE INDEX deliveries_by_alert ON deliveries(alert);"
    "CREATE INDEX deliveries_due ON deliveries(sink, next_at, id)"
    "  WHERE state = 0;"
    "CREATE INDEX deliveries_early ON deliveries(sink, id)"
    "  WHERE state = 0 AND early = 0;"
    "CREATE INDEX deliveries_of_log ON deliveries(sink, alert);"

    "CREATE VIRTUAL TABLE items_text USING fts5("
    "  title, summary, content, content = 'items', content_rowid = 'id',"
    "  tokenize = 'unicode61 remove_diacritics 2');"
    "INSERT INTO facts VALUES ('commit', 0);"
    "INSERT INTO facts VALUES ('indexed', 0);"
    "INSERT INTO facts VALUES ('store', lower(hex(randomblob(4))));",
    /* 2: a story is named by the id of its first item. */
    "ALTER TABLE items ADD COLUMN story INTEGER;"
    "CREATE INDEX items_by_story ON items(story, seen_at)"
    "  WHERE story IS NOT NULL;",
    /* 3: verdict is the name of an enum newness and why its reason, as they
     * were when the item came. key and revision are those it was last seen
     * under; the other keys are of feeds/story/keys. A row of revisions is what
     * came later: of an edit, all that the item was until then, entities joined
     * by char(31); of a copy ("republished") its guid, url and date, title
     * NULL. A feed may show a key with many revisions: one item's, or those of
     * different items. */
    "ALTER TABLE items ADD COLUMN verdict TEXT;"
    "ALTER TABLE items ADD COLUMN why TEXT;"
    "ALTER TABLE feeds ADD COLUMN move_url TEXT;" /* struct feed_move */
    "ALTER TABLE feeds ADD COLUMN move_sightings INTEGER;"
    "ALTER TABLE feeds ADD COLUMN move_first_at INTEGER;"
    "ALTER TABLE feeds ADD COLUMN move_adopted INTEGER;"
    "ALTER TABLE items ADD COLUMN revision INTEGER;"
    "ALTER TABLE items ADD COLUMN url_key INTEGER;"
    "ALTER TABLE items ADD COLUMN title_key INTEGER;"
    "ALTER TABLE items ADD COLUMN head_key INTEGER;"
    "ALTER TABLE items ADD COLUMN tail_key INTEGER;"
    "UPDATE items SET url_key = item_key('url', url, title),"
    "  title_key = item_key('title', url, title),"
    "  head_key = item_key('head', url, title),"
    "  tail_key = item_key('tail', url, title);"
    "CREATE INDEX items_by_url_key ON items(feed, url_key)"
    "  WHERE url_key IS NOT NULL;"
    "CREATE INDEX items_by_title_key ON items(feed, title_key)"
    "  WHERE title_key IS NOT NULL;"
    "CREATE INDEX items_by_head_key ON items(feed, head_key)"
    "  WHERE head_key IS NOT NULL;"
    "CREATE INDEX items_by_tail_key ON items(feed, tail_key)"
    "  WHERE tail_key IS NOT NULL;"
    "CREATE TABLE revisions ("
    "  id INTEGER PRIMARY KEY,"
    "  item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,"
    "  seen_at INTEGER NOT NULL, verdict TEXT, why TEXT,"
    "  guid TEXT, url TEXT, published_at INTEGER, title TEXT,"
    "  summary TEXT, content TEXT, entities TEXT);"
    "CREATE INDEX revisions_by_item ON revisions(item);"
    "CREATE TABLE websubs (" /* struct websub_record */
    "  token TEXT PRIMARY KEY, feed TEXT NOT NULL, hub TEXT NOT NULL,"
    "  topic TEXT NOT NULL, secret TEXT, callback TEXT,"
    "  lease_at INTEGER NOT NULL, next_at INTEGER NOT NULL,"
    "  denied INTEGER NOT NULL, left INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX revisions_by_url ON revisions(url);"
    "CREATE INDEX items_by_url ON items(url);"
    /* The story that an alert is about, also as the story of its item. */
    "ALTER TABLE alerts ADD COLUMN story INTEGER;"
    "UPDATE alerts SET story ="
    "  (SELECT story FROM items WHERE items.id = alerts.item);"
    "CREATE INDEX alerts_by_story ON alerts(story) WHERE story IS NOT NULL;"
    "CREATE TABLE seen_3 ("
    "  feed INTEGER NOT NULL, key INTEGER NOT NULL,"
    "  revision INTEGER NOT NULL, item INTEGER, seen_at INTEGER NOT NULL,"
    "  PRIMARY KEY (feed, key, revision)) WITHOUT ROWID;"
    "INSERT INTO seen_3 SELECT feed, key, revision, (SELECT max(id)"
    "  FROM items WHERE items.feed = seen.feed AND items.key = seen.key),"
    "  seen_at FROM seen;"
    "DROP TABLE seen;"
    "ALTER TABLE seen_3 RENAME TO seen;"
    "CREATE INDEX seen_by_age ON seen(feed, seen_at);"
    "CREATE INDEX seen_by_item ON seen(item) WHERE item IS NOT NULL;"
    "UPDATE items SET revision ="
    "  (SELECT revision FROM seen WHERE item = items.id);"
    "DROP INDEX items_by_key;"
    /* rhythm: when it publishes, as daemon/engine/rhythm.c has it; health:
     * what was told of it, and since when that is so. */
    "ALTER TABLE feeds ADD COLUMN rhythm BLOB;"
    "ALTER TABLE feeds ADD COLUMN health INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feeds ADD COLUMN health_at INTEGER NOT NULL DEFAULT 0;",
    /* 4: until when the feed's host asked for patience. */
    "ALTER TABLE feeds ADD COLUMN held_until_at INTEGER NOT NULL DEFAULT 0;",
    /* 5: fewer indexes, which cost each item a page apiece. That of url_key
     * serves all spellings of an address, and its host alone; equal titles
     * have equal heads; a feed's rows of seen are few enough to be sorted.
     * The search index is merged later, more at a time. */
    "UPDATE items SET url_key = item_key('url', url, title);"
    "ALTER TABLE revisions ADD COLUMN url_key INTEGER;"
    "UPDATE revisions SET url_key = item_key('url', url, title);"
    "DROP INDEX revisions_by_url;"
    "CREATE INDEX revisions_by_url_key ON revisions(url_key)"
    "  WHERE url_key IS NOT NULL;"
    "DROP INDEX items_by_url;"
    "DROP INDEX items_by_url_key;"
    "CREATE INDEX items_by_url_key ON items(url_key, feed)"
    "  WHERE url_key IS NOT NULL;"
    "DROP INDEX items_by_title_key;"
    "DROP INDEX items_by_head_key;"
    "CREATE INDEX items_by_head_key ON items(feed, head_key, id, title_key)"
    "  WHERE head_key IS NOT NULL;"
    "DROP INDEX seen_by_age;"
    "DROP INDEX seen_by_item;"
    "INSERT INTO items_text (items_text, rank) VALUES ('automerge', 16);"
    "INSERT INTO items_text (items_text, rank) VALUES ('crisismerge', 32);",
    /* 6: what was given up is counted each second. */
    "CREATE INDEX deliveries_lost ON deliveries(sink) WHERE state = 2;",
    /* 7: when the feed's document wants to be polled; struct feed_hints. */
    "ALTER TABLE feeds ADD COLUMN ttl_s INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feeds ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE feeds ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;",
};

#define VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))

int
schema_version(void)
{
	return VERSION;
}

/* item_key(which, url, title): as the engine makes them for new items; null
 * where there is none. */
static void
item_key(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *which = (const char *)sqlite3_value_text(values[0]);
	struct keys keys;
	uint64_t key;

	keys_make_stored((const char *)sqlite3_value_text(values[1]),
	    (const char *)sqlite3_value_text(values[2]), &keys);
	key = strcmp(which, "url") == 0     ? keys.url
	      : strcmp(which, "title") == 0 ? keys.title
	      : strcmp(which, "head") == 0  ? keys.head
					    : keys.tail;
	if (key != 0)
		sqlite3_result_int64(context, (int64_t)key);
}

static int
add_functions(struct db *db)
{
	return sqlite3_create_function(db_handle(db), "item_key", 3,
		   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
		   item_key, NULL, NULL) == SQLITE_OK
		   ? 0
		   : -1;
}

static int
copy_aside(struct db *db, const char *path, int version)
{
	char *copy = xasprintf("%s.v%d", path, version);
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", copy);
	int failed;

	unlink(copy);
	failed = db_exec(db, sql);
	if (failed == -1)
		unlink(copy); /* half of one helps nobody */
	sqlite3_free(sql);
	free(copy);
	return failed;
}

static int
migrate_once(struct db *db, int from)
{
	char *sql = xasprintf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d;"
			      "COMMIT;",
	    migrations[from], from + 1);
	int failed = db_exec(db, sql);

	free(sql);
	return failed;
}

int
schema_migrate(struct db *db, const char *path, char **error)
{
	int version = (int)db_number(db, -1, "PRAGMA user_version", "");

	if (version > VERSION) {
		*error = xasprintf("%s: made by a newer wirewatch (version %d, "
				   "this one reads up to %d): run that one, or "
				   "move the file aside to begin a new store",
		    path, version, VERSION);
		return -1;
	}
	if (version < VERSION && add_functions(db) == -1)
		goto failed;
	if (version > 0 && version < VERSION &&
	    copy_aside(db, path, version) == -1)
		goto failed;
	for (; version >= 0 && version < VERSION; version++)
		if (migrate_once(db, version) == -1)
			goto failed;
	if (version == VERSION)
		return 0;
failed:
	*error = xasprintf("%s: %s", path, db_error(db));
	return -1;
}

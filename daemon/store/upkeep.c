/*
 * Upkeep in small steps: the search index, old rows, the write-ahead log. A
 * step that fails is undone and simply comes again.
 */
#include "store/checkpoint.h"
#include "store/db.h"
#include "store/store.h"
#include "store/store_db.h"

#define CHECKPOINT_PAGES 4096 /* 16 MiB */

/* Steps are not synced, the next commit of a batch does that: of what a power
 * cut undoes nobody was told, and it comes again. */
static int
begin_step(struct db *db)
{
	return db_exec(db, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
}

/* True: it is done. */
static bool
end_step(struct store *store)
{
	struct db *db = store->db;
	bool done = db_result(db) == STORE_OK && db_exec(db, "COMMIT") == 0;

	if (!sqlite3_get_autocommit(db_handle(db)))
		db_exec(db, "ROLLBACK");
	store_note_result(store);
	if (db_exec(db, "PRAGMA synchronous = FULL") == 0)
		return done;
	db_close(db); /* the next one is opened with it */
	store->db = NULL;
	return false;
}

bool
store_index_step(struct store *store, unsigned limit)
{
	struct db *db = store_connect(store);
	int64_t from, to;

	if (db == NULL)
		return false;
	from = db_number(
	    db, 0, "SELECT value FROM facts WHERE name = 'indexed'", "");
	to = db_number(db, from,
	    "SELECT max(id) FROM (SELECT id FROM items WHERE id > ?"
	    " ORDER BY id LIMIT ?)",
	    "ii", from, (int64_t)limit);
	if (to <= from)
		return false;
	if (begin_step(db) == 0) {
		db_run(db,
		    "INSERT INTO items_text (rowid, title, summary, content)"
		    " SELECT id, title, summary, content FROM items"
		    " WHERE id > ? AND id <= ?",
		    "ii", from, to);
		db_run(db, "UPDATE facts SET value = ? WHERE name = 'indexed'",
		    "i", to);
	}
	return end_step(store) && to - from >= limit;
}

/* Rows are numbered as they come, so the old ones come first: where those among
 * the next of a table end. Rows of the future, from when the clock was wrong,
 * end nothing. sql: the last of the next that is old or of the future. */
static int64_t
old_end(struct db *db, const char *sql, int64_t from,
    const struct store_purge *purge)
{
	return db_number(db, from, sql, "iiii", from, (int64_t)purge->limit,
	    purge->before_at, purge->now);
}

/* Deliveries of sinks that are configured no more go with their alerts. */
static int64_t
purge_alerts(struct db *db, int64_t from, const struct store_purge *purge)
{
	int64_t to = old_end(db,
	    "SELECT seq FROM (SELECT seq, at FROM alerts WHERE seq > ?"
	    "  ORDER BY seq LIMIT ?) WHERE at < ? OR at > ?"
	    " ORDER BY seq DESC LIMIT 1",
	    from, purge);

	db_run(db,
	    "DELETE FROM alerts WHERE seq > ? AND seq <= ? AND at < ?"
	    " AND NOT EXISTS (SELECT 1 FROM deliveries"
	    "  WHERE alert = seq AND state = 0"
	    "  AND sink IN (SELECT sink FROM temp.sinks))",
	    "iii", from, to, purge->before_at);
	return to;
}

static int64_t
purge_items(struct db *db, int64_t from, const struct store_purge *purge)
{
	int64_t to = old_end(db,
	    "SELECT id FROM (SELECT id, seen_at FROM items WHERE id > ?"
	    "  ORDER BY id LIMIT ?) WHERE seen_at < ? OR seen_at > ?"
	    " ORDER BY id DESC LIMIT 1",
	    from, purge);

	db_run(db,
	    "INSERT INTO temp.old_items SELECT id FROM items"
	    " WHERE id > ? AND id <= ? AND seen_at < ? AND NOT EXISTS"
	    " (SELECT 1 FROM alerts WHERE item = items.id)",
	    "iii", from, to, purge->before_at);
	db_run(db,
	    "INSERT INTO items_text (items_text, rowid, title, summary,"
	    " content) SELECT 'delete', id, title, summary, content FROM items"
	    " WHERE id IN (SELECT id FROM temp.old_items) AND id <="
	    " (SELECT value FROM facts WHERE name = 'indexed')",
	    "");
	db_run(db,
	    "DELETE FROM items WHERE id IN (SELECT id FROM temp.old_items)",
	    "");
	db_run(db, "DELETE FROM temp.old_items", "");
	return to;
}

static void
fill_sinks(struct db *db, const struct strings *sinks)
{
	db_exec(db,
	    "CREATE TEMP TABLE IF NOT EXISTS sinks (sink TEXT PRIMARY KEY);"
	    "CREATE TEMP TABLE IF NOT EXISTS old_items (id INTEGER PRIMARY"
	    " KEY); DELETE FROM temp.sinks;");
	for (size_t i = 0; i < sinks->len; i++)
		db_run(db, "INSERT OR IGNORE INTO temp.sinks VALUES (?)", "s",
		    sinks->at[i]);
}

bool
store_purge_step(struct store *store, const struct store_purge *purge)
{
	int64_t alert = store->purged_alert, item = store->purged_item;
	struct db *db = store_connect(store);
	bool more = false;

	if (db == NULL)
		return false;
	if (begin_step(db) == 0) {
		fill_sinks(db, purge->sinks);
		store->purged_alert = purge_alerts(db, alert, purge);
		store->purged_item = purge_items(db, item, purge);
		more = store->purged_alert > alert || store->purged_item > item;
	}
	if (end_step(store) && more)
		return true;
	store->purged_alert = store->purged_item = 0;
	return false;
}

void
store_trim_seen(struct store *store, int64_t feed, int64_t before_at)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return;
	db_run(db,
	    "DELETE FROM seen WHERE feed = ?1 AND seen_at < ?2 AND seen_at <"
	    " (SELECT seen_at FROM seen WHERE feed = ?1"
	    "  ORDER BY seen_at DESC LIMIT 1 OFFSET ?3)",
	    "iii", feed, before_at, (int64_t)JOB_SEEN_MAX);
	store_note_result(store);
}

/* The log begins anew only once all of it is copied. What commits have added
 * while the thread was at it is little: that the writer copies itself. */
bool
store_checkpoint(struct store *store)
{
	if (store->db == NULL)
		return false;
	if (checkpoint_runs(store->checkpoint))
		return true;
	if (store->copying) {
		store->copying = false;
		if (store->wal_pages > 0)
			sqlite3_wal_checkpoint_v2(db_handle(store->db), NULL,
			    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		return false;
	}
	if (store->wal_pages < CHECKPOINT_PAGES)
		return false;
	store->wal_pages = 0;
	store->copying = true;
	checkpoint_start(store->checkpoint);
	return true;
}

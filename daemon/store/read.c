/*
 * What the engine reads of feeds and of the keys that they have shown.
 */
#include "store/db.h"
#include "store/store.h"
#include "store/store_db.h"

int
store_read_feeds(struct store *store, store_on_feed on_feed, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT row, id, outlet, url, etag, modified, body_hash, title,"
	    " first_success_at, last_success_at, last_new_at, last_item_at,"
	    " move_url, move_sightings, move_first_at, move_adopted,"
	    " rhythm, health, health_at, held_until_at,"
	    " ttl_s, skip_hours, skip_days"
	    " FROM feeds",
	    "");
	while (db_step(db, row)) {
		struct feed_record feed = {
		    .row = sqlite3_column_int64(row, 0),
		    .id = (char *)db_text(row, 1),
		    .outlet = (char *)db_text(row, 2),
		    .url = (char *)db_text(row, 3),
		    .etag = (char *)db_text(row, 4),
		    .modified = (char *)db_text(row, 5),
		    .body_hash = (uint64_t)sqlite3_column_int64(row, 6),
		    .title = (char *)db_text(row, 7),
		    .first_success_at = sqlite3_column_int64(row, 8),
		    .last_success_at = sqlite3_column_int64(row, 9),
		    .last_new_at = sqlite3_column_int64(row, 10),
		    .last_item_at = sqlite3_column_int64(row, 11),
		    .move = {.url = (char *)db_text(row, 12),
			.sightings = sqlite3_column_int64(row, 13),
			.first_at = sqlite3_column_int64(row, 14),
			.adopted = sqlite3_column_int64(row, 15) != 0},
		    .rhythm = (void *)sqlite3_column_blob(row, 16),
		    .rhythm_len = (size_t)sqlite3_column_bytes(row, 16),
		    .health = sqlite3_column_int64(row, 17),
		    .health_at = sqlite3_column_int64(row, 18),
		    .held_until_at = sqlite3_column_int64(row, 19),
		    .hints = {.ttl_s = sqlite3_column_int64(row, 20),
			.skip_hours = sqlite3_column_int64(row, 21),
			.skip_days = sqlite3_column_int64(row, 22)},
		};

		on_feed(arg, &feed);
	}
	return store_note_result(store);
}

int
store_read_seen(struct store *store, int64_t feed, size_t max,
    store_on_seen on_seen, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT key, revision FROM (SELECT key, revision, seen_at FROM"
	    " seen WHERE feed = ? ORDER BY seen_at DESC, key DESC,"
	    " revision DESC LIMIT ?)"
	    " ORDER BY seen_at",
	    "ii", feed, (int64_t)max);
	while (db_step(db, row)) {
		struct job_seen seen = {
		    .key = (uint64_t)sqlite3_column_int64(row, 0),
		    .revision = (uint64_t)sqlite3_column_int64(row, 1),
		};

		on_seen(arg, &seen);
	}
	return store_note_result(store);
}

bool
store_has_seen(
    struct store *store, int64_t feed, uint64_t key, uint64_t revision)
{
	struct db *db = store_connect(store);
	bool seen;

	if (db == NULL)
		return false;
	seen = db_number(db, 0,
	    "SELECT 1 FROM seen WHERE feed = ? AND key = ? AND revision = ?",
	    "iii", feed, (int64_t)key, (int64_t)revision);
	store_note_result(store);
	return seen;
}

int
store_read_alerts(struct store *store, uint64_t above, unsigned limit,
    store_on_new_alert on_alert, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT seq, json FROM alerts WHERE seq > ? ORDER BY seq LIMIT ?",
	    "ii", (int64_t)above, (int64_t)limit);
	while (db_step(db, row))
		on_alert(arg, (uint64_t)sqlite3_column_int64(row, 0),
		    db_text(row, 1));
	return store_note_result(store);
}

bool
store_has_alert(struct store *store, uint64_t item)
{
	struct db *db = store_connect(store);
	bool has = db != NULL &&
		   db_number(db, 0,
		       "SELECT EXISTS (SELECT 1 FROM alerts WHERE item = ?)",
		       "i", (int64_t)item) != 0;

	if (db != NULL)
		store_note_result(store);
	return has;
}

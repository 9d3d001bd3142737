/*
 * What became of items. Runs in the desk.
 */
#include "store/db.h"
#include "store/reader_db.h"
#include "store/trail.h"

#define ROWS_MAX 2000 /* of alerts and their deliveries */
#define DIGEST_AFTER_US (2 * INT64_C(60000000)) /* a poll is over by then */

static uint64_t
get_u64(sqlite3_stmt *row, int column)
{
	return (uint64_t)sqlite3_column_int64(row, column);
}

int
trail_read_items(struct store_reader *reader, uint64_t story, unsigned limit,
    trail_on_item on_item, void *arg)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT items.id, feeds.id, outlet, items.url, items.title,"
	    " language, published_at, seen_at FROM items JOIN feeds"
	    " ON feeds.row = items.feed WHERE story = ?"
	    " ORDER BY items.id LIMIT ?",
	    "ii", (int64_t)story, (int64_t)limit);
	while (db_step(reader->db, row)) {
		struct trail_item item = {
		    .id = get_u64(row, 0),
		    .feed = db_text_or_empty(row, 1),
		    .outlet = db_text_or_empty(row, 2),
		    .url = db_text(row, 3),
		    .title = db_text_or_empty(row, 4),
		    .language = db_text_or_empty(row, 5),
		    .published_at = sqlite3_column_int64(row, 6),
		    .seen_at = sqlite3_column_int64(row, 7),
		};

		on_item(arg, &item);
	}
	return reader_end(reader);
}

int
trail_read_revisions(struct store_reader *reader, uint64_t item, unsigned limit,
    trail_on_revision on_revision, void *arg)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT seen_at, verdict, why, url, title, summary, content FROM"
	    " (SELECT * FROM revisions WHERE item = ? ORDER BY id DESC LIMIT ?)"
	    " ORDER BY id",
	    "ii", (int64_t)item, (int64_t)limit);
	while (db_step(reader->db, row)) {
		struct trail_revision revision = {
		    .seen_at = sqlite3_column_int64(row, 0),
		    .verdict = db_text_or_empty(row, 1),
		    .why = db_text_or_empty(row, 2),
		    .url = db_text(row, 3),
		    .title = db_text(row, 4),
		    .summary = db_text_or_empty(row, 5),
		    .content = db_text_or_empty(row, 6),
		};

		on_revision(arg, &revision);
	}
	return reader_end(reader);
}

int
trail_read_mentions(struct store_reader *reader, uint64_t item, unsigned limit,
    trail_on_mention on_mention, void *arg)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT entity, name, field, offset, length, accepted_by"
	    " FROM mentions WHERE item = ? ORDER BY number LIMIT ?",
	    "ii", (int64_t)item, (int64_t)limit);
	while (db_step(reader->db, row)) {
		struct trail_mention mention = {
		    .entity = db_text_or_empty(row, 0),
		    .name = db_text_or_empty(row, 1),
		    .field = (enum item_field)sqlite3_column_int(row, 2),
		    .offset = get_u64(row, 3),
		    .len = get_u64(row, 4),
		    .accepted_by = db_text_or_empty(row, 5),
		};

		on_mention(arg, &mention);
	}
	return reader_end(reader);
}

int
trail_read_entities(struct store_reader *reader, uint64_t story, unsigned limit,
    trail_on_entity on_entity, void *arg)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT entity, count(DISTINCT item) FROM items JOIN mentions"
	    " ON item = items.id WHERE story = ? AND"
	    " entity NOT GLOB 'rule-word:*'"
	    " GROUP BY entity ORDER BY 2 DESC, 1 LIMIT ?",
	    "ii", (int64_t)story, (int64_t)limit);
	while (db_step(reader->db, row))
		on_entity(arg, db_text_or_empty(row, 0), get_u64(row, 1));
	return reader_end(reader);
}

static void
tell_alert(sqlite3_stmt *row, trail_on_alert on_alert, void *arg)
{
	struct trail_alert alert = {
	    .seq = get_u64(row, 0),
	    .id = db_text_or_empty(row, 1),
	    .type = db_text_or_empty(row, 2),
	    .level = sqlite3_column_int(row, 3),
	    .item = get_u64(row, 4),
	    .at = sqlite3_column_int64(row, 5),
	    .reason = db_text(row, 7),
	};
	struct trail_delivery delivery = {
	    .sink = db_text(row, 8),
	    .state = (enum delivery_state)sqlite3_column_int(row, 9),
	    .attempts = get_u64(row, 10),
	    .next_at = sqlite3_column_int64(row, 11),
	    .done_at = sqlite3_column_int64(row, 12),
	    .status = get_u64(row, 13),
	    .error = db_text(row, 14),
	};

	db_split(row, 6, &alert.rules);
	on_alert(arg, &alert, delivery.sink != NULL ? &delivery : NULL);
	strings_clear(&alert.rules);
}

int
trail_read_alerts(struct store_reader *reader, uint64_t story, uint64_t item,
    trail_on_alert on_alert, void *arg)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT seq, alerts.id, type, level, item, at,"
	    " (SELECT group_concat(value, char(31)) FROM alert_keys"
	    "  WHERE alert = seq AND kind = 'r'),"
	    " json_extract(json, '$.reason'),"
	    " sink, state, attempts, next_at, done_at, status, error"
	    " FROM items CROSS JOIN alerts ON item = items.id"
	    " LEFT JOIN deliveries ON deliveries.alert = seq"
	    " WHERE items.story = ? OR items.id = ?"
	    " ORDER BY seq, deliveries.id LIMIT ?",
	    "iii", (int64_t)story, (int64_t)item, (int64_t)ROWS_MAX);
	while (db_step(reader->db, row))
		tell_alert(row, on_alert, arg);
	return reader_end(reader);
}

int
trail_find_digest(struct store_reader *reader, uint64_t item, uint64_t *seq)
{
	reader_begin(reader);
	*seq = (uint64_t)db_number(reader->db, 0,
	    "SELECT min(seq) FROM items JOIN alerts ON alerts.feed = items.feed"
	    " WHERE items.id = ? AND type = 'digest'"
	    " AND at BETWEEN seen_at AND seen_at + ?",
	    "ii", (int64_t)item, DIGEST_AFTER_US);
	return reader_end(reader);
}

int
trail_read_told(
    struct store_reader *reader, uint64_t story, struct trail_told *told)
{
	sqlite3_stmt *row;

	reader_begin(reader);
	row = db_bind(reader->db,
	    "SELECT count(*), max(level) FROM items CROSS JOIN alerts"
	    " ON item = items.id WHERE items.story = ?",
	    "i", (int64_t)story);
	while (db_step(reader->db, row))
		*told = (struct trail_told){
		    get_u64(row, 0), sqlite3_column_int(row, 1)};
	return reader_end(reader);
}

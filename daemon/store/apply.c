/*
 * The statements behind each kind of write in a batch.
 */
#include "store/apply.h"
#include "store/batch_op.h"
#include "store/db.h"

#define REVISIONS_MAX 32 /* kept of an item: edits */
#define COPIES_MAX 8     /* ... and copies */
#define SIGHTINGS_MAX 32 /* keys and revisions that an item is known by */

static int
put_seen(struct db *db, const struct seen_record *seen)
{
	return db_run(db,
	    "INSERT INTO seen (feed, key, revision, item, seen_at)"
	    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	    " item = coalesce(excluded.item, item),"
	    " seen_at = excluded.seen_at",
	    "iiini", seen->feed, (int64_t)seen->key, (int64_t)seen->revision,
	    (int64_t)seen->item, seen->seen_at);
}

static int
put_sighting(struct db *db, const struct item_record *record)
{
	struct seen_record seen = {
	    .feed = record->feed,
	    .key = record->item.key,
	    .revision = record->item.revision,
	    .item = record->id,
	    .seen_at = record->seen_at,
	};

	return put_seen(db, &seen);
}

static int
apply_mentions(struct db *db, int64_t item, const struct item_record *record)
{
	for (size_t i = 0; i < record->mentions_len; i++) {
		const struct job_mention *mention = &record->mentions[i];

		if (db_run(db,
			"INSERT INTO mentions (item, number, entity, name,"
			" field, offset, length, accepted_by)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			"iissiiis", item, (int64_t)i, mention->entity,
			mention->name, (int64_t)mention->field,
			(int64_t)mention->offset, (int64_t)mention->len,
			mention->accepted_by) == -1)
			return -1;
	}
	return 0;
}

static int
apply_item(struct db *db, const struct batch_op *op)
{
	const struct item_record *record = &op->item;
	const struct item *item = &record->item;

	if (db_run(db,
		"INSERT INTO items (id, feed, key, revision, url_key,"
		" title_key, head_key, tail_key, guid, url, title, summary,"
		" content, language, published_at, seen_at, story, verdict,"
		" why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?, ?)",
		"iiiinnnnssssssiinss", (int64_t)record->id, record->feed,
		(int64_t)item->key, (int64_t)item->revision,
		(int64_t)record->keys.url, (int64_t)record->keys.title,
		(int64_t)record->keys.head, (int64_t)record->keys.tail,
		item->guid, item->url, item->title, item->summary,
		item->content, item->language, item->published_at,
		record->seen_at, (int64_t)record->story, record->verdict,
		record->why) == -1 ||
	    apply_mentions(db, (int64_t)record->id, record) == -1)
		return -1;
	return put_sighting(db, record);
}

/* Takes the item's old text out of the search index, if it got there. */
static int
unindex_item(struct db *db, int64_t id)
{
	return db_run(db,
	    "INSERT INTO items_text (items_text, rowid, title, summary,"
	    " content) SELECT 'delete', id, title, summary, content FROM items"
	    " WHERE id = ? AND id <="
	    " (SELECT value FROM facts WHERE name = 'indexed')",
	    "i", id);
}

static int
reindex_item(struct db *db, int64_t id)
{
	return db_run(db,
	    "INSERT INTO items_text (rowid, title, summary, content)"
	    " SELECT id, title, summary, content FROM items"
	    " WHERE id = ? AND id <="
	    " (SELECT value FROM facts WHERE name = 'indexed')",
	    "i", id);
}

/* Keeps what the item was, which is about to be replaced. */
static int
keep_version(struct db *db, const struct item_record *record)
{
	return db_run(db,
	    "INSERT INTO revisions (item, seen_at, verdict, why, guid, url,"
	    " url_key, published_at, title, summary, content, entities)"
	    " SELECT id, ?, ?, ?, guid, url, url_key, published_at, title,"
	    " summary, content, (SELECT group_concat(entity, char(31)) FROM "
	    "mentions"
	    "  WHERE item = items.id) FROM items WHERE id = ?",
	    "issi", record->seen_at, record->verdict, record->why,
	    (int64_t)record->id);
}

/* The oldest go of what the item is known by. key: under this one alone; 0:
 * under all, which takes a look at all that its feed has shown. */
static int
trim_sightings(struct db *db, const struct item_record *record, uint64_t key)
{
	if (key != 0)
		return db_run(db,
		    "DELETE FROM seen WHERE feed = ?1 AND key = ?2"
		    " AND item = ?3 AND seen_at <= (SELECT seen_at FROM seen"
		    "  WHERE feed = ?1 AND key = ?2 AND item = ?3"
		    "  ORDER BY seen_at DESC LIMIT 1 OFFSET ?4)",
		    "iiii", record->feed, (int64_t)key, (int64_t)record->id,
		    (int64_t)SIGHTINGS_MAX);
	return db_run(db,
	    "DELETE FROM seen WHERE feed = ?1 AND item = ?2 AND seen_at <="
	    " (SELECT seen_at FROM seen WHERE feed = ?1 AND item = ?2"
	    "  ORDER BY seen_at DESC LIMIT 1 OFFSET ?3)",
	    "iii", record->feed, (int64_t)record->id, (int64_t)SIGHTINGS_MAX);
}

/* A feed that changes on each poll must not fill the store. */
static int
trim_history(struct db *db, const struct item_record *record)
{
	int64_t item = (int64_t)record->id;

	if (db_run(db,
		"DELETE FROM revisions WHERE item = ?1 AND title IS NOT NULL"
		" AND id <= (SELECT id FROM revisions WHERE item = ?1"
		"  AND title IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?2)",
		"ii", item, (int64_t)REVISIONS_MAX) == -1 ||
	    db_run(db,
		"DELETE FROM revisions WHERE item = ?1 AND title IS NULL"
		" AND id <= (SELECT id FROM revisions WHERE item = ?1"
		"  AND title IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?2)",
		"ii", item, (int64_t)COPIES_MAX) == -1)
		return -1;
	/* Other keys come with copies: few, where none had to go. */
	return trim_sightings(db, record,
	    sqlite3_changes(db_handle(db)) > 0 ? 0 : record->item.key);
}

static int
replace_text(struct db *db, const struct item_record *record)
{
	const struct item *item = &record->item;

	return db_run(db,
	    "UPDATE items SET key = ?, revision = ?, url_key = ?,"
	    " title_key = ?, head_key = ?, tail_key = ?, guid = ?,"
	    " url = ?, title = ?, summary = ?, content = ?, language = ?"
	    " WHERE id = ?",
	    "iinnnnssssssi", (int64_t)item->key, (int64_t)item->revision,
	    (int64_t)record->keys.url, (int64_t)record->keys.title,
	    (int64_t)record->keys.head, (int64_t)record->keys.tail, item->guid,
	    item->url, item->title, item->summary, item->content,
	    item->language, (int64_t)record->id);
}

static int
apply_edit(struct db *db, const struct batch_op *op)
{
	const struct item_record *record = &op->item;
	int64_t id = (int64_t)record->id;

	if (keep_version(db, record) == -1 || unindex_item(db, id) == -1 ||
	    replace_text(db, record) == -1 || reindex_item(db, id) == -1 ||
	    db_run(db, "DELETE FROM mentions WHERE item = ?", "i", id) == -1 ||
	    apply_mentions(db, id, record) == -1 ||
	    put_sighting(db, record) == -1)
		return -1;
	return trim_history(db, record);
}

static int
apply_copy(struct db *db, const struct batch_op *op)
{
	const struct item_record *record = &op->item;
	const struct item *item = &record->item;
	int64_t id = (int64_t)record->id;

	if (db_run(db,
		"INSERT INTO revisions (item, seen_at, verdict, why, guid,"
		" url, url_key, published_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"iissssni", id, record->seen_at, record->verdict, record->why,
		item->guid, item->url, (int64_t)record->keys.url,
		item->published_at) == -1 ||
	    db_run(db, "UPDATE items SET key = ?, revision = ? WHERE id = ?",
		"iii", (int64_t)item->key, (int64_t)item->revision, id) == -1 ||
	    put_sighting(db, record) == -1)
		return -1;
	return trim_history(db, record);
}

static int
apply_seen(struct db *db, const struct batch_op *op)
{
	return put_seen(db, &op->seen);
}

static int
apply_alert_keys(
    struct db *db, const char *kind, int64_t seq, const struct strings *values)
{
	for (size_t i = 0; i < values->len; i++)
		if (db_run(db,
			"INSERT OR IGNORE INTO alert_keys (kind, value, alert)"
			" VALUES (?, ?, ?)",
			"ssi", kind, values->at[i], seq) == -1)
			return -1;
	return 0;
}

static int
apply_alert(struct db *db, const struct batch_op *op)
{
	const struct alert_record *alert = &op->alert;
	int64_t seq = (int64_t)alert->seq;

	if (db_run(db,
		"INSERT INTO alerts (seq, id, type, level, feed, item,"
		" story, at, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"issinnnis", seq, alert->id, alert->type, (int64_t)alert->level,
		alert->feed, (int64_t)alert->item, (int64_t)alert->story,
		alert->at, alert->json) == -1 ||
	    apply_alert_keys(db, "e", seq, &alert->entities) == -1 ||
	    apply_alert_keys(db, "r", seq, &alert->rules) == -1)
		return -1;
	for (size_t i = 0; i < alert->sinks.len; i++)
		if (db_run(db,
			"INSERT INTO deliveries (sink, alert, next_at)"
			" VALUES (?, ?, ?)",
			"sii", alert->sinks.at[i], seq, alert->at) == -1)
			return -1;
	return 0;
}

static int
apply_feed(struct db *db, const struct batch_op *op)
{
	const struct feed_record *feed = &op->feed;

	return db_run(db,
	    "INSERT INTO feeds (row, id, outlet, url, etag, modified,"
	    " body_hash, title, first_success_at, last_success_at,"
	    " last_new_at, last_item_at, rhythm, health, health_at,"
	    " held_until_at, move_url, move_sightings, move_first_at,"
	    " move_adopted, ttl_s, skip_hours, skip_days)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
	    " ?, ?, ?, ?)"
	    " ON CONFLICT (row) DO UPDATE SET outlet = excluded.outlet,"
	    " url = excluded.url, etag = excluded.etag,"
	    " modified = excluded.modified, body_hash = excluded.body_hash,"
	    " title = excluded.title,"
	    " first_success_at = excluded.first_success_at,"
	    " last_success_at = excluded.last_success_at,"
	    " last_new_at = excluded.last_new_at,"
	    " last_item_at = excluded.last_item_at,"
	    " rhythm = excluded.rhythm, health = excluded.health,"
	    " health_at = excluded.health_at,"
	    " held_until_at = excluded.held_until_at,"
	    " move_url = excluded.move_url,"
	    " move_sightings = excluded.move_sightings,"
	    " move_first_at = excluded.move_first_at,"
	    " move_adopted = excluded.move_adopted,"
	    " ttl_s = excluded.ttl_s, skip_hours = excluded.skip_hours,"
	    " skip_days = excluded.skip_days",
	    "isssssisiiiibiiisiiiiii", feed->row, feed->id, feed->outlet,
	    feed->url, feed->etag, feed->modified, (int64_t)feed->body_hash,
	    feed->title, feed->first_success_at, feed->last_success_at,
	    feed->last_new_at, feed->last_item_at,
	    (struct db_bytes){feed->rhythm, feed->rhythm_len}, feed->health,
	    feed->health_at, feed->held_until_at, feed->move.url,
	    feed->move.sightings, feed->move.first_at,
	    (int64_t)feed->move.adopted, feed->hints.ttl_s,
	    feed->hints.skip_hours, feed->hints.skip_days);
}

static int
apply_delivery(struct db *db, const struct batch_op *op)
{
	const struct delivery_record *delivery = &op->delivery;

	return db_run(db,
	    "UPDATE deliveries SET state = ?, attempts = ?, step = ?,"
	    " early = ?, next_at = ?, done_at = ?, status = ?,"
	    " error = ? WHERE id = ?",
	    "iiiiinisi", (int64_t)delivery->state, (int64_t)delivery->attempts,
	    (int64_t)delivery->step, (int64_t)delivery->early,
	    delivery->next_at, delivery->done_at, (int64_t)delivery->status,
	    delivery->error, (int64_t)delivery->id);
}

/* Found among what waits, however much was marked before. */
static int
apply_logged(struct db *db, const struct batch_op *op)
{
	return db_run(db,
	    "UPDATE deliveries INDEXED BY deliveries_due"
	    " SET state = 1, attempts = 1, done_at = ?"
	    " WHERE sink = ? AND state = 0 AND alert <= ?",
	    "isi", op->logged.at, op->logged.sink, (int64_t)op->logged.seq);
}

static int
apply_clock_shift(struct db *db, const struct batch_op *op)
{
	return db_run(db,
	    "UPDATE deliveries SET next_at = next_at + ? WHERE state = 0", "i",
	    op->shift_us);
}

static int
apply_websub(struct db *db, const struct batch_op *op)
{
	const struct websub_record *websub = &op->websub;

	return db_run(db,
	    "INSERT OR REPLACE INTO websubs (token, feed, hub, topic, secret,"
	    " callback, lease_at, next_at, denied, left)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "ssssssiiii", websub->token, websub->feed, websub->hub,
	    websub->topic, websub->secret, websub->callback, websub->lease_at,
	    websub->next_at, (int64_t)websub->denied, (int64_t)websub->left);
}

static int
apply_websub_gone(struct db *db, const struct batch_op *op)
{
	return db_run(
	    db, "DELETE FROM websubs WHERE token = ?", "s", op->websub_gone);
}

static int (*const apply[BATCH_KINDS])(struct db *, const struct batch_op *) = {
    [BATCH_ITEM] = apply_item,
    [BATCH_EDIT] = apply_edit,
    [BATCH_COPY] = apply_copy,
    [BATCH_SEEN] = apply_seen,
    [BATCH_ALERT] = apply_alert,
    [BATCH_FEED] = apply_feed,
    [BATCH_DELIVERY] = apply_delivery,
    [BATCH_LOGGED] = apply_logged,
    [BATCH_CLOCK_SHIFT] = apply_clock_shift,
    [BATCH_WEBSUB] = apply_websub,
    [BATCH_WEBSUB_GONE] = apply_websub_gone,
};

int
apply_batch(struct db *db, const struct batch *batch, size_t from)
{
	for (size_t i = from; i < batch->len; i++)
		if (apply[batch->ops[i].kind](db, &batch->ops[i]) == -1)
			return -1;
	return 0;
}

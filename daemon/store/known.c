/*
 * Looks up known items by keys, in the store and in a batch.
 */
#include <stdlib.h>
#include <string.h>

#include "store/batch_op.h"
#include "store/db.h"
#include "store/known.h"
#include "store/store.h"
#include "store/store_db.h"

#define HEADS_MAX 1000 /* rows of one head that are looked at */

/* ---- the store ----------------------------------------------------------- */

static bool
is_equal(uint64_t a, uint64_t b)
{
	return a != 0 && a == b;
}

/* Items that were found by their keys, each once. */
struct hits {
	int64_t ids[5 * KNOWN_MAX]; /* those by their own key come first */
	size_t len;
	size_t by_key_len;
};

static bool
has_hit(const int64_t *ids, size_t len, int64_t id)
{
	for (size_t i = 0; i < len; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Keeps the newest KNOWN_MAX, which are those of the highest ids. */
static void
add_newest(struct hits *hits, int64_t id)
{
	size_t oldest = 0;

	if (has_hit(hits->ids, hits->len, id))
		return;
	if (hits->len < KNOWN_MAX) {
		hits->ids[hits->len++] = id;
		return;
	}
	for (size_t i = 1; i < hits->len; i++)
		if (hits->ids[i] < hits->ids[oldest])
			oldest = i;
	if (hits->ids[oldest] < id)
		hits->ids[oldest] = id;
}

static void
find_by_key(struct db *db, int64_t feed, uint64_t key, struct hits *hits)
{
	sqlite3_stmt *row;

	if (key == 0)
		return;
	row = db_bind(db, "SELECT item FROM seen WHERE feed = ? AND key = ?",
	    "ii", feed, (int64_t)key);
	while (db_step(db, row))
		add_newest(hits, sqlite3_column_int64(row, 0));
	hits->by_key_len = hits->len;
}

static void
add_hit(struct hits *hits, int64_t id)
{
	if (!has_hit(hits->ids, hits->len, id))
		hits->ids[hits->len++] = id;
}

/* sql: ids of a feed's items with a key, newest first. */
static void
find_by(struct db *db, const char *sql, int64_t feed, uint64_t key,
    struct hits *hits)
{
	sqlite3_stmt *row;

	if (key == 0)
		return;
	row = db_bind(db, sql, "iii", feed, (int64_t)key, (int64_t)KNOWN_MAX);
	while (db_step(db, row))
		add_hit(hits, sqlite3_column_int64(row, 0));
}

/* Equal titles are sought among equal heads: the newest of them, for a serial
 * may have begun all its headlines alike for years. */
static void
find_by_title(struct db *db, int64_t feed, const struct item_keys *keys,
    struct hits *hits)
{
	unsigned heads = 0, titles = 0;
	sqlite3_stmt *row;

	if (keys->head == 0)
		return;
	row = db_bind(db,
	    "SELECT id, title_key FROM items WHERE feed = ? AND head_key = ?"
	    " ORDER BY id DESC LIMIT ?",
	    "iii", feed, (int64_t)keys->head, (int64_t)HEADS_MAX);
	while (titles < KNOWN_MAX && db_step(db, row)) {
		bool same = is_equal(
		    (uint64_t)sqlite3_column_int64(row, 1), keys->title);

		titles += same;
		if (heads++ < KNOWN_MAX || same)
			add_hit(hits, sqlite3_column_int64(row, 0));
	}
	db_stop(row);
}

static void
find_hits(struct db *db, int64_t feed, const struct item_keys *keys,
    struct hits *hits)
{
	find_by_key(db, feed, keys->key, hits);
	find_by(db,
	    "SELECT id FROM items WHERE feed = ? AND url_key = ?"
	    " ORDER BY id DESC LIMIT ?",
	    feed, keys->url, hits);
	find_by_title(db, feed, keys, hits);
	find_by(db,
	    "SELECT id FROM items WHERE feed = ? AND tail_key = ?"
	    " ORDER BY id DESC LIMIT ?",
	    feed, keys->tail, hits);
}

static void
tell_hit(struct db *db, int64_t id, bool by_key, const struct item_keys *keys,
    store_on_known on_known, void *arg)
{
	sqlite3_stmt *row = db_bind(db,
	    "SELECT story, key, revision, url_key, title, summary, content,"
	    " seen_at, (SELECT group_concat(entity, char(31)) FROM mentions"
	    "  WHERE item = items.id),"
	    " (SELECT group_concat(entities, char(31)) FROM revisions"
	    "  WHERE item = items.id) FROM items WHERE id = ?",
	    "i", id);

	while (db_step(db, row)) {
		struct known_row known = {
		    .item = (uint64_t)id,
		    .story = (uint64_t)sqlite3_column_int64(row, 0),
		    .key = (uint64_t)sqlite3_column_int64(row, 1),
		    .revision = (uint64_t)sqlite3_column_int64(row, 2),
		    .by_key = by_key,
		    .by_url = is_equal(
			(uint64_t)sqlite3_column_int64(row, 3), keys->url),
		    .title = db_text_or_empty(row, 4),
		    .summary = db_text_or_empty(row, 5),
		    .content = db_text_or_empty(row, 6),
		    .seen_at = sqlite3_column_int64(row, 7),
		};

		db_split(row, 8, &known.entities);
		db_split(row, 9, &known.entities);
		on_known(arg, &known);
		strings_clear(&known.entities);
	}
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A statement for each kind of key: in a single one, SQLite would build tables
 * and sort them even where nothing is found, as of most items. The transaction
 * around them saves the locks of each. */
int
store_read_known(struct store *store, int64_t feed,
    const struct item_keys *keys, store_on_known on_known, void *arg)
{
	struct db *db = store_connect(store);
	int64_t by_key[KNOWN_MAX];
	struct hits hits = {.len = 0};

	if (db == NULL)
		return -1;
	db_run(db, "BEGIN", "");
	find_hits(db, feed, keys, &hits);
	memcpy(by_key, hits.ids, sizeof(by_key));
	qsort(hits.ids, hits.len, sizeof(hits.ids[0]), compare_ids);
	for (size_t i = 0; i < hits.len; i++)
		tell_hit(db, hits.ids[i],
		    has_hit(by_key, hits.by_key_len, hits.ids[i]), keys,
		    on_known, arg);
	if (db_run(db, "COMMIT", "") == -1)
		db_exec(db, "ROLLBACK");
	return store_note_result(store);
}

/* ---- the batch ----------------------------------------------------------- */

static bool
has_key(const struct item_record *record, const struct item_keys *keys)
{
	return record->item.key == keys->key ||
	       is_equal(record->keys.url, keys->url) ||
	       is_equal(record->keys.head, keys->head) ||
	       is_equal(record->keys.tail, keys->tail);
}

static void
tell_record(const struct item_record *record, const struct item_keys *keys,
    store_on_known on_known, void *arg)
{
	const struct item *item = &record->item;
	struct known_row known = {
	    .item = record->id,
	    .story = record->story,
	    .key = item->key,
	    .revision = item->revision,
	    .by_key = item->key == keys->key,
	    .by_url = is_equal(record->keys.url, keys->url),
	    .title = item->title,
	    .summary = item->summary,
	    .content = item->content,
	    .seen_at = record->seen_at,
	};

	for (size_t i = 0; i < record->mentions_len; i++)
		strings_add(&known.entities, record->mentions[i].entity);
	on_known(arg, &known);
	strings_clear(&known.entities);
}

void
batch_read_known(const struct batch *batch, int64_t feed,
    const struct item_keys *keys, store_on_known on_known, void *arg)
{
	unsigned told = 0;

	for (size_t i = batch->len; i > 0 && told < KNOWN_MAX; i--) {
		const struct batch_op *op = &batch->ops[i - 1];

		if ((op->kind == BATCH_ITEM || op->kind == BATCH_EDIT) &&
		    op->item.feed == feed && has_key(&op->item, keys)) {
			tell_record(&op->item, keys, on_known, arg);
			told++;
		}
	}
}

/*
 * Looks up known items by keys, in the store and in a batch.
 */
#include "store/batch_op.h"
#include "store/db.h"
#include "store/known.h"
#include "store/store.h"
#include "store/store_db.h"

/* ---- the store ----------------------------------------------------------- */

static const char *
text_or_empty(sqlite3_stmt *row, int column)
{
	const char *text = db_text(row, column);

	return text != NULL ? text : "";
}

static void
tell_row(sqlite3_stmt *row, store_on_known on_known, void *arg)
{
	struct known_row known = {
	    .item = (uint64_t)sqlite3_column_int64(row, 0),
	    .story = (uint64_t)sqlite3_column_int64(row, 1),
	    .key = (uint64_t)sqlite3_column_int64(row, 2),
	    .revision = (uint64_t)sqlite3_column_int64(row, 3),
	    .by_key = sqlite3_column_int64(row, 4) != 0,
	    .by_url = sqlite3_column_int64(row, 5) != 0,
	    .title = text_or_empty(row, 6),
	    .summary = text_or_empty(row, 7),
	    .content = text_or_empty(row, 8),
	    .seen_at = sqlite3_column_int64(row, 9),
	};

	db_split(row, 10, &known.entities);
	db_split(row, 11, &known.entities);
	on_known(arg, &known);
	strings_clear(&known.entities);
}

int
store_read_known(struct store *store, int64_t feed,
    const struct item_keys *keys, store_on_known on_known, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	/* No item has the keys 0, that is, null. */
	row = db_bind(db,
	    "WITH by_key AS (SELECT item FROM seen WHERE feed = ?1"
	    "  AND key = ?2 AND item IS NOT NULL GROUP BY item"
	    "  ORDER BY item DESC LIMIT ?7)"
	    " SELECT id, story, key, revision, id IN by_key,"
	    " url_key IS nullif(?3, 0) AND url_key IS NOT NULL,"
	    " title, summary, content, seen_at,"
	    " (SELECT group_concat(entity, char(31)) FROM mentions"
	    "  WHERE item = items.id),"
	    " (SELECT group_concat(entities, char(31)) FROM revisions"
	    "  WHERE item = items.id)"
	    " FROM items WHERE id IN (SELECT item FROM by_key UNION"
	    " SELECT * FROM (SELECT id FROM items WHERE feed = ?1"
	    "  AND url_key = ?3 ORDER BY id DESC LIMIT ?7) UNION"
	    " SELECT * FROM (SELECT id FROM items WHERE feed = ?1"
	    "  AND title_key = ?4 ORDER BY id DESC LIMIT ?7) UNION"
	    " SELECT * FROM (SELECT id FROM items WHERE feed = ?1"
	    "  AND head_key = ?5 ORDER BY id DESC LIMIT ?7) UNION"
	    " SELECT * FROM (SELECT id FROM items WHERE feed = ?1"
	    "  AND tail_key = ?6 ORDER BY id DESC LIMIT ?7)) ORDER BY id",
	    "iiiiiii", feed, (int64_t)keys->key, (int64_t)keys->url,
	    (int64_t)keys->title, (int64_t)keys->head, (int64_t)keys->tail,
	    (int64_t)KNOWN_MAX);
	while (db_step(db, row))
		tell_row(row, on_known, arg);
	return store_note_result(store);
}

/* ---- the batch ----------------------------------------------------------- */

static bool
is_equal(uint64_t a, uint64_t b)
{
	return a != 0 && a == b;
}

static bool
has_key(const struct item_record *record, const struct item_keys *keys)
{
	return record->item.key == keys->key ||
	       is_equal(record->keys.url, keys->url) ||
	       is_equal(record->keys.title, keys->title) ||
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

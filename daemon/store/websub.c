/*
 * Subscriptions at hubs: their records, and how they are read back.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/store_db.h"
#include "store/websub.h"

void
websub_record_clear(struct websub_record *record)
{
	free(record->token);
	free(record->feed);
	free(record->hub);
	free(record->topic);
	free(record->secret);
	free(record->callback);
	*record = (struct websub_record){0};
}

void
websub_record_copy(struct websub_record *to, const struct websub_record *from)
{
	*to = *from;
	to->token = xstrdup(from->token);
	to->feed = xstrdup(from->feed);
	to->hub = xstrdup(from->hub);
	to->topic = xstrdup(from->topic);
	to->secret = xstrdup_null(from->secret);
	to->callback = xstrdup_null(from->callback);
}

int
store_read_websubs(struct store *store, store_on_websub on_websub, void *arg)
{
	struct db *db = store_connect(store);
	sqlite3_stmt *row;

	if (db == NULL)
		return -1;
	row = db_bind(db,
	    "SELECT token, feed, hub, topic, secret, callback, lease_at,"
	    " next_at, denied, left FROM websubs",
	    "");
	while (db_step(db, row)) {
		struct websub_record record = {
		    .token = (char *)db_text(row, 0),
		    .feed = (char *)db_text(row, 1),
		    .hub = (char *)db_text(row, 2),
		    .topic = (char *)db_text(row, 3),
		    .secret = (char *)db_text(row, 4),
		    .callback = (char *)db_text(row, 5),
		    .lease_at = sqlite3_column_int64(row, 6),
		    .next_at = sqlite3_column_int64(row, 7),
		    .denied = sqlite3_column_int64(row, 8) != 0,
		    .left = sqlite3_column_int64(row, 9) != 0,
		};

		on_websub(arg, &record);
	}
	return store_note_result(store);
}

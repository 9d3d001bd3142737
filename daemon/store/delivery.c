/*
 * Reads of the outbox. Its writes come in batches, see apply.c.
 */
#include "store/db.h"
#include "store/delivery.h"
#include "store/store.h"
#include "store/store_db.h"

#define WAITING_COLUMNS                                                   \
	"deliveries.id, alerts.seq, alerts.id, alerts.type, alerts.json," \
	" alerts.at, deliveries.next_at, deliveries.attempts,"            \
	" deliveries.step"
#define WAITING_FROM \
	" FROM deliveries JOIN alerts ON alerts.seq = deliveries.alert "

static int
tell_rows(struct store *store, sqlite3_stmt *row, store_on_waiting on_waiting,
    void *arg)
{
	while (db_step(store->db, row)) {
		struct waiting_delivery waiting = {
		    .id = (uint64_t)sqlite3_column_int64(row, 0),
		    .seq = (uint64_t)sqlite3_column_int64(row, 1),
		    .alert = db_text(row, 2),
		    .type = db_text(row, 3),
		    .json = db_text(row, 4),
		    .alerted_at = sqlite3_column_int64(row, 5),
		    .next_at = sqlite3_column_int64(row, 6),
		    .attempts = (unsigned)sqlite3_column_int64(row, 7),
		    .step = (unsigned)sqlite3_column_int64(row, 8),
		};

		on_waiting(arg, &waiting);
	}
	return store_note_result(store);
}

int
store_read_due(struct store *store, const char *sink, int64_t now,
    unsigned limit, store_on_waiting on_waiting, void *arg)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return -1;
	return tell_rows(store,
	    db_bind(db,
		"SELECT " WAITING_COLUMNS WAITING_FROM
		"WHERE deliveries.sink = ? AND deliveries.state = 0"
		" AND deliveries.next_at <= ?"
		" ORDER BY deliveries.next_at, deliveries.id LIMIT ?",
		"sii", sink, now, (int64_t)limit),
	    on_waiting, arg);
}

int
store_read_early(struct store *store, const char *sink, unsigned limit,
    store_on_waiting on_waiting, void *arg)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return -1;
	return tell_rows(store,
	    db_bind(db,
		"SELECT " WAITING_COLUMNS WAITING_FROM
		"WHERE deliveries.sink = ? AND deliveries.state = 0"
		" AND deliveries.early = 0 ORDER BY deliveries.id LIMIT ?",
		"si", sink, (int64_t)limit),
	    on_waiting, arg);
}

int64_t
store_next_due(struct store *store, const char *sink)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return INT64_MAX;
	return db_number(db, INT64_MAX,
	    "SELECT next_at FROM deliveries WHERE sink = ? AND state = 0"
	    " ORDER BY next_at LIMIT 1",
	    "s", sink);
}

/* By the indexes of what waits and of what was lost, which SQLite would not
 * choose: that of all deliveries grows with what is kept of them. */
int
store_read_totals(
    struct store *store, const char *sink, struct sink_totals *totals)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return -1;
	totals->waiting = (uint64_t)db_number(db, 0,
	    "SELECT count(*) FROM deliveries INDEXED BY deliveries_due"
	    " WHERE sink = ? AND state = 0",
	    "s", sink);
	totals->lost = (uint64_t)db_number(db, 0,
	    "SELECT count(*) FROM deliveries INDEXED BY deliveries_lost"
	    " WHERE sink = ? AND state = 2",
	    "s", sink);
	totals->oldest_waiting_at = db_number(db, 0,
	    "SELECT at FROM alerts WHERE seq = (SELECT min(alert)"
	    " FROM deliveries INDEXED BY deliveries_due"
	    " WHERE sink = ? AND state = 0)",
	    "s", sink);
	return store_note_result(store);
}

int
store_read_log(struct store *store, const char *sink, uint64_t above, bool done,
    unsigned limit, store_on_waiting on_waiting, void *arg)
{
	struct db *db = store_connect(store);

	if (db == NULL)
		return -1;
	return tell_rows(store,
	    db_bind(db,
		"SELECT " WAITING_COLUMNS WAITING_FROM
		"WHERE deliveries.sink = ? AND deliveries.alert > ?"
		" AND deliveries.state <= ? ORDER BY deliveries.alert LIMIT ?",
		"siii", sink, (int64_t)above, (int64_t)done, (int64_t)limit),
	    on_waiting, arg);
}

/*
 * Items by address, in whatever spelling. Runs in the desk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/find.h"
#include "store/reader_db.h"
#include "story/keys.h"

#define ROWS_MAX 2000 /* of one host that are looked at */
#define LAST_PATH ((UINT64_C(1) << KEYS_PATH_BITS) - 1)

/* Whether the address is another spelling of the canonical one. */
static bool
is_spelling(const char *url, const char *wanted)
{
	struct buf canonical = BUF_INIT;
	bool same;

	keys_put_url(&canonical, url);
	same = strcmp(buf_str(&canonical), wanted) == 0;
	buf_clear(&canonical);
	return same;
}

int
store_find_items(struct store_reader *reader, const char *url,
    find_on_item on_item, void *arg)
{
	struct buf wanted = BUF_INIT;
	struct keys keys;
	sqlite3_stmt *row;

	reader_begin(reader);
	keys_put_url(&wanted, url);
	keys_make_stored(url, NULL, &keys);
	row = db_bind(reader->db,
	    "SELECT id, url FROM items WHERE url_key = ?1 UNION"
	    " SELECT item, url FROM revisions WHERE url_key = ?1 ORDER BY 1",
	    "i", (int64_t)keys.url);
	while (keys.url != 0 && db_step(reader->db, row))
		if (is_spelling(db_text(row, 1), buf_str(&wanted)))
			on_item(arg, (uint64_t)sqlite3_column_int64(row, 0));
	buf_clear(&wanted);
	return reader_end(reader);
}

/* The host of an address as keys_put_url() writes it; the caller frees. */
static char *
canonical_host(const char *url)
{
	const char *at = strstr(url, "://");
	struct buf host = BUF_INIT;
	char *page;

	at = at != NULL ? at + 3 : url + strspn(url, "/");
	/* An address without path is none to keys_put_url(). */
	page = xasprintf("%.*s/-", (int)strcspn(at, "/?#"), at);
	keys_put_url(&host, page);
	free(page);
	if (host.len > 2)
		buf_truncate(&host, host.len - 2);
	return buf_take(&host);
}

int
store_find_feeds(struct store_reader *reader, const char *url,
    find_on_feed on_feed, void *arg)
{
	char *host = canonical_host(url);
	uint64_t first = keys_of_host(host);
	sqlite3_stmt *row;

	reader_begin(reader);
	/* Another host may share the bits of the key. */
	row = db_bind(reader->db,
	    "SELECT feeds.id, count(*), max(seen_at) FROM"
	    " (SELECT feed, seen_at FROM items WHERE url_key BETWEEN ? AND ?"
	    "  AND instr(lower(items.url), ?) > 0 LIMIT ?)"
	    " JOIN feeds ON feeds.row = feed GROUP BY 1 ORDER BY 2 DESC",
	    "iisi", (int64_t)first, (int64_t)(first | LAST_PATH), host,
	    (int64_t)ROWS_MAX);
	while (*host != '\0' && db_step(reader->db, row))
		on_feed(arg, db_text(row, 0),
		    (uint64_t)sqlite3_column_int64(row, 1),
		    sqlite3_column_int64(row, 2));
	free(host);
	return reader_end(reader);
}

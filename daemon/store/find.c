/*
 * Items by address. The index is over addresses as they came, so each spelling
 * that may stand before the canonical part is looked up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/db.h"
#include "store/find.h"
#include "store/reader_db.h"
#include "story/keys.h"

#define ROWS_MAX 2000                /* of one spelling that are looked at */
#define AFTER_ALL "\xf4\x8f\xbf\xbf" /* U+10FFFF */

static const char *const starts[] = {"https://", "https://www.", "https://m.",
    "https://amp.", "https://mobile.", "http://", "http://www.", "http://m.",
    "http://amp.", "http://mobile."};

#define STARTS (sizeof(starts) / sizeof(starts[0]))

struct search {
	struct store_reader *reader;
	struct buf wanted; /* canonical address */
	find_on_item on_item;
	void *arg;
};

/* Whether the address is another spelling of the wanted one. */
static bool
is_wanted(const struct search *search, const char *url)
{
	struct buf canonical = BUF_INIT;
	bool same;

	keys_put_url(&canonical, url);
	same = strcmp(buf_str(&canonical), buf_str(&search->wanted)) == 0;
	buf_clear(&canonical);
	return same;
}

/* from, to: what addresses are not below and not above. */
static void
search_between(struct search *search, const char *from, const char *to)
{
	sqlite3_stmt *row = db_bind(search->reader->db,
	    "SELECT id, url FROM items WHERE url BETWEEN ?1 AND ?2"
	    " UNION SELECT item, url FROM revisions"
	    " WHERE url BETWEEN ?1 AND ?2 ORDER BY 1 LIMIT ?3",
	    "ssi", from, to, (int64_t)ROWS_MAX);

	while (db_step(search->reader->db, row))
		if (is_wanted(search, db_text(row, 1)))
			search->on_item(search->arg,
			    (uint64_t)sqlite3_column_int64(row, 0));
}

int
store_find_items(struct store_reader *reader, const char *url,
    find_on_item on_item, void *arg)
{
	struct search search = {reader, BUF_INIT, on_item, arg};
	size_t stem;

	reader_begin(reader);
	keys_put_url(&search.wanted, url);
	/* Parameters come behind an `&`, in another form than they were. */
	stem = strcspn(buf_str(&search.wanted), "&");
	for (size_t i = 0; i < STARTS && search.wanted.len > 0; i++) {
		char *from = xasprintf(
		    "%s%.*s", starts[i], (int)stem, buf_str(&search.wanted));
		char *to = xasprintf("%s" AFTER_ALL, from);

		search_between(&search, from, to);
		free(from);
		free(to);
	}
	buf_clear(&search.wanted);
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

	reader_begin(reader);
	for (size_t i = 0; i < STARTS && *host != '\0'; i++) {
		char *from = xasprintf("%s%s/", starts[i], host);
		char *to = xasprintf("%s" AFTER_ALL, from);
		sqlite3_stmt *row = db_bind(reader->db,
		    "SELECT feeds.id, count(*), max(seen_at) FROM"
		    " (SELECT feed, seen_at FROM items"
		    "  WHERE url BETWEEN ? AND ? LIMIT ?)"
		    " JOIN feeds ON feeds.row = feed GROUP BY 1 ORDER BY 2 "
		    "DESC",
		    "ssi", from, to, (int64_t)ROWS_MAX);

		while (db_step(reader->db, row))
			on_feed(arg, db_text(row, 0),
			    (uint64_t)sqlite3_column_int64(row, 1),
			    sqlite3_column_int64(row, 2));
		free(from);
		free(to);
	}
	free(host);
	return reader_end(reader);
}

/*
 * Filtered reads, page by page. Runs in the desk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse/item.h"
#include "store/db.h"
#include "store/query.h"
#include "store/reader_db.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000
#define BINDS_MAX 16
#define TERMS_MAX 32 /* words of a search */

/* enum level by its word; an unknown one finds nothing. */
#define LEVEL_IS                                                    \
	"level = CASE ? WHEN 'routine' THEN 0 WHEN 'urgent' THEN 1" \
	" WHEN 'flash' THEN 2 END"

/* A statement under construction: its text and what is bound to it. */
struct builder {
	struct buf sql;
	struct {
		const char *text; /* NULL: the number */
		int64_t number;
	} binds[BINDS_MAX];
	int binds_len;
	char *match; /* the search expression; owned */
};

static void
bind_text(struct builder *builder, const char *text)
{
	builder->binds[builder->binds_len++].text = text;
}

static void
bind_number(struct builder *builder, int64_t number)
{
	builder->binds[builder->binds_len++].number = number;
}

/* Adds a condition with one `?`, unless its value is NULL. */
static void
where_text(struct builder *builder, const char *condition, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(&builder->sql, " AND %s", condition);
	bind_text(builder, value);
}

static void
where_number(struct builder *builder, const char *condition, int64_t value)
{
	if (value == 0)
		return;
	buf_addf(&builder->sql, " AND %s", condition);
	bind_number(builder, value);
}

/* Words become quoted terms, all of which must occur; a `*` at the end of one
 * asks for its beginning alone. */
static char *
match_expression(const char *text)
{
	struct buf out = BUF_INIT;
	int terms = 0;

	while (*text != '\0' && terms < TERMS_MAX) {
		size_t len = strcspn(text, " \t\n\"");

		if (len > 0) {
			bool prefix = len > 1 && text[len - 1] == '*';

			buf_add_str(&out, terms++ > 0 ? " \"" : "\"");
			buf_add(&out, text, len - prefix);
			buf_add_str(&out, prefix ? "\"*" : "\"");
		}
		text += len + (text[len] != '\0');
	}
	return buf_take(&out);
}

static void
where_match(struct builder *builder, const char *column, const char *text)
{
	if (text == NULL || text[strspn(text, " \t\n\"")] == '\0')
		return;
	builder->match = match_expression(text);
	buf_addf(&builder->sql,
	    " AND %s IN (SELECT rowid FROM items_text WHERE items_text"
	    " MATCH ?)",
	    column);
	bind_text(builder, builder->match);
}

static void
order_and_limit(struct builder *builder, const struct store_filter *filter,
    const char *column)
{
	unsigned limit = filter->limit != 0 ? filter->limit : LIMIT_DEFAULT;

	if (filter->before != 0 || filter->after != 0)
		buf_addf(&builder->sql, " AND %s %s ?", column,
		    filter->after != 0 ? ">" : "<");
	if (filter->after != 0)
		bind_number(builder, (int64_t)filter->after);
	else if (filter->before != 0)
		bind_number(builder, (int64_t)filter->before);
	if (filter->after != 0 && filter->before != 0) {
		buf_addf(&builder->sql, " AND %s < ?", column);
		bind_number(builder, (int64_t)filter->before);
	}
	buf_addf(&builder->sql, " ORDER BY %s %s LIMIT %u", column,
	    filter->after != 0 || filter->oldest_first ? "ASC" : "DESC",
	    limit < LIMIT_MAX ? limit : LIMIT_MAX);
}

static sqlite3_stmt *
prepare(struct store_reader *reader, const struct builder *builder)
{
	sqlite3_stmt *statement = NULL;

	reader_begin(reader);
	if (sqlite3_prepare_v2(db_handle(reader->db), buf_str(&builder->sql),
		-1, &statement, NULL) != SQLITE_OK) {
		reader->error = xstrdup(sqlite3_errmsg(db_handle(reader->db)));
		return NULL;
	}
	for (int i = 0; i < builder->binds_len; i++) {
		if (builder->binds[i].text != NULL)
			sqlite3_bind_text(statement, i + 1,
			    builder->binds[i].text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(
			    statement, i + 1, builder->binds[i].number);
	}
	return statement;
}

static int
finish(struct store_reader *reader, struct builder *builder,
    sqlite3_stmt *statement)
{
	sqlite3_finalize(statement);
	buf_clear(&builder->sql);
	free(builder->match);
	return reader_end(reader);
}

int
store_query_alerts(struct store_reader *reader,
    const struct store_filter *filter, store_on_alert on_alert, void *arg)
{
	struct builder builder = {0};
	sqlite3_stmt *row;

	buf_add_str(&builder.sql, "SELECT seq, json FROM alerts WHERE 1");
	where_text(&builder, "feed = (SELECT row FROM feeds WHERE id = ?)",
	    filter->feed);
	where_text(&builder,
	    "feed IN (SELECT row FROM feeds WHERE outlet = ?"
	    " COLLATE caseless)",
	    filter->outlet);
	where_text(&builder,
	    "seq IN (SELECT alert FROM alert_keys WHERE kind = 'e'"
	    " AND value = ?)",
	    filter->entity);
	where_text(&builder,
	    "seq IN (SELECT alert FROM alert_keys WHERE kind = 'r'"
	    " AND value = ?)",
	    filter->rule);
	where_text(&builder, LEVEL_IS, filter->level);
	where_text(&builder, "type = ?", filter->type);
	where_number(&builder, "at >= ?", filter->since_at);
	where_number(&builder, "at < ?", filter->until_at);
	where_match(&builder, "item", filter->text);
	order_and_limit(&builder, filter, "seq");
	row = prepare(reader, &builder);
	while (db_step(reader->db, row))
		on_alert(arg, (uint64_t)sqlite3_column_int64(row, 0),
		    db_text(row, 1));
	return finish(reader, &builder, row);
}

static void
tell_item(sqlite3_stmt *row, store_on_item on_item, void *arg)
{
	struct stored_item item = {
	    .id = (uint64_t)sqlite3_column_int64(row, 0),
	    .feed = db_text_or_empty(row, 1),
	    .outlet = db_text_or_empty(row, 2),
	    .guid = db_text(row, 3),
	    .url = db_text(row, 4),
	    .title = db_text_or_empty(row, 5),
	    .summary = db_text_or_empty(row, 6),
	    .content = db_text_or_empty(row, 7),
	    .language = db_text_or_empty(row, 8),
	    .published_at = sqlite3_column_int64(row, 9),
	    .seen_at = sqlite3_column_int64(row, 10),
	    .story = (uint64_t)sqlite3_column_int64(row, 11),
	    .verdict = db_text(row, 12),
	    .why = db_text(row, 13),
	};

	on_item(arg, &item);
}

/* What a filter asks of an item and its feed. */
static void
where_item(struct builder *builder, const struct store_filter *filter)
{
	where_text(builder, "feeds.id = ?", filter->feed);
	where_text(
	    builder, "feeds.outlet = ? COLLATE caseless", filter->outlet);
	where_text(builder,
	    "items.id IN (SELECT item FROM mentions WHERE entity = ?)",
	    filter->entity);
	where_text(builder,
	    "items.id IN (SELECT item FROM alerts JOIN alert_keys ON"
	    " alert = seq WHERE kind = 'r' AND value = ?)",
	    filter->rule);
	where_text(builder,
	    "items.id IN (SELECT item FROM alerts WHERE " LEVEL_IS ")",
	    filter->level);
	where_text(builder,
	    "items.id IN (SELECT item FROM alerts WHERE type = ?)",
	    filter->type);
	if (filter->told)
		buf_add_str(&builder->sql,
		    " AND items.id IN (SELECT item FROM alerts)");
	where_number(builder, "items.id = ?", (int64_t)filter->item);
	where_number(builder, "items.story = ?", (int64_t)filter->story);
	where_number(builder, "seen_at >= ?", filter->since_at);
	where_number(builder, "seen_at < ?", filter->until_at);
	where_match(builder, "items.id", filter->text);
}

int
store_query_items(struct store_reader *reader,
    const struct store_filter *filter, store_on_item on_item, void *arg)
{
	struct builder builder = {0};
	sqlite3_stmt *row;

	buf_add_str(&builder.sql,
	    "SELECT items.id, feeds.id, feeds.outlet, guid, items.url,"
	    " items.title, summary, content, language, published_at, seen_at,"
	    " story, verdict, why FROM items JOIN feeds"
	    " ON feeds.row = items.feed WHERE 1");
	where_item(&builder, filter);
	order_and_limit(&builder, filter, "items.id");
	row = prepare(reader, &builder);
	while (db_step(reader->db, row))
		tell_item(row, on_item, arg);
	return finish(reader, &builder, row);
}

int
store_query_stories(struct store_reader *reader,
    const struct store_filter *filter, store_on_story on_story, void *arg)
{
	struct builder builder = {0};
	sqlite3_stmt *row;

	buf_add_str(&builder.sql,
	    "SELECT DISTINCT story FROM items JOIN feeds"
	    " ON feeds.row = items.feed WHERE story IS NOT NULL");
	where_item(&builder, filter);
	where_number(&builder,
	    "(SELECT count(DISTINCT outlet) FROM items AS member JOIN feeds"
	    " ON feeds.row = member.feed WHERE member.story = items.story)"
	    " >= ?",
	    (int64_t)filter->outlets);
	order_and_limit(&builder, filter, "story");
	row = prepare(reader, &builder);
	while (db_step(reader->db, row))
		on_story(arg, (uint64_t)sqlite3_column_int64(row, 0));
	return finish(reader, &builder, row);
}

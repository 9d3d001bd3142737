/*
 * The revisions of an item as JSON: of each, how its text differs from the one
 * that it replaced.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "desk/revisions.h"
#include "story/diff.h"
#include "store/query.h"
#include "store/trail.h"

#define REVISIONS_MAX 20
#define CONTEXT_WORDS 6 /* around each change */

enum { TITLE, SUMMARY, CONTENT, TEXTS };

struct revision {
	int64_t seen_at;
	char *verdict;
	char *why;
	char *url;           /* or NULL */
	char *before[TEXTS]; /* all NULL: no text was replaced */
};

struct revisions {
	struct revision list[REVISIONS_MAX];
	size_t len;
	char *now[TEXTS]; /* what the item says at present */
};

static void
on_revision(void *arg, const struct trail_revision *from)
{
	struct revisions *revisions = arg;
	bool replaced = from->title != NULL;

	revisions->list[revisions->len++] = (struct revision){
	    .seen_at = from->seen_at,
	    .verdict = xstrdup(from->verdict),
	    .why = xstrdup(from->why),
	    .url = xstrdup_null(from->url),
	    .before = {replaced ? xstrdup(from->title) : NULL,
		replaced ? xstrdup(from->summary) : NULL,
		replaced ? xstrdup(from->content) : NULL},
	};
}

static void
on_item(void *arg, const struct stored_item *item)
{
	struct revisions *revisions = arg;

	revisions->now[TITLE] = xstrdup(item->title);
	revisions->now[SUMMARY] = xstrdup(item->summary);
	revisions->now[CONTENT] = xstrdup(item->content);
}

static void
revisions_clear(struct revisions *revisions)
{
	for (size_t i = 0; i < revisions->len; i++) {
		free(revisions->list[i].verdict);
		free(revisions->list[i].why);
		free(revisions->list[i].url);
		for (int text = 0; text < TEXTS; text++)
			free(revisions->list[i].before[text]);
	}
	for (int text = 0; text < TEXTS; text++)
		free(revisions->now[text]);
}

/* The text that the n-th revision brought: what the next one replaced. */
static const char *
text_after(const struct revisions *revisions, size_t n, int text)
{
	while (++n < revisions->len)
		if (revisions->list[n].before[text] != NULL)
			return revisions->list[n].before[text];
	return revisions->now[text] != NULL ? revisions->now[text] : "";
}

static void
put_diff(struct buf *out, const char *key, const struct revisions *revisions,
    size_t n, int text)
{
	const char *before = revisions->list[n].before[text];
	struct buf diff = BUF_INIT;

	if (before != NULL)
		diff_add_words(&diff, before, text_after(revisions, n, text),
		    text == TITLE ? SIZE_MAX : CONTEXT_WORDS);
	json_pair_str(out, key, diff.len > 0 ? buf_str(&diff) : NULL);
	buf_clear(&diff);
}

static void
put_revision(struct buf *out, const struct revisions *revisions, size_t n)
{
	const struct revision *revision = &revisions->list[n];

	json_put_open(out, '{');
	json_pair_date(out, "seen", revision->seen_at);
	json_pair_str(out, "verdict", revision->verdict);
	json_pair_str(out, "why", revision->why);
	json_pair_str(out, "url", revision->url);
	put_diff(out, "title", revisions, n, TITLE);
	put_diff(out, "summary", revisions, n, SUMMARY);
	put_diff(out, "content", revisions, n, CONTENT);
	json_put_close(out, '}');
}

int
revisions_put(struct buf *out, struct store_reader *reader, uint64_t item)
{
	struct revisions revisions = {.len = 0};
	const struct store_filter filter = {.item = item, .limit = 1};
	int result = trail_read_revisions(
	    reader, item, REVISIONS_MAX, on_revision, &revisions);

	if (result == 0 && revisions.len > 0)
		result =
		    store_query_items(reader, &filter, on_item, &revisions);
	json_put_key(out, "revisions");
	json_put_open(out, '[');
	for (size_t n = 0; n < revisions.len; n++)
		put_revision(out, &revisions, n);
	json_put_close(out, ']');
	revisions_clear(&revisions);
	return result;
}

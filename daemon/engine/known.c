/*
 * Known items: candidates by their keys, compared by their words. Runs in the
 * engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/job.h"
#include "engine/known.h"
#include "engine/newness.h"
#include "frame/clock.h"
#include "store/batch.h"
#include "store/known.h"
#include "story/diff.h"

#define CANDIDATES_MAX (6 * KNOWN_MAX) /* five kinds of keys, and a batch */
#define TITLE_DIFF_MAX 400             /* bytes */
#define TEXT_DIFF_MAX 600
#define CONTEXT 3 /* words shown around a change of text */

/* ---- finding ------------------------------------------------------------- */

struct search {
	const struct job *job;
	const struct item *item;  /* at hand */
	struct variant_text text; /* of it, once there is a candidate */
	/* The first len; it would be costly to clear them all. */
	struct newness_candidate candidates[CANDIDATES_MAX];
	struct known known[CANDIDATES_MAX];
	size_t len;
};

static void
add_entities(struct known *known, const struct known_row *row)
{
	for (size_t i = 0; i < row->entities.len; i++)
		strings_add_once(&known->entities, row->entities.at[i]);
}

static void
add_candidate(struct search *search, const struct known_row *row)
{
	struct newness_candidate *candidate = &search->candidates[search->len];
	struct known *known = &search->known[search->len++];
	struct variant_text text;

	if (search->len == 1)
		variant_text_init(&search->text, search->item->title,
		    search->item->summary, search->item->content);
	variant_text_init(&text, row->title, row->summary, row->content);
	*known = (struct known){
	    .item = row->item,
	    .story = row->story,
	    .by_key = row->by_key,
	    .by_url = row->by_url,
	    .variant = variant_compare(&text, &search->text),
	    .title = xstrdup(row->title),
	    .summary = xstrdup(row->summary),
	    .content = xstrdup(row->content),
	};
	add_entities(known, row);
	*candidate = (struct newness_candidate){
	    .item = row->item,
	    .by_key = row->by_key,
	    .by_url = row->by_url,
	    .present = seen_has(&search->job->present, row->key, row->revision),
	    .is_long = search->text.len >= VARIANT_LONG,
	    .seen_at = row->seen_at,
	    .variant = known->variant,
	};
	variant_text_clear(&text);
}

/* The newest text of an item comes first; of older ones count the entities. */
static void
on_known(void *arg, const struct known_row *row)
{
	struct search *search = arg;

	for (size_t i = 0; i < search->len; i++)
		if (search->known[i].item == row->item) {
			add_entities(&search->known[i], row);
			return;
		}
	if (search->len < CANDIDATES_MAX)
		add_candidate(search, row);
}

/* Looks in the store for all keys but one that the feed is known not to have
 * shown. */
static void
search_store(struct engine *engine, const struct seen *seen,
    const struct item_keys *keys, struct search *search)
{
	struct item_keys wanted = *keys;

	if (seen->loaded && !seen->cut && !seen_has_key(seen, keys->key))
		wanted.key = 0;
	store_read_known(engine->store, search->job->feed->record.row, &wanted,
	    on_known, search);
}

void
known_find(struct engine *engine, const struct job *job,
    const struct item *item, const struct item_keys *keys, struct known *found)
{
	struct search search;
	int64_t feed = job->feed->record.row;
	size_t chosen;
	bool reused = false;

	search.job = job;
	search.item = item;
	search.text = (struct variant_text){.words = NULL};
	search.len = 0;
	batch_read_known(engine->batch, feed, keys, on_known, &search);
	if (!job->first_fetch)
		search_store(engine, &job->feed->seen, keys, &search);
	chosen = newness_choose(search.candidates, search.len, clock_now_us());
	*found = (struct known){.item = 0};
	for (size_t i = 0; i < search.len; i++) {
		reused |= search.known[i].by_key || search.known[i].by_url;
		if (i == chosen)
			*found = search.known[i];
		else
			known_clear(&search.known[i]);
	}
	found->reused = reused && found->item == 0;
	found->by_url |= keys->url == 0;
	variant_text_clear(&search.text);
}

void
known_clear(struct known *known)
{
	free(known->title);
	free(known->summary);
	free(known->content);
	strings_clear(&known->entities);
	*known = (struct known){.item = 0};
}

/* ---- what changed -------------------------------------------------------- */

/* The words as they stand in the new text were there under no entity's name,
 * where the configuration has changed since. */
static bool
was_there(const struct known *known, const char *text, size_t len)
{
	char *words = xstrndup(text, len);
	bool found = strstr(known->title, words) != NULL ||
		     strstr(known->summary, words) != NULL ||
		     strstr(known->content, words) != NULL;

	free(words);
	return found;
}

static bool
is_new_mention(const struct known *known, const struct job_item *item,
    const struct job_mention *mention)
{
	const char *text = item_field_text(&item->item, mention->field);

	return !strings_has(&known->entities, mention->entity) &&
	       !was_there(known, text + mention->offset, mention->len);
}

bool
known_has_new_mention(const struct known *known, const struct job_item *item)
{
	for (size_t i = 0; i < item->mentions_len; i++)
		if (is_new_mention(known, item, &item->mentions[i]))
			return true;
	return false;
}

static void
add_diff(struct buf *out, const char *what, const char *before,
    const char *after, size_t max)
{
	struct buf diff = BUF_INIT;
	bool is_title = max == TITLE_DIFF_MAX;

	diff_add_words(&diff, before, after, is_title ? SIZE_MAX : CONTEXT);
	if (diff.len > max) {
		buf_truncate(&diff, utf8_cut(diff.data, diff.len, max));
		buf_add_str(&diff, " ...");
	}
	if (diff.len > 0)
		buf_addf(out, "; %s changed: %s", what, buf_str(&diff));
	buf_clear(&diff);
}

static void
add_new_mentions(
    struct buf *out, const struct known *known, const struct job_item *item)
{
	struct strings names = {0};

	for (size_t i = 0; i < item->mentions_len; i++) {
		const struct job_mention *mention = &item->mentions[i];

		if (is_new_mention(known, item, mention))
			strings_add_once(&names, mention->name);
	}
	for (size_t i = 0; i < names.len; i++)
		buf_addf(
		    out, "%s%s", i > 0 ? ", " : "; mentions now ", names.at[i]);
	strings_clear(&names);
}

void
known_add_changes(
    struct buf *out, const struct known *known, const struct job_item *item)
{
	add_diff(out, "title", known->title, item->item.title, TITLE_DIFF_MAX);
	add_diff(
	    out, "summary", known->summary, item->item.summary, TEXT_DIFF_MAX);
	add_diff(
	    out, "content", known->content, item->item.content, TEXT_DIFF_MAX);
	add_new_mentions(out, known, item);
}

void
known_add_reason(struct buf *out, const struct known *known)
{
	if (!known->variant.same)
		buf_addf(out, "edit of item %" PRIu64, known->item);
	else if (!known->by_key || !known->by_url)
		buf_addf(out,
		    "item %" PRIu64 " again, with the same text under "
		    "another %s",
		    known->item,
		    known->by_key   ? "link"
		    : known->by_url ? "id"
				    : "id and link");
	else
		buf_addf(out, "known as item %" PRIu64, known->item);
}

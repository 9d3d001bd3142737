/*
 * What counts as news. Runs in the engine.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "base/second.h"
#include "engine/newness.h"
#include "parse/item.h"

#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
/* A short text may come again after this time and be another item: the
 * bulletin of the next day. */
#define SHORT_COPY_US (20 * HOUR_US)
/* A feed may show an item this much later than it is dated. */
#define FEED_DELAY_US (15 * MINUTE_US)
/* With defaults.fresh at nothing, a late item is news all the same. */
#define FRESH_MIN_US HOUR_US

/* ---- which known item it is ---------------------------------------------- */

/* Whether ids and addresses tell the items of the candidates apart. */
struct identity {
	bool key;
	bool url;
};

static struct identity
judge_identity(const struct newness_candidate *candidates, size_t len)
{
	size_t by_key = 0, by_url = 0;

	for (size_t i = 0; i < len; i++) {
		by_key += candidates[i].by_key;
		by_url += candidates[i].by_url;
	}
	return (struct identity){by_key < 2, by_url < 2};
}

static bool
is_recent(const struct newness_candidate *known, int64_t now)
{
	return known->is_long || now - known->seen_at <= SHORT_COPY_US;
}

static bool
is_copy(const struct newness_candidate *known, int64_t now)
{
	return known->variant.same &&
	       (known->by_key || known->by_url || is_recent(known, now));
}

static bool
is_edit(const struct newness_candidate *known, struct identity identity,
    int64_t now)
{
	if (known->present)
		return false;
	if ((known->by_key && identity.key) || (known->by_url && identity.url))
		return known->variant.related;
	return known->variant.light && is_recent(known, now);
}

/* A copy rather than an edit, the newer rather than the older. */
static bool
is_better(const struct newness_candidate *a, const struct newness_candidate *b)
{
	if (a->variant.same != b->variant.same)
		return a->variant.same;
	return a->item > b->item;
}

size_t
newness_choose(
    const struct newness_candidate *candidates, size_t len, int64_t now)
{
	struct identity identity = judge_identity(candidates, len);
	size_t chosen = SIZE_MAX;

	for (size_t i = 0; i < len; i++) {
		const struct newness_candidate *known = &candidates[i];

		if (!is_copy(known, now) && !is_edit(known, identity, now))
			continue;
		if (chosen == SIZE_MAX || is_better(known, &candidates[chosen]))
			chosen = i;
	}
	return chosen;
}

/* ---- whether it is news -------------------------------------------------- */

/* A date without a time means its whole day. */
static int64_t
latest_time(int64_t published_at)
{
	return published_at % DAY_US == 0 ? published_at + DAY_US
					  : published_at;
}

static bool
is_before_first_read(const struct newness_facts *facts)
{
	return latest_time(facts->published_at) + FEED_DELAY_US <
	       facts->first_read_at;
}

/* What was published while nobody looked is not old. */
static bool
is_stale(const struct newness_facts *facts)
{
	int64_t fresh_us =
	    facts->fresh_us > FRESH_MIN_US ? facts->fresh_us : FRESH_MIN_US;
	int64_t published_at = latest_time(facts->published_at);

	return published_at < facts->now - fresh_us &&
	       published_at < facts->last_read_at;
}

enum newness
newness_judge(const struct newness_facts *facts)
{
	bool dated = facts->published_at != ITEM_NO_DATE;

	if (facts->first_fetch)
		return dated && facts->published_at >=
				    facts->now - facts->fresh_us
			   ? NEWNESS_FRESH
			   : NEWNESS_BACKLOG;
	if (dated && (is_before_first_read(facts) || is_stale(facts)))
		return NEWNESS_OLD;
	return NEWNESS_NEW;
}

const char *
newness_name(enum newness newness)
{
	static const char *const names[NEWNESS_KINDS] = {
	    [NEWNESS_KNOWN] = "known",
	    [NEWNESS_EDIT] = "edit",
	    [NEWNESS_REPUBLISHED] = "republished",
	    [NEWNESS_BACKLOG] = "backlog",
	    [NEWNESS_FRESH] = "fresh",
	    [NEWNESS_OLD] = "old",
	    [NEWNESS_NEW] = "new",
	};

	return names[newness];
}

bool
newness_is_news(enum newness newness)
{
	return newness == NEWNESS_NEW || newness == NEWNESS_FRESH;
}

int64_t
newness_clamp_date(int64_t published_at, int64_t now)
{
	return published_at > now ? now : published_at;
}

/* ---- in words ------------------------------------------------------------ */

static void
add_age(struct buf *out, const struct newness_facts *facts)
{
	int64_t age_us;

	if (facts->published_at == ITEM_NO_DATE) {
		buf_add_str(out, "without a date");
		return;
	}
	age_us = facts->now - facts->published_at;
	if (age_us < 2 * MINUTE_US)
		buf_add_str(out, "published just now");
	else if (age_us < 2 * HOUR_US)
		buf_addf(
		    out, "published %" PRId64 " min ago", age_us / MINUTE_US);
	else if (age_us < 2 * DAY_US)
		buf_addf(
		    out, "published %" PRId64 " hours ago", age_us / HOUR_US);
	else
		buf_addf(
		    out, "published %" PRId64 " days ago", age_us / DAY_US);
}

void
newness_add_reason(struct buf *out, enum newness newness,
    const struct newness_facts *facts, const char *feed)
{
	switch (newness) {
	case NEWNESS_NEW:
		buf_addf(out, "new in feed %s: ", feed);
		add_age(out, facts);
		buf_add_str(
		    out, facts->reused
			     ? ", another text under an id or link seen before"
			     : ", id, link and headline not seen before");
		break;
	case NEWNESS_FRESH:
		add_age(out, facts);
		buf_addf(out,
		    ", within defaults.fresh when feed %s was first read",
		    feed);
		break;
	case NEWNESS_BACKLOG:
		buf_addf(out, "there when feed %s was first read: ", feed);
		add_age(out, facts);
		break;
	case NEWNESS_OLD:
		add_age(out, facts);
		if (is_before_first_read(facts))
			buf_addf(out, ", before feed %s was first read", feed);
		else
			buf_add_str(out, ", longer than defaults.fresh");
		break;
	case NEWNESS_EDIT:
	case NEWNESS_REPUBLISHED:
	case NEWNESS_KNOWN:
	case NEWNESS_KINDS:
		break;
	}
}

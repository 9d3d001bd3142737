/*
 * What counts as news. An item is known by its guid or id, else its link,
 * else its title and text: that is its key. Runs in the engine.
 */
#include "base/buf.h"
#include "engine/newness.h"
#include "parse/item.h"

enum newness
newness_judge(const struct newness_facts *facts)
{
	if (facts->key_known)
		return facts->revision_known ? NEWNESS_KNOWN : NEWNESS_EDIT;
	if (!facts->first_fetch)
		return NEWNESS_NEW;
	if (facts->published_at != ITEM_NO_DATE &&
	    facts->published_at >= facts->now - facts->fresh_us)
		return NEWNESS_FRESH;
	return NEWNESS_BACKLOG;
}

const char *
newness_name(enum newness newness)
{
	static const char *const names[NEWNESS_KINDS] = {
	    [NEWNESS_KNOWN] = "known",
	    [NEWNESS_EDIT] = "edit",
	    [NEWNESS_BACKLOG] = "backlog",
	    [NEWNESS_FRESH] = "fresh",
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

void
newness_add_reason(struct buf *out, enum newness newness,
    const struct item *item, const char *feed)
{
	const char *known_by = item->guid != NULL  ? "id"
			       : item->url != NULL ? "link"
						   : "title and text";

	switch (newness) {
	case NEWNESS_NEW:
		buf_addf(out, "new %s in feed %s", known_by, feed);
		break;
	case NEWNESS_FRESH:
		buf_addf(out,
		    "published within defaults.fresh when feed %s "
		    "was first read",
		    feed);
		break;
	case NEWNESS_EDIT:
		buf_addf(out, "another text under a known %s", known_by);
		break;
	case NEWNESS_BACKLOG:
		buf_addf(out, "there when feed %s was first read", feed);
		break;
	case NEWNESS_KNOWN:
		buf_addf(out, "known %s", known_by);
		break;
	case NEWNESS_KINDS:
		break;
	}
}

/*
 * Sitemaps: those of news, with titles and dates, and plain ones.
 */
#include <string.h>

#include "parse/document.h"
#include "parse/names.h"

static void
start_urlset(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->format = PARSER_SITEMAP;
	el->is_feed_root = true;
	names_forget(doc);
}

static void
start_index(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->root_name = "an index of sitemaps";
}

/* The page's address is its identity too. */
static void
end_loc(struct document *doc, struct element *el, const struct content *content)
{
	document_set_url(doc, el, FACT_URL, RANK_OWN, content->text);
	facts_set_string(doc->here, FACT_GUID, RANK_OWN, content->text);
}

/* The publication is that of the whole map, which has no title of its own.
 * Other feeds have one. */
static void
end_publication(
    struct document *doc, struct element *el, const struct content *content)
{
	struct raw_text name = {
	    .bytes = content->text, .len = content->len, .type = RAW_PLAIN};

	if (doc->format == PARSER_SITEMAP)
		facts_set_text(&doc->feed, FACT_TITLE, RANK_LAST, &name);
}

#define MAP SPACE_SITEMAP
#define NEWS SPACE_NEWS

const struct rule sitemap_rules[] = {
    {SPACE_NONE, "urlset", IN_TOP, start_urlset, .inside = IN_FEED},
    {SPACE_NONE, "sitemapindex", IN_TOP, start_index},
    {MAP, "urlset", IN_TOP, start_urlset, .inside = IN_FEED},
    {MAP, "sitemapindex", IN_TOP, start_index},
    {MAP, "url", IN_FEED, document_start_item, document_end_item,
	.inside = IN_ITEM},
    {MAP, "loc", IN_ITEM, NULL, end_loc, .takes_text = true},
    {MAP, "lastmod", IN_ITEM, NULL, document_end_date, FACT_MODIFIED, RANK_OWN,
	true},
    {NEWS, "news", IN_ITEM, .inside = IN_NEWS},
    {NEWS, "publication", IN_NEWS, .inside = IN_NEWS},
    {NEWS, "name", IN_NEWS, NULL, end_publication, .takes_text = true},
    {NEWS, "language", IN_NEWS, NULL, document_end_string, FACT_LANGUAGE,
	RANK_OWN, true},
    {NEWS, "title", IN_NEWS, NULL, document_end_text, FACT_TITLE, RANK_OWN,
	true},
    {NEWS, "publication_date", IN_NEWS, NULL, document_end_date, FACT_PUBLISHED,
	RANK_OWN, true},
    {NEWS, "keywords", IN_NEWS, NULL, document_end_tags, .takes_text = true},
    {SPACE_IMAGE, "image", IN_ITEM, .inside = IN_IMAGE},
    {SPACE_IMAGE, "loc", IN_IMAGE, NULL, document_end_url, FACT_IMAGE, RANK_OWN,
	true},
    {SPACE_NONE, NULL, 0}};

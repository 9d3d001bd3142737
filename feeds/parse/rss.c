/*
 * RSS 0.90 to 2.0 and 1.1, and CDF, which has the same shape.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/document.h"
#include "parse/item.h"
#include "parse/names.h"
#include "parse/person.h"
#include "parse/url.h"

static void
start_root(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->format = PARSER_RSS;
	el->is_feed_root = true;
	names_forget(doc);
}

/* A channel with no root around it, and a CDF channel with an address, a base
 * and channels in it. */
static void
start_channel(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT, base = BUF_INIT;
	const char *ref;

	if (doc->format == PARSER_UNKNOWN)
		start_root(doc, el, attributes);
	doc->here = &doc->feed;
	ref = attribute_get(attributes, "base", &value);
	if (ref != NULL &&
	    url_resolve_add(&base, document_base(doc, el), ref, strlen(ref)))
		el->base = document_keep(doc, base.data);
	document_set_url(doc, el, FACT_URL, RANK_WEAK,
	    attribute_get(attributes, "href", &value));
	facts_set_string(
	    doc->here, FACT_LANGUAGE, RANK_LAST, document_language(doc, el));
	buf_clear(&value);
	buf_clear(&base);
}

static void
set_date(struct document *doc, enum fact_date field, const char *text)
{
	struct content content = {.text = text};
	int64_t at;

	if (text == NULL)
		return;
	content.len = strlen(text);
	if (document_parse_date(doc, &content, &at))
		facts_set_date(doc->here, field, RANK_WEAK, at);
}

/* RSS 1.0 has the item's address in rdf:about, CDF in HREF. */
static void
start_item(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *about;

	if (doc->format == PARSER_UNKNOWN)
		return;
	document_start_item(doc, el, attributes);
	if (el->inside == IN_NOTHING)
		return;
	about = attribute_get(attributes, "about", &value);
	facts_set_string(doc->here, FACT_GUID, RANK_MODULE, about);
	document_set_url(doc, el, FACT_URL, RANK_LAST, about);
	document_set_url(doc, el, FACT_URL, RANK_WEAK,
	    attribute_get(attributes, "href", &value));
	set_date(
	    doc, FACT_MODIFIED, attribute_get(attributes, "lastmod", &value));
	buf_clear(&value);
}

static void
start_guid(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *is_permalink =
	    attribute_get(attributes, "ispermalink", &value);

	doc->here->guid_is_link = is_permalink == NULL ||
				  *is_permalink == '\0' ||
				  strcasecmp(is_permalink, "true") == 0;
	buf_clear(&value);
}

/* CDF's <A HREF=""> of a channel or item. */
static void
start_anchor(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf href = BUF_INIT;

	document_set_url(doc, el, FACT_URL, RANK_LEAST,
	    attribute_get(attributes, "href", &href));
	buf_clear(&href);
}

/* An empty <link href=""/>, Atom's way in RSS without its namespace. */
static void
start_link(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf href = BUF_INIT, rel = BUF_INIT;
	const char *name = attribute_get(attributes, "rel", &rel);

	if (name == NULL || *name == '\0' || strcasecmp(name, "alternate") == 0)
		document_set_url(doc, el, FACT_URL, RANK_WEAK,
		    attribute_get(attributes, "href", &href));
	else
		el->takes_text = false;
	buf_clear(&href);
	buf_clear(&rel);
}

static void
start_enclosure(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf type = BUF_INIT, value = BUF_INIT;
	struct raw_attachment a = {
	    .type = attribute_get(attributes, "type", &type),
	    .size = attribute_get_size(attributes, "length"),
	    .duration_s = -1};

	a.url = attribute_get(attributes, "url", &value);
	if (a.url == NULL)
		a.url = attribute_get(attributes, "href", &value);
	document_add_attachment(doc, el, &a);
	buf_clear(&type);
	buf_clear(&value);
}

/* An address between the tags, for want of an attribute. */
static void
end_enclosure(
    struct document *doc, struct element *el, const struct content *content)
{
	struct raw_attachment a = {
	    .url = content->text, .size = -1, .duration_s = -1};

	if (url_is_web(content->text))
		document_add_attachment(doc, el, &a);
}

/* A tag that is an attribute, as Atom and itunes have it; the label is for
 * people. */
static void
start_category(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *tag = attribute_get(attributes, "label", &value);

	if (tag == NULL || *tag == '\0')
		tag = attribute_get(attributes, "term", &value);
	if (tag == NULL)
		tag = attribute_get(attributes, "text", &value);
	facts_add_tag(doc->here, tag);
	buf_clear(&value);
}

/* CDF's LOGO and RSS 1.0's image have their addresses as attributes. */
static void
start_image(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	static const char *const names[] = {"href", "resource", "url"};
	enum fact_string field =
	    doc->here == &doc->feed ? FACT_ICON : FACT_IMAGE;
	struct buf value = BUF_INIT;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		document_set_url(doc, el, field, RANK_WEAK,
		    attribute_get(attributes, names[i], &value));
	buf_clear(&value);
}

/* An item's image may be an address written between its tags. */
static void
end_item_image(
    struct document *doc, struct element *el, const struct content *content)
{
	if (url_is_web(content->text))
		document_set_url(doc, el, FACT_IMAGE, RANK_WEAK, content->text);
}

static void
end_image_url(
    struct document *doc, struct element *el, const struct content *content)
{
	document_set_url(doc, el,
	    doc->here == &doc->feed ? FACT_ICON : FACT_IMAGE, RANK_OWN,
	    content->text);
}

/* RSS 2.0's cloud: whom to ask to be told of changes. */
static void
start_cloud(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT, url = BUF_INIT;
	const char *part = attribute_get(attributes, "domain", &value);

	if (part == NULL || *part == '\0')
		goto out;
	buf_addf(&url, "http://%s", part);
	part = attribute_get(attributes, "port", &value);
	if (part != NULL && *part != '\0')
		buf_addf(&url, ":%s", part);
	part = attribute_get(attributes, "path", &value);
	if (part != NULL && *part != '\0')
		buf_addf(&url, "%s%s", *part != '/' ? "/" : "", part);
	facts_add_hub(&doc->feed, "rssCloud", url.data);
	part = attribute_get(attributes, "protocol", &value);
	doc->cloud_takes_posts =
	    part != NULL && (strcasecmp(part, "http-post") == 0 ||
				strcasecmp(part, "https-post") == 0);
out:
	buf_clear(&value);
	buf_clear(&url);
}

static void
end_ttl(struct document *doc, struct element *el, const struct content *content)
{
	long minutes = strtol(content->text, NULL, 10);

	if (minutes > 0 && minutes <= 365 * 24 * 60)
		doc->ttl_s = (int)minutes * 60;
}

/* Hours are 0 to 23; RSS 0.91 wrote 24 for midnight. */
static void
end_hour(
    struct document *doc, struct element *el, const struct content *content)
{
	char *end;
	long hour = strtol(content->text, &end, 10);

	if (end != content->text && hour >= 0 && hour <= 24)
		doc->skip_hours |= 1U << (hour % 24);
}

static void
end_day(struct document *doc, struct element *el, const struct content *content)
{
	static const char *const days[] = {
	    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	for (int i = 0; i < 7; i++)
		if (strncasecmp(content->text, days[i], 3) == 0)
			doc->skip_days |= (uint8_t)(1 << i);
}

#define NONE SPACE_NONE
#define BOTH (IN_FEED | IN_ITEM)

const struct rule rss_rules[] = {
    {NONE, "rss", IN_TOP | IN_PAGE, start_root, .inside = IN_ROOT},
    {SPACE_RDF, "rdf", IN_TOP, start_root, .inside = IN_ROOT},
    {NONE, "rdf", IN_TOP, start_root, .inside = IN_ROOT},
    {NONE, "channel", IN_TOP | IN_ROOT | IN_FEED, start_channel,
	.inside = IN_FEED},
    {NONE, "item", IN_ROOT | IN_FEED, start_item, document_end_item,
	.inside = IN_ITEM},
    {NONE, "items", IN_FEED | IN_ROOT, .inside = IN_FEED},
    {NONE, "title", BOTH, NULL, document_end_text, FACT_TITLE, RANK_OWN, true},
    {NONE, "link", BOTH, start_link, document_end_url, FACT_URL, RANK_OWN,
	true},
    {NONE, "a", BOTH, start_anchor},
    {NONE, "description", BOTH, NULL, document_end_text, FACT_SUMMARY, RANK_OWN,
	true},
    {NONE, "abstract", BOTH, NULL, document_end_text, FACT_SUMMARY, RANK_WEAK,
	true},
    {NONE, "summary", IN_ITEM, NULL, document_end_text, FACT_SUMMARY, RANK_WEAK,
	true},
    {NONE, "content", IN_ITEM, NULL, document_end_text, FACT_CONTENT, RANK_WEAK,
	true},
    {NONE, "encoded", IN_ITEM, NULL, document_end_text, FACT_CONTENT, RANK_WEAK,
	true},
    {NONE, "fulltext", IN_ITEM, NULL, document_end_text, FACT_CONTENT,
	RANK_WEAK, true},
    {NONE, "fullitem", IN_ITEM, NULL, document_end_text, FACT_CONTENT,
	RANK_WEAK, true},
    {NONE, "body", IN_ITEM, NULL, document_end_text, FACT_CONTENT, RANK_WEAK,
	true},
    {NONE, "guid", IN_ITEM, start_guid, document_end_string, FACT_GUID,
	RANK_OWN, true},
    {NONE, "id", IN_ITEM, NULL, document_end_string, FACT_GUID, RANK_WEAK,
	true},
    {NONE, "pubdate", BOTH, NULL, document_end_date, FACT_PUBLISHED, RANK_OWN,
	true},
    {NONE, "date", BOTH, NULL, document_end_date, FACT_PUBLISHED, RANK_LAST,
	true},
    {NONE, "published", BOTH, NULL, document_end_date, FACT_PUBLISHED,
	RANK_WEAK, true},
    {NONE, "lastbuilddate", BOTH, NULL, document_end_date, FACT_MODIFIED,
	RANK_OWN, true},
    {NONE, "updated", BOTH, NULL, document_end_date, FACT_MODIFIED, RANK_WEAK,
	true},
    {NONE, "author", BOTH, person_start, person_end, .rank = RANK_OWN,
	.takes_text = true, .inside = IN_PERSON},
    {NONE, "name", IN_PERSON, NULL, person_end_part, PERSON_NAME,
	.takes_text = true},
    {NONE, "email", IN_PERSON, NULL, person_end_part, PERSON_EMAIL,
	.takes_text = true},
    {NONE, "uri", IN_PERSON, NULL, person_end_part, PERSON_URL,
	.takes_text = true},
    {NONE, "managingeditor", IN_FEED, NULL, person_end_string, .rank = RANK_OWN,
	.takes_text = true},
    {NONE, "webmaster", IN_FEED, NULL, person_end_string, .rank = RANK_LEAST,
	.takes_text = true},
    {NONE, "category", BOTH, start_category, document_end_tag,
	.takes_text = true},
    {NONE, "keywords", BOTH, NULL, document_end_tags, .takes_text = true},
    {NONE, "language", BOTH, NULL, document_end_string, FACT_LANGUAGE, RANK_OWN,
	true},
    {NONE, "enclosure", IN_ITEM, start_enclosure, end_enclosure,
	.takes_text = true},
    {NONE, "image", IN_FEED | IN_ROOT, start_image, .inside = IN_IMAGE},
    {NONE, "image", IN_ITEM, start_image, end_item_image, .takes_text = true,
	.inside = IN_IMAGE},
    {NONE, "logo", BOTH, start_image},
    {NONE, "url", IN_IMAGE, NULL, end_image_url, .takes_text = true},
    {NONE, "cloud", IN_FEED, start_cloud},
    {NONE, "ttl", IN_FEED, NULL, end_ttl, .takes_text = true},
    {NONE, "skiphours", IN_FEED, .inside = IN_SKIP},
    {NONE, "skipdays", IN_FEED, .inside = IN_SKIP},
    {NONE, "hour", IN_SKIP, NULL, end_hour, .takes_text = true},
    {NONE, "day", IN_SKIP, NULL, end_day, .takes_text = true}, {NONE, NULL, 0}};

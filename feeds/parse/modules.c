/*
 * Modules that feeds of any format carry: content, Dublin Core, media, itunes,
 * syndication, XHTML bodies, FeedBurner.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/document.h"
#include "parse/item.h"
#include "parse/names.h"
#include "parse/person.h"
#include "parse/url.h"

/* "1:02:03", "62:03" or "3723": seconds; -1: none of these. */
static int64_t
parse_duration(const char *text)
{
	int64_t total = 0;

	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	for (;;) {
		char *end;
		long part = strtol(text, &end, 10);

		if (end == text || part < 0 || part > 10000000)
			return -1;
		total = total * 60 + part;
		if (*end != ':')
			return total;
		text = end + 1;
	}
}

/* What a medium says of a type; type_of in feed_json.c looks closer. */
static const char *
type_of_medium(const char *medium)
{
	static const char *const types[][2] = {
	    {"image", "image/*"}, {"audio", "audio/*"}, {"video", "video/*"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(medium, types[i][0]) == 0)
			return types[i][1];
	return NULL;
}

/* media:content (RSS Media module): an attachment; what is in it belongs to
 * the item. */
static void
start_media(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf url = BUF_INIT, type = BUF_INIT, value = BUF_INIT;
	struct raw_attachment a = {
	    .url = attribute_get(attributes, "url", &url),
	    .type = attribute_get(attributes, "type", &type),
	    .size = attribute_get_size(attributes, "filesize"),
	    .duration_s =
		parse_duration(attribute_get(attributes, "duration", &value))};
	const char *medium = attribute_get(attributes, "medium", &value);

	if (a.type == NULL && medium != NULL)
		a.type = type_of_medium(medium);
	document_add_attachment(doc, el, &a);
	buf_clear(&url);
	buf_clear(&type);
	buf_clear(&value);
}

/* A media text: plain unless its type says html. */
static void
start_media_text(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *type = attribute_get(attributes, "type", &value);

	if (type != NULL && strcasecmp(type, "html") == 0)
		el->type = RAW_HTML;
	buf_clear(&value);
}

/* Of those who had a part in it, the author alone counts. */
static void
start_credit(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *role = attribute_get(attributes, "role", &value);

	if (role == NULL || strcasecmp(role, "author") != 0)
		el->takes_text = false;
	buf_clear(&value);
}

static void
end_credit(
    struct document *doc, struct element *el, const struct content *content)
{
	if (el->takes_text)
		person_end_string(doc, el, content);
}

static void
start_thumbnail(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;

	document_set_url(doc, el,
	    doc->here == &doc->feed ? FACT_ICON : FACT_IMAGE, el->rule->rank,
	    attribute_get(attributes, "url", &value));
	document_set_url(doc, el,
	    doc->here == &doc->feed ? FACT_ICON : FACT_IMAGE, el->rule->rank,
	    attribute_get(attributes, "href", &value));
	buf_clear(&value);
}

/* media:category: the label is for people. */
static void
start_media_category(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *label = attribute_get(attributes, "label", &value);

	facts_add_tag(doc->here, label);
	if (label != NULL && *label != '\0')
		el->takes_text = false;
	buf_clear(&value);
}

static void
start_itunes_category(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;

	facts_add_tag(doc->here, attribute_get(attributes, "text", &value));
	buf_clear(&value);
}

/* itunes:duration is that of the enclosure, which may come after it. */
static void
end_duration(
    struct document *doc, struct element *el, const struct content *content)
{
	int64_t duration_s = parse_duration(content->text);

	if (duration_s > 0)
		doc->here->duration_s = duration_s;
}

/* dc:date says neither published nor modified: it is both where nothing else
 * is. */
static void
end_dc_date(
    struct document *doc, struct element *el, const struct content *content)
{
	int64_t at;

	if (!document_parse_date(doc, content, &at))
		return;
	facts_set_date(doc->here, FACT_PUBLISHED, RANK_MODULE, at);
	facts_set_date(doc->here, FACT_MODIFIED, RANK_MODULE, at);
}

static void
end_dc_identifier(
    struct document *doc, struct element *el, const struct content *content)
{
	document_end_string(doc, el, content);
	if (url_is_web(content->text))
		document_set_url(doc, el, FACT_URL, RANK_LAST, content->text);
}

static void
end_period(
    struct document *doc, struct element *el, const struct content *content)
{
	static const struct {
		const char *name;
		int seconds;
	} periods[] = {{"hourly", 3600}, {"daily", 86400},
	    {"weekly", 7 * 86400}, {"monthly", 30 * 86400},
	    {"yearly", 365 * 86400}};

	for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
		if (strcasecmp(content->text, periods[i].name) == 0)
			doc->update_period_s = periods[i].seconds;
}

static void
end_frequency(
    struct document *doc, struct element *el, const struct content *content)
{
	long times = strtol(content->text, NULL, 10);

	if (times > 0 && times <= 10000)
		doc->update_frequency = (int)times;
}

/* An XHTML body is the content; its own markup stays. */
static void
start_body(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	el->type = RAW_HTML;
	el->escapes = true;
}

/* RDF's value: markup that stands in the document, or is written as text. */
static void
start_value(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;

	el->type = RAW_HTML;
	el->escapes = attribute_get(attributes, "parsetype", &value) != NULL;
	buf_clear(&value);
}

#define BOTH (IN_FEED | IN_ITEM)
#define MEDIA_PLACES (IN_ITEM | IN_MEDIA)
#define TEXT(space, name, field, rank)                                        \
	{                                                                     \
		space, name, BOTH, NULL, document_end_text, field, rank, true \
	}
#define STRING(space, name, field, rank)                                   \
	{                                                                  \
		space, name, BOTH, NULL, document_end_string, field, rank, \
		    true                                                   \
	}
#define DATE(space, name, field, rank)                                        \
	{                                                                     \
		space, name, BOTH, NULL, document_end_date, field, rank, true \
	}
#define PERSON(space, name, own_rank)                                         \
	{                                                                     \
		space, name, BOTH, person_start, person_end,                  \
		    .rank = own_rank, .takes_text = true, .inside = IN_PERSON \
	}
#define TAG(space, name)                                                      \
	{                                                                     \
		space, name, BOTH, NULL, document_end_tag, .takes_text = true \
	}

const struct rule module_rules[] = {
    TEXT(SPACE_CONTENT, "encoded", FACT_CONTENT, RANK_OWN),
    {SPACE_CONTENT, "items", IN_ITEM, .inside = IN_BODIES},
    {SPACE_CONTENT, "item", IN_BODIES, .inside = IN_BODIES},
    {SPACE_RDF, "bag", IN_BODIES, .inside = IN_BODIES},
    {SPACE_RDF, "li", IN_BODIES, .inside = IN_BODIES},
    {SPACE_RDF, "value", IN_BODIES, start_value, document_end_text,
	FACT_CONTENT, RANK_WEAK, true},
    {SPACE_FOAF, "maker", BOTH, person_start, person_end, .rank = RANK_MODULE,
	.inside = IN_PERSON},
    {SPACE_FOAF, "person", IN_PERSON, .inside = IN_PERSON},
    {SPACE_FOAF, "agent", IN_PERSON, .inside = IN_PERSON},
    {SPACE_FOAF, "name", IN_PERSON, NULL, person_end_part, PERSON_NAME,
	.takes_text = true},
    {SPACE_FOAF, "mbox", IN_PERSON, person_start_resource, NULL, PERSON_EMAIL},
    {SPACE_FOAF, "homepage", IN_PERSON, person_start_resource, NULL,
	PERSON_URL},
    {SPACE_XHTML, "body", IN_ITEM, start_body, document_end_text, FACT_CONTENT,
	RANK_WEAK, true},
    {SPACE_XHTML, "div", IN_ITEM, start_body, document_end_text, FACT_CONTENT,
	RANK_WEAK, true},
    TEXT(SPACE_DC, "title", FACT_TITLE, RANK_MODULE),
    TEXT(SPACE_DC, "description", FACT_SUMMARY, RANK_MODULE),
    PERSON(SPACE_DC, "creator", RANK_OWN), PERSON(SPACE_DC, "author", RANK_OWN),
    PERSON(SPACE_DC, "publisher", RANK_LEAST), TAG(SPACE_DC, "subject"),
    STRING(SPACE_DC, "language", FACT_LANGUAGE, RANK_MODULE),
    {SPACE_DC, "identifier", IN_ITEM, NULL, end_dc_identifier, FACT_GUID,
	RANK_LAST, true},
    {SPACE_DC, "date", BOTH, NULL, end_dc_date, .takes_text = true},
    TEXT(SPACE_DCTERMS, "title", FACT_TITLE, RANK_MODULE),
    TEXT(SPACE_DCTERMS, "abstract", FACT_SUMMARY, RANK_MODULE),
    TEXT(SPACE_DCTERMS, "description", FACT_SUMMARY, RANK_MODULE),
    PERSON(SPACE_DCTERMS, "creator", RANK_OWN),
    PERSON(SPACE_DCTERMS, "publisher", RANK_LEAST),
    TAG(SPACE_DCTERMS, "subject"),
    STRING(SPACE_DCTERMS, "language", FACT_LANGUAGE, RANK_MODULE),
    DATE(SPACE_DCTERMS, "issued", FACT_PUBLISHED, RANK_WEAK),
    DATE(SPACE_DCTERMS, "created", FACT_PUBLISHED, RANK_MODULE),
    DATE(SPACE_DCTERMS, "date", FACT_PUBLISHED, RANK_LAST),
    DATE(SPACE_DCTERMS, "modified", FACT_MODIFIED, RANK_WEAK),
    {SPACE_MEDIA, "group", IN_ITEM, .inside = IN_MEDIA},
    {SPACE_MEDIA, "content", MEDIA_PLACES, start_media, .inside = IN_MEDIA},
    {SPACE_MEDIA, "thumbnail", MEDIA_PLACES | IN_FEED, start_thumbnail,
	.rank = RANK_OWN},
    {SPACE_MEDIA, "title", MEDIA_PLACES | IN_FEED, start_media_text,
	document_end_text, FACT_TITLE, RANK_LAST, true},
    {SPACE_MEDIA, "description", MEDIA_PLACES | IN_FEED, start_media_text,
	document_end_text, FACT_SUMMARY, RANK_LAST, true},
    {SPACE_MEDIA, "keywords", MEDIA_PLACES, NULL, document_end_tags,
	.takes_text = true},
    {SPACE_MEDIA, "category", MEDIA_PLACES, start_media_category,
	document_end_tag, .takes_text = true},
    {SPACE_MEDIA, "credit", MEDIA_PLACES, start_credit, end_credit,
	.rank = RANK_LEAST, .takes_text = true},
    TEXT(SPACE_ITUNES, "title", FACT_TITLE, RANK_LAST),
    TEXT(SPACE_ITUNES, "summary", FACT_SUMMARY, RANK_LAST),
    TEXT(SPACE_ITUNES, "subtitle", FACT_SUMMARY, RANK_LEAST),
    PERSON(SPACE_ITUNES, "author", RANK_LAST),
    {SPACE_ITUNES, "keywords", BOTH, NULL, document_end_tags,
	.takes_text = true},
    {SPACE_ITUNES, "category", BOTH | IN_GENRE, start_itunes_category,
	.inside = IN_GENRE},
    {SPACE_ITUNES, "image", BOTH, start_thumbnail, .rank = RANK_LAST},
    {SPACE_ITUNES, "duration", IN_ITEM, NULL, end_duration, .takes_text = true},
    {SPACE_SY, "updateperiod", IN_FEED, NULL, end_period, .takes_text = true},
    {SPACE_SY, "updatefrequency", IN_FEED, NULL, end_frequency,
	.takes_text = true},
    {SPACE_FEEDBURNER, "origlink", IN_ITEM, NULL, document_end_url,
	FACT_EXTERNAL, RANK_LAST, true},
    {SPACE_NONE, NULL, 0}};

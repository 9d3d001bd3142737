/*
 * Atom 1.0 (RFC 4287) and 0.3, as a format and as a module in RSS.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "parse/document.h"
#include "parse/item.h"
#include "parse/names.h"
#include "parse/person.h"
#include "parse/url.h"
#include "text/base64.h"

/* How the text of an element is written; Atom 0.3 says so apart from its type.
 */
enum text_mode { MODE_TEXT, MODE_BASE64 };

static void
start_feed(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	doc->format = PARSER_ATOM;
	el->is_feed_root = true;
	names_forget(doc);
	facts_set_string(
	    &doc->feed, FACT_LANGUAGE, RANK_LAST, document_language(doc, el));
}

/* A lone entry is a document too (RFC 4287 section 2). */
static void
start_lone_entry(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	start_feed(doc, el, attributes);
	document_start_item(doc, el, attributes);
}

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len >= end_len && strcasecmp(s + len - end_len, end) == 0;
}

/* Sets type and mode by the type attribute (RFC 4287 section 4.1.3.3). */
static void
set_type(struct element *el, const char *type)
{
	if (type == NULL || strcasecmp(type, "text") == 0 ||
	    strcasecmp(type, "text/plain") == 0)
		el->type = RAW_PLAIN;
	else if (strcasecmp(type, "html") == 0 ||
		 strncasecmp(type, "text/html", 9) == 0)
		el->type = RAW_HTML;
	else if (strcasecmp(type, "xhtml") == 0 ||
		 strcasecmp(type, "application/xhtml+xml") == 0) {
		el->type = RAW_HTML;
		el->escapes = el->drops_div = true;
	} else if (ends_with(type, "+xml") || ends_with(type, "/xml")) {
		el->type = RAW_HTML;
		el->escapes = true;
	} else if (strncasecmp(type, "text/", 5) == 0)
		el->type = RAW_PLAIN;
	else {
		el->type = RAW_EITHER;
		if (strchr(type, '/') != NULL)
			el->mode = MODE_BASE64;
	}
}

/* Atom 0.3's mode attribute. Markup stands in the document where the type is
 * XML's; what "xml" says of other types is false more often than true. */
static void
set_mode(struct element *el, const char *mode)
{
	if (mode == NULL)
		return;
	if (strcasecmp(mode, "base64") == 0)
		el->mode = MODE_BASE64;
	else {
		el->mode = MODE_TEXT;
		if (strcasecmp(mode, "escaped") == 0)
			el->escapes = false;
	}
}

static void
start_text(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *type = attribute_get(attributes, "type", &value);

	set_type(el, type);
	if (type == NULL)
		el->type = RAW_PLAIN;
	set_mode(el, attribute_get(attributes, "mode", &value));
	buf_clear(&value);
}

/* Content may be elsewhere: then it is an address (section 4.1.3.2). */
static void
start_content(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf src = BUF_INIT;

	start_text(doc, el, attributes);
	document_set_url(doc, el, FACT_URL, RANK_LAST,
	    attribute_get(attributes, "src", &src));
	buf_clear(&src);
	if (document_language(doc, el) != NULL)
		facts_set_string(doc->here, FACT_LANGUAGE, RANK_LAST,
		    document_language(doc, el));
}

static bool
is_binary(const struct buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		if ((unsigned char)bytes->data[i] < ' ' &&
		    !isspace((unsigned char)bytes->data[i]))
			return true;
	return !utf8_is_valid(bytes->data, bytes->len);
}

/* What should be Base64 and is not, is text after all. */
static void
end_text(
    struct document *doc, struct element *el, const struct content *content)
{
	struct buf decoded = BUF_INIT;
	struct content readable = *content;
	bool is_base64 = el->mode == MODE_BASE64 &&
			 base64_decode(&decoded, content->text, content->len) &&
			 decoded.len > 0;

	if (is_base64) {
		readable.text = buf_str(&decoded);
		readable.len = decoded.len;
	}
	if (!is_base64 || !is_binary(&decoded))
		document_end_text(doc, el, &readable);
	buf_clear(&decoded);
}

/* A feed's relation names may be written as IANA's addresses. */
static const char *
relation_name(const char *rel)
{
	static const char iana[] = "http://www.iana.org/assignments/relation/";

	if (rel == NULL)
		return "alternate";
	if (strncasecmp(rel, iana, sizeof(iana) - 1) == 0)
		rel += sizeof(iana) - 1;
	return *rel != '\0' ? rel : "alternate";
}

static void
add_link_attachment(struct document *doc, const struct element *el,
    const struct attributes *attributes, const char *href)
{
	struct buf type = BUF_INIT, title = BUF_INIT;
	struct raw_attachment a = {.url = href,
	    .type = attribute_get(attributes, "type", &type),
	    .title = attribute_get(attributes, "title", &title),
	    .size = attribute_get_size(attributes, "length"),
	    .duration_s = -1};

	document_add_attachment(doc, el, &a);
	buf_clear(&type);
	buf_clear(&title);
}

/* Where an item names a hub, it is not for the feed. */
static void
add_hub(struct document *doc, const struct element *el, const char *href)
{
	char *url = url_resolve(document_base(doc, el), href);

	facts_add_hub(doc->here, "WebSub", url);
	free(url);
}

/* Alternates: an HTML page before other forms of the same. */
static unsigned
alternate_rank(const struct document *doc, const char *type)
{
	if (doc->format == PARSER_RSS)
		return RANK_MODULE;
	return type == NULL || strstr(type, "html") != NULL ? RANK_BEST
							    : RANK_OWN;
}

/* Relations that name one address of the record. */
static const struct relation {
	const char *name;
	enum fact_string field;
	unsigned rank;
} relations[] = {{"self", FACT_SELF, RANK_OWN}, {"next", FACT_NEXT, RANK_OWN},
    {"prev-archive", FACT_NEXT, RANK_WEAK},
    {"related", FACT_EXTERNAL, RANK_OWN}, {"via", FACT_EXTERNAL, RANK_WEAK},
    {"icon", FACT_ICON, RANK_LAST}};

static void
start_link(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT, rel_value = BUF_INIT, type = BUF_INIT;
	const char *href = attribute_get(attributes, "href", &value);
	const char *rel =
	    relation_name(attribute_get(attributes, "rel", &rel_value));

	if (strcasecmp(rel, "alternate") != 0)
		el->takes_text = false;
	if (href == NULL)
		goto out;
	if (strcasecmp(rel, "alternate") == 0)
		document_set_url(doc, el, FACT_URL,
		    alternate_rank(
			doc, attribute_get(attributes, "type", &type)),
		    href);
	else if (strcasecmp(rel, "enclosure") == 0)
		add_link_attachment(doc, el, attributes, href);
	else if (strcasecmp(rel, "hub") == 0)
		add_hub(doc, el, href);
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (strcasecmp(rel, relations[i].name) == 0)
			document_set_url(doc, el, relations[i].field,
			    relations[i].rank, href);
out:
	buf_clear(&value);
	buf_clear(&rel_value);
	buf_clear(&type);
}

/* An address between the tags, as RSS has it. */
static void
end_link(
    struct document *doc, struct element *el, const struct content *content)
{
	document_set_url(doc, el, FACT_URL, RANK_LAST, content->text);
}

/* The label is for people; the term stands where there is none. */
static void
start_category(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *tag = attribute_get(attributes, "label", &value);

	if (tag == NULL || *tag == '\0')
		tag = attribute_get(attributes, "term", &value);
	facts_add_tag(doc->here, tag);
	if (tag != NULL && *tag != '\0')
		el->takes_text = false;
	buf_clear(&value);
}

static void
end_id(struct document *doc, struct element *el, const struct content *content)
{
	document_end_string(doc, el, content);
	if (doc->here == &doc->item && doc->format == PARSER_ATOM)
		doc->here->guid_is_link = true;
}

#define ATOM SPACE_ATOM
#define BOTH (IN_FEED | IN_ITEM)

const struct rule atom_rules[] = {
    {SPACE_NONE, "feed", IN_TOP, start_feed, .inside = IN_FEED},
    {ATOM, "feed", IN_TOP | IN_PAGE, start_feed, .inside = IN_FEED},
    {ATOM, "entry", IN_TOP, start_lone_entry, document_end_item,
	.inside = IN_ITEM},
    {ATOM, "entry", IN_FEED, document_start_item, document_end_item,
	.inside = IN_ITEM},
    {ATOM, "title", BOTH, start_text, end_text, FACT_TITLE, RANK_OWN, true},
    {ATOM, "subtitle", IN_FEED, start_text, end_text, FACT_SUMMARY, RANK_OWN,
	true},
    {ATOM, "tagline", IN_FEED, start_text, end_text, FACT_SUMMARY, RANK_OWN,
	true},
    {ATOM, "info", IN_FEED, start_text, end_text, FACT_SUMMARY, RANK_LAST,
	true},
    {ATOM, "summary", IN_ITEM, start_text, end_text, FACT_SUMMARY, RANK_OWN,
	true},
    {ATOM, "content", IN_ITEM, start_content, end_text, FACT_CONTENT, RANK_OWN,
	true},
    {ATOM, "id", BOTH, NULL, end_id, FACT_GUID, RANK_OWN, true},
    {ATOM, "link", BOTH, start_link, end_link, .takes_text = true},
    {ATOM, "published", BOTH, NULL, document_end_date, FACT_PUBLISHED, RANK_OWN,
	true},
    {ATOM, "issued", BOTH, NULL, document_end_date, FACT_PUBLISHED, RANK_OWN,
	true},
    {ATOM, "created", BOTH, NULL, document_end_date, FACT_PUBLISHED, RANK_WEAK,
	true},
    {ATOM, "updated", BOTH, NULL, document_end_date, FACT_MODIFIED, RANK_OWN,
	true},
    {ATOM, "modified", BOTH, NULL, document_end_date, FACT_MODIFIED, RANK_OWN,
	true},
    {ATOM, "author", BOTH, person_start, person_end, .rank = RANK_OWN,
	.takes_text = true, .inside = IN_PERSON},
    {ATOM, "author", IN_SOURCE, person_start, person_end, .rank = RANK_LAST,
	.takes_text = true, .inside = IN_PERSON},
    {ATOM, "name", IN_PERSON, NULL, person_end_part, PERSON_NAME,
	.takes_text = true},
    {ATOM, "email", IN_PERSON, NULL, person_end_part, PERSON_EMAIL,
	.takes_text = true},
    {ATOM, "uri", IN_PERSON, NULL, person_end_part, PERSON_URL,
	.takes_text = true},
    {ATOM, "url", IN_PERSON, NULL, person_end_part, PERSON_URL,
	.takes_text = true},
    {ATOM, "homepage", IN_PERSON, NULL, person_end_part, PERSON_URL,
	.takes_text = true},
    {ATOM, "category", BOTH, start_category, document_end_tag,
	.takes_text = true},
    {ATOM, "source", IN_ITEM, .inside = IN_SOURCE},
    {ATOM, "icon", IN_FEED, NULL, document_end_url, FACT_ICON, RANK_BEST, true},
    {ATOM, "logo", IN_FEED, NULL, document_end_url, FACT_ICON, RANK_OWN, true},
    {ATOM, NULL, 0}};

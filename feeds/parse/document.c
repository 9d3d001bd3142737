/*
 * Elements come and go: places, bases, languages, texts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parse/document.h"
#include "parse/item.h"
#include "parse/markup.h"
#include "parse/names.h"
#include "parse/url.h"

void
document_init(struct document *doc, const char *url)
{
	facts_reset(&doc->feed);
	facts_reset(&doc->item);
	doc->here = &doc->feed;
	buf_add_char(&doc->bases, '\0');
	doc->elements[0].inside = IN_TOP;
	doc->elements[0].base = document_keep(doc, url);
	buf_reserve(&doc->text, 1);
}

void
document_clear(struct document *doc)
{
	buf_clear(&doc->text);
	buf_clear(&doc->bases);
	facts_clear(&doc->feed);
	facts_clear(&doc->item);
	for (size_t i = 0; i < 3; i++)
		buf_clear(&doc->person[i]);
	free(doc->page_title);
	free(doc->page_base);
	for (size_t i = 0; i < doc->page_links_len; i++)
		free(doc->page_links[i]);
}

uint32_t
document_keep(struct document *doc, const char *string)
{
	size_t at = doc->bases.len;

	if (string == NULL || *string == '\0')
		return 0;
	buf_add(&doc->bases, string, strlen(string) + 1);
	return (uint32_t)at;
}

static const char *
kept(const struct document *doc, uint32_t offset)
{
	return offset != 0 ? doc->bases.data + offset : NULL;
}

const char *
document_base(const struct document *doc, const struct element *el)
{
	return kept(doc, el->base);
}

const char *
document_language(const struct document *doc, const struct element *el)
{
	return kept(doc, el->language);
}

/* libxml2 hands `&` over as "&#38;" unless told to replace entities, which it
 * never is. */
void
attribute_add_value(struct buf *out, const unsigned char **a)
{
	const char *at = (const char *)a[3], *end = (const char *)a[4];
	const char *amp;

	while ((amp = memchr(at, '&', (size_t)(end - at))) != NULL) {
		size_t escape = strlen("#38;");

		amp++;
		buf_add(out, at, (size_t)(amp - at));
		at = amp;
		if ((size_t)(end - at) >= escape &&
		    memcmp(at, "#38;", escape) == 0)
			at += escape;
	}
	buf_add(out, at, (size_t)(end - at));
}

const char *
attribute_get(
    const struct attributes *attributes, const char *name, struct buf *out)
{
	for (size_t i = 0; i < attributes->len; i++) {
		const unsigned char **a = attributes->list + 5 * i;

		if (strcasecmp((const char *)a[0], name) != 0)
			continue;
		buf_reset(out);
		attribute_add_value(out, a);
		while (out->len > 0 && out->data[out->len - 1] == ' ')
			buf_truncate(out, out->len - 1);
		return buf_str(out) + strspn(buf_str(out), " ");
	}
	return NULL;
}

int64_t
attribute_get_size(const struct attributes *attributes, const char *name)
{
	struct buf value = BUF_INIT;
	const char *text = attribute_get(attributes, name, &value);
	int64_t size = 0;

	for (; text != NULL && size < INT64_MAX / 100; text++)
		if (*text >= '0' && *text <= '9')
			size = size * 10 + (*text - '0');
		else if (*text != ',')
			break;
	buf_clear(&value);
	return size > 0 ? size : -1;
}

/* Nothing is relative to "mailto:" and the like. */
static bool
is_base(const char *url)
{
	return !url_is_absolute(url) || strstr(url, "://") != NULL;
}

/* xml:base and xml:lang. */
static void
read_xml_attributes(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT, base = BUF_INIT;

	for (size_t i = 0; i < attributes->len; i++) {
		const unsigned char **a = attributes->list + 5 * i;

		if (a[1] == NULL || strcmp((const char *)a[1], "xml") != 0)
			continue;
		buf_reset(&value);
		attribute_add_value(&value, a);
		if (strcmp((const char *)a[0], "lang") == 0)
			el->language = document_keep(doc, value.data);
		else if (strcmp((const char *)a[0], "base") == 0 &&
			 url_resolve_add(&base, document_base(doc, el),
			     value.data, value.len) &&
			 is_base(base.data))
			el->base = document_keep(doc, base.data);
	}
	buf_clear(&value);
	buf_clear(&base);
}

static void
start_rule(struct document *doc, struct element *el, const struct rule *rule,
    const struct attributes *attributes)
{
	doc->feed_elements += doc->here == &doc->feed;
	el->rule = rule;
	el->takes_text = rule->takes_text;
	el->inside = rule->takes_text && rule->inside == IN_NOTHING
			 ? IN_MARKUP
			 : rule->inside;
	if (rule->start != NULL)
		rule->start(doc, el, attributes);
}

void
document_start(struct document *doc, const unsigned char *name,
    const unsigned char *prefix, const unsigned char *uri,
    const struct attributes *attributes)
{
	struct element *parent = &doc->elements[doc->depth], *el;
	const struct rule *rule = NULL;

	if (doc->depth == DOCUMENT_DEPTH_MAX)
		return;
	el = &doc->elements[++doc->depth];
	*el = (struct element){.text_start = (uint32_t)doc->text.len,
	    .bases_start = (uint32_t)doc->bases.len,
	    .base = parent->base,
	    .language = parent->language,
	    .inside = parent->inside == IN_TOP ? IN_TOP : IN_NOTHING};
	if (doc->feed_done)
		el->inside = IN_NOTHING;
	if (parent->inside == IN_NOTHING || doc->feed_done)
		return;
	if (attributes->len > 0)
		read_xml_attributes(doc, el, attributes);
	if (parent->inside == IN_MARKUP) {
		markup_start(doc, el, name, prefix, attributes);
		return;
	}
	rule = names_find_rule(doc, name, prefix, uri, parent->inside);
	if (rule != NULL)
		start_rule(doc, el, rule, attributes);
	else if (doc->depth > 1 && doc->strange_root == NULL) /* 1: ours */
		doc->strange_root = (const char *)name;
}

bool
document_is_at_rest(const struct document *doc)
{
	return !doc->elements[doc->depth].takes_text &&
	       doc->here == &doc->feed && !doc->feed_done &&
	       doc->items < DOCUMENT_ITEMS_MAX;
}

static struct content
trimmed(struct document *doc, const struct element *el)
{
	size_t start = el->text_start, end = doc->text.len;
	char *text = buf_reserve(&doc->text, 1) - doc->text.len;

	while (end > start && isspace((unsigned char)text[end - 1]))
		end--;
	while (start < end && isspace((unsigned char)text[start]))
		start++;
	text[end] = '\0';
	return (struct content){.text = text + start, .len = end - start};
}

void
document_end(struct document *doc, const unsigned char *name)
{
	struct element *el = &doc->elements[doc->depth];
	struct content content = {.text = ""};
	bool is_cut =
	    doc->finishing && doc->here == &doc->item && el->takes_text;

	if (doc->depth == 0)
		return;
	if (el->rule != NULL) {
		if (el->takes_text)
			content = trimmed(doc, el);
		if (el->rule->end != NULL && !is_cut)
			el->rule->end(doc, el, &content);
		buf_truncate(&doc->text, el->text_start);
	} else if (el->wrote_tag)
		markup_end(doc, name);
	buf_truncate(&doc->bases, el->bases_start);
	doc->feed_done |= el->is_feed_root;
	doc->depth--;
}

void
document_text(struct document *doc, const char *text, size_t len)
{
	const struct element *el = &doc->elements[doc->depth];

	if (!el->takes_text || doc->text.len >= RAW_TEXT_MAX)
		return;
	if (len > RAW_TEXT_MAX - doc->text.len) {
		len = RAW_TEXT_MAX - doc->text.len;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	if (el->escapes)
		markup_add_text(&doc->text, text, len);
	else
		buf_add(&doc->text, text, len);
}

void
document_start_item(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	if (doc->items == DOCUMENT_ITEMS_MAX) {
		doc->too_many = true;
		el->inside = IN_NOTHING;
		return;
	}
	doc->here = &doc->item;
	facts_reset(doc->here);
	facts_set_string(
	    doc->here, FACT_LANGUAGE, RANK_LAST, document_language(doc, el));
}

/* A guid that is a path, not a number, "tag:" or words. */
static bool
is_path(const struct document *doc, const char *guid)
{
	if (*guid == '/')
		return true;
	return doc->format == PARSER_RSS && strchr(guid, '/') != NULL &&
	       strpbrk(guid, ": \t\n") == NULL;
}

/* An address where the item gives none: a guid that is one, or a path of the
 * site. */
static void
set_missing_url(struct document *doc, const struct element *el)
{
	struct facts *item = &doc->item;
	const char *guid = facts_string(item, FACT_GUID);

	if (guid == NULL || !item->guid_is_link ||
	    item->strings[FACT_URL].rank > 0)
		return;
	if (url_is_web(guid))
		item->strings[FACT_URL] = item->strings[FACT_GUID];
	else if (document_base(doc, el) != NULL && is_path(doc, guid))
		document_set_url(doc, el, FACT_URL, RANK_LEAST, guid);
}

/* Whether the item may be told. One that the end of the document cut must have
 * a title, and what the items before it were identified by: it would come
 * again under another key, were its guid still to come. */
static bool
may_be_told(const struct document *doc)
{
	const struct facts *item = &doc->item;

	if (!doc->finishing)
		return true;
	return item->texts[FACT_TITLE].rank > 0 &&
	       (facts_string(item, FACT_GUID) != NULL ||
		   (facts_string(item, FACT_URL) != NULL && !doc->has_guids));
}

void
document_end_item(
    struct document *doc, struct element *el, const struct content *content)
{
	struct raw_item item;

	if (el->inside == IN_NOTHING)
		return;
	if (may_be_told(doc) && !doc->stopped) {
		set_missing_url(doc, el);
		facts_view(&doc->item, &doc->feed, &doc->views, &item);
		item.cut = doc->finishing;
		doc->items++;
		doc->has_guids |= item.guid != NULL;
		if (!doc->on_item(doc->on_item_arg, &item))
			doc->stopped = true;
	}
	doc->here = &doc->feed;
}

unsigned
document_rank(const struct document *doc, const struct rule *rule)
{
	if (doc->format == PARSER_RSS && rule->space == SPACE_ATOM &&
	    rule->rank > RANK_MODULE)
		return RANK_MODULE;
	return rule->rank;
}

void
document_set_url(struct document *doc, const struct element *el,
    enum fact_string field, unsigned rank, const char *ref)
{
	struct buf url = BUF_INIT;

	if (ref != NULL && rank > doc->here->strings[field].rank &&
	    url_resolve_add(&url, document_base(doc, el), ref, strlen(ref)))
		facts_set_string(doc->here, field, rank, url.data);
	buf_clear(&url);
}

void
document_end_string(
    struct document *doc, struct element *el, const struct content *content)
{
	facts_set_string(doc->here, (enum fact_string)el->rule->field,
	    document_rank(doc, el->rule), content->text);
}

void
document_end_url(
    struct document *doc, struct element *el, const struct content *content)
{
	document_set_url(doc, el, (enum fact_string)el->rule->field,
	    document_rank(doc, el->rule), content->text);
}

void
document_end_text(
    struct document *doc, struct element *el, const struct content *content)
{
	struct raw_text text = {.bytes = content->text,
	    .len = content->len,
	    .type = el->type,
	    .base = document_base(doc, el)};

	/* The language that only the text itself is said to be in. */
	if (el->language != el[-1].language)
		facts_set_string(doc->here, FACT_LANGUAGE, RANK_LAST,
		    document_language(doc, el));
	if (el->rule->space != SPACE_ATOM && el->type == RAW_PLAIN)
		text.type =
		    el->rule->field == FACT_TITLE ? RAW_EITHER : RAW_HTML;
	facts_set_text(doc->here, (enum fact_text)el->rule->field,
	    document_rank(doc, el->rule), &text);
}

bool
document_parse_date(
    const struct document *doc, const struct content *content, int64_t *at)
{
	return date_parse(content->text, content->len, &doc->dates, at);
}

void
document_end_date(
    struct document *doc, struct element *el, const struct content *content)
{
	int64_t at;

	if (document_parse_date(doc, content, &at))
		facts_set_date(doc->here, (enum fact_date)el->rule->field,
		    document_rank(doc, el->rule), at);
}

void
document_end_tag(
    struct document *doc, struct element *el, const struct content *content)
{
	facts_add_tag(doc->here, content->text);
}

/* Tags between commas. */
void
document_end_tags(
    struct document *doc, struct element *el, const struct content *content)
{
	static const char blanks[] = " \t\r\n";
	struct buf tag = BUF_INIT;
	const char *at = content->text;

	while (*at != '\0') {
		size_t n = strcspn(at, ","), start = strspn(at, blanks);
		size_t end = n;

		while (end > start && strchr(blanks, at[end - 1]) != NULL)
			end--;
		buf_reset(&tag);
		if (end > start)
			buf_add(&tag, at + start, end - start);
		facts_add_tag(doc->here, buf_str(&tag));
		at += n + (at[n] == ',');
	}
	buf_clear(&tag);
}

void
document_add_attachment(struct document *doc, const struct element *el,
    const struct raw_attachment *a)
{
	struct buf url = BUF_INIT;
	struct raw_attachment resolved = *a;

	if (a->url != NULL && url_resolve_add(&url, document_base(doc, el),
				  a->url, strlen(a->url))) {
		resolved.url = url.data;
		facts_add_attachment(doc->here, &resolved);
	}
	buf_clear(&url);
}

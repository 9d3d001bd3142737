/*
 * JSON Feed (jsonfeed.org/version/1.1), read by jansson.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "parse/document.h"
#include "parse/item.h"
#include "parse/json_feed.h"
#include "parse/json_mend.h"

#define JSON_NODES_MAX 500000 /* values in a document; about 32 MiB */
#define LOAD_FLAGS (JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL)

/* A member as a string; numbers become text, as ids are sometimes. */
static const char *
member(const json_t *object, const char *key, char number[32])
{
	const json_t *value = json_object_get(object, key);

	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_real(value)) {
		snprintf(number, 32, "%.15g", json_real_value(value));
		return number;
	}
	if (!json_is_integer(value))
		return NULL;
	snprintf(number, 32, "%lld", (long long)json_integer_value(value));
	return number;
}

static const char *
string_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
set_url(struct document *doc, enum fact_string field, const json_t *object,
    const char *key)
{
	document_set_url(doc, &doc->elements[0], field, RANK_OWN,
	    string_member(object, key));
}

static void
set_text(struct document *doc, enum fact_text field, enum raw_type type,
    const char *value)
{
	struct raw_text text = {.bytes = value,
	    .type = type,
	    .base = document_base(doc, &doc->elements[0])};

	if (value == NULL)
		return;
	text.len = strlen(value);
	if (text.len > RAW_TEXT_MAX)
		text.len = RAW_TEXT_MAX;
	facts_set_text(doc->here, field, RANK_OWN, &text);
}

static void
set_date(struct document *doc, enum fact_date field, const json_t *object,
    const char *key)
{
	char number[32];
	struct content content = {.text = member(object, key, number)};
	int64_t at;

	if (content.text == NULL)
		return;
	content.len = strlen(content.text);
	if (document_parse_date(doc, &content, &at))
		facts_set_date(doc->here, field, RANK_OWN, at);
}

static void
add_author(struct document *doc, const json_t *author)
{
	struct raw_person person = {.name = string_member(author, "name"),
	    .url = string_member(author, "url"),
	    .avatar = string_member(author, "avatar")};

	if (json_is_string(author) && *json_string_value(author) != '\0')
		person.name = json_string_value(author);
	facts_add_person(doc->here, RANK_OWN, &person);
}

/* Version 1.1 has a list, 1.0 one author; some write names alone. */
static void
add_authors(struct document *doc, const json_t *object)
{
	const json_t *list = json_object_get(object, "authors");
	const json_t *author;
	size_t i;

	json_array_foreach(list, i, author)
	{
		add_author(doc, author);
	}
	if (!json_is_array(list))
		add_author(doc, list);
	if (doc->here->persons_len == 0)
		add_author(doc, json_object_get(object, "author"));
}

static int64_t
number_member(const json_t *object, const char *key)
{
	char text[32], *end;
	const char *digits = member(object, key, text);
	double number;

	if (digits == NULL || *digits < '0' || *digits > '9')
		return -1;
	number = strtod(digits, &end);
	return *end == '\0' && number < 1e15 ? (int64_t)number : -1;
}

static void
add_attachments(struct document *doc, const json_t *item)
{
	const json_t *list = json_object_get(item, "attachments"), *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const struct raw_attachment a = {
		    .url = string_member(entry, "url"),
		    .type = string_member(entry, "mime_type"),
		    .title = string_member(entry, "title"),
		    .size = number_member(entry, "size_in_bytes"),
		    .duration_s = number_member(entry, "duration_in_seconds")};

		document_add_attachment(doc, &doc->elements[0], &a);
	}
}

static void
add_tags(struct document *doc, const json_t *item)
{
	const json_t *list = json_object_get(item, "tags"), *tag;
	struct content one = {.text = json_string_value(list)};
	size_t i;

	json_array_foreach(list, i, tag)
	{
		facts_add_tag(doc->here, json_string_value(tag));
	}
	if (one.text != NULL)
		document_end_tags(doc, NULL, &one);
}

static void
read_item(struct document *doc, const json_t *item)
{
	static const struct attributes none = {NULL, 0};
	struct element el = doc->elements[0];
	struct content empty = {.text = ""};
	char number[32];

	el.inside = IN_ITEM;
	document_start_item(doc, &el, &none);
	if (el.inside == IN_NOTHING)
		return;
	facts_set_string(
	    doc->here, FACT_GUID, RANK_OWN, member(item, "id", number));
	facts_set_string(doc->here, FACT_LANGUAGE, RANK_OWN,
	    string_member(item, "language"));
	doc->here->guid_is_link = true;
	set_url(doc, FACT_URL, item, "url");
	set_url(doc, FACT_EXTERNAL, item, "external_url");
	set_url(doc, FACT_IMAGE, item, "image");
	set_url(doc, FACT_IMAGE, item, "banner_image");
	set_text(doc, FACT_TITLE, RAW_PLAIN, string_member(item, "title"));
	set_text(doc, FACT_SUMMARY, RAW_PLAIN, string_member(item, "summary"));
	set_text(
	    doc, FACT_CONTENT, RAW_HTML, string_member(item, "content_html"));
	set_text(doc,
	    doc->here->texts[FACT_CONTENT].rank > 0 ? FACT_CONTENT_TEXT
						    : FACT_CONTENT,
	    RAW_PLAIN, string_member(item, "content_text"));
	set_date(doc, FACT_PUBLISHED, item, "date_published");
	set_date(doc, FACT_MODIFIED, item, "date_modified");
	add_authors(doc, item);
	add_tags(doc, item);
	add_attachments(doc, item);
	document_end_item(doc, &el, &empty);
}

static void
read_hubs(struct document *doc, const json_t *feed)
{
	const json_t *list = json_object_get(feed, "hubs"), *hub;
	size_t i;

	json_array_foreach(list, i, hub)
	{
		facts_add_hub(doc->here, string_member(hub, "type"),
		    string_member(hub, "url"));
	}
}

static void
read_feed(struct document *doc, const json_t *feed)
{
	const json_t *items = json_object_get(feed, "items"), *item;
	size_t i;

	doc->format = PARSER_JSON_FEED;
	set_text(doc, FACT_TITLE, RAW_PLAIN, string_member(feed, "title"));
	set_text(
	    doc, FACT_SUMMARY, RAW_PLAIN, string_member(feed, "description"));
	facts_set_string(doc->here, FACT_LANGUAGE, RANK_OWN,
	    string_member(feed, "language"));
	set_url(doc, FACT_URL, feed, "home_page_url");
	set_url(doc, FACT_SELF, feed, "feed_url");
	set_url(doc, FACT_NEXT, feed, "next_url");
	set_url(doc, FACT_ICON, feed, "icon");
	set_url(doc, FACT_ICON, feed, "favicon");
	add_authors(doc, feed);
	read_hubs(doc, feed);
	json_array_foreach(items, i, item)
	{
		if (doc->stopped)
			break;
		if (json_is_object(item))
			read_item(doc, item);
	}
}

/* A bound on what jansson will allocate: each value begins after one of these
 * characters. */
static bool
has_too_many_nodes(const char *json, size_t len)
{
	size_t nodes = 0;

	for (size_t i = 0; i < len; i++)
		nodes += json[i] == ',' || json[i] == '[' || json[i] == '{' ||
			 json[i] == ':';
	return nodes > JSON_NODES_MAX;
}

/* Whether it says that it is a JSON Feed, or has items like those of one. */
static bool
is_feed(const json_t *feed)
{
	static const char *const members[] = {
	    "title", "url", "content_html", "content_text", "summary"};
	const char *version = string_member(feed, "version");
	const json_t *first = json_array_get(json_object_get(feed, "items"), 0);

	if (version != NULL && strstr(version, "jsonfeed.org") != NULL)
		return true;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (string_member(first, members[i]) != NULL)
			return true;
	return false;
}

/* Loads what is whole of broken JSON, up to where it cannot be mended. */
static json_t *
load_mended(const char *json, size_t len, bool *is_cut)
{
	struct buf mended = BUF_INIT, rest = BUF_INIT;
	json_error_t error = {0};
	json_t *feed = NULL;

	if (json_mend(&mended, json, len, is_cut))
		feed = json_loadb(mended.data, mended.len, LOAD_FLAGS, &error);
	if (feed == NULL && mended.len > 0 && error.position > 0 &&
	    json_mend(&rest, mended.data, (size_t)error.position, is_cut))
		feed = json_loadb(rest.data, rest.len, LOAD_FLAGS, &error);
	buf_clear(&mended);
	buf_clear(&rest);
	return feed;
}

bool
json_feed_read(struct document *doc, const char *json, size_t len)
{
	json_error_t error;
	json_t *feed;
	bool is_cut = false;

	if (has_too_many_nodes(json, len))
		return false;
	feed = json_loadb(json, len, LOAD_FLAGS, &error);
	if (feed == NULL && len > 0)
		feed = load_mended(json, len, &is_cut);
	if (is_feed(feed))
		read_feed(doc, feed);
	is_cut |= feed == NULL;
	json_decref(feed);
	return !is_cut;
}

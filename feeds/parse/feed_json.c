/*
 * JSON Feed 1.1 (jsonfeed.org/version/1.1) out of items.
 */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "parse/date.h"
#include "parse/feed_json.h"
#include "parse/item.h"
#include "parse/links.h"
#include "parse/parser.h"
#include "parse/raw.h"
#include "text/clean.h"

/* A pair whose value is cleaned; left out when there is none. */
static void
put_line(struct buf *out, const char *key, const char *value)
{
	struct buf clean = BUF_INIT;

	if (value != NULL) {
		clean_add(&clean, value, strlen(value), CLEAN_LINE);
		if (clean.len > 0)
			json_pair_str(out, key, clean.data);
	}
	buf_clear(&clean);
}

static void
put_text(struct buf *out, const char *key, const char *value)
{
	if (value != NULL && *value != '\0')
		json_pair_str(out, key, value);
}

static void
put_date(struct buf *out, const char *key, int64_t at)
{
	char text[DATE_FORMAT_LEN];

	if (at == ITEM_NO_DATE)
		return;
	date_format(at, text);
	json_pair_str(out, key, text);
}

/* The item's text for readers of HTML: with absolute links. */
static void
put_content(struct buf *out, const struct raw_text *text)
{
	struct buf html = BUF_INIT;

	if (text->bytes == NULL)
		return;
	json_put_key(
	    out, text->type == RAW_PLAIN ? "content_text" : "content_html");
	if (text->type != RAW_PLAIN)
		links_resolve(&html, text->bytes, text->len, text->base);
	else
		clean_add(&html, text->bytes, text->len, CLEAN_TEXT);
	json_put_strn(out, buf_str(&html), html.len);
	buf_clear(&html);
}

/* A person; an e-mail address is a mailto link, where no other is given. */
static void
put_person(struct buf *out, const struct raw_person *person)
{
	struct buf mailto = BUF_INIT;

	json_put_open(out, '{');
	put_line(
	    out, "name", person->name != NULL ? person->name : person->email);
	if (person->url != NULL)
		put_line(out, "url", person->url);
	else if (person->email != NULL) {
		buf_addf(&mailto, "mailto:%s", person->email);
		put_line(out, "url", mailto.data);
	}
	put_line(out, "avatar", person->avatar);
	json_put_close(out, '}');
	buf_clear(&mailto);
}

/* The type by the ending of the address, where the feed names none. */
static const char *
guess_type(const char *url)
{
	static const char *const types[][2] = {{".mp3", "audio/mpeg"},
	    {".m4a", "audio/mp4"}, {".ogg", "audio/ogg"}, {".mp4", "video/mp4"},
	    {".m4v", "video/mp4"}, {".mov", "video/quicktime"},
	    {".webm", "video/webm"}, {".jpg", "image/jpeg"},
	    {".jpeg", "image/jpeg"}, {".png", "image/png"},
	    {".gif", "image/gif"}, {".webp", "image/webp"},
	    {".pdf", "application/pdf"}};
	size_t len = strcspn(url, "?#");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t n = strlen(types[i][0]);

		if (len > n && strncasecmp(url + len - n, types[i][0], n) == 0)
			return types[i][1];
	}
	return NULL;
}

static const char *
type_of(const struct raw_attachment *a)
{
	bool is_exact = a->type != NULL && strchr(a->type, '*') == NULL;
	const char *guess = is_exact ? NULL : guess_type(a->url);

	if (guess != NULL)
		return guess;
	return a->type != NULL ? a->type : "application/octet-stream";
}

static void
put_attachments(struct buf *out, const struct raw_item *item)
{
	if (item->attachments_len == 0)
		return;
	json_put_key(out, "attachments");
	json_put_open(out, '[');
	for (size_t i = 0; i < item->attachments_len; i++) {
		const struct raw_attachment *a = &item->attachments[i];

		json_put_open(out, '{');
		put_line(out, "url", a->url);
		put_line(out, "mime_type", type_of(a));
		put_line(out, "title", a->title);
		if (a->size >= 0)
			json_pair_i64(out, "size_in_bytes", a->size);
		if (a->duration_s >= 0)
			json_pair_i64(
			    out, "duration_in_seconds", a->duration_s);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
}

static void
put_authors(struct buf *out, const struct raw_person *authors, size_t len)
{
	if (len == 0)
		return;
	json_put_key(out, "authors");
	json_put_open(out, '[');
	for (size_t i = 0; i < len; i++)
		put_person(out, &authors[i]);
	json_put_close(out, ']');
}

static void
put_tags(struct buf *out, const struct item *plain)
{
	if (plain->tags.len > 0)
		json_pair_strings(out, "tags", plain->tags.at, plain->tags.len);
}

/* The id every item must have: the feed's, else its address, else its key. */
static void
put_id(struct buf *out, const struct raw_item *item)
{
	if (item->guid != NULL)
		put_line(out, "id", item->guid);
	else if (item->url != NULL)
		put_line(out, "id", item->url);
	else {
		struct buf key = BUF_INIT;

		buf_addf(
		    &key, "%016llx", (unsigned long long)raw_item_key(item));
		put_line(out, "id", key.data);
		buf_clear(&key);
	}
}

void
feed_json_add_item(struct buf *items, const struct raw_item *item)
{
	struct item plain;

	item_init(&plain);
	raw_item_to_plain(item, &plain);
	json_put_open(items, '{');
	put_id(items, item);
	put_line(items, "url", item->url);
	put_line(items, "external_url", item->external_url);
	put_text(items, "title", plain.title);
	/* One of the two content members must be there. */
	put_content(items,
	    item->content.bytes != NULL ? &item->content : &item->summary);
	put_content(items, &item->content_text);
	if (item->content.bytes == NULL && item->summary.bytes == NULL)
		json_pair_str(items, "content_text", "");
	put_text(items, "summary", plain.summary);
	put_line(items, "image", item->image);
	put_date(items, "date_published", item->published_at);
	put_date(items, "date_modified", item->modified_at);
	put_authors(items, item->authors, item->authors_len);
	put_tags(items, &plain);
	put_line(items, "language", item->language);
	put_attachments(items, item);
	json_put_close(items, '}');
	item_clear(&plain);
}

static void
put_hubs(struct buf *out, const struct parser_feed *feed)
{
	if (feed->hubs_len == 0)
		return;
	json_put_key(out, "hubs");
	json_put_open(out, '[');
	for (size_t i = 0; i < feed->hubs_len; i++) {
		json_put_open(out, '{');
		put_line(out, "type", feed->hubs[i].type);
		put_line(out, "url", feed->hubs[i].url);
		json_put_close(out, '}');
	}
	json_put_close(out, ']');
}

void
feed_json_finish(struct buf *out, const struct parser_feed *feed,
    const struct buf *items, const char *url)
{
	json_put_open(out, '{');
	json_pair_str(out, "version", "https://jsonfeed.org/version/1.1");
	json_pair_str(out, "title", feed->title != NULL ? feed->title : "");
	put_line(out, "home_page_url", feed->home_page_url);
	put_line(
	    out, "feed_url", feed->feed_url != NULL ? feed->feed_url : url);
	put_text(out, "description", feed->description);
	put_line(out, "next_url", feed->next_url);
	put_line(out, "icon", feed->icon);
	put_authors(out, feed->authors, feed->authors_len);
	put_line(out, "language", feed->language);
	put_hubs(out, feed);
	json_put_key(out, "items");
	json_put_open(out, '[');
	buf_add(out, buf_str(items), items->len);
	json_put_close(out, ']');
	json_put_close(out, '}');
	buf_add_char(out, '\n');
}

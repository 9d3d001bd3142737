/*
 * Raw items: their identity, and the way into plain text.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "parse/item.h"
#include "parse/parser.h"
#include "parse/raw.h"
#include "text/clean.h"
#include "text/html.h"

/* Seeds keep a guid apart from an address that reads the same. */
enum { SEED_GUID = 1, SEED_URL, SEED_TEXT };

static uint64_t
hash_text(uint64_t seed, const struct raw_text *text)
{
	return hash_bytes(seed, text->bytes, text->len);
}

uint64_t
raw_item_revision(const struct raw_item *item)
{
	uint64_t hash = hash_text(SEED_TEXT, &item->title);

	hash = hash_text(hash, &item->summary);
	return hash_text(hash, &item->content);
}

/* A guid that some program wrote for want of one: it identifies nothing. */
static bool
is_placeholder(const char *guid)
{
	static const char *const words[] = {"n/a", "na", "none", "null",
	    "undefined", "false", "true", "-", "0"};

	if (strlen(guid) > strlen("undefined"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(guid, words[i]) == 0)
			return true;
	return false;
}

uint64_t
raw_item_key(const struct raw_item *item)
{
	if (item->guid != NULL && !is_placeholder(item->guid))
		return hash_str(SEED_GUID, item->guid);
	if (item->url != NULL)
		return hash_str(SEED_URL, item->url);
	return raw_item_revision(item);
}

static char *
line_of(const struct raw_text *text)
{
	struct buf out = BUF_INIT, html = BUF_INIT;

	switch (text->type) {
	case RAW_PLAIN:
		clean_add(&out, text->bytes, text->len, CLEAN_LINE);
		break;
	case RAW_EITHER:
		html_maybe_to_line(&out, text->bytes, text->len);
		break;
	case RAW_HTML:
		html_to_text(&html, text->bytes, text->len, ITEM_FIELD_MAX);
		clean_add(&out, buf_str(&html), html.len, CLEAN_LINE);
		buf_clear(&html);
		break;
	}
	if (out.len > ITEM_FIELD_MAX)
		buf_truncate(&out, utf8_cut(out.data, out.len, ITEM_FIELD_MAX));
	return buf_take(&out);
}

/* How a field's HTML becomes text. */
typedef void html_reading(struct buf *, const char *html, size_t len, size_t);

static char *
text_of(const struct raw_text *text, html_reading *read_html)
{
	struct buf out = BUF_INIT;

	if (text->type == RAW_PLAIN) {
		clean_add(&out, text->bytes,
		    utf8_cut(text->bytes, text->len, ITEM_FIELD_MAX),
		    CLEAN_TEXT);
		if (out.len > ITEM_FIELD_MAX)
			buf_truncate(
			    &out, utf8_cut(out.data, out.len, ITEM_FIELD_MAX));
	} else
		read_html(&out, text->bytes, text->len, ITEM_FIELD_MAX);
	return buf_take(&out);
}

/* BCP 47 with hyphens; "und" for none and for what is no tag. */
static char *
language_of(const char *language)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	char *tag = clean_str(language != NULL ? language : "", CLEAN_LINE);

	if (*tag == '\0' || tag[strspn(tag, letters)] != '\0') {
		free(tag);
		return xstrdup("und");
	}
	for (char *p = tag; *p != '\0'; p++)
		if (*p == '_')
			*p = '-';
	return tag;
}

static void
add_names(const struct raw_item *raw, struct item *item)
{
	for (size_t i = 0; i < raw->authors_len; i++) {
		const struct raw_person *person = &raw->authors[i];
		char *name = clean_str(
		    person->name != NULL ? person->name : person->email,
		    CLEAN_LINE);

		if (name != NULL && *name != '\0')
			strings_add(&item->authors, name);
		free(name);
	}
}

static void
add_tags(const struct raw_item *raw, struct item *item)
{
	for (size_t i = 0; i < raw->tags_len; i++) {
		struct buf tag = BUF_INIT;

		html_maybe_to_line(&tag, raw->tags[i], strlen(raw->tags[i]));
		if (tag.len > 0)
			strings_add(&item->tags, tag.data);
		buf_clear(&tag);
	}
}

void
raw_item_to_plain(const struct raw_item *raw, struct item *item)
{
	item->guid = clean_str(raw->guid, CLEAN_LINE);
	item->url = clean_str(raw->url, CLEAN_LINE);
	item->title = line_of(&raw->title);
	item->summary = text_of(&raw->summary, html_to_text);
	item->content = text_of(&raw->content, html_to_article);
	item->language = language_of(raw->language);
	add_names(raw, item);
	add_tags(raw, item);
	item->published_at = raw->published_at;
	item->modified_at = raw->modified_at;
}

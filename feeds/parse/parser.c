/*
 * The parser: decoder, mender, libxml2 and document in a row, or a JSON
 * document gathered whole; what came of it.
 */
#include <ctype.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "parse/decode.h"
#include "parse/document.h"
#include "parse/encoding.h"
#include "parse/item.h"
#include "parse/json_feed.h"
#include "parse/mend.h"
#include "parse/parser.h"
#include "parse/stranger.h"
#include "parse/url.h"
#include "parse/xml.h"
#include "text/clean.h"
#include "text/html.h"

#define PARSER_BYTES_MAX (16 * 1024 * 1024) /* parsed of a document */
#define PARSER_KEPT_MAX (4 * 1024 * 1024)   /* free memory kept */
#define PARSER_START_LEN 512 /* characters kept to tell what it is */

/* By the first character that is not blank. */
enum syntax { SYNTAX_UNKNOWN, SYNTAX_XML, SYNTAX_JSON };

struct parser {
	struct decoder *decoder;
	struct mender *mender;
	struct xml_reader *xml;
	struct document doc;
	uint64_t encoding; /* hash of its name, when it was foreseen */
	enum syntax syntax;
	struct buf json;  /* the whole document, when it is JSON */
	struct buf start; /* its first characters */
	size_t bytes;     /* pushed */
	bool too_large;
	struct buf problem;
	parser_on_item on_item;
	void *on_item_arg;
	char *language; /* of the configuration */
	/* What parser_feed() gives: */
	struct parser_feed feed;
	char *title, *description;
	struct parser_hub hubs[RAW_LIST_MAX];
	struct raw_person persons[RAW_LIST_MAX];
};

void
parser_init_process(void)
{
	/* Documents come one after the other: their memory is not given back
	 * in between. */
	mallopt(M_TRIM_THRESHOLD, PARSER_KEPT_MAX);
	mallopt(M_MMAP_THRESHOLD, PARSER_KEPT_MAX);
	encoding_init_process();
	xml_init_process();
}

static void
on_mended(void *arg, const char *xml, size_t len)
{
	struct parser *p = arg;

	xml_reader_push(p->xml, xml, len);
}

static void
on_mended_text(void *arg, const char *text, size_t len)
{
	struct parser *p = arg;

	xml_reader_text(p->xml, text, len);
}

static void
push_text(struct parser *p, const char *text, size_t len)
{
	if (p->syntax == SYNTAX_JSON)
		buf_add(&p->json, text, len);
	else
		mender_push(p->mender, text, len);
}

/* Gets the decoded document. */
static void
on_decoded(void *arg, const char *text, size_t len)
{
	struct parser *p = arg;

	if (p->syntax == SYNTAX_UNKNOWN) {
		while (len > 0 &&
		       (isspace((unsigned char)*text) || *text == '\0')) {
			text++;
			len--;
		}
		if (len == 0)
			return;
		p->syntax =
		    *text == '{' || *text == '[' ? SYNTAX_JSON : SYNTAX_XML;
	}
	if (p->start.len < PARSER_START_LEN) {
		size_t room = PARSER_START_LEN - p->start.len;

		buf_add(&p->start, text, len < room ? len : room);
	}
	push_text(p, text, len);
}

static bool
on_document_item(void *arg, const struct raw_item *item)
{
	struct parser *p = arg;
	struct raw_item with_language = *item;

	if (item->language == NULL)
		with_language.language = p->language;
	return p->on_item(p->on_item_arg, &with_language);
}

struct parser *
parser_new(
    const struct parser_options *options, parser_on_item on_item, void *arg)
{
	struct parser *p = xcalloc(1, sizeof(*p));
	char *base = xstrdup_null(options->url);

	if (options->content_location != NULL) {
		char *resolved =
		    url_resolve(options->url, options->content_location);

		free(base);
		base = resolved != NULL ? resolved : xstrdup_null(options->url);
	}
	p->on_item = on_item;
	p->on_item_arg = arg;
	p->language = xstrdup_null(options->language);
	document_init(&p->doc, base);
	p->doc.on_item = on_document_item;
	p->doc.on_item_arg = p;
	p->doc.dates.zone_s = options->zone_s;
	p->doc.dates.now_at = options->now_at;
	p->decoder = decoder_new(options->content_type, on_decoded, p);
	p->mender = mender_new(on_mended, on_mended_text, p);
	p->xml = xml_reader_new(&p->doc);
	free(base);
	return p;
}

void
parser_free(struct parser *p)
{
	if (p == NULL)
		return;
	decoder_free(p->decoder);
	mender_free(p->mender);
	xml_reader_free(p->xml);
	document_clear(&p->doc);
	buf_clear(&p->json);
	buf_clear(&p->start);
	buf_clear(&p->problem);
	free(p->language);
	free(p->title);
	free(p->description);
	free(p);
}

static bool
wants_more(const struct parser *p)
{
	return !p->too_large && !p->doc.stopped && !p->doc.too_many &&
	       !decoder_is_refused(p->decoder) &&
	       mender_problem(p->mender) == MEND_FINE &&
	       !xml_reader_failed(p->xml);
}

bool
parser_push(struct parser *p, const char *bytes, size_t len)
{
	if (!wants_more(p))
		return false;
	if (len > PARSER_BYTES_MAX - p->bytes) {
		len = PARSER_BYTES_MAX - p->bytes;
		p->too_large = true;
	}
	p->bytes += len;
	decoder_push(p->decoder, bytes, len);
	return wants_more(p);
}

void
parser_foresee(struct parser *p, const char *bytes, size_t len)
{
	p->encoding = hash_str(0, decoder_foresee(p->decoder, bytes, len));
}

void
parser_settle(struct parser *p)
{
	if (wants_more(p) && p->syntax == SYNTAX_XML)
		mender_flush(p->mender);
}

bool
parser_is_at_rest(const struct parser *p, uint64_t *context)
{
	uint64_t open;

	if (!wants_more(p) || !decoder_is_at_rest(p->decoder) ||
	    !mender_is_at_rest(p->mender, &open) ||
	    !document_is_at_rest(&p->doc))
		return false;
	*context = hash_bytes(p->encoding, &open, sizeof(open));
	return true;
}

size_t
parser_feed_elements(const struct parser *p)
{
	return p->doc.feed_elements;
}

void
parser_skip(struct parser *p, const char *bytes, size_t len, bool has_guid)
{
	decoder_skip(p->decoder, bytes, len);
	p->doc.items++;
	p->doc.has_guids |= has_guid;
}

enum parser_format
parser_format(const struct parser *p)
{
	return p->doc.format;
}

const struct parser_feed *
parser_feed(const struct parser *p)
{
	return &p->feed;
}

const char *
parser_problem(const struct parser *p)
{
	return buf_str(&p->problem);
}

static char *
plain_of(const struct facts *feed, enum fact_text field)
{
	struct raw_text text = facts_text(feed, field);
	struct buf out = BUF_INIT;

	if (text.bytes == NULL)
		return NULL;
	if (text.type == RAW_HTML)
		html_to_text(&out, text.bytes, text.len, ITEM_FIELD_MAX);
	else if (text.type == RAW_EITHER)
		html_maybe_to_line(&out, text.bytes, text.len);
	else
		clean_add(&out, text.bytes, text.len, CLEAN_TEXT);
	return buf_take(&out);
}

static void
fill_feed_lists(struct parser *p)
{
	const struct facts *r = &p->doc.feed;

	for (size_t i = 0; i < r->hubs_len; i++)
		p->hubs[i] =
		    (struct parser_hub){.type = facts_at(r, r->hubs[i].type),
			.url = facts_at(r, r->hubs[i].url)};
	p->feed.hubs = p->hubs;
	p->feed.hubs_len = r->hubs_len;
	p->feed.authors = p->persons;
	p->feed.authors_len = facts_view_persons(r, p->persons);
}

static void
fill_feed(struct parser *p)
{
	const struct facts *r = &p->doc.feed;

	p->title = plain_of(r, FACT_TITLE);
	p->description = plain_of(r, FACT_SUMMARY);
	p->feed = (struct parser_feed){.title = p->title,
	    .description = p->description,
	    .home_page_url = facts_string(r, FACT_URL),
	    .feed_url = facts_string(r, FACT_SELF),
	    .language = facts_string(r, FACT_LANGUAGE),
	    .icon = facts_string(r, FACT_ICON),
	    .next_url = facts_string(r, FACT_NEXT),
	    .cloud_takes_posts = p->doc.cloud_takes_posts,
	    .ttl_s = p->doc.ttl_s,
	    .skip_hours = p->doc.skip_hours,
	    .skip_days = p->doc.skip_days};
	if (p->feed.ttl_s == 0 && p->doc.update_period_s > 0)
		p->feed.ttl_s =
		    p->doc.update_period_s /
		    (p->doc.update_frequency > 0 ? p->doc.update_frequency : 1);
	fill_feed_lists(p);
}

static enum parser_result
refuse(struct parser *p, const char *why)
{
	buf_reset(&p->problem);
	buf_add_str(&p->problem, why);
	return PARSER_REFUSED;
}

struct parser_page
parser_page(const struct parser *p)
{
	const struct document *doc = &p->doc;

	return (struct parser_page){.feeds = doc->page_links,
	    .feeds_len = doc->page_links_len,
	    .title = doc->page_title,
	    .is_wall =
		doc->page_title != NULL && stranger_is_wall(doc->page_title)};
}

static enum parser_result
describe_stranger(struct parser *p)
{
	buf_reset(&p->problem);
	if (p->syntax == SYNTAX_UNKNOWN) {
		buf_add_str(&p->problem, "an empty document");
		return PARSER_EMPTY;
	}
	if (p->syntax == SYNTAX_JSON)
		buf_add_str(&p->problem, "JSON, but no JSON Feed");
	else
		stranger_describe(&p->problem, &p->doc, &p->start);
	return PARSER_NOT_A_FEED;
}

static enum parser_result
judge(struct parser *p, bool complete)
{
	if (decoder_is_refused(p->decoder))
		return refuse(p, "is in UTF-7");
	if (mender_problem(p->mender) == MEND_ENTITIES)
		return refuse(p, "declares entities");
	if (mender_problem(p->mender) == MEND_LONG_TAG)
		return refuse(p, "has a tag of more than 64 kB");
	if (xml_reader_failed(p->xml))
		return refuse(p, "needs too much memory");
	if (p->doc.stopped)
		return PARSER_STOPPED;
	if (p->doc.format == PARSER_UNKNOWN)
		return describe_stranger(p);
	if (p->doc.too_many) {
		buf_addf(&p->problem, "only the first %d items are taken",
		    DOCUMENT_ITEMS_MAX);
		return PARSER_OK;
	}
	if (complete)
		return PARSER_OK;
	buf_add_str(&p->problem,
	    p->too_large ? "is larger than 16 MiB; the rest is left out"
			 : "its end is missing");
	return PARSER_TRUNCATED;
}

enum parser_result
parser_finish(struct parser *p)
{
	bool complete;

	if (wants_more(p) || p->too_large)
		decoder_finish(p->decoder);
	if (p->syntax == SYNTAX_JSON)
		complete = json_feed_read(&p->doc, p->json.data, p->json.len);
	else {
		mender_finish(p->mender);
		complete = p->doc.feed_done;
		p->doc.finishing = true;
		mender_close(p->mender);
		xml_reader_finish(p->xml);
	}
	fill_feed(p);
	return judge(p, complete && !p->too_large);
}

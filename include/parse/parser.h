/*
 * Feed documents, pushed in pieces, become items. Pure: no clock, no log, no
 * network; whatever the bytes are, memory and time are bounded.
 */
#ifndef PARSE_PARSER_H
#define PARSE_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct item;
struct raw_item; /* parse/raw.h: the item before it is plain text */
struct raw_person;

/* What a document turned out to be. Only the first four are feeds. */
enum parser_format {
	PARSER_UNKNOWN, /* nothing that tells came yet */
	PARSER_RSS,
	PARSER_ATOM,
	PARSER_JSON_FEED,
	PARSER_SITEMAP,
};

/* Why parsing ended. Items told before a failure stand. */
enum parser_result {
	PARSER_OK = 0,     /* a feed, complete */
	PARSER_TRUNCATED,  /* a feed whose end is missing or broken */
	PARSER_EMPTY,      /* no bytes, or white space alone */
	PARSER_NOT_A_FEED, /* see parser_problem() for what it is */
	PARSER_REFUSED,    /* hostile: entity declarations, limits passed */
	PARSER_STOPPED,    /* the handler asked to stop */
};

struct parser_options {
	const char *url;          /* the document's address: base of relative
				     links; NULL: unknown */
	const char *content_type; /* HTTP Content-Type, or NULL */
	const char *content_location; /* HTTP Content-Location, or NULL */
	const char *language;         /* of the feed's configuration, or NULL */
	int zone_s;     /* offset from UTC of dates without a zone */
	int64_t now_at; /* epoch us, for dates without a year; 0: none */
};

/* Where changes of the feed are told. */
struct parser_hub {
	const char *type; /* "WebSub", "rssCloud", or as a JSON Feed says */
	const char *url;
};

/* Feed-level facts, complete after parser_finish(); owned by the parser. */
struct parser_feed {
	const char *title; /* plain text; NULL where not given, as all */
	const char *home_page_url; /* absolute */
	const char *feed_url;      /* rel=self, absolute */
	const char *description;   /* plain text */
	const char *language;
	const char *icon;
	const char *next_url;          /* RFC 5005 rel=next or prev-archive */
	const struct parser_hub *hubs; /* hubs_len of them */
	size_t hubs_len;
	bool cloud_takes_posts; /* a hub of type rssCloud wants HTTP POST */
	const struct raw_person *authors;
	size_t authors_len;
	int ttl_s;           /* ttl, sy:updatePeriod; 0: none */
	uint32_t skip_hours; /* bit h set: hour h UTC is skipped */
	uint8_t skip_days;   /* bit d set: day d is skipped, 0 = Sunday */
};

/* What a page that is no feed tells of itself; owned by the parser. */
struct parser_page {
	char *const *feeds; /* addresses of feeds that it names */
	size_t feeds_len;
	const char *title; /* NULL: none */
	bool is_wall;      /* titled like those that hold programs off */
};

/* Called for each item as soon as it is complete; views in raw_item are valid
 * until it returns. False stops the parser. */
typedef bool (*parser_on_item)(void *arg, const struct raw_item *);

struct parser;

/* Once per process, before any sandbox: opens all charset converters and sets
 * libxml2 up so that it never loads anything. */
void parser_init_process(void);

/* Options are copied. Never fails. */
struct parser *parser_new(
    const struct parser_options *, parser_on_item, void *arg);
void parser_free(struct parser *);
/* Takes the next piece; false: no more is wanted (the result stands). */
bool parser_push(struct parser *, const char *bytes, size_t len);
/* Looks at the whole of a document, which is then pushed, so that its encoding
 * is known from its first byte on. */
void parser_foresee(struct parser *, const char *bytes, size_t len);
/* Has the items told whose end was pushed, as far as it can be known. */
void parser_settle(struct parser *);
/* Whether, after parser_foresee() and parser_settle(), an item that comes next
 * is read in the light of *context alone: the encoding and the tags that are
 * open, which are a feed's or a channel's and take no text. */
bool parser_is_at_rest(const struct parser *, uint64_t *context);
/* The elements so far that said something of the feed, or were items. */
size_t parser_feed_elements(const struct parser *);
/* At rest: passes over bytes of the document that were pushed before in the
 * same context, told one item, with or without a guid, said nothing of the
 * feed, and led back to it. */
void parser_skip(struct parser *, const char *bytes, size_t len, bool has_guid);
/* Ends the document. May be called once, also early. */
enum parser_result parser_finish(struct parser *);
enum parser_format parser_format(const struct parser *);
const struct parser_feed *parser_feed(const struct parser *);
/* Complete after parser_finish(). */
struct parser_page parser_page(const struct parser *);
/* What was wrong, for people ("declares entities", "an HTML page that names 2
 * feeds: ..."); "" when nothing. Valid until parser_free(). */
const char *parser_problem(const struct parser *);

/* Identity and content of a raw item; see struct item for their meaning. Cheap:
 * no text is converted. */
uint64_t raw_item_key(const struct raw_item *);
uint64_t raw_item_revision(const struct raw_item *);
/* Turns a raw item into plain text; fills an initialised item, which the
 * caller clears, but for key and revision. */
void raw_item_to_plain(const struct raw_item *, struct item *);

#endif

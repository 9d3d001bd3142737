/*
 * A document while it is read: the open elements, what they mean, and the
 * record that they fill. The format files (rss.c, atom.c, modules.c, ...) give
 * tables of rules; document.c finds the rule of each element and runs it.
 */
#ifndef PARSE_DOCUMENT_H
#define PARSE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "parse/date.h"
#include "parse/mend.h"
#include "parse/parser.h"
#include "parse/facts.h"

#define DOCUMENT_DEPTH_MAX (MEND_DEPTH_MAX + 1) /* with the mender's root */
#define DOCUMENT_ITEMS_MAX 1000
#define DOCUMENT_LINKS_MAX 16 /* feeds named by an HTML page */
#define DOCUMENT_CACHE_LEN 64 /* names remembered; a power of two */

/* Namespaces, each with all the addresses it goes by. */
enum xml_space {
	SPACE_OTHER, /* unknown */
	SPACE_NONE,  /* none, or one of RSS's */
	SPACE_ATOM,
	SPACE_RDF,
	SPACE_DC,
	SPACE_DCTERMS,
	SPACE_CONTENT,
	SPACE_MEDIA,
	SPACE_ITUNES,
	SPACE_SY,
	SPACE_XHTML,
	SPACE_SITEMAP,
	SPACE_NEWS,
	SPACE_IMAGE, /* image sitemaps */
	SPACE_FEEDBURNER,
	SPACE_PODCAST,
	SPACE_FOAF,
};

/* Where an element stands: what its parent is. Bits, as a rule may hold in
 * several places. */
enum place {
	IN_NOTHING = 0, /* nothing there means anything */
	IN_TOP = 1,     /* no feed has begun */
	IN_ROOT = 2,    /* rss, RDF */
	IN_FEED = 4,    /* channel, Atom's feed, urlset */
	IN_ITEM = 8,
	IN_PERSON = 16,
	IN_IMAGE = 32,    /* RSS's image of the channel */
	IN_SOURCE = 64,   /* Atom's source: another feed */
	IN_MARKUP = 128,  /* a child of a text: written out again */
	IN_PAGE = 256,    /* an HTML page */
	IN_SKIP = 512,    /* skipHours, skipDays */
	IN_MEDIA = 1024,  /* media:group, media:content */
	IN_NEWS = 2048,   /* news:news and news:publication of a sitemap */
	IN_BODIES = 4096, /* content:items and what leads to its values */
	IN_GENRE = 8192,  /* itunes:category, which holds its own kind */
};

struct document;
struct element;

/* The attributes of a start tag, as libxml2 gives them: five pointers each. */
struct attributes {
	const unsigned char **list;
	size_t len;
};

/* The text of an element, NUL-terminated, without white space around it. */
struct content {
	const char *text;
	size_t len;
};

/* What an element means. */
struct rule {
	enum xml_space space;
	const char *name; /* lower case */
	unsigned places;  /* in which it holds */
	/* Any of the rest may be left out. */
	void (*start)(
	    struct document *, struct element *, const struct attributes *);
	void (*end)(
	    struct document *, struct element *, const struct content *);
	int field;         /* for start and end: which of the record's fields */
	unsigned rank;     /* of what they set */
	bool takes_text;   /* gathers text for end */
	enum place inside; /* where its children are; IN_NOTHING with
			      takes_text: IN_MARKUP */
};

struct element {
	const struct rule *rule; /* NULL: none */
	enum place inside;
	uint32_t text_start;  /* of its text in document's text */
	uint32_t bases_start; /* of its strings in bases */
	uint32_t base;        /* offset in bases; 0: none */
	uint32_t language;    /* offset in bases; 0: none */
	bool takes_text;
	bool escapes;       /* text is written as XHTML, `<` as &lt; */
	bool wrote_tag;     /* IN_MARKUP: an end tag is due */
	bool drops_div;     /* an outermost <div> is not part of its text */
	bool is_feed_root;  /* the feed's outermost element */
	enum raw_type type; /* of the text */
	uint8_t mode;       /* of Atom content; see atom.c */
	uint32_t attribute; /* a string kept in bases for end; 0: none */
};

/* An element's name as libxml2 interns it, and the rule that it has in a place.
 */
struct name_cache {
	const unsigned char *name;
	const unsigned char *uri;
	const unsigned char *prefix;
	const struct rule *rule; /* NULL: none */
	enum place place;
};

struct document {
	enum parser_format format;
	const char *root_name; /* what it is when it is no feed, or NULL */
	/* The outermost element of no rule, the XML parser's string; NULL:
	 * none. */
	const char *strange_root;
	parser_on_item on_item;
	void *on_item_arg;
	struct date_options dates;
	struct element elements[DOCUMENT_DEPTH_MAX + 1];
	size_t depth;
	struct buf text;  /* of the open elements that take text */
	struct buf bases; /* base URIs and languages of open elements */
	struct facts feed;
	struct facts item;
	struct facts *here;   /* the one being filled */
	struct buf person[3]; /* name, address, e-mail of IN_PERSON */
	struct facts_views views;
	struct name_cache names[DOCUMENT_CACHE_LEN];
	size_t items;
	size_t feed_elements; /* with a meaning, and outermost ones of items */
	bool feed_done;       /* the feed's root was closed */
	bool stopped;         /* on_item said so */
	bool too_many;        /* items were left out */
	bool finishing; /* what closes now was left open by the document */
	bool has_guids; /* an item had one */
	/* Feed-level numbers; see struct parser_feed. */
	int ttl_s;
	int update_period_s;
	int update_frequency;
	bool cloud_takes_posts; /* the protocol of rssCloud is ours */
	uint32_t skip_hours;
	uint8_t skip_days;
	/* Of an HTML page: */
	char *page_title;
	char *page_base; /* of <base>, or NULL */
	char *page_links[DOCUMENT_LINKS_MAX];
	size_t page_links_len;
};

/* Sets a zeroed document up. url: the base, or NULL. */
void document_init(struct document *, const char *url);
void document_clear(struct document *);

/* SAX events. Names and values are libxml2's. */
void document_start(struct document *, const unsigned char *name,
    const unsigned char *prefix, const unsigned char *uri,
    const struct attributes *);
void document_end(struct document *, const unsigned char *name);
void document_text(struct document *, const char *text, size_t len);
/* Whether no open element is an item, the innermost takes no text, and items
 * are still taken. */
bool document_is_at_rest(const struct document *);

/* For rules: */

/* Appends the value of an attribute, of which a are the five pointers. */
void attribute_add_value(struct buf *, const unsigned char **a);
/* The value of an attribute by its local name, without case, as a string in
 * out, without blanks around it; NULL when it is not there. Valid until out
 * changes. */
const char *attribute_get(
    const struct attributes *, const char *name, struct buf *out);
/* An attribute that is a count of bytes, also "12,345"; -1: none, or zero. */
int64_t attribute_get_size(const struct attributes *, const char *name);
/* The element's base URI, or NULL. */
const char *document_base(const struct document *, const struct element *);
const char *document_language(const struct document *, const struct element *);
/* Keeps a string until the element ends; its offset in bases. */
uint32_t document_keep(struct document *, const char *);
/* Begins and ends items, for any format. */
void document_start_item(
    struct document *, struct element *, const struct attributes *);
void document_end_item(
    struct document *, struct element *, const struct content *);
/* Sets a string of the record to an address, resolved against the element's
 * base. */
void document_set_url(struct document *, const struct element *,
    enum fact_string, unsigned rank, const char *ref);
/* A rule's rank here: what Atom says inside RSS yields to RSS. */
unsigned document_rank(const struct document *, const struct rule *);
/* Ends of elements with one meaning, by rule->field and rule->rank. */
void document_end_string(
    struct document *, struct element *, const struct content *);
void document_end_url(
    struct document *, struct element *, const struct content *);
void document_end_text(
    struct document *, struct element *, const struct content *);
void document_end_date(
    struct document *, struct element *, const struct content *);
void document_end_tag(
    struct document *, struct element *, const struct content *);
void document_end_tags(
    struct document *, struct element *, const struct content *);
/* Adds an attachment whose address may be relative, or NULL: none. */
void document_add_attachment(
    struct document *, const struct element *, const struct raw_attachment *);
bool document_parse_date(
    const struct document *, const struct content *, int64_t *at);

#endif

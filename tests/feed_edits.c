/*
 * Feed documents made by chance, and edits of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/feed_edits.h"

#define ITEMS_MAX 40
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct feed_dialect {
	const char *root;
	const char *space;        /* attributes of the root */
	const char *channel;      /* NULL: the root is the channel */
	const char *open, *close; /* of an item */
	const char *item;         /* its fields; # stands for its number */
	const char *bare;         /* the same without an id */
};

static const struct feed_dialect dialects[] = {
    {"rss",
	" version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
	" xmlns:atom=\"http://www.w3.org/2005/Atom\"",
	"channel", "<item>", "</item>",
	"<guid>g#</guid><title>Title #</title><link>/n/#</link>"
	"<description>\xC3\x89t\xC3\xA9 &amp; &b; #</description>"
	"<dc:creator>Ann</dc:creator>",
	"<title>Bare #</title><link>n?#</link><description><![CDATA[<p>Few "
	"words #</p>]]></description><dc:date>2026-01-02</dc:date><a>#</a>"},
    {"feed", " xmlns=\"http://www.w3.org/2005/Atom\"", NULL, "<entry>",
	"</entry>",
	"<id>g#</id><title type=\"html\">Title #</title>"
	"<link href=\"/n/#\"/><summary>\xD0\x94\xD0\xB0 #</summary>",
	"<title>Bare #</title><link href=\"n?#\"/><content type=\"xhtml\">"
	"<div xmlns=\"http://www.w3.org/1999/xhtml\">Few words #</div>"
	"</content><author><name>Bo #</name></author>"},
    {"rdf:RDF",
	" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns\""
	" xmlns=\"http://purl.org/rss/1.0/\"",
	NULL, "<item>", "</item>",
	"<guid>g#</guid><title>Title #</title><link>/n/#</link>"
	"<description>Words #</description>",
	"<title>Bare #</title><link>/n/#</link><description># #"
	"</description>"},
};

uint64_t
feed_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

static size_t
below(uint64_t *random, size_t limit)
{
	return feed_random(random) % limit;
}

static const char *
choose(uint64_t *random, const char *const *words, size_t len)
{
	return words[below(random, len)];
}

static void
set(char **string, char *to)
{
	free(*string);
	*string = to;
}

static char *
make_item(struct feed_text *t, uint64_t *random)
{
	const struct feed_dialect *dialect = t->dialect;
	struct buf item = BUF_INIT;
	const char *at;

	buf_add_str(&item, dialect->open);
	for (at = below(random, 4) == 0 ? dialect->bare : dialect->item;
	     *at != '\0'; at++)
		if (*at == '#')
			buf_addf(&item, "%u", t->number);
		else
			buf_add_char(&item, *at);
	buf_add_str(&item, dialect->close);
	t->number++;
	return buf_take(&item);
}

/* ---- lists of items ------------------------------------------------------ */

static void
insert(struct feed_text *t, size_t at, char *item)
{
	struct strings *items = &t->items;

	strings_take(items, item);
	memmove(items->at + at + 1, items->at + at,
	    (items->len - 1 - at) * sizeof(*items->at));
	items->at[at] = item;
}

static char *
take_out(struct feed_text *t, size_t at)
{
	struct strings *items = &t->items;
	char *item = items->at[at];

	items->len--;
	memmove(items->at + at, items->at + at + 1,
	    (items->len - at) * sizeof(*items->at));
	return item;
}

static size_t
any_place(const struct feed_text *t, uint64_t *random)
{
	return below(random, t->items.len + 1);
}

/* An item's text to be edited; there is always one. */
static char **
any_item(struct feed_text *t, uint64_t *random)
{
	if (t->items.len == 0)
		insert(t, 0, make_item(t, random));
	return &t->items.at[below(random, t->items.len)];
}

/* ---- what publishers do -------------------------------------------------- */

static void
add_item(struct feed_text *t, uint64_t *random)
{
	size_t ends[] = {0, t->items.len, any_place(t, random)};

	insert(t, ends[below(random, COUNT(ends))], make_item(t, random));
}

static void
drop_item(struct feed_text *t, uint64_t *random)
{
	if (t->items.len > 0)
		free(take_out(t, below(random, t->items.len)));
}

static void
move_item(struct feed_text *t, uint64_t *random)
{
	char *item;

	if (t->items.len == 0)
		return;
	item = take_out(t, below(random, t->items.len));
	insert(t, any_place(t, random), item);
}

static void
repeat_item(struct feed_text *t, uint64_t *random)
{
	char *item = xstrdup(*any_item(t, random));

	insert(t, any_place(t, random), item);
}

static void
change_byte(struct feed_text *t, uint64_t *random)
{
	char *item = *any_item(t, random);

	item[below(random, strlen(item))] = (char)('\x01' + below(random, 255));
}

static void
change_head(struct feed_text *t, uint64_t *random)
{
	static const char *const heads[] = {"<title>Other</title>",
	    "<link>http://other.example/deep/</link>",
	    "<language>ru</language>", "<ttl>30</ttl>", "<ttl>5</ttl>",
	    "<managingEditor>Eve</managingEditor>",
	    "<author><name>Eve</name></author>",
	    "<skipDays><day>Sunday</day></skipDays>",
	    "<image><url>/i.png</url></image>",
	    "<atom:link rel=\"hub\" href=\"https://hub.example/\"/>",
	    "<cloud domain=\"c.example\" protocol=\"http-post\"/>", "\n", ""};

	if (below(random, 4) == 0)
		set(&t->head, xstrdup(""));
	set(&t->head,
	    xasprintf("%s%s", t->head, choose(random, heads, COUNT(heads))));
}

static void
change_encoding(struct feed_text *t, uint64_t *random)
{
	static const char *const encodings[] = {NULL, "utf-8", "windows-1251",
	    "koi8-r", "big5", "iso-2022-jp", "utf-7", "utf-16"};

	t->encoding = choose(random, encodings, COUNT(encodings));
}

static void
change_ends(struct feed_text *t, uint64_t *random)
{
	t->mark ^= below(random, 2) == 0;
	t->crlf ^= below(random, 2) == 0;
}

static void
change_root(struct feed_text *t, uint64_t *random)
{
	static const char *const attributes[] = {"",
	    " xml:base=\"http://base.example/a/\"", " xml:lang=\"fr\"",
	    " xmlns=\"http://www.w3.org/2005/Atom\"",
	    " xmlns=\"http://purl.org/rss/1.0/\"",
	    " xmlns=\"http://other.example/\"",
	    " xmlns:dc=\"http://other.example/\"",
	    " xmlns:atom=\"http://purl.org/dc/elements/1.1/\"",
	    " base=\"http://base.example/b/\""};

	set(below(random, 2) == 0 ? &t->root_attributes
				  : &t->channel_attributes,
	    xstrdup(choose(random, attributes, COUNT(attributes))));
}

static void
change_doctype(struct feed_text *t, uint64_t *random)
{
	static const char *const doctypes[] = {"", "<!DOCTYPE rss>",
	    "<!DOCTYPE rss [<!ENTITY b \"one\">]>",
	    "<!DOCTYPE rss [<!ENTITY b \"two\">]>",
	    "<!DOCTYPE rss [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"};

	set(&t->doctype, xstrdup(choose(random, doctypes, COUNT(doctypes))));
}

/* ---- what nobody should do ----------------------------------------------- */

/* Something opened before an item, and closed behind another, or not. */
static void
surround(struct feed_text *t, uint64_t *random)
{
	static const char *const around[][2] = {{"<!--", "-->"},
	    {"<![CDATA[", "]]>"}, {"<?php ", "?>"}, {"<x>", "</x>"},
	    {"<description>", "</description>"}, {"<title>", "</title>"},
	    {"<author>", "</author>"}, {"<image>", "</image>"},
	    {"<items>", "</items>"}, {"<channel>", "</channel>"},
	    {"<rss>", "</rss>"}, {"<script>", "</script>"},
	    {"<itunes:category text=\"a\">", "</itunes:category>"},
	    {"<x xmlns=\"http://www.w3.org/2005/Atom\">", "</x>"},
	    {"<item xmlns=\"http://other.example/\"/>", ""}, {"<a b='", "'>"},
	    {"<a b=\"", ""}, {"</rss>", "<rss>"}, {"</channel>", "<channel>"},
	    {"</channel>", ""}, {"<!DOCTYPE a [", "]>"}, {"&b", ";"},
	    {"\x1B$B", "\x1B(B"}, {"<x ", "y>"}};
	const char *const *chosen = around[below(random, COUNT(around))];
	size_t from = any_place(t, random);

	insert(t, from, xstrdup(chosen[0]));
	if (chosen[1][0] != '\0' && below(random, 3) > 0)
		insert(t, from + 1 + below(random, t->items.len - from),
		    xstrdup(chosen[1]));
}

/* More open elements than the parser keeps. */
static void
nest(struct feed_text *t, uint64_t *random)
{
	struct buf tags = BUF_INIT;

	for (size_t i = 120 + below(random, 20); i > 0; i--)
		buf_add_str(&tags, "<x>");
	insert(t, any_place(t, random), buf_take(&tags));
}

/* Puts text into an item behind one of its tags. */
static void
put_into(char **item, uint64_t *random, const char *text)
{
	const char *at = *item + below(random, strlen(*item) + 1);

	at = strchr(at, '<');
	if (at == NULL)
		at = *item + strlen(*item);
	set(item, xasprintf("%.*s%s%s", (int)(at - *item), *item, text, at));
}

static void
put_item_into_item(struct feed_text *t, uint64_t *random)
{
	char *inner = make_item(t, random);

	put_into(any_item(t, random), random, inner);
	free(inner);
}

static void
spoil_item(struct feed_text *t, uint64_t *random)
{
	static const char *const texts[] = {"<b>", "<title>", "</title>",
	    "<item>", "</item>", "</item >", "</item ><ttl>7</ttl>",
	    "</item ><title>Of the feed</title>", "</entry >", "<!--", "-->",
	    "<![CDATA[", "]]>", "</channel>", "</channel><channel>", "<x/>",
	    "<atom:link rel=\"hub\" href=\"https://hub2.example/\"/>",
	    "<news:news><news:name>Of the feed</news:name></news:news>",
	    "<itunes:category text=\"a\"><ttl>9</ttl></itunes:category>",
	    "<!DOCTYPE a [<!ENTITY b \"three\">]>", "&b;", "&", "<", ">", "\"",
	    "\xD0", "\x81", "\xFF\xFE", "\x1B$B",
	    "<link rel=\"hub\" "
	    "href=\"https://hub3.example/\"/>",
	    "<channel>", "<guid>"};

	put_into(
	    any_item(t, random), random, choose(random, texts, COUNT(texts)));
}

static void
cut_or_double(struct feed_text *t, uint64_t *random)
{
	if (below(random, 2) == 0)
		t->twice = !t->twice;
	else
		t->cut = (unsigned)below(random, 1000);
}

static void
change_tail(struct feed_text *t, uint64_t *random)
{
	static const char *const tails[] = {"", "<title>Last</title>",
	    "<language>fr</language>", "<!-- end", "<item><title>Cut</title>",
	    "<atom:link rel=\"next\" href=\"/older\"/>"};

	set(&t->tail, xstrdup(choose(random, tails, COUNT(tails))));
}

/* ---- all of it ----------------------------------------------------------- */

void
feed_text_make(struct feed_text *t, uint64_t *random)
{
	*t = (struct feed_text){
	    .dialect = &dialects[below(random, COUNT(dialects))],
	    .encoding = "utf-8",
	    .doctype = xstrdup(""),
	    .root_attributes = xstrdup(""),
	    .channel_attributes = xstrdup(""),
	    .head = xstrdup("<title>Feed</title>"),
	    .tail = xstrdup(""),
	    .number = 1};
	for (size_t i = below(random, 12); i > 0; i--)
		add_item(t, random);
}

void
feed_text_copy(struct feed_text *t, const struct feed_text *from)
{
	*t = *from;
	t->doctype = xstrdup(from->doctype);
	t->root_attributes = xstrdup(from->root_attributes);
	t->channel_attributes = xstrdup(from->channel_attributes);
	t->head = xstrdup(from->head);
	t->tail = xstrdup(from->tail);
	t->items = (struct strings){0};
	for (size_t i = 0; i < from->items.len; i++)
		strings_add(&t->items, from->items.at[i]);
}

void
feed_text_clear(struct feed_text *t)
{
	free(t->doctype);
	free(t->root_attributes);
	free(t->channel_attributes);
	free(t->head);
	free(t->tail);
	strings_clear(&t->items);
}

const char *
feed_text_edit(struct feed_text *t, uint64_t *random)
{
	static const struct {
		const char *name;
		void (*edit)(struct feed_text *, uint64_t *);
	} edits[] = {{"add item", add_item}, {"drop item", drop_item},
	    {"move item", move_item}, {"repeat item", repeat_item},
	    {"change byte", change_byte}, {"change head", change_head},
	    {"change encoding", change_encoding}, {"change ends", change_ends},
	    {"change root", change_root}, {"change doctype", change_doctype},
	    {"surround", surround}, {"nest", nest},
	    {"put item into item", put_item_into_item},
	    {"spoil item", spoil_item}, {"cut or double", cut_or_double},
	    {"change tail", change_tail}};
	size_t chosen = below(random, COUNT(edits));

	if (t->items.len < ITEMS_MAX)
		edits[chosen].edit(t, random);
	return edits[chosen].name;
}

static void
write_once(const struct feed_text *t, struct buf *out)
{
	const char *line = t->crlf ? "\r\n" : "\n";
	const struct feed_dialect *dialect = t->dialect;

	if (t->encoding != NULL)
		buf_addf(out, "<?xml version=\"1.0\" encoding=\"%s\"?>%s",
		    t->encoding, line);
	buf_addf(out, "%s%s<%s%s%s>%s", t->doctype, line, dialect->root,
	    dialect->space, t->root_attributes, line);
	if (dialect->channel != NULL)
		buf_addf(
		    out, "<%s%s>", dialect->channel, t->channel_attributes);
	buf_addf(out, "%s%s", t->head, line);
	for (size_t i = 0; i < t->items.len; i++)
		buf_addf(out, "%s%s", t->items.at[i], line);
	buf_add_str(out, t->tail);
	if (dialect->channel != NULL)
		buf_addf(out, "</%s>", dialect->channel);
	buf_addf(out, "</%s>%s", dialect->root, line);
}

void
feed_text_write(const struct feed_text *t, struct buf *out)
{
	if (t->mark)
		buf_add_str(out, "\xEF\xBB\xBF");
	write_once(t, out);
	if (t->twice)
		write_once(t, out);
	buf_truncate(out, out->len - out->len * t->cut / 1000);
}

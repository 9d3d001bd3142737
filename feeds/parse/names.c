/*
 * Names of elements: which namespace, which rule.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "parse/names.h"

#define NAME_MAX_LEN 32

struct known_space {
	const char *name; /* an address in lower case, without its end */
	enum xml_space space;
};

/* "http://", "https://" and a last "/" or "#" are not part of them. */
static const struct known_space spaces[] = {
    {"backend.userland.com/rss", SPACE_NONE},
    {"backend.userland.com/rss2", SPACE_NONE},
    {"backend.userland.com/rss091", SPACE_NONE},
    {"blogs.law.harvard.edu/tech/rss", SPACE_NONE},
    {"www.rssboard.org/rss-specification", SPACE_NONE},
    {"cyber.law.harvard.edu/rss", SPACE_NONE},
    {"purl.org/rss/1.0", SPACE_NONE},
    {"purl.org/net/rss1.1", SPACE_NONE},
    {"purl.org/rss/1.0/modules/rss091", SPACE_NONE},
    {"my.netscape.com/rdf/simple/0.9", SPACE_NONE},
    {"channel.netscape.com/rdf/simple/0.9", SPACE_NONE},
    {"my.theinfo.org/changed/1.0/rss", SPACE_NONE},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", SPACE_NONE},
    {"www.w3.org/2005/atom", SPACE_ATOM},
    {"purl.org/atom/ns", SPACE_ATOM},
    {"example.com/newformat", SPACE_ATOM},
    {"purl.org/pie", SPACE_ATOM},
    {"example.com/necho", SPACE_ATOM},
    {"purl.org/echo", SPACE_ATOM},
    {"uri/of/echo/namespace", SPACE_ATOM},
    {"www.w3.org/1999/02/22-rdf-syntax-ns", SPACE_RDF},
    {"purl.org/dc/elements/1.1", SPACE_DC},
    {"purl.org/dc/elements/1.0", SPACE_DC},
    {"purl.org/dc/terms", SPACE_DCTERMS},
    {"purl.org/rss/1.0/modules/content", SPACE_CONTENT},
    {"search.yahoo.com/mrss", SPACE_MEDIA},
    {"search.yahoo.com/mrss/default.htm", SPACE_MEDIA},
    {"video.search.yahoo.com/mrss", SPACE_MEDIA},
    {"tools.search.yahoo.com/mrss", SPACE_MEDIA},
    {"www.itunes.com/dtds/podcast-1.0.dtd", SPACE_ITUNES},
    {"itunes.com/dtds/podcast-1.0.dtd", SPACE_ITUNES},
    {"www.itunes.com/dtds/podcast-1.0", SPACE_ITUNES},
    {"example.com/dtds/podcast-1.0.dtd", SPACE_ITUNES},
    {"purl.org/rss/1.0/modules/syndication", SPACE_SY},
    {"www.w3.org/1999/xhtml", SPACE_XHTML},
    {"www.sitemaps.org/schemas/sitemap/0.9", SPACE_SITEMAP},
    {"www.google.com/schemas/sitemap/0.84", SPACE_SITEMAP},
    {"www.google.com/schemas/sitemap-news/0.9", SPACE_NEWS},
    {"www.google.com/schemas/sitemap-image/1.1", SPACE_IMAGE},
    {"rssnamespace.org/feedburner/ext/1.0", SPACE_FEEDBURNER},
    {"podcastindex.org/namespace/1.0", SPACE_PODCAST},
    {"xmlns.com/foaf/0.1", SPACE_FOAF},
};

static const struct known_space prefixes[] = {{"rss", SPACE_NONE},
    {"rss10", SPACE_NONE}, {"rss20", SPACE_NONE}, {"atom", SPACE_ATOM},
    {"atom10", SPACE_ATOM}, {"atom03", SPACE_ATOM}, {"a10", SPACE_ATOM},
    {"rdf", SPACE_RDF}, {"dc", SPACE_DC}, {"dcterms", SPACE_DCTERMS},
    {"dct", SPACE_DCTERMS}, {"content", SPACE_CONTENT}, {"media", SPACE_MEDIA},
    {"itunes", SPACE_ITUNES}, {"sy", SPACE_SY}, {"syn", SPACE_SY},
    {"xhtml", SPACE_XHTML}, {"news", SPACE_NEWS}, {"image", SPACE_IMAGE},
    {"feedburner", SPACE_FEEDBURNER}, {"foaf", SPACE_FOAF}};

static const struct rule *const tables[] = {
    rss_rules, atom_rules, module_rules, sitemap_rules, page_rules};

static bool
is_space(const char *uri, const char *known)
{
	size_t len = strlen(known);

	if (strncasecmp(uri, "http://", 7) == 0)
		uri += 7;
	else if (strncasecmp(uri, "https://", 8) == 0)
		uri += 8;
	if (strncasecmp(uri, known, len) != 0)
		return false;
	uri += len;
	return uri[strspn(uri, "/#")] == '\0';
}

/* The namespace of an address, else of a prefix by custom; both may be NULL. */
static enum xml_space
space_of(const char *uri, const char *prefix)
{
	if (uri != NULL)
		for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
			if (is_space(uri, spaces[i].name))
				return spaces[i].space;
	if (prefix == NULL)
		return SPACE_NONE;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strcasecmp(prefix, prefixes[i].name) == 0)
			return prefixes[i].space;
	return SPACE_OTHER;
}

static enum xml_space
space_in_document(const struct document *doc, enum xml_space space)
{
	if (space != SPACE_NONE)
		return space;
	switch (doc->format) {
	case PARSER_ATOM:
		return SPACE_ATOM;
	case PARSER_SITEMAP:
		return SPACE_SITEMAP;
	case PARSER_UNKNOWN:
	case PARSER_RSS:
	case PARSER_JSON_FEED:
		break;
	}
	return SPACE_NONE;
}

static const struct rule *
search_tables(enum xml_space space, const char *name, enum place place)
{
	char lower[NAME_MAX_LEN];
	size_t n;

	for (n = 0; name[n] != '\0'; n++) {
		if (n + 1 == sizeof(lower))
			return NULL;
		lower[n] = (char)tolower((unsigned char)name[n]);
	}
	lower[n] = '\0';
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct rule *r = tables[i]; r->name != NULL; r++)
			if (r->space == space && (r->places & place) != 0 &&
			    strcmp(r->name, lower) == 0)
				return r;
	return NULL;
}

/* The rule of the element's namespace; of RSS's and Atom's elements also that
 * of the other format, as feeds mix them. */
static const struct rule *
search_formats(const struct document *doc, enum xml_space space,
    const char *name, enum place place)
{
	const struct rule *rule;

	space = space_in_document(doc, space);
	rule = search_tables(space, name, place);
	if (rule == NULL && space == SPACE_ATOM)
		rule = search_tables(SPACE_NONE, name, place);
	if (rule == NULL && space == SPACE_NONE && doc->format == PARSER_RSS)
		rule = search_tables(SPACE_ATOM, name, place);
	return rule;
}

const struct rule *
names_find_rule(struct document *doc, const unsigned char *name,
    const unsigned char *prefix, const unsigned char *uri, enum place place)
{
	uintptr_t hash = ((uintptr_t)name >> 3) ^ ((uintptr_t)uri >> 5) ^
			 ((uintptr_t)prefix >> 4) ^ ((uintptr_t)place * 5);
	struct name_cache *c = &doc->names[hash % DOCUMENT_CACHE_LEN];
	enum xml_space space;

	if (c->name == name && c->uri == uri && c->prefix == prefix &&
	    c->place == place)
		return c->rule;
	space = space_of((const char *)uri, (const char *)prefix);
	*c = (struct name_cache){.name = name,
	    .uri = uri,
	    .prefix = prefix,
	    .rule = search_formats(doc, space, (const char *)name, place),
	    .place = place};
	return c->rule;
}

void
names_forget(struct document *doc)
{
	memset(doc->names, 0, sizeof(doc->names));
}

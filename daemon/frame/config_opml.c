/*
 * OPML outlines as feeds of the configuration.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "frame/config_include.h"
#include "frame/config_opml.h"
#include "frame/config_reader.h"
#include "frame/config_record.h"
#include "frame/config_value.h"
#include "parse/opml.h"

#define SLUG_MAX 60   /* bytes of an id that is made */
#define SHOWN_MAX 200 /* bytes of a stranger's text in a message */

/* One list being read. */
struct list {
	struct config_reader *reader;
	const struct config_include *include;
	struct config_source *source;
	struct map *urls; /* of all feeds so far */
};

/* The first character of an outline's line that is no blank. */
static struct config_mark
mark_outline(const struct list *list, const struct opml_outline *outline)
{
	struct config_mark mark = {
	    .file = list->reader->config->files.at[list->source->order],
	    .line = outline->line,
	    .col = 1};
	size_t len;
	const char *text = source_line(list->source, outline->line, &len);

	if (text != NULL)
		mark.col += (int)strspn(text, " \t");
	return mark;
}

/* Appends the letters a-z and digits of a text, dashes between; cut to
 * SLUG_MAX. */
static void
add_slug(struct buf *id, const char *text)
{
	bool gap = false;

	for (; *text != '\0' && id->len < SLUG_MAX; text++) {
		if (!isalnum((unsigned char)*text)) {
			gap = id->len > 0;
			continue;
		}
		if (gap)
			buf_add_char(id, '-');
		gap = false;
		buf_add_char(id, (char)tolower((unsigned char)*text));
	}
}

/* The host without "www.". */
static char *
host_of(const char *url)
{
	const char *host = strstr(url, "//") + 2;

	if (strncmp(host, "www.", 4) == 0)
		host += 4;
	return xstrndup(host, strcspn(host, "/:?#"));
}

char *
opml_make_id(const char *title, const char *language, const char *url)
{
	struct buf id = BUF_INIT;
	char *host = host_of(url);

	add_slug(&id, title);
	if (id.len < 2)
		add_slug(&id, host);
	if (id.len == 0)
		buf_add_str(&id, "feed");
	if (language != NULL)
		buf_addf(&id, "-%s", language);
	free(host);
	return buf_take(&id);
}

/* An id that is not taken: title and language, else with the host, else with a
 * number made of the address, so that it stays when the list changes; a longer
 * one where two of hundreds with the same title have the same number. */
static char *
make_id(const struct list *list, const char *title, const char *language,
    const char *url)
{
	char *id = opml_make_id(title, language, url), *longer;
	uint64_t number = hash_str(0, url);

	if (ids_find(list->reader, ID_FEED, id) == NULL)
		return id;
	longer = xasprintf("%s-%04x", id, (unsigned)(number & 0xffff));
	if (ids_find(list->reader, ID_FEED, longer) != NULL) {
		free(longer);
		longer = xasprintf("%s-%016" PRIx64, id, number);
	}
	free(id);
	return longer;
}

/* Texts of the folders around, and categories ("/news/russia" or "russia"). */
static void
add_tags(struct strings *tags, const char *path)
{
	while (*path != '\0') {
		size_t len = strcspn(path, "/");
		char *tag = xstrndup(path, len);

		if (len > 0 && !strings_has(tags, tag))
			strings_take(tags, tag);
		else
			free(tag);
		path += len + (path[len] != '\0');
	}
}

static const char *
language_of(const struct list *list, const struct opml_outline *outline)
{
	if (outline->language != NULL &&
	    value_check_language(outline->language) == NULL)
		return outline->language;
	return list->include->language;
}

/* Fills a feed, which has its mark and id. */
static void
fill_feed(struct config_feed *feed, const struct list *list,
    const struct opml_outline *outline)
{
	feed->url = xstrdup(outline->xml_url);
	feed->outlet = xstrdup(
	    value_check_text(outline->text) == NULL ? outline->text : feed->id);
	feed->language = xstrdup_null(language_of(list, outline));
	feed->interval = list->include->interval;
	for (size_t i = 0; i < list->include->tags.len; i++)
		strings_add(&feed->tags, list->include->tags.at[i]);
	add_tags(&feed->tags, outline->folder);
	for (size_t i = 0; i < outline->categories.len; i++)
		add_tags(&feed->tags, outline->categories.at[i]);
}

static int
shown_len(const char *text)
{
	return (int)utf8_cut(text, strlen(text), SHOWN_MAX);
}

static void
add_outline(const struct list *list, const struct opml_outline *outline)
{
	struct config_mark mark = mark_outline(list, outline);
	const char *wrong = value_check_url(outline->xml_url);
	struct config *config = list->reader->config;
	struct config_feed *feed;

	if (wrong != NULL) {
		reader_warn(list->reader, &mark,
		    "feed \"%.*s\" is left out: its address %s, not \"%.*s\"",
		    shown_len(outline->text), outline->text, wrong,
		    shown_len(outline->xml_url), outline->xml_url);
		return;
	}
	if (map_get(list->urls, outline->xml_url) != MAP_NONE)
		return;
	feed = record_append(record_find(&schema_config, "feeds"), config);
	feed->mark = mark;
	feed->id = make_id(
	    list, outline->text, language_of(list, outline), outline->xml_url);
	ids_define(list->reader, ID_FEED, feed->id, &mark);
	fill_feed(feed, list, outline);
	map_add(list->urls, feed->url, config->feeds_len - 1);
}

static void
add_list(struct config_reader *reader, struct map *urls,
    const struct config_include *include, struct config_source *source)
{
	struct list list = {.reader = reader,
	    .include = include,
	    .source = source,
	    .urls = urls};
	struct config_mark mark = {
	    .file = reader->config->files.at[source->order]};
	struct opml opml;

	if (opml_parse(source->bytes, source->len, &opml) != 0) {
		mark.line = opml.error_line;
		mark.col = 1;
		reader_error(
		    reader, &mark, "not a list of feeds: %s", opml.error);
	} else
		for (size_t i = 0; i < opml.outlines_len; i++)
			if (opml.outlines[i].xml_url != NULL)
				add_outline(&list, &opml.outlines[i]);
	opml_clear(&opml);
}

void
opml_include(struct config_reader *reader)
{
	struct config *config = reader->config;
	struct map urls = {NULL, 0, 0};

	for (size_t i = 0; i < config->feeds_len; i++)
		if (config->feeds[i].url != NULL)
			map_add(&urls, config->feeds[i].url, i);
	for (size_t i = 0; i < reader->opml_len; i++) {
		const struct config_include *include = &reader->opml[i];
		struct config_source *source;
		char *path;

		if (include->path == NULL)
			continue;
		path = include_find(reader, include->path);
		source = strings_has(&config->files, path)
			     ? NULL
			     : include_open(reader, path, &include->mark);
		if (source != NULL)
			add_list(reader, &urls, include, source);
		free(path);
	}
	map_clear(&urls);
}

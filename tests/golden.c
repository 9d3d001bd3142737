/*
 * Loading and parsing of the golden documents.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "parse/feed_json.h"
#include "parse/raw.h"
#include "tests/golden.h"

char *
golden_path(const char *name, const char *ending)
{
	const char *source = getenv("SRCDIR");

	return xasprintf("%s/tests/data/feeds/%s%s",
	    source != NULL ? source : ".", name, ending);
}

char *
golden_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct buf bytes = BUF_INIT;
	char piece[65536];
	size_t n;

	if (file == NULL)
		return NULL;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&bytes, piece, n);
	fclose(file);
	*len = bytes.len;
	return buf_take(&bytes);
}

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && strcmp(s + len - end_len, end) == 0;
}

/* The options of NAME.xml are in NAME.options: lines that are a flag and then
 * its value, as for `wirewatch parse`. */
static void
read_options(struct golden *g)
{
	char *stem = xstrndup(g->name, strcspn(g->name, "."));
	char *path = golden_path(stem, ".options");
	size_t len;
	char *text = golden_read(path, &len), *rest = text, *flag, *value;

	while (rest != NULL && (flag = strsep(&rest, "\n")) != NULL &&
	       (value = strsep(&rest, "\n")) != NULL) {
		if (strcmp(flag, "--url") == 0)
			g->url = xstrdup(value);
		else if (strcmp(flag, "--content-type") == 0)
			g->content_type = xstrdup(value);
		else if (strcmp(flag, "--content-location") == 0)
			g->content_location = xstrdup(value);
	}
	free(text);
	free(path);
	free(stem);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(
	    ((const struct golden *)a)->name, ((const struct golden *)b)->name);
}

size_t
golden_load(struct golden out[GOLDEN_MAX])
{
	char *folder = golden_path("", "");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t len = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct golden *g = &out[len];
		char *path;

		if (entry->d_name[0] == '.' ||
		    ends_with(entry->d_name, ".options") ||
		    ends_with(entry->d_name, ".expected") || len == GOLDEN_MAX)
			continue;
		*g = (struct golden){.name = xstrdup(entry->d_name)};
		path = golden_path(g->name, "");
		g->bytes = golden_read(path, &g->len);
		read_options(g);
		free(path);
		len++;
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
	qsort(out, len, sizeof(*out), compare);
	return len;
}

void
golden_free(struct golden *list, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		free(list[i].name);
		free(list[i].bytes);
		free(list[i].url);
		free(list[i].content_type);
		free(list[i].content_location);
	}
}

static bool
on_item(void *arg, const struct raw_item *item)
{
	struct buf *items = arg, one = BUF_INIT;

	if (item->cut)
		buf_add_str(items, GOLDEN_CUT);
	feed_json_add_item(&one, item);
	buf_add(items, one.data, one.len);
	buf_add_char(items, '\n');
	buf_clear(&one);
	return true;
}

enum parser_result
golden_parse(const struct golden *g, const char *bytes, size_t len,
    size_t piece_len, struct buf *items, struct buf *rest)
{
	static const char *const names[] = {"complete", "truncated", "empty",
	    "not a feed", "refused", "stopped"};
	struct parser_options options = {.url = g->url,
	    .content_type = g->content_type,
	    .content_location = g->content_location};
	struct parser *parser = parser_new(&options, on_item, items);
	const struct buf none = BUF_INIT;
	enum parser_result result;

	for (size_t i = 0; i < len; i += piece_len)
		if (!parser_push(parser, bytes + i,
			len - i < piece_len ? len - i : piece_len))
			break;
	result = parser_finish(parser);
	if (rest != NULL) {
		buf_addf(
		    rest, "%s: %s\n", names[result], parser_problem(parser));
		feed_json_finish(rest, parser_feed(parser), &none, g->url);
	}
	parser_free(parser);
	return result;
}

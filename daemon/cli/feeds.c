/*
 * wirewatch feeds: the feeds and how each of them is.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <jansson.h>

#include "base/mem.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/feeds.h"
#include "cli/table.h"
#include "cli/when.h"

static const struct option options[] = {
    API_OPTIONS,
    {"outlet", required_argument, NULL, 'o'},
    {"state", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

static const struct table_column columns[] = {
    {"STATE", false, false},
    {"FEED", false, true},
    {"OUTLET", false, true},
    {"SUCCESS", true, false},
    {"NEW ITEM", true, false},
    {"NEXT", true, false},
    {"ITEMS", true, false},
    {"TROUBLE", false, true},
    {NULL, false, false},
};

static const char *
text_of(json_t *feed, const char *key)
{
	return json_string_value(json_object_get(feed, key));
}

static const char *
state_color(const char *state)
{
	if (strcmp(state, "up") == 0)
		return "32";
	if (strcmp(state, "failing") == 0)
		return "33";
	return strcmp(state, "quarantined") == 0 ? "31" : NULL;
}

static void
add_row(struct table *table, json_t *feed)
{
	const char *state = text_of(feed, "state");
	char when[16];

	table_add(table, state, state != NULL ? state_color(state) : NULL);
	table_add(table, text_of(feed, "id"), NULL);
	table_add(table, text_of(feed, "outlet"), NULL);
	when_ago(text_of(feed, "last_success"), when);
	table_add(table, when, NULL);
	when_ago(text_of(feed, "last_new"), when);
	table_add(table, when, NULL);
	when_in(text_of(feed, "next_fetch"), when);
	table_add(table, when, NULL);
	table_addf(table, "%lld",
	    (long long)json_integer_value(json_object_get(feed, "new_items")));
	table_add(table, text_of(feed, "error"), NULL);
}

static void
print_feed(json_t *feed)
{
	char *line = json_dumps(feed, JSON_COMPACT);

	puts(line);
	free(line);
}

/* Walks over all pages. table: NULL to print JSON, a feed a line. */
static int
walk(struct api *api, char *path, struct table *table, size_t *count)
{
	int status = EXIT_YES;
	size_t i;
	json_t *page, *feed;

	while (path != NULL) {
		page = api_get(api, path, &status);
		free(path);
		if (page == NULL)
			return status;
		json_array_foreach(json_object_get(page, "feeds"), i, feed)
		{
			++*count;
			if (table != NULL)
				add_row(table, feed);
			else
				print_feed(feed);
		}
		path = xstrdup_null(
		    json_string_value(json_object_get(page, "next")));
		json_decref(page);
	}
	return *count > 0 ? EXIT_YES : EXIT_NO;
}

static int
list(struct api *api, struct buf *path)
{
	struct table *table = api->json ? NULL : table_new(columns);
	struct buf out = BUF_INIT;
	size_t count = 0;
	int status = walk(api, buf_take(path), table, &count);

	if (table != NULL && count > 0) {
		table_print(table, &out, terminal_width(),
		    command_color(STDOUT_FILENO));
		fputs(buf_str(&out), stdout);
	}
	buf_clear(&out);
	table_free(table);
	return status;
}

/* Fills the path of the first page; -1: wrong usage. */
static int
read_options(struct api *api, struct buf *path, int argc, char **argv)
{
	int letter;

	buf_add_str(path, "/api/v1/feeds?limit=1000");
	while ((letter = getopt_long(argc, argv, API_LETTERS, options, NULL)) !=
	       -1) {
		if (letter == 'o')
			api_add_param(path, "outlet", optarg);
		else if (letter == 't')
			api_add_param(path, "state", optarg);
		else if (!api_take_option(api, letter, optarg))
			return -1;
	}
	if (argc - optind > 1)
		return -1;
	if (optind < argc)
		api_add_param(path, "text", argv[optind]);
	return 0;
}

int
feeds_run(int argc, char **argv)
{
	struct buf path = BUF_INIT;
	struct api api = {0};
	int status;

	if (read_options(&api, &path, argc, argv) == 0)
		status = list(&api, &path);
	else
		status = command_usage("feeds");
	buf_clear(&path);
	api_clear(&api);
	return status;
}

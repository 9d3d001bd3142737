/*
 * wirewatch feeds: the feeds and how each of them is.
 */
#include <getopt.h>
#include <stddef.h>
#include <string.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/feed_table.h"
#include "cli/feeds.h"
#include "cli/feeds_add.h"
#include "cli/table.h"

#define PAGE 1000 /* feeds asked for, and printed, at a time */

static const struct option options[] = {
    API_OPTIONS,
    {"outlet", required_argument, NULL, 'o'},
    {"state", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

static const struct table_column columns[] = {
    FEED_TABLE_STATE,
    {"ITEMS", true, false},
    {"HUB", false, false},
    FEED_TABLE_TROUBLE,
    {NULL, false, false},
};

static void
add_row(struct table *table, json_t *feed)
{
	const char *hub = api_text(json_object_get(feed, "websub"), "state");

	feed_table_add_state(table, feed);
	table_addf(table, "%lld", api_count(feed, "new_items"));
	table_add(table, hub != NULL ? hub : "-", NULL);
	feed_table_add_trouble(table, feed);
}

static void
take_feed(void *arg, json_t *feed)
{
	struct table *table = arg;

	if (table == NULL) {
		api_print(feed);
		return;
	}
	add_row(table, feed);
	if (table_rows(table) == PAGE)
		api_print_table(table);
}

static int
list(struct api *api, struct buf *path)
{
	struct table *table = api->json ? NULL : table_new(columns);
	int status =
	    api_walk(api, buf_take(path), "feeds", 0, take_feed, table);

	if (table != NULL)
		api_print_table(table);
	table_free(table);
	return status;
}

/* Fills the path of the first page; -1: wrong usage. */
static int
read_options(struct api *api, struct buf *path, int argc, char **argv)
{
	int letter;

	buf_addf(path, "/api/v1/feeds?limit=%d", PAGE);
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

	if (argc > 1 && strcmp(argv[1], "add") == 0)
		return feeds_add_run(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "remove") == 0)
		return feeds_remove_run(argc - 1, argv + 1);
	if (read_options(&api, &path, argc, argv) == 0)
		status = list(&api, &path);
	else
		status = command_usage("feeds");
	buf_clear(&path);
	api_clear(&api);
	return status;
}

/*
 * wirewatch search: alerts or items by their words.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include "cli/alert_print.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/search.h"
#include "cli/table.h"
#include "cli/when.h"

#define FOUND_LIMIT 50 /* without -n */
#define PAGE_MAX 1000

static const struct option options[] = {
    API_OPTIONS,
    {"entity", required_argument, NULL, 'e'},
    {"feed", required_argument, NULL, 'f'},
    {"items", no_argument, NULL, 'i'},
    {"level", required_argument, NULL, 'l'},
    {"limit", required_argument, NULL, 'n'},
    {"outlet", required_argument, NULL, 'o'},
    {"rule", required_argument, NULL, 'r'},
    {"since", required_argument, NULL, 'S'},
    {"until", required_argument, NULL, 'U'},
    {NULL, 0, NULL, 0},
};

static const long limit_range[2] = {1, 1000000};

/* Letters of options that become parameters of the same name. */
static const char filters[] = "efloSUr";

static const struct table_column item_columns[] = {
    {"SEEN", false, false},
    {"OUTLET", false, true},
    {"HEADLINE", false, true},
    {"URL", false, true, true},
    {NULL, false, false},
};

struct search {
	struct api api;
	struct buf filter; /* &NAME=VALUE... */
	bool items;
	long limit;
	size_t found;
	json_t *run;         /* alerts of one item, newest first */
	struct table *table; /* of items, for people */
};

static void
add_item(struct search *search, json_t *item)
{
	char when[32];

	when_local(api_text(item, "seen"), when);
	table_add(search->table, when, NULL);
	table_add(search->table, api_text(item, "outlet"), "1");
	table_add(search->table, api_text(item, "title"), NULL);
	table_add(search->table, api_text(item, "url"), "2");
}

static void
print_run(struct search *search)
{
	for (size_t i = json_array_size(search->run); i-- > 0;)
		alert_print_value(json_array_get(search->run, i), false);
	json_array_clear(search->run);
}

static long long
item_of(json_t *alert)
{
	return api_count(json_object_get(alert, "item"), "id");
}

/* What stories tell of an item comes before it here, and is printed below. */
static void
add_alert(struct search *search, json_t *alert)
{
	json_t *newer = json_array_get(search->run, 0);
	long long item = item_of(newer); /* 0: none, as of a feed's health */

	if (item == 0 || item != item_of(alert))
		print_run(search);
	json_array_append(search->run, alert);
}

static void
take_row(void *arg, json_t *row)
{
	struct search *search = arg;

	search->found++;
	if (search->api.json)
		alert_print_value(row, true);
	else if (search->items)
		add_item(search, row);
	else
		add_alert(search, row);
}

static int
run(struct search *search)
{
	const char *key = search->items ? "items" : "alerts";
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "/api/v1/%s?limit=%ld%s", key,
	    search->limit < PAGE_MAX ? search->limit : PAGE_MAX,
	    buf_str(&search->filter));
	search->table = table_new(item_columns);
	search->run = json_array();
	status = api_walk(&search->api, buf_take(&path), key,
	    (size_t)search->limit, take_row, search);
	print_run(search);
	json_decref(search->run);
	api_print_table(search->table);
	if (search->found == (size_t)search->limit && !search->api.json)
		fprintf(stderr,
		    "wirewatch: the newest %ld; --limit shows more\n",
		    search->limit);
	table_free(search->table);
	return status;
}

static int
read_options(struct search *search, int argc, char **argv)
{
	struct buf words = BUF_INIT;
	int letter, index = 0;

	while ((letter = getopt_long(
		    argc, argv, API_LETTERS "n:", options, &index)) != -1) {
		if (letter == 'i') {
			search->items = true;
		} else if (letter == 'n') {
			if (!command_read_number(
				"--limit", optarg, limit_range, &search->limit))
				return -1;
		} else if (strchr(filters, letter) != NULL) {
			api_add_filter(
			    &search->filter, options[index].name, optarg);
		} else if (!api_take_option(&search->api, letter, optarg)) {
			return -1;
		}
	}
	for (int i = optind; i < argc; i++)
		buf_addf(&words, "%s%s", i > optind ? " " : "", argv[i]);
	if (words.len > 0)
		api_add_param(&search->filter, "text", buf_str(&words));
	buf_clear(&words);
	return search->filter.len > 0 ? 0 : -1;
}

int
search_run(int argc, char **argv)
{
	struct search search = {.limit = FOUND_LIMIT};
	int status;

	if (read_options(&search, argc, argv) == 0)
		status = run(&search);
	else
		status = command_usage("search");
	buf_clear(&search.filter);
	api_clear(&search.api);
	return status;
}

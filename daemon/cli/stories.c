/*
 * wirewatch stories: who had what first, a row for each story.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/stories.h"
#include "cli/table.h"
#include "cli/told_print.h"
#include "cli/when.h"

#define STORIES_LIMIT 50 /* without -n */
#define PAGE_MAX 200

static const struct option options[] = {
    API_OPTIONS,
    {"entity", required_argument, NULL, 'e'},
    {"level", required_argument, NULL, 'l'},
    {"limit", required_argument, NULL, 'n'},
    {"outlet", required_argument, NULL, 'o'},
    {"outlets", required_argument, NULL, 'O'},
    {"since", required_argument, NULL, 'S'},
    {"told", no_argument, NULL, 't'},
    {"until", required_argument, NULL, 'U'},
    {NULL, 0, NULL, 0},
};

static const long limit_range[2] = {1, 1000000};

/* Letters of options that become parameters of the same name. */
static const char filters[] = "eloOSU";

static const struct table_column columns[] = {
    {"STORY", true, false},
    {"FIRST", false, false},
    {"LEVEL", false, false},
    {"OUTLETS", true, false},
    {"ITEMS", true, false},
    {"FIRST BY", false, true},
    {"LEAD", true, false},
    {"HEADLINE", false, true, true},
    {NULL, false, false},
};

struct stories {
	struct api api;
	struct buf filter; /* &NAME=VALUE... */
	long limit;
	size_t found;
	struct table *table; /* for people */
};

static void
add_row(struct table *table, json_t *story)
{
	json_t *lead = json_object_get(story, "lead_minutes");
	const char *level = api_text(story, "level");
	char when[32], span[16] = "";

	table_add(table, api_text(story, "id"), NULL);
	when_local(api_text(story, "first"), when);
	table_add(table, when, NULL);
	table_add(table, level != NULL ? level : "-", level_color(level));
	table_addf(table, "%lld", api_count(story, "outlets"));
	table_addf(table, "%lld", api_count(story, "items"));
	table_add(table, api_text(story, "first_outlet"), "1");
	if (json_is_number(lead))
		span_text(json_number_value(lead) * 60, span);
	table_add(table, span, NULL);
	table_add(table, api_text(story, "headline"), NULL);
}

static void
take_story(void *arg, json_t *story)
{
	struct stories *stories = arg;

	stories->found++;
	if (stories->api.json)
		api_print(story);
	else
		add_row(stories->table, story);
}

static int
run(struct stories *stories)
{
	struct buf path = BUF_INIT;
	int status;

	buf_addf(&path, "/api/v1/stories?limit=%ld%s",
	    stories->limit < PAGE_MAX ? stories->limit : PAGE_MAX,
	    buf_str(&stories->filter));
	stories->table = table_new(columns);
	status = api_walk(&stories->api, buf_take(&path), "stories",
	    (size_t)stories->limit, take_story, stories);
	api_print_table(stories->table);
	if (stories->found == (size_t)stories->limit && !stories->api.json)
		fprintf(stderr,
		    "wirewatch: the newest %ld; --limit shows more\n",
		    stories->limit);
	table_free(stories->table);
	return status;
}

static int
read_options(struct stories *stories, int argc, char **argv)
{
	struct buf words = BUF_INIT;
	int letter, index = 0;

	while ((letter = getopt_long(
		    argc, argv, API_LETTERS "n:", options, &index)) != -1) {
		if (letter == 't') {
			buf_add_str(&stories->filter, "&told=1");
		} else if (letter == 'n') {
			if (!command_read_number("--limit", optarg, limit_range,
				&stories->limit))
				return -1;
		} else if (strchr(filters, letter) != NULL) {
			api_add_filter(
			    &stories->filter, options[index].name, optarg);
		} else if (!api_take_option(&stories->api, letter, optarg)) {
			return -1;
		}
	}
	for (int i = optind; i < argc; i++)
		buf_addf(&words, "%s%s", i > optind ? " " : "", argv[i]);
	if (words.len > 0)
		api_add_param(&stories->filter, "text", buf_str(&words));
	buf_clear(&words);
	return 0;
}

int
stories_run(int argc, char **argv)
{
	struct stories stories = {.limit = STORIES_LIMIT};
	int status;

	if (read_options(&stories, argc, argv) == 0)
		status = run(&stories);
	else
		status = command_usage("stories");
	buf_clear(&stories.filter);
	api_clear(&stories.api);
	return status;
}

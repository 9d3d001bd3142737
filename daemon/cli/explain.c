/*
 * wirewatch explain: why an item alerted, or did not.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/explain.h"
#include "cli/feed_table.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/told_print.h"
#include "cli/when.h"

#define INDENT "          " /* as wide as the labels */

static const struct table_column feed_columns[] = {
    FEED_TABLE_STATE,
    {"OF THIS SITE", true, false},
    FEED_TABLE_TROUBLE,
    {NULL, false, false},
};

/* ---- an item ------------------------------------------------------------- */

static void
print_labelled(const char *label, const char *text)
{
	if (text == NULL)
		return;
	printf("%-10s", label);
	print_clean(text);
	putchar('\n');
}

static void
print_item(json_t *item)
{
	char published[32], seen[32];

	when_local(api_text(item, "published"), published);
	when_local(api_text(item, "seen"), seen);
	print_bold(api_text(item, "title"));
	printf("\nitem      %lld of feed %s, ", api_count(item, "id"),
	    api_text(item, "feed"));
	print_clean(api_text(item, "outlet"));
	putchar('\n');
	print_labelled("address", api_text(item, "url"));
	printf("published %s, seen %s\n", published, seen);
	if (api_text(item, "verdict") != NULL) {
		printf("taken for %s: ", api_text(item, "verdict"));
		print_clean(api_text(item, "why"));
		putchar('\n');
	}
	print_revisions(json_object_get(item, "revisions"), INDENT);
}

static void
print_story(json_t *item, json_t *story)
{
	json_t *first = json_object_get(story, "first_alert");
	double minutes = json_number_value(json_object_get(story, "minutes"));
	char span[16], when[32];

	if (!json_is_object(story))
		return;
	span_text(minutes * 60, span);
	printf("story     %s: item %lld of %lld by time, %lld outlet%s",
	    api_text(story, "id"), api_count(story, "place"),
	    api_count(story, "items"), api_count(story, "outlets"),
	    api_count(story, "outlets") == 1 ? "" : "s");
	if (api_count(story, "place") > 1) {
		printf(", %s after ", span);
		print_clean(api_text(story, "first_outlet"));
	}
	putchar('\n');
	if (!json_is_object(first) ||
	    api_count(first, "item") == api_count(item, "id"))
		return;
	when_local(api_text(first, "alerted"), when);
	printf(INDENT "told before by alert %lld at %s, of ",
	    api_count(first, "seq"), when);
	print_clean(api_text(first, "outlet"));
	putchar('\n');
}

static void
print_rules(json_t *rules)
{
	const char *label = "rules";
	json_t *rule;
	size_t i;

	json_array_foreach(rules, i, rule)
	{
		bool met = json_is_true(json_object_get(rule, "met"));

		printf("%-10s%s %s: ", label, api_text(rule, "id"),
		    met ? "is met" : "is not met");
		print_clean(api_text(rule, "why"));
		putchar('\n');
		label = "";
	}
}

static void
print_near_misses(json_t *misses)
{
	const char *label = "refused";
	json_t *miss;
	size_t i;

	json_array_foreach(misses, i, miss)
	{
		printf("%-10s\"", label);
		print_clean(api_text(miss, "text"));
		printf("\" in %s is not %s: %s\n", api_text(miss, "field"),
		    api_text(miss, "entity"), api_text(miss, "why"));
		label = "";
	}
}

static void
print_explanation(json_t *item)
{
	json_t *alerts = json_object_get(item, "alerts");

	print_item(item);
	print_story(item, json_object_get(item, "story"));
	print_rules(json_object_get(item, "rules"));
	print_near_misses(json_object_get(item, "near_misses"));
	fputs("answer    ", stdout);
	print_bold(api_text(item, "answer"));
	putchar('\n');
	if (json_array_size(alerts) > 0)
		putchar('\n');
	told_print(alerts);
}

/* ---- no item ------------------------------------------------------------- */

static void
add_feed(struct table *table, json_t *candidate)
{
	json_t *feed = json_object_get(candidate, "feed");

	feed_table_add_state(table, feed);
	table_addf(table, "%lld", api_count(candidate, "items_of_site"));
	feed_table_add_trouble(table, feed);
}

static void
print_absence(json_t *answer)
{
	json_t *feeds = json_object_get(answer, "feeds");
	struct table *table = table_new(feed_columns);
	json_t *feed;
	size_t i;

	if (api_text(answer, "url") == NULL)
		puts("answer    there is no such item; it may be older than "
		     "defaults.retention");
	else if (json_array_size(feeds) == 0)
		puts("answer    no item has this address, and no feed is read "
		     "from its site");
	else
		puts("answer    no item has this address: no feed has shown it "
		     "since it is read,\n" INDENT "or it was gone again "
		     "between two polls. Feeds of its site:\n");
	json_array_foreach(feeds, i, feed)
	{
		add_feed(table, feed);
	}
	api_print_table(table);
	table_free(table);
}

static void
print_answer(json_t *answer)
{
	json_t *items = json_object_get(answer, "items");
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (i > 0)
			putchar('\n');
		print_explanation(item);
	}
	if (json_array_size(items) == 0)
		print_absence(answer);
}

static int
explain(struct api *api, const char *what)
{
	bool is_item = what[strspn(what, "0123456789")] == '\0';
	struct buf path = BUF_INIT;
	int status = EXIT_YES;
	json_t *answer;

	buf_add_str(&path, "/api/v1/explain?");
	api_add_param(&path, is_item ? "item" : "url", what);
	answer = api_get(api, buf_str(&path), &status);
	buf_clear(&path);
	if (answer == NULL)
		return status;
	if (api->json)
		api_print(answer);
	else
		print_answer(answer);
	if (!json_is_true(json_object_get(answer, "alerted")))
		status = EXIT_NO;
	json_decref(answer);
	return status;
}

int
explain_run(int argc, char **argv)
{
	struct api api = {0};
	int status;

	if (api_read_options(&api, argc, argv) && optind == argc - 1)
		status = explain(&api, argv[optind]);
	else
		status = command_usage("explain");
	api_clear(&api);
	return status;
}

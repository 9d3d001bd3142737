/*
 * wirewatch story: one story as a timeline.
 */
#include <getopt.h>
#include <stdio.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/story.h"
#include "cli/table.h"
#include "cli/told_print.h"
#include "cli/when.h"

/* Of a line below an item: as wide as what stands before its headline. */
#define INDENT "                                "

/* "Outlet 1, Outlet 2" */
static void
print_list(json_t *texts)
{
	json_t *text;
	size_t i;

	json_array_foreach(texts, i, text)
	{
		fputs(i > 0 ? ", " : "", stdout);
		print_clean(json_string_value(text));
	}
}

static void
print_first(json_t *story)
{
	json_t *second = json_array_get(json_object_get(story, "coverage"), 1);
	json_t *lead = json_object_get(story, "lead_minutes");
	char span[16];

	fputs("first by  ", stdout);
	print_clean(api_text(story, "first_outlet"));
	if (json_is_number(lead)) {
		span_text(json_number_value(lead) * 60, span);
		printf(", %s ahead of ", span);
		print_clean(api_text(second, "outlet"));
	}
	putchar('\n');
}

static void
print_entities(json_t *entities)
{
	json_t *entity;
	size_t i;

	if (json_array_size(entities) == 0)
		return;
	fputs("entities  ", stdout);
	json_array_foreach(entities, i, entity)
	{
		fputs(i > 0 ? ", " : "", stdout);
		print_clean(api_text(entity, "name"));
		printf(" (%lld)", api_count(entity, "items"));
	}
	putchar('\n');
}

static void
print_head(json_t *story)
{
	const char *level = api_text(story, "level");

	print_bold(api_text(story, "headline"));
	printf("\nstory     %s, %s\n", api_text(story, "id"),
	    level != NULL ? level : "not told: no item of it met a rule");
	printf("carried   %lld item%s of %lld outlet%s: ",
	    api_count(story, "items"),
	    api_count(story, "items") == 1 ? "" : "s",
	    api_count(story, "outlets"),
	    api_count(story, "outlets") == 1 ? "" : "s");
	print_list(json_object_get(story, "outlet_names"));
	putchar('\n');
	print_first(story);
	print_entities(json_object_get(story, "entities"));
}

/* Whether an earlier mention has the same name and field. */
static bool
is_repeated(json_t *mentions, size_t n)
{
	json_t *mention = json_array_get(mentions, n);

	for (size_t i = 0; i < n; i++) {
		json_t *other = json_array_get(mentions, i);

		if (json_equal(json_object_get(other, "name"),
			json_object_get(mention, "name")) &&
		    json_equal(json_object_get(other, "field"),
			json_object_get(mention, "field")))
			return true;
	}
	return false;
}

/* "Macron in title, Macron in summary" */
static void
print_mentions(json_t *mentions)
{
	const char *separator = INDENT;
	json_t *mention;
	size_t i;

	json_array_foreach(mentions, i, mention)
	{
		if (is_repeated(mentions, i))
			continue;
		fputs(separator, stdout);
		print_clean(api_text(mention, "name"));
		printf(" in %s", api_text(mention, "field"));
		separator = ", ";
	}
	if (json_array_size(mentions) > 0)
		putchar('\n');
}

static void
print_item(json_t *item)
{
	double minutes = json_number_value(json_object_get(item, "minutes"));
	char when[32], span[16], after[20];

	when_local(api_text(item, "at"), when);
	span_text(minutes * 60, span);
	snprintf(after, sizeof(after), "+%s", span);
	printf("%s %9s  ", when, after);
	print_bold(api_text(item, "outlet"));
	fputs("  ", stdout);
	print_clean(api_text(item, "title"));
	putchar('\n');
	if (api_text(item, "url") != NULL) {
		fputs(INDENT, stdout);
		print_clean(api_text(item, "url"));
		putchar('\n');
	}
	print_mentions(json_object_get(item, "mentions"));
	print_revisions(json_object_get(item, "revisions"), INDENT);
}

static void
print_story(json_t *story)
{
	json_t *timeline = json_object_get(story, "timeline");
	json_t *item;
	size_t i;

	print_head(story);
	putchar('\n');
	json_array_foreach(timeline, i, item)
	{
		print_item(item);
	}
	if (json_array_size(json_object_get(story, "alerts")) == 0)
		return;
	putchar('\n');
	told_print(json_object_get(story, "alerts"));
}

static int
show(struct api *api, const char *id)
{
	struct buf path = BUF_INIT;
	int status = EXIT_YES;
	json_t *story;

	buf_add_str(&path, "/api/v1/stories/");
	api_add_segment(&path, id);
	story = api_get(api, buf_str(&path), &status);
	buf_clear(&path);
	if (story == NULL)
		return status;
	if (api->json)
		api_print(story);
	else
		print_story(story);
	json_decref(story);
	return EXIT_YES;
}

int
story_run(int argc, char **argv)
{
	struct api api = {0};
	int status;

	if (api_read_options(&api, argc, argv) && optind == argc - 1)
		status = show(&api, argv[optind]);
	else
		status = command_usage("story");
	api_clear(&api);
	return status;
}

/*
 * Text for people.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/when.h"
#include "text/clean.h"

void
print_clean(const char *text)
{
	char *clean = clean_str(text != NULL ? text : "", CLEAN_LINE);

	fputs(clean, stdout);
	free(clean);
}

void
print_bold(const char *text)
{
	bool color = command_color(STDOUT_FILENO);

	fputs(color ? "\033[1m" : "", stdout);
	print_clean(text);
	fputs(color ? "\033[0m" : "", stdout);
}

static void
print_diff(json_t *revision, const char *field, const char *indent)
{
	const char *diff = api_text(revision, field);

	if (diff == NULL)
		return;
	printf("%s  %s: ", indent, field);
	print_clean(diff);
	putchar('\n');
}

static bool
has_diff(json_t *revision)
{
	return api_text(revision, "title") != NULL ||
	       api_text(revision, "summary") != NULL ||
	       api_text(revision, "content") != NULL;
}

/* Whether the later one says nothing else, as where a feed gives an item
 * another id at each poll. */
static bool
is_again(json_t *revision, json_t *later)
{
	return later != NULL && !has_diff(revision) && !has_diff(later) &&
	       json_equal(json_object_get(revision, "verdict"),
		   json_object_get(later, "verdict")) &&
	       json_equal(json_object_get(revision, "why"),
		   json_object_get(later, "why"));
}

void
print_revisions(json_t *revisions, const char *indent)
{
	json_t *revision;
	char when[32];
	size_t i, times = 0;

	json_array_foreach(revisions, i, revision)
	{
		times++;
		if (is_again(revision, json_array_get(revisions, i + 1)))
			continue;
		when_local(api_text(revision, "seen"), when);
		printf("%s%s", indent, api_text(revision, "verdict"));
		if (times > 1)
			printf(" %zu times, last", times);
		printf(" at %s", when);
		times = 0;
		if (!has_diff(revision)) {
			fputs(": ", stdout);
			print_clean(api_text(revision, "why"));
		}
		putchar('\n');
		print_diff(revision, "title", indent);
		print_diff(revision, "summary", indent);
		print_diff(revision, "content", indent);
	}
}

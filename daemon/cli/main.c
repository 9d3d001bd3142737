/*
 * wirewatch: the command line. Looks a command up and runs it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/entity.h"
#include "cli/explain.h"
#include "cli/feeds.h"
#include "cli/fetch.h"
#include "cli/group.h"
#include "cli/match.h"
#include "cli/parse.h"
#include "cli/poll.h"
#include "cli/reload.h"
#include "cli/search.h"
#include "cli/status.h"
#include "cli/stories.h"
#include "cli/story.h"
#include "cli/tail.h"

const struct command commands[] = {
    {"check", check_run, "check [-c FILE] [--json]",
	"tell all that is wrong with a configuration"},
    {"entity", entity_run,
	"entity import FILE\n"
	"       wirewatch entity forms [--language CODE] [--json] NAME",
	"make an entity pack from Wikidata, list the forms of a name"},
    {"explain", explain_run, "explain [-s PATH] [--json] URL|ITEM",
	"tell why an item alerted, or why not; exit 1 when it did not"},
    {"feeds", feeds_run,
	"feeds [--state STATE] [--outlet NAME] [-s PATH] [--json] [TEXT]\n"
	"       wirewatch feeds add [--id ID] [--outlet NAME] "
	"[--language CODE]\n"
	"           [-c FILE] [-s PATH] [--json] URL\n"
	"       wirewatch feeds remove [-s PATH] [--json] ID",
	"list the feeds and how each of them is, add and remove feeds"},
    {"fetch", fetch_run, "fetch [-c FILE] URL",
	"fetch one feed and print it as JSON Feed"},
    {"group", group_run, "group",
	"join items (JSON Lines on stdin, in time order) into stories"},
    {"match", match_run,
	"match [-c FILE] [--language CODE] [--explain] [--color]\n"
	"           [--] FILE...",
	"find the mentions in plain-text files"},
    {"parse", parse_run,
	"parse [--url URL] [--content-type TYPE]\n"
	"           [--content-location URL] FILE|-",
	"read a feed document and print it as JSON Feed 1.1"},
    {"poll", poll_run, "poll [-s PATH] [--json] FEED...",
	"have the daemon fetch feeds now"},
    {"reload", reload_run, "reload [-s PATH] [--json]",
	"have the daemon read its configuration again"},
    {"search", search_run,
	"search [--items] [--feed ID] [--outlet NAME] [--entity ID]\n"
	"           [--rule ID] [--level LEVEL] [--since TIME] "
	"[--until TIME]\n"
	"           [-n LIMIT] [-s PATH] [--json] [WORD...]",
	"find alerts, or all items, by words and filters"},
    {"status", status_run, "status [-s PATH] [--json]",
	"tell how the daemon is; exit 1 when no news comes through"},
    {"stories", stories_run,
	"stories [--told] [--since TIME] [--until TIME] [--entity ID]\n"
	"           [--outlet NAME] [--outlets NUMBER] [--level LEVEL] "
	"[-n LIMIT]\n"
	"           [-s PATH] [--json] [WORD...]",
	"list stories: who had what first, and by how many minutes"},
    {"story", story_run, "story [-s PATH] [--json] ID",
	"show one story: its items by time, and where its alerts went"},
    {"tail", tail_run, "tail [-n LINES] [-f] [-s PATH] [--json]",
	"print the newest alerts, and with -f those to come"},
    {NULL, NULL, NULL, NULL},
};

static const struct command *
find_command(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int
command_usage(const char *name)
{
	const struct command *c = find_command(name);

	fprintf(stderr, "usage: wirewatch %s\n", c != NULL ? c->usage : name);
	return EXIT_USAGE;
}

int
command_color(int fd)
{
	const char *none = getenv("NO_COLOR");

	return isatty(fd) && (none == NULL || *none == '\0');
}

bool
command_read_number(
    const char *option, const char *text, const long range[2], long *number)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end != '\0' || end == text || value < range[0] ||
	    value > range[1]) {
		fprintf(stderr,
		    "wirewatch: %s takes a number from %ld to %ld\n", option,
		    range[0], range[1]);
		return false;
	}
	*number = value;
	return true;
}

bool
command_check_language(const char *code)
{
	size_t len = strcspn(code, "-_");

	if (len >= 2 && len <= 3)
		return true;
	fprintf(stderr,
	    "wirewatch: --language takes a code such as en, ru or zh-Hans, not "
	    "\"%s\"\n",
	    code);
	return false;
}

static int
print_help(FILE *out)
{
	fputs("usage: wirewatch COMMAND [ARGUMENT...]\n\n", out);
	for (const struct command *c = commands; c->name != NULL; c++)
		fprintf(out, "  %-10s %s\n", c->name, c->summary);
	fputs("\n`wirewatch COMMAND --help` prints a command's usage; "
	      "wirewatch(1) has all.\n",
	    out);
	return EXIT_YES;
}

static int
print_command_help(const struct command *c)
{
	printf("usage: wirewatch %s\n\n%s\n", c->usage, c->summary);
	return EXIT_YES;
}

/* An answer that did not arrive is none: a full disk, a closed descriptor. */
static int
flush_output(int status)
{
	bool flushed = fflush(stdout) == 0;

	if ((flushed && !ferror(stdout)) || status != EXIT_YES)
		return status;
	fprintf(stderr, "wirewatch: standard output: %s\n",
	    flushed ? "not all was written" : strerror(errno));
	return EXIT_NO;
}

static int
run(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2 &&
	    (c = find_command(argv[2])) != NULL)
		return print_command_help(c);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return print_help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("wirewatch " PACKAGE_VERSION);
		return EXIT_YES;
	}
	c = find_command(argv[1]);
	if (c == NULL) {
		fprintf(stderr,
		    "wirewatch: no command \"%s\"; `wirewatch help` lists "
		    "them\n",
		    argv[1]);
		return EXIT_USAGE;
	}
	if (argc == 3 && strcmp(argv[2], "--help") == 0)
		return print_command_help(c);
	return c->run(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	return flush_output(run(argc, argv));
}

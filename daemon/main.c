/*
 * wirewatchd: watches news feeds and forwards alerts.
 *
 * Looks at its arguments and becomes the parent, a role, or the loader.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "courier/courier.h"
#include "desk/desk.h"
#include "engine/engine.h"
#include "fetcher/fetcher.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/log.h"
#include "frame/message.h"
#include "parent/loader.h"
#include "parent/parent.h"

#define EXIT_USAGE 64
#define EXIT_CONFIG 78

struct arguments {
	struct parent_options parent;
	bool check;
	const char *role; /* NULL: the parent */
	unsigned index;
	bool prefix; /* lines with a priority, for the parent or journal */
};

static const char usage[] =
    "usage: wirewatchd [-c FILE] [-f] [-t] [-s] [--once]\n"
    "\n"
    "  -c, --config FILE    read this configuration\n"
    "  -f, --foreground     stay in the foreground (it always does)\n"
    "  -t, --check-config   check the configuration and exit, 78 on errors\n"
    "  -s, --syslog         write diagnostics to syslog, not to stderr\n"
    "      --once           poll every feed once, deliver, exit\n"
    "  -V, --version        print the version\n"
    "  -h, --help           print this\n"
    "\n"
    "wirewatchd(8) says more.\n";

static int
check_config(const char *path)
{
	struct config_problems problems = {0};
	struct config *config = config_load(path, &problems);
	bool ok = config != NULL;

	for (size_t i = 0; i < problems.len; i++) {
		char *text =
		    config_problem_text(&problems.at[i], isatty(STDERR_FILENO));

		fputs(text, stderr);
		free(text);
	}
	config_problems_clear(&problems);
	config_free(config);
	return ok ? 0 : EXIT_CONFIG;
}

static int
run_role(const struct arguments *arguments)
{
	static const struct {
		const char *name;
		int (*main)(unsigned index);
	} roles[] = {{"engine", engine_main}, {"fetcher", fetcher_main},
	    {"courier", courier_main}, {"desk", desk_main}};

	if (strcmp(arguments->role, "loader") == 0)
		return loader_main(arguments->parent.config_path);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(arguments->role, roles[i].name) == 0)
			return roles[i].main(arguments->index);
	fprintf(stderr, "wirewatchd: no role \"%s\"\n", arguments->role);
	return EXIT_USAGE;
}

/* Fills arguments; returns -1 to go on, else the exit status. */
static int
read_arguments(int argc, char **argv, struct arguments *arguments)
{
	enum { ONCE = 256, ROLE, INDEX, PREFIX };
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"foreground", no_argument, NULL, 'f'},
	    {"check-config", no_argument, NULL, 't'},
	    {"syslog", no_argument, NULL, 's'},
	    {"once", no_argument, NULL, ONCE},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},
	    {"role", required_argument, NULL, ROLE},   /* internal */
	    {"index", required_argument, NULL, INDEX}, /* internal */
	    {"prefix", no_argument, NULL, PREFIX},     /* internal */
	    {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "c:ftsVh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			arguments->parent.config_path = optarg;
			break;
		case 'f':
			break;
		case 't':
			arguments->check = true;
			break;
		case 's':
			arguments->parent.syslog = true;
			break;
		case ONCE:
			arguments->parent.once = true;
			break;
		case ROLE:
			arguments->role = optarg;
			break;
		case INDEX:
			arguments->index = (unsigned)atoi(optarg);
			break;
		case PREFIX:
			arguments->prefix = true;
			break;
		case 'V':
			puts("wirewatchd " PACKAGE_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "wirewatchd: what is \"%s\"?\n%s", argv[optind], usage);
	return EXIT_USAGE;
}

static enum log_form
choose_log_form(const struct arguments *arguments)
{
	if (arguments->parent.syslog)
		return LOG_FORM_SYSLOG;
	/* systemd sets it when stderr is connected to the journal */
	if (arguments->prefix || getenv("JOURNAL_STREAM") != NULL)
		return LOG_FORM_PREFIX;
	return LOG_FORM_TEXT;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {0};
	int status = read_arguments(argc, argv, &arguments);

	if (status != -1)
		return status;
	log_open(arguments.role, choose_log_form(&arguments));
	if (arguments.check)
		return check_config(arguments.parent.config_path);
	if (arguments.role != NULL)
		return run_role(&arguments);
	return parent_main(&arguments.parent);
}

#ifdef __SANITIZE_ADDRESS__
/* A sandboxed role cannot run the leak check, which needs ptrace. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

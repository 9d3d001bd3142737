/*
 * wirewatch check: all that is wrong with a configuration.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/check.h"
#include "cli/command.h"
#include "frame/config.h"
#include "frame/config_load.h"

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static void
print_count(size_t count, const char *one, const char *many, const char *after)
{
	printf("%zu %s%s", count, count == 1 ? one : many, after);
}

static void
print_summary(
    const struct config *config, const struct config_problems *problems)
{
	if (config == NULL) {
		print_count(problems->errors, "error", "errors", ", ");
		print_count(problems->warnings, "warning", "warnings", "\n");
		return;
	}
	print_count(config->feeds_len, "feed", "feeds", ", ");
	print_count(config->entities_len, "entity", "entities", ", ");
	print_count(config->rules_len, "rule", "rules", ", ");
	print_count(config->sinks_len, "sink", "sinks", ": ok");
	if (problems->warnings > 0) {
		fputs(", ", stdout);
		print_count(problems->warnings, "warning", "warnings", "");
	}
	putchar('\n');
}

static void
put_problem(struct buf *out, const struct config_problem *problem)
{
	json_put_open(out, '{');
	json_pair_str(out, "severity", problem->warning ? "warning" : "error");
	json_pair_str(out, "file", problem->file);
	json_pair_i64(out, "line", problem->line);
	json_pair_i64(out, "column", problem->col);
	json_pair_str(out, "message", problem->message);
	json_put_close(out, '}');
}

/* {"ok", counts, "problems": [...]} on one line. */
static void
print_json(const struct config *config, const struct config_problems *problems)
{
	struct buf out = BUF_INIT;

	json_put_open(&out, '{');
	json_pair_bool(&out, "ok", config != NULL);
	json_pair_u64(&out, "errors", problems->errors);
	json_pair_u64(&out, "warnings", problems->warnings);
	if (config != NULL) {
		json_pair_u64(&out, "feeds", config->feeds_len);
		json_pair_u64(&out, "entities", config->entities_len);
		json_pair_u64(&out, "rules", config->rules_len);
		json_pair_u64(&out, "sinks", config->sinks_len);
	}
	json_put_key(&out, "problems");
	json_put_open(&out, '[');
	for (size_t i = 0; i < problems->len; i++)
		put_problem(&out, &problems->at[i]);
	json_put_close(&out, ']');
	json_put_close(&out, '}');
	puts(buf_str(&out));
	buf_clear(&out);
}

int
check_run(int argc, char **argv)
{
	struct config_problems problems;
	const char *path = NULL;
	struct config *config;
	bool json = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		if (option == 'c')
			path = optarg;
		else if (option == 'j')
			json = true;
		else
			return command_usage("check");
	if (optind != argc)
		return command_usage("check");
	config = config_load(path, &problems);
	if (json)
		print_json(config, &problems);
	else {
		config_problems_print(&problems, command_color(STDERR_FILENO));
		print_summary(config, &problems);
	}
	status = config != NULL ? EXIT_YES : EXIT_CONFIG;
	config_problems_clear(&problems);
	config_free(config);
	return status;
}

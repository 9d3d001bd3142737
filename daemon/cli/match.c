/*
 * wirewatch match: the mentions in plain-text files, as JSON Lines, with
 * reasons, or as coloured text.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/match.h"
#include "cli/read_file.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/config_match.h"
#include "match/match.h"
#include "text/clean.h"

#define COLOR_MENTION "\033[1;31m"
#define COLOR_MISS "\033[2;33m"
#define COLOR_NOTE "\033[36m"
#define COLOR_END "\033[0m"

enum { OPTION_LANGUAGE = 256, OPTION_EXPLAIN, OPTION_COLOR, OPTION_JSON };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"language", required_argument, NULL, OPTION_LANGUAGE},
    {"explain", no_argument, NULL, OPTION_EXPLAIN},
    {"color", no_argument, NULL, OPTION_COLOR},
    {"json", no_argument, NULL, OPTION_JSON},
    {NULL, 0, NULL, 0},
};

struct run {
	const char *language; /* NULL: not known */
	bool explain;
	bool color;
	const struct config *config;
	struct match_set *set;
	/* places of entities; empty when none requires others */
	struct map ids;
	/* the file at hand */
	const char *file; /* as given */
	struct buf text;
	bool *present; /* by entity, when some require others */
	size_t shown;  /* bytes of the text printed in colour */
	struct buf out;
};

static const char *
text_at(const struct run *run, size_t offset)
{
	return buf_str(&run->text) + offset;
}

static void
put_json(struct run *run, const struct match_mention *m,
    const struct config_entity *entity)
{
	struct buf *out = &run->out;

	json_put_open(out, '{');
	json_pair_str(out, "file", run->file);
	json_pair_str(out, "entity", entity->id);
	json_put_key(out, "mention");
	json_put_strn(out, text_at(run, m->offset), m->len);
	json_pair_u64(out, "offset", m->offset);
	json_pair_u64(out, "length", m->len);
	if (run->explain) {
		json_pair_str(out, "name", entity->names[m->name].text);
		json_pair_bool(out, "miss", m->miss);
		json_pair_str(out, "reason", m->rule);
	}
	json_put_close(out, '}');
	buf_add_char(out, '\n');
}

/* Prints the text up to offset as it is. */
static void
show_text(struct run *run, size_t offset)
{
	if (offset <= run->shown)
		return;
	clean_add(&run->out, text_at(run, run->shown), offset - run->shown,
	    CLEAN_TEXT);
	run->shown = offset;
}

static void
put_color(struct run *run, const struct match_mention *m,
    const struct config_entity *entity)
{
	show_text(run, m->offset);
	buf_add_str(&run->out, m->miss ? COLOR_MISS : COLOR_MENTION);
	show_text(run, m->offset + m->len);
	buf_addf(&run->out, COLOR_END COLOR_NOTE "[%s", entity->id);
	if (run->explain)
		buf_addf(&run->out, ": %s", m->rule);
	buf_add_str(&run->out, "]" COLOR_END);
}

static void
on_presence(void *arg, const struct match_mention *m)
{
	struct run *run = arg;

	if (m->entity < run->config->entities_len)
		run->present[m->entity] = true;
}

/* Whether one of the entities that this one requires is in the file. */
static bool
has_companion(const struct run *run, const struct config_entity *entity)
{
	for (size_t i = 0; i < entity->require.len; i++) {
		size_t at = map_get(&run->ids, entity->require.at[i]);

		if (at != MAP_NONE && run->present[at])
			return true;
	}
	return entity->require.len == 0;
}

static void
on_mention(void *arg, const struct match_mention *mention)
{
	struct run *run = arg;
	struct match_mention m = *mention;
	const struct config_entity *entity;

	if (m.entity >= run->config->entities_len)
		return; /* a word of a rule */
	entity = &run->config->entities[m.entity];
	if (!m.miss && !has_companion(run, entity)) {
		m.miss = true;
		m.rule = "none of the entities that it requires";
	}
	if (m.miss && !run->explain)
		return;
	if (run->color)
		put_color(run, &m, entity);
	else
		put_json(run, &m, entity);
}

static void
look_for_companions(struct run *run)
{
	size_t len = run->config->entities_len;

	if (run->ids.len == 0)
		return;
	free(run->present);
	run->present = xcalloc(len, sizeof(*run->present));
	match_scan(run->set, buf_str(&run->text), run->text.len, run->language,
	    on_presence, run);
}

static int
match_file(struct run *run, const char *path)
{
	if (read_file(path, MATCH_TEXT_MAX, &run->text) == -1) {
		fprintf(stderr, "wirewatch: %s: %s\n", path, strerror(errno));
		return -1;
	}
	run->file = path;
	run->shown = 0;
	buf_reset(&run->out);
	look_for_companions(run);
	(run->explain ? match_explain : match_scan)(run->set,
	    buf_str(&run->text), run->text.len, run->language, on_mention, run);
	if (run->color)
		show_text(run, run->text.len);
	if (run->out.len > 0 &&
	    fwrite(run->out.data, 1, run->out.len, stdout) != run->out.len) {
		fprintf(stderr, "wirewatch: stdout: %s\n", strerror(errno));
		return -1;
	}
	return 0;
}

static struct config *
load(const char *path)
{
	struct config_problems problems;
	struct config *config = config_load_entities(path, &problems);

	for (size_t i = 0; i < problems.len; i++) {
		char *text;

		if (problems.at[i].warning)
			continue;
		text = config_problem_text(
		    &problems.at[i], command_color(STDERR_FILENO));
		fputs(text, stderr);
		free(text);
	}
	if (problems.warnings > 0)
		fprintf(stderr,
		    "wirewatch: %zu warning%s about the configuration, which "
		    "`wirewatch check` tells\n",
		    problems.warnings, problems.warnings == 1 ? "" : "s");
	config_problems_clear(&problems);
	return config;
}

/* Fills ids when they are needed. */
static void
read_ids(struct run *run)
{
	const struct config *config = run->config;
	size_t requiring = 0;

	for (size_t i = 0; i < config->entities_len; i++)
		requiring += config->entities[i].require.len;
	for (size_t i = 0; requiring > 0 && i < config->entities_len; i++)
		map_add(&run->ids, config->entities[i].id, i);
}

/* 0, or an exit status. */
static int
read_options(struct run *run, int argc, char **argv, const char **path)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		switch (option) {
		case 'c':
			*path = optarg;
			break;
		case OPTION_LANGUAGE:
			if (!command_check_language(optarg))
				return EXIT_USAGE;
			run->language = optarg;
			break;
		case OPTION_EXPLAIN:
			run->explain = true;
			break;
		case OPTION_COLOR:
			run->color = true;
			break;
		case OPTION_JSON: /* as always */
			break;
		default:
			return command_usage("match");
		}
	return optind < argc ? 0 : command_usage("match");
}

int
match_run(int argc, char **argv)
{
	struct run run = {.text = BUF_INIT, .out = BUF_INIT};
	const char *path = NULL;
	struct config *config;
	int status = read_options(&run, argc, argv, &path);

	if (status != 0)
		return status;
	config = load(path);
	if (config == NULL)
		return EXIT_CONFIG;
	run.config = config;
	run.set = config_match_set(config);
	read_ids(&run);
	for (; optind < argc; optind++)
		if (match_file(&run, argv[optind]) == -1)
			status = EXIT_INPUT;
	match_set_free(run.set);
	map_clear(&run.ids);
	free(run.present);
	config_free(config);
	buf_clear(&run.text);
	buf_clear(&run.out);
	return status;
}

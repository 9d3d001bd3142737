/*
 * From the files of a configuration to a checked struct config: the main file,
 * conf.d beside it, then the lists and packs that they name.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_check.h"
#include "frame/config_folder.h"
#include "frame/config_include.h"
#include "frame/config_lint.h"
#include "frame/config_load.h"
#include "frame/config_opml.h"
#include "frame/config_reader.h"
#include "frame/config_record.h"

#define MAIN_FILE "wirewatch.yaml"

/* The folder of a file, with its slash; "" for the working directory. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return xstrndup(path, slash != NULL ? (size_t)(slash + 1 - path) : 0);
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

static int
is_yaml_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && (ends_in(entry->d_name, ".yaml") ||
					      ends_in(entry->d_name, ".yml"));
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* One that was likely meant to be read. */
static void
leave_out(struct config_reader *reader, const char *path)
{
	struct config_mark mark = {0};

	if (include_open(reader, path, NULL) == NULL)
		return;
	mark.file = reader->config->files.at[reader->source->order];
	reader_warn(
	    reader, &mark, "left out: only names that end in .yaml are read");
}

/* Its files in byte order. Takes folder. own: the daemon's, which other users
 * need not be able to read. */
static void
load_folder(struct config_reader *reader, char *folder, bool own)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_yaml_name, compare_names);

	if (count == -1 && errno != ENOENT && !own)
		include_open(reader, folder, NULL); /* which says why not */
	for (int i = 0; i < count; i++) {
		char *path = xasprintf("%s/%s", folder, entries[i]->d_name);

		if (ends_in(path, ".yaml"))
			include_file(reader, &schema_config, path, NULL);
		else
			leave_out(reader, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(folder);
}

/* What there is when the configuration does not say. */
static void
add_default_sink(struct config *config)
{
	struct config_sink *sink =
	    record_append(record_find(&schema_config, "sinks"), config);

	sink->id = xstrdup("log");
	sink->type = SINK_LOG;
	sink->path = xstrdup("alerts.jsonl");
}

/* So that two machines, or two days, can be told to have the same. */
static uint64_t
hash_sources(const struct config_reader *reader)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < reader->sources_len; i++)
		hash = hash_bytes(
		    hash, reader->sources[i]->bytes, reader->sources[i]->len);
	return hash;
}

static void
reader_clear(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->sources_len; i++) {
		source_clear(reader->sources[i]);
		free(reader->sources[i]);
	}
	include_clear(reader);
	ids_clear(&reader->ids);
	free(reader->sources);
	free(reader->folder);
}

/* A file that was cut off, or a folder that is not there yet: to take it for
 * the wish to watch nothing would drop all feeds at a reload. */
static void
check_given(struct config_reader *reader)
{
	struct config_mark mark = {.file = reader->config->files.at[0]};

	if (!reader->given && reader->problems->errors == 0)
		reader_error(reader, &mark, "the configuration is empty");
}

enum scope {
	SCOPE_FILES,  /* what people wrote */
	SCOPE_DAEMON, /* and what the daemon wrote itself */
	SCOPE_ENTITIES,
};

static struct config *
load(const char *path, enum scope scope, struct config_problems *problems)
{
	bool entities_only = scope == SCOPE_ENTITIES;
	struct config_reader reader = {.config = config_new(),
	    .problems = problems,
	    .entities_only = entities_only};
	char *main_file = path != NULL
			      ? xstrdup(path)
			      : config_path(FOLDER_CONFIGURATION, MAIN_FILE);

	*problems = (struct config_problems){.at = NULL};
	reader.folder = folder_of(main_file);
	include_file(&reader, &schema_config, main_file, NULL);
	load_folder(&reader, reader_path(&reader, "conf.d"), false);
	if (scope == SCOPE_DAEMON)
		load_folder(&reader,
		    config_path(FOLDER_STATE, CONFIG_OWN_FOLDER), true);
	include_packs(&reader);
	if (!entities_only)
		opml_include(&reader);
	config_check(&reader);
	check_given(&reader);
	if (problems->errors == 0)
		config_lint(&reader);
	if (!reader.sinks_given && !entities_only)
		add_default_sink(reader.config);
	config_problems_sort(problems);
	reader.config->hash = hash_sources(&reader);
	reader_clear(&reader);
	free(main_file);
	if (problems->errors > 0) {
		config_free(reader.config);
		return NULL;
	}
	return reader.config;
}

struct config *
config_load(const char *path, struct config_problems *problems)
{
	return load(path, path == NULL ? SCOPE_DAEMON : SCOPE_FILES, problems);
}

struct config *
config_load_daemon(const char *path, struct config_problems *problems)
{
	return load(path, SCOPE_DAEMON, problems);
}

struct config *
config_load_entities(const char *path, struct config_problems *problems)
{
	return load(path, SCOPE_ENTITIES, problems);
}

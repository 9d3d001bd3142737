/*
 * Reads the files of a configuration into a reader.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "frame/config_include.h"
#include "frame/config_reader.h"
#include "frame/config_record.h"
#include "frame/config_yaml.h"

struct config_source *
include_open(struct config_reader *reader, const char *path,
    const struct config_mark *from)
{
	struct config_source *source = xcalloc(1, sizeof(*source));
	struct config_mark whole = {.line = 0};
	const char *why = NULL;
	size_t len = reader->sources_len;
	const char *advice = "";

	if (len == CONFIG_FILES_MAX)
		why = "too many files";
	else if (source_read(path, CONFIG_FILE_MAX, source) != 0) {
		if (errno == EACCES)
			advice = " (use sudo, or let this user read it)";
		why = errno == EFBIG ? "larger than 64 MiB" : strerror(errno);
	}
	if (why != NULL && from != NULL) {
		reader_error(
		    reader, from, "cannot read %s: %s%s", path, why, advice);
		free(source);
		return NULL;
	}
	if (why != NULL)
		source->path = xstrdup(path);
	source->order = (unsigned)len;
	reader->sources =
	    xreallocarray(reader->sources, len + 1, sizeof(*reader->sources));
	reader->sources[reader->sources_len++] = source;
	strings_add(&reader->config->files, path);
	reader->source = source;
	if (why == NULL)
		return source;
	whole.file = reader->config->files.at[len];
	reader_error(reader, &whole, "cannot read: %s%s", why, advice);
	return NULL;
}

static void
read_root(struct config_reader *reader, const struct schema_record *schema,
    const struct node *root)
{
	struct config_mark mark = {
	    .file = reader->config->files.at[reader->source->order],
	    .line = 1,
	    .col = 1};
	const struct node *sinks;

	if (root == NULL || node_is_null(root))
		return;
	if (root->kind != NODE_MAP) {
		reader_error(reader, &mark,
		    "the file must be a map with keys such as \"%s\"",
		    schema->fields[0].key);
		return;
	}
	reader->given |= root->len > 0;
	reader->in_pack = schema == &schema_pack;
	sinks = node_get(root, "sinks");
	reader->sinks_given |= sinks != NULL && !node_is_null(sinks);
	reader_read_record(reader, schema, reader->config, root);
}

void
include_file(struct config_reader *reader, const struct schema_record *schema,
    const char *path, const struct config_mark *from)
{
	struct config_source *source = include_open(reader, path, from);
	struct config_mark mark;
	struct yaml_error error;
	struct node_tree *tree;

	if (source == NULL)
		return;
	tree = node_tree_read(source->bytes, source->len, &error);
	if (tree != NULL)
		read_root(reader, schema, node_tree_root(tree));
	else {
		mark = (struct config_mark){
		    reader->config->files.at[source->order], error.line,
		    error.col};
		reader_error(reader, &mark, "%s", error.message);
	}
	node_tree_free(tree);
}

char *
include_find(const struct config_reader *reader, const char *path)
{
	char *here = reader_path(reader, path), *shared;

	if (*path == '/' || access(here, F_OK) == 0)
		return here;
	shared = xasprintf("%s/%s", PKGDATADIR, path);
	if (access(shared, F_OK) == 0) {
		free(here);
		return shared;
	}
	free(shared);
	return here;
}

void
include_packs(struct config_reader *reader)
{
	/* a pack may name further packs, which are appended meanwhile */
	for (size_t i = 0; i < reader->packs_len; i++) {
		struct config_include *pack = &reader->packs[i];
		struct config_mark mark = pack->mark;
		char *path;

		if (pack->path == NULL)
			continue;
		path = include_find(reader, pack->path);
		if (!strings_has(&reader->config->files, path))
			include_file(reader, &schema_pack, path, &mark);
		free(path);
	}
}

static void
clear_include(struct config_include *include)
{
	free(include->path);
	free(include->language);
	strings_clear(&include->tags);
}

void
include_clear(struct config_reader *reader)
{
	for (size_t i = 0; i < reader->opml_len; i++)
		clear_include(&reader->opml[i]);
	for (size_t i = 0; i < reader->packs_len; i++)
		clear_include(&reader->packs[i]);
	free(reader->opml);
	free(reader->packs);
}

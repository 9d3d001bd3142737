/*
 * Nodes and schema in, struct config out; problems and what is left to check
 * (references, files to include) are gathered on the way. Internal to the
 * configuration's files; in the loader role and the command line.
 */
#ifndef FRAME_CONFIG_READER_H
#define FRAME_CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "frame/config_ids.h"
#include "frame/config_problem.h"
#include "frame/config_schema.h"
#include "frame/config_source.h"

#define CONFIG_FILES_MAX 10000 /* of one configuration */

struct node;

struct config_reader {
	struct config *config;
	struct config_problems *problems;
	char *folder;       /* that relative paths start from: "" or "PATH/" */
	bool in_pack;       /* the file being read is an entity pack */
	bool sinks_given;   /* there is a section `sinks` */
	bool given;         /* any key at all */
	bool entities_only; /* skip all sections but entities and rules */
	struct config_source **sources; /* files read, by order */
	size_t sources_len;
	struct config_source *source;        /* the one being read */
	struct config_ids ids;               /* of what was read so far */
	struct config_include *opml, *packs; /* read after all YAML */
	size_t opml_len, packs_len;
};

/* Reads a map into a struct of the schema. */
void reader_read_record(struct config_reader *, const struct schema_record *,
    void *record, const struct node *map);
/* A problem at a mark, which must be of a file that was read. */
void reader_error(struct config_reader *, const struct config_mark *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void reader_warn(struct config_reader *, const struct config_mark *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The path in the folder, or the path itself when absolute; the caller frees.
 */
char *reader_path(const struct config_reader *, const char *path);

#endif

/*
 * Nodes and schema in, struct config out; problems and what is left to check
 * (references, files to include) are gathered on the way. Internal to the
 * configuration's files; in the loader role and the command line.
 */
#ifndef FRAME_CONFIG_READER_H
#define FRAME_CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "frame/config_problem.h"
#include "frame/config_schema.h"
#include "frame/config_source.h"

#define CONFIG_FILES_MAX 10000 /* of one configuration */

struct node;

/* A text that must be the id of something. */
struct config_reference {
	const char *id; /* owned by the configuration */
	enum id_kind kind;
	struct config_mark mark;
};

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
	struct config_source *source; /* the one being read */
	struct map ids[ID_KINDS];     /* id to its place in marks */
	struct config_mark *marks;
	size_t marks_len;
	struct config_reference *references;
	size_t references_len;
	struct config_include *opml, *packs; /* read after all YAML */
	size_t opml_len, packs_len;
};

/* Reads a map into a struct of the schema. */
void reader_read_record(struct config_reader *, const struct schema_record *,
    void *record, const struct node *map);
/* Enters an id; false, and a problem, when there is one already. The id must
 * live as long as the reader. */
bool reader_define(struct config_reader *, enum id_kind, const char *id,
    const struct config_mark *);
/* Where an id was defined, or NULL. */
const struct config_mark *reader_find(
    const struct config_reader *, enum id_kind, const char *id);
/* A problem at a mark, which must be of a file that was read. */
void reader_error(struct config_reader *, const struct config_mark *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void reader_warn(struct config_reader *, const struct config_mark *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The path in the folder, or the path itself when absolute; the caller frees.
 */
char *reader_path(const struct config_reader *, const char *path);

#endif

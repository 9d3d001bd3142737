/*
 * Files of a configuration: found, opened, and read where they are YAML.
 */
#ifndef FRAME_CONFIG_INCLUDE_H
#define FRAME_CONFIG_INCLUDE_H

struct config_mark;
struct config_reader;
struct config_source;
struct schema_record;

/* Reads a YAML file of the given schema into the configuration. from: what
 * named it, where a file that cannot be read is told; NULL: the user. */
void include_file(struct config_reader *, const struct schema_record *,
    const char *path, const struct config_mark *from);
/* Reads the entity packs that were named so far. A path that
 * is not absolute is looked for in the reader's folder, then in PKGDATADIR;
 * a file named twice is read once. */
void include_packs(struct config_reader *);
/* Opens a file as the next source. NULL, and a problem at `from` (NULL: of the
 * file as a whole), when it cannot be read. */
struct config_source *include_open(
    struct config_reader *, const char *path, const struct config_mark *from);
/* Where a file that the configuration names is; the caller frees. */
char *include_find(const struct config_reader *, const char *path);
/* Frees what the reader noted about them. */
void include_clear(struct config_reader *);

#endif

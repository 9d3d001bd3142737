/*
 * Files of a configuration: YAML, entity packs, OPML lists of feeds.
 */
#ifndef FRAME_CONFIG_INCLUDE_H
#define FRAME_CONFIG_INCLUDE_H

struct config_mark;
struct config_reader;
struct schema_record;

/* Reads a YAML file of the given schema into the configuration. from: what
 * named it, where a file that cannot be read is told; NULL: the user. */
void include_file(struct config_reader *, const struct schema_record *,
    const char *path, const struct config_mark *from);
/* Reads the entity packs, and OPML lists, that were named so far. A path that
 * is not absolute is looked for in the reader's folder, then in PKGDATADIR;
 * a file named twice is read once. */
void include_packs(struct config_reader *);
void include_opml(struct config_reader *);
/* Frees what the reader noted about them. */
void include_clear(struct config_reader *);

#endif

/*
 * Feeds of a configuration that come from OPML lists.
 */
#ifndef FRAME_CONFIG_OPML_H
#define FRAME_CONFIG_OPML_H

struct config_reader;

/* Reads the OPML lists that were named so far; to be called after all YAML,
 * because feeds whose address is there already are left out. Their ids are made
 * of title and language ("tass-en"). */
void opml_include(struct config_reader *);
/* Such an id, of the host where the title has no letters a-z; language may be
 * NULL. The caller frees. */
char *opml_make_id(const char *title, const char *language, const char *url);

#endif

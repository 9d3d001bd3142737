/*
 * Entities of Wikidata as a pack: what `wirewatch entity import` writes.
 */
#ifndef CLI_WIKIDATA_H
#define CLI_WIKIDATA_H

#include <stddef.h>

struct buf;

/* Reads JSON of Special:EntityData, of a dump line or of a whole dump, and
 * appends the pack, YAML with what was left out as remarks. Returns how many
 * entities it has; 0: *error says why there is none (the caller frees), or is
 * NULL when the JSON holds none. */
size_t wikidata_to_pack(
    const char *json, size_t len, struct buf *pack, char **error);

#endif

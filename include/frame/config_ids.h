/*
 * The ids of a configuration: each is defined once, and what refers to one
 * must find it in the end. Internal to the configuration's files.
 */
#ifndef FRAME_CONFIG_IDS_H
#define FRAME_CONFIG_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "frame/config.h"
#include "frame/config_schema.h"

struct config_reader;
struct config_reference;

struct config_ids {
	struct map places[ID_KINDS]; /* of each id in marks */
	struct config_mark *marks;
	size_t marks_len;
	struct config_reference *references;
	size_t references_len;
};

/* Enters an id; false, and a problem, when there is one already. The id must
 * live as long as the reader. */
bool ids_define(struct config_reader *, enum id_kind, const char *id,
    const struct config_mark *);
/* Where an id was defined, or NULL. */
const struct config_mark *ids_find(
    const struct config_reader *, enum id_kind, const char *id);
/* Notes that something of that id must be there. The id must live as long as
 * the reader. */
void ids_refer(struct config_reader *, enum id_kind, const char *id,
    const struct config_mark *);
/* Once all is read: a problem for each that is not. */
void ids_check(struct config_reader *);
void ids_clear(struct config_ids *);

#endif

/*
 * Entities that a DOCTYPE declares. Those that are plain text are read: they
 * can do no harm. All others are refused: external ones, those made of other
 * entities, parameter entities, long ones. A part of the mender.
 */
#ifndef PARSE_MEND_ENTITY_H
#define PARSE_MEND_ENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define MEND_ENTITIES_MAX 64            /* more are left as they are written */
#define MEND_ENTITY_TEXT_MAX 256        /* bytes of one */
#define MEND_ENTITIES_SPENT (64 * 1024) /* bytes for all references to them */
#define MEND_ENTITIES_TRIED 10000       /* look-ups of references */

struct mend_entities {
	struct buf names; /* NUL-terminated names and texts in turn */
	size_t len;
	size_t spent; /* bytes that references became */
	size_t tried; /* references that were looked up */
};

/* Reads the declarations in a DOCTYPE; false: one is to be refused. */
bool mend_entities_read(
    struct mend_entities *, const char *doctype, size_t len);
/* Appends what the reference at s, which begins with `&`, stands for; its
 * length, or 0: it is none of these. */
size_t mend_entities_decode(
    struct mend_entities *, const char *s, size_t len, struct buf *out);

#endif

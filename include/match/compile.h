/*
 * Compiles entities into a block. Used by match.c only.
 */
#ifndef MATCH_COMPILE_H
#define MATCH_COMPILE_H

#include <stddef.h>

struct match_entity;

/* The block of match/set.h and its size in bytes; the caller frees. */
void *compile_entities(const struct match_entity *, size_t len, size_t *size);

#endif

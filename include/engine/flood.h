/*
 * Items of one poll beyond those that are told one by one.
 */
#ifndef ENGINE_FLOOD_H
#define ENGINE_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rule/rule.h"
#include "store/batch.h"

struct met;

#define FLOOD_HEADLINES_MAX 20 /* that the digest names */

struct flood {
	uint64_t told;           /* one by one */
	uint64_t items;          /* the others */
	struct item_record item; /* the first of these, views */
	struct strings rules;    /* met by any of these ... */
	enum level level;        /* ... the highest level ... */
	struct strings entities; /* ... and who is mentioned and counts */
	struct buf headlines;    /* of the first of these, for people */
};

void flood_clear(struct flood *);
/* An item met rules: whether it is told by itself. */
bool flood_admits(struct flood *, int64_t max);
/* Adds one that is not, of which the rules were asked last. Its strings must
 * last as long as the flood. */
void flood_add(struct flood *, const struct rule_set *,
    const struct item_record *, const struct met *);

#endif

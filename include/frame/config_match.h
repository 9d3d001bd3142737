/*
 * The configuration as the matcher and the rules take it.
 */
#ifndef FRAME_CONFIG_MATCH_H
#define FRAME_CONFIG_MATCH_H

#include <stddef.h>

#include "match/match.h"

struct config;
struct rule_set;

/* What match_set_new takes: the entities in their order, then an entity for
 * each word of the rules, with RULE_WORD_PREFIX in its id. Views into the
 * configuration, which must outlive them. */
struct config_match {
	struct match_entity *entities;
	size_t len;
	struct match_name *names; /* of all entities, in their order */
	char **word_ids;          /* owned */
	size_t word_ids_len;
};

void config_match_init(struct config_match *, const struct config *);
void config_match_clear(struct config_match *);
/* The compiled set; the caller frees. */
struct match_set *config_match_set(const struct config *);
/* The compiled rules; the caller frees. */
struct rule_set *config_rule_set(const struct config *);

#endif

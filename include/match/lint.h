/*
 * What is doubtful about a list of names: told when a configuration is loaded
 * or a pack is made; nothing of it keeps names from being matched.
 */
#ifndef MATCH_LINT_H
#define MATCH_LINT_H

#include <stdbool.h>
#include <stddef.h>

struct match_entity;

/* A warning about a name, by the places of entity and name, or about an entity,
 * names_len being the name's place; message is a sentence without a full stop,
 * valid during the call. */
typedef void (*lint_on_warning)(
    void *arg, size_t entity, size_t name, const char *message);

/* Warns of names that two entities share, that are a common word or a given
 * name by itself or a number, that have under three letters (acronyms, too,
 * unless their case is fixed) or none at all, that are longer than the matcher
 * reads or hold what no name reaches over; of excluded phrases without a name
 * of their entity. Names that ask for near words may be common. */
void lint_names(
    const struct match_entity *, size_t len, lint_on_warning, void *arg);

/* Whether a name by itself would match nearly everything: a common word, a
 * given name, a word written small, or under three letters and not written in
 * capitals. */
bool lint_is_common(const char *name);
/* Whether the matcher reaches from the first word of a name to its last:
 * "Macron, Emmanuel" and "Macron (politician)" are none. */
bool lint_is_findable(const char *name);

#endif

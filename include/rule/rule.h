/*
 * Which rules an item meets. Rules are compiled once per configuration and
 * then asked about each item. Pure: facts in, rule ids out.
 */
#ifndef RULE_RULE_H
#define RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "parse/item.h"

enum level { LEVEL_ROUTINE, LEVEL_URGENT, LEVEL_FLASH };
const char *level_name(enum level);

/* A word of a rule is looked for like an entity with this id: the prefix and
 * the word as it is written in the rule ("rule-word:evacuation"). */
#define RULE_WORD_PREFIX "rule-word:"

/*
 * What a rule asks for. All lists that are not empty must be met; within a
 * list of values any one will do. Conditions nest by all, any and none.
 */
struct rule_condition {
	struct strings entities;  /* ids, mentioned in one of the fields `in` */
	struct strings words;     /* the same for words */
	struct strings feeds;     /* ids */
	struct strings outlets;   /* display names */
	struct strings languages; /* BCP 47, in any case; "en" takes "en-GB" */
	struct strings tags;      /* of the feed or of the item */
	uint32_t in;              /* mask of 1 << enum item_field; 0: as the
				     condition around it, outermost: all */
	struct rule_condition *all; /* each must be met */
	size_t all_len;
	struct rule_condition *any; /* one must be met */
	size_t any_len;
	struct rule_condition *none; /* not one may be met; key `not` */
	size_t none_len;
};

struct rule_mention {
	const char *entity; /* id, or RULE_WORD_PREFIX and a word */
	enum item_field field;
};

/* An item as rules see it; strings may be NULL where unknown. */
struct rule_facts {
	const char *feed;
	const char *outlet;
	const char *language;
	const struct strings *feed_tags; /* NULL: none */
	const struct strings *item_tags; /* NULL: none, or not known */
	const struct rule_mention *mentions;
	size_t mentions_len;
};

struct rule_set;

struct rule_set *rule_set_new(void);
void rule_set_free(struct rule_set *);
/* Adds an entity, before any rule. require: ids of entities one of which must
 * be mentioned in the same item, else the entity counts as not mentioned;
 * NULL or empty: nothing. Nothing is kept of the arguments. */
void rule_set_add_entity(
    struct rule_set *, const char *id, const struct strings *require);
/* Adds a rule. An entity that no rule names (outside `not`) is a rule of its
 * own: its id, routine, anywhere in an item. Nothing is kept. */
void rule_set_add_rule(struct rule_set *, const char *id, enum level,
    const struct rule_condition *);

/* Called with the id (owned by the set) of each rule that is met: first those
 * added, in their order, then entities that are rules of their own, in the
 * order of their first mention. */
typedef void (*rule_on_met)(void *arg, const char *rule, enum level);
void rule_set_evaluate(
    struct rule_set *, const struct rule_facts *, rule_on_met, void *arg);
/* Whether mentions of the entity or word counted in the last evaluation: they
 * do but for entities whose `require` was not met and for unknown ids. */
bool rule_set_counts(const struct rule_set *, const char *entity);

#endif

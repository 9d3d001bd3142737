/*
 * The inside of a rule set, for the files of feeds/rule: what rules are
 * compiled to.
 */
#ifndef RULE_RULE_SET_H
#define RULE_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/strings.h"
#include "rule/rule.h"

#define RULE_ALL_FIELDS ((1u << ITEM_FIELDS) - 1)

/* An entity, or a word of a rule. */
struct subject {
	char *id;        /* or RULE_WORD_PREFIX and the word */
	size_t *require; /* subjects, require_len of them */
	size_t require_len;
	bool has_rule; /* a rule names it outside `not` */
	bool is_word;
	uint32_t fields; /* of the item under evaluation: where it stands */
};

struct condition {
	size_t *subjects; /* entities */
	size_t subjects_len;
	size_t *words; /* subjects, too */
	size_t words_len;
	uint32_t in;
	struct strings feeds, outlets, languages, tags; /* sorted */
	struct condition *all, *any, *none;
	size_t all_len, any_len, none_len;
};

struct rule {
	char *id;
	enum level level;
	struct condition when;
};

struct rule_set {
	struct map ids; /* of subjects */
	struct subject **subjects;
	size_t subjects_len;
	struct rule *rules;
	size_t rules_len;
	size_t *touched; /* subjects of the last evaluation, by first mention */
	size_t touched_len, touched_cap;
};

/* The parts of a condition, in the order in which they are asked. */
enum rule_part {
	RULE_MET, /* none of them fails */
	RULE_ENTITIES,
	RULE_WORDS,
	RULE_FEEDS,
	RULE_OUTLETS,
	RULE_LANGUAGES,
	RULE_TAGS,
	RULE_ALL,
	RULE_ANY,
	RULE_NONE,
};

/* Forgets the last item, and notes where each subject stands in this one. */
void rule_set_note(struct rule_set *, const struct rule_facts *);
/* The first part that the noted item does not meet. */
enum rule_part rule_condition_fails(const struct rule_set *,
    const struct condition *, const struct rule_facts *);
/* A mention counts when one of what the entity requires is mentioned, too. */
bool rule_subject_counts(const struct rule_set *, const struct subject *);

#endif

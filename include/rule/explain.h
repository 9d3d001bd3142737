/*
 * Why an item meets a rule, or which part of the rule it does not meet. Pure.
 */
#ifndef RULE_EXPLAIN_H
#define RULE_EXPLAIN_H

#include <stdbool.h>

#include "rule/rule.h"

#define RULE_WHY_MAX 1000 /* bytes; about, what follows is left out */

struct rule_answer {
	const char *rule; /* id */
	enum level level;
	bool met;
	/* "entity macron in title", or what is missing: "entity
	 * crocus-city-hall is not mentioned in title, summary; only in
	 * content". */
	const char *why;
};

/* Tells of each rule, in the order of the configuration, then of each entity
 * that is mentioned and is a rule of its own. Views. */
typedef void (*rule_on_answer)(void *arg, const struct rule_answer *);
void rule_set_explain(
    struct rule_set *, const struct rule_facts *, rule_on_answer, void *arg);

#endif

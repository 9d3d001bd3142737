/*
 * Namespaces of feeds and the rules of element names.
 */
#ifndef PARSE_NAMES_H
#define PARSE_NAMES_H

#include <stddef.h>

#include "parse/document.h"

/* Tables of rules, each ended by a NULL name. */
extern const struct rule atom_rules[];
extern const struct rule module_rules[];
extern const struct rule page_rules[];
extern const struct rule rss_rules[];
extern const struct rule sitemap_rules[];

/* The rule of an element in a place; NULL: it means nothing there. Names are
 * pointers interned by libxml2: what was found is remembered by them. */
const struct rule *names_find_rule(struct document *, const unsigned char *name,
    const unsigned char *prefix, const unsigned char *uri, enum place);
/* To be called when the format becomes known: it decides what an element
 * without namespace means. */
void names_forget(struct document *);

#endif

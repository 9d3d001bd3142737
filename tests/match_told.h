/*
 * What a scan tells, as text: a line each, "entity:text" or, of misses,
 * "entity?text (rule)". The caller frees.
 */
#ifndef MATCH_TOLD_H
#define MATCH_TOLD_H

struct match_set;

/* language: NULL where it is not known. */
char *match_told_scan(
    const struct match_set *, const char *text, const char *language);
char *match_told_explain(const struct match_set *, const char *text);

#endif

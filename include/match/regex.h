/*
 * Names of last resort: PCRE2 patterns, with limits and without JIT.
 */
#ifndef MATCH_REGEX_H
#define MATCH_REGEX_H

#include <stddef.h>
#include <stdint.h>

struct set_view;
struct regexes; /* a set's patterns, compiled in this process */

/* NULL when the set has none; patterns that do not compile are left out. */
struct regexes *regexes_new(const struct set_view *);
void regexes_free(struct regexes *);
/* The name matches len bytes, over 0, at text[offset]. */
typedef void (*regex_on_name)(
    void *arg, uint32_t name, size_t offset, size_t len);
/* Patterns that reach a limit are given up for this text. NULL: does nothing.
 */
void regexes_scan(const struct regexes *, const char *text, size_t len,
    regex_on_name, void *arg);

#endif

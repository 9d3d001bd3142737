/*
 * Names as people type them: without their capitals and marks.
 */
#ifndef TEXT_CASELESS_H
#define TEXT_CASELESS_H

#include <stdbool.h>
#include <stddef.h>

/* Orders two texts in UTF-8 by their letters in lower case and without marks:
 * 0 for "Невский" and "невскии". */
int caseless_compare(const char *a, size_t a_len, const char *b, size_t b_len);
/* Whether they are the same so; both end with a NUL. */
bool caseless_is_same(const char *a, const char *b);
/* Whether part stands in the text so, at the start of any letter. */
bool caseless_holds(const char *text, const char *part);

#endif

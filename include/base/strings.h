/*
 * A list of strings that it owns.
 */
#ifndef BASE_STRINGS_H
#define BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **at;
	size_t len;
};

/* Appends a copy. */
void strings_add(struct strings *, const char *);
/* Appends a copy unless the list has it. */
void strings_add_once(struct strings *, const char *);
/* Appends; takes the string. */
void strings_take(struct strings *, char *);
bool strings_has(const struct strings *, const char *);
/* Whether both are the same text, or both NULL. */
bool strings_are_equal(const char *, const char *);
/* Whether a text of words with blanks between has this one; none has "". */
bool strings_is_listed(const char *words, const char *word);
/* Frees all and leaves an empty list; takes NULL. */
void strings_clear(struct strings *);

#endif

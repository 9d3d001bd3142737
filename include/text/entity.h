/*
 * Character references of HTML: `&eacute;`, `&#233;`, `&#xE9;`.
 */
#ifndef TEXT_ENTITY_H
#define TEXT_ENTITY_H

#include <stddef.h>

#define ENTITY_NAME_MAX 31 /* bytes of the longest name */
#define ENTITY_REF_MAX 34  /* bytes of the longest reference: &name; */
#define ENTITY_TEXT_MAX 8  /* bytes of the longest text */

/* The text of a named reference, not NUL-terminated; NULL: there is no such
 * name. bare: written without semicolon, which only some names may be. */
const char *entity_find(
    const char *name, size_t name_len, int bare, size_t *text_len);

/* Reads the reference at s, which begins with `&`. Its length in bytes, and
 * what it stands for in text; 0: it is none. Numbers are read as HTML reads
 * them: 128 to 159 as windows-1252, NUL and surrogates as U+FFFD. A number too
 * needs no semicolon. */
size_t entity_decode(
    const char *s, size_t len, char text[ENTITY_TEXT_MAX], size_t *text_len);

/* "name=text~" records; see entity_table.c. */
extern const char entity_table[];
extern const size_t entity_table_len;

#endif

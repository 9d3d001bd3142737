/*
 * Which of two items are in one language: en and en-GB are; of items whose
 * language is not known, those in one script.
 */
#ifndef STORY_LANGUAGE_H
#define STORY_LANGUAGE_H

#include <stdbool.h>
#include <stdint.h>

/* A number for the language of a BCP 47 tag, or, where that is NULL, empty or
 * "und", for the script that most letters of the text (NULL: none) are in. */
uint32_t language_code(const char *tag, const char *text);
/* Whether most letters are Latin or Cyrillic, so that the names among them have
 * a skeleton (story/skeleton.h). */
bool language_has_skeletons(const char *text);

#endif

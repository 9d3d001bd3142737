/*
 * A name reduced to the consonants that its Latin and Cyrillic spellings
 * share: Putin and Путина are both ptn.
 */
#ifndef STORY_SKELETON_H
#define STORY_SKELETON_H

#include <stddef.h>

#define SKELETON_MIN 3 /* letters; fewer say nothing */
#define SKELETON_MAX 5

/* Writes the skeleton of a folded word, at most SKELETON_MAX letters and a NUL,
 * and returns its length. */
size_t skeleton_of(const char *word, size_t len, char out[SKELETON_MAX + 1]);

#endif

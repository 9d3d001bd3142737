/*
 * How two versions of a text differ, word by word.
 */
#ifndef STORY_DIFF_H
#define STORY_DIFF_H

#include <stddef.h>

struct buf;

#define DIFF_WORDS_MAX 1000 /* in a row that differ; more: all replaced */

/* Appends the words of both versions (UTF-8, words end at blanks) in one line:
 * those that went as [-these-], those that came as {+these+}. Of the words that
 * stayed only `context` are shown around each change, "..." stands for the
 * others; SIZE_MAX shows all. Appends nothing when no word differs. Memory is
 * linear in the words, time at most DIFF_WORDS_MAX squared. */
void diff_add_words(
    struct buf *, const char *before, const char *after, size_t context);

#endif

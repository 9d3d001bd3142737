/*
 * The words in dates: months of many languages, halves of the day.
 * Words are folded: lower case, Latin and Greek letters without accents.
 */
#ifndef PARSE_DATE_WORDS_H
#define PARSE_DATE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_WORD_MAX 47 /* bytes of a word; longer ones are cut */

/* Folds len bytes of UTF-8 into out, which is NUL-terminated. */
void date_fold(const char *s, size_t len, char out[DATE_WORD_MAX + 1]);
/* 1 to 12, or 0 when the folded word is no month. */
int date_month_of(const char *word);
/* Whether a word may stand between the parts of a date and means nothing: "de",
 * "um", "uhr", "г". */
bool date_is_filler(const char *word);
/* 1 for a word like "pm", 0 for one like "am", -1 for any other. */
int date_half_of(const char *word);
#endif

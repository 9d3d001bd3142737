/*
 * Classes of characters as the fold sees them, and what it needs besides the
 * records of text/letter_table.h; feeds/text/letter_table.py writes both.
 */
#ifndef MATCH_FOLD_DATA_H
#define MATCH_FOLD_DATA_H

#include <stdint.h>

#define FOLD_LOW 0x800
#define FOLD_COMPOSED 22

enum fold_class {
	FOLD_LETTER = 1,   /* letter or digit: starts and continues a word */
	FOLD_MARK = 2,     /* continues a word */
	FOLD_UPPER = 4,    /* capital letter */
	FOLD_LOWER = 8,    /* small or title-case letter */
	FOLD_DIGIT = 16,   /* counts as a capital at the start of a word */
	FOLD_NOSPACE = 32, /* of a script written without spaces */
	FOLD_EXPANDS = 64  /* folds to none or several letters */
};

/* Characters below FOLD_LOW: 0 no part of a word, 1 look at its record, else
 * the folded letter, with FOLD_CAPITAL where it makes a capitalised word. */
#define FOLD_CAPITAL 0x8000
extern const uint16_t fold_low[FOLD_LOW];
/* Expansion i: units fold_expansion_at[i] up to fold_expansion_at[i + 1]. */
extern const uint16_t fold_expansions[];
extern const uint16_t fold_expansion_at[];
/* Letter, combining mark, the letter that both make. */
extern const uint16_t fold_composed[FOLD_COMPOSED][3];

#endif

/*
 * What a code point is to those who count words: a letter or digit or not,
 * and its folded form (lower case, without diacritics).
 */
#ifndef TEXT_LETTER_H
#define TEXT_LETTER_H

#include <stdint.h>

#include "text/letter_table.h"

enum letter_flag {
	LETTER_WORD = 1,  /* letter, digit or other number */
	LETTER_UPPER = 2, /* upper case */
	LETTER_DIGIT = 4, /* a digit, also a raised or circled one */
	LETTER_BREVE = 8, /* has a breve, that fold has not */
	LETTER_MARK = 16, /* a mark, without width of its own */
};

struct letter {
	uint32_t fold;  /* the folded code point; itself where no letter */
	uint32_t flags; /* of enum letter_flag */
};

/* Looks a code point up; any value may be asked. Fold is Unicode's simple or
 * full lower case (always one letter), then its canonical decomposition less
 * the marks, so that й becomes и with LETTER_BREVE. */
static inline struct letter
letter_of(uint32_t code)
{
	const struct letter_record *record = letter_record_of(code);

	return (struct letter){code + (uint32_t)record->delta, record->flags};
}

#endif

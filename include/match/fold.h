/*
 * Splits text into words and folds them: case, accents, compatibility forms
 * and look-alike letters go, so that one form stands for all spellings. Names
 * and texts go through the same fold. Letters are UTF-16 units.
 */
#ifndef MATCH_FOLD_H
#define MATCH_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLD_WORD_MAX 60 /* letters; longer words match nothing */

struct fold_word {
	const char *start; /* in the text */
	const char *end;
	unsigned len; /* folded letters; over FOLD_WORD_MAX: too long */
	bool capital; /* begins with a capital or a digit */
	uint16_t letter[FOLD_WORD_MAX];
};

/* Reads the next word at or after *at, moving *at behind it; false when there
 * is none before end. Invalid UTF-8 separates words. */
bool fold_next(const char **at, const char *end, struct fold_word *);

/* Whether II to XX in capitals, also typed with Cyrillic letters, which become
 * numbers, may begin with this letter. */
static inline bool
fold_begins_numeral(uint16_t first)
{
	return first == 'i' || first == 'v' || first == 'x' || first == 0x456 ||
	       first == 0x445;
}

/* Decodes a character; its length in bytes, 0 when the bytes at p are not
 * UTF-8 (then *code is untouched). */
unsigned fold_decode(const char *p, const char *end, uint32_t *code);
/* Class bits of a character (enum fold_class in match/fold_data.h). */
unsigned fold_class(uint32_t code);

/* How the original letters of a word are written. */
struct fold_shape {
	unsigned chars; /* characters */
	bool upper;     /* has capitals and no small letters */
	bool lower;     /* has small letters and no capitals */
	bool digits;    /* has digits */
};
void fold_shape(const char *start, const char *end, struct fold_shape *);

/* How many characters an acronym has; 0: the word is none. all_capitals: it is
 * one of several words that all are. */
unsigned fold_acronym(const struct fold_shape *, bool all_capitals);
/* Whether a word of up to six folded letters is one of these words with blanks
 * between. */
bool fold_is_listed(const struct fold_word *, const char *words);
/* Appends a folded letter as UTF-8; halves of surrogate pairs are left out. */
struct buf;
void fold_put_letter(struct buf *, uint16_t letter);

/* Whether the text between two words lets them belong to one name: spaces,
 * hyphens, quotes and the like, no line break. after: the word before it. */
bool fold_is_glue(const struct fold_word *after, const char *end);

#endif

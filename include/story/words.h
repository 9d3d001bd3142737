/*
 * Text as the words that stories and newness keys count: folded (see
 * text/letter.h), apostrophes and a final 's off, runs of Han, Kana and Hangul
 * cut into pairs. A breve ends a word (Шойгу is шои and гу): an oddity of the
 * recipe, kept because its figures were measured so.
 */
#ifndef STORY_WORDS_H
#define STORY_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum word_flag {
	WORD_DIGIT = 1, /* starts with a digit */
	WORD_UPPER = 2, /* stands in a token that starts upper case */
	WORD_INNER = 4, /* ... that starts neither the text nor a sentence */
};

struct word {
	size_t offset;     /* bytes, into the text of its words */
	uint32_t len;      /* bytes */
	uint32_t chars;    /* code points */
	uint32_t stem_len; /* bytes of its first WORD_STEM code points */
	uint32_t flags;    /* of enum word_flag */
};

#define WORD_STEM 6 /* code points that carry a word's sense */

/* All zero: no words yet. */
struct words {
	struct buf text;
	struct word *at;
	size_t len;
	size_t cap;
	size_t tokens; /* words before folding and pairing ... */
	size_t upper;  /* ... of these, how many start upper case */
	/* Whether a word goes on after a combining mark. Stories were measured
	 * without; keys want é and e with a mark to be equal. */
	bool join_marks;
	uint32_t *token; /* folded code points of the present token */
	size_t token_cap;
};

/* Replaces the words by those of len bytes of UTF-8, of which at most the first
 * chars_max code points are read and words_max words taken. */
void words_split(struct words *, const char *text, size_t len, size_t chars_max,
    size_t words_max);
/* The folded UTF-8 of a word; valid until the next split. */
const char *words_text(const struct words *, const struct word *);
void words_clear(struct words *);

#endif

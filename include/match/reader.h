/*
 * Finds the words of a text, as fold_next does, but folds only how each begins:
 * enough for a filter, and many times faster where they are ASCII or Russian,
 * as letters are told apart 64 bytes at a time.
 */
#ifndef MATCH_READER_H
#define MATCH_READER_H

#include <stdbool.h>
#include <stdint.h>

#define READER_BLOCK 64  /* bytes looked at together */
#define READER_SLACK 16  /* bytes behind them that may be loaded */
#define READER_WORDS 128 /* more than a block has */

/* What is seen of a word at a glance; fold_next from start tells the rest. */
struct reader_word {
	const char *start; /* in the text */
	uint64_t head;     /* as reader_head gives it */
	bool capital;      /* begins with a capital or a digit */
};

struct reader {
	const char *block; /* in the text */
	const char *end;
	const char *bytes; /* of the block, READER_SLACK more may be read */
	uint64_t letters;  /* bytes of the block that may be part of a word */
	uint64_t hard;     /* those that only fold_next understands */
	int next;          /* where the next block begins, in this one */
	char tail[READER_BLOCK + READER_SLACK]; /* copy of the text's end */
};

void reader_init(struct reader *, const char *text, const char *end);
/* Reads the next words; how many, 0 at the end of the text. */
unsigned reader_next(struct reader *, struct reader_word[READER_WORDS]);

/* The first eight letters of a folded word in a byte each, the first one
 * lowest: of a letter beyond Latin what is left of it. len: letters. */
static inline uint64_t
reader_head(const uint16_t *letters, unsigned len)
{
	uint64_t head = 0;

	for (unsigned i = 0; i < len && i < 8; i++)
		head |= (uint64_t)(uint8_t)letters[i] << (8 * i);
	return head;
}

#endif

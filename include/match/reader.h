/*
 * Reads all words of a text, as fold_next does, but many times faster where
 * they are ASCII or Russian: letters are told apart 64 bytes at a time.
 */
#ifndef MATCH_READER_H
#define MATCH_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "match/fold.h"

#define READER_BLOCK 64 /* bytes looked at together */
#define READER_SLACK 48 /* bytes behind them that may be loaded */

struct reader {
	const char *block; /* in the text */
	const char *end;
	const char *bytes; /* of the block, READER_SLACK more may be read */
	uint64_t letters;  /* bytes of the block that may be part of a word */
	uint64_t hard;     /* those that only fold_next understands */
	char tail[READER_BLOCK + READER_SLACK]; /* copy of the text's end */
};

void reader_init(struct reader *, const char *text, const char *end);
/* As fold_next. */
bool reader_next(struct reader *, struct fold_word *);

#endif

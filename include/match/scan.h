/*
 * One scan of one text: its state and the steps that match.c takes in turn.
 * Not for other modules.
 */
#ifndef MATCH_SCAN_H
#define MATCH_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "match/fold.h"
#include "match/set.h"

#define SCAN_TOKENS_MAX 32 /* names' tokens that one word may be a form of */
/* Words read ahead for one name: its tokens, an ending behind each, initials.
 */
#define SCAN_AHEAD_MAX (2 * SET_NAME_TOKENS_MAX + 2)
/* Nodes of the trie that one candidate may lead to. */
#define SCAN_VISITS_MAX 48
#define SCAN_NO_WORD UINT32_MAX

/* A place that was found, of any kind of name. */
struct scan_hit {
	uint32_t offset; /* in the text, bytes */
	uint32_t len;
	uint32_t entity;
	uint32_t number;     /* of the name among the entity's */
	uint32_t first_word; /* counted from the text's start; SCAN_NO_WORD */
	uint32_t last_word;
	const char *rule; /* what accepted or refused it; static */
	bool conditional; /* on phrases or near words */
};

struct scan_word {
	struct fold_word word;
	bool loose_ending; /* of the word before */
	bool looked_up;
	unsigned tokens_len;
	uint32_t tokens[SCAN_TOKENS_MAX];
	uint32_t base; /* a bit for each token that it is, letter by letter */
};

struct scan {
	const struct set_view *view;
	const char *text;
	const char *end;
	uint64_t languages; /* whose endings count */
	bool explain;
	bool any_case; /* a text without capitals: the rule for them is off */
	uint32_t words;
	uint32_t capitals;
	/* The candidate, its number in the text, and the words behind it. */
	uint32_t first_word;
	struct scan_word ahead[SCAN_AHEAD_MAX];
	unsigned ahead_len;
	/* Nodes reached from it, each with the word to read next. */
	uint64_t visits[SCAN_VISITS_MAX];
	unsigned visits_len;
	uint8_t path[SET_NAME_TOKENS_MAX]; /* the words that tokens matched */
	/* Whether the line of text last asked about is written in capitals. */
	const char *line;
	const char *line_end;
	bool line_capitals;
	/* struct scan_hit: names, excluded phrases, near words, misses */
	struct buf hits[SET_NEAR + 2];
};
#define SCAN_MISSES (SET_NEAR + 1)

/* scan.c: finds all forms of words. */
void scan_words(struct scan *);
void scan_add_hit(struct scan *, unsigned list, const struct scan_hit *);

/* accept.c: NULL when the words path[0 .. depth - 1] may stand for the name by
 * their capitals, else what refuses them; static. */
const char *accept_refuse(struct scan *, const struct set_name *);

/* settle.c: drops what excluded phrases, missing near words and longer
 * mentions of the same entity rule out, and sorts the rest by offset. */
void settle_hits(struct scan *);

#endif

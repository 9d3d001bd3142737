/*
 * The weighted terms of an item: what it is about (words and the stems of
 * words), and the names and numbers that carry over between languages and
 * scripts. Terms are hashes; strangers may find collisions, which gain them no
 * more than copying a headline would.
 */
#ifndef STORY_TERMS_H
#define STORY_TERMS_H

#include <stddef.h>
#include <stdint.h>

#include "story/words.h"

#define TERMS_TITLE_WORDS_MAX 300
#define TERMS_BODY_WORDS_MAX 60
#define TERMS_BODY_CHARS_MAX 800
/* Distinct terms of one kind: each word gives up to two. */
#define TERMS_MAX 1024
#define TERMS_SLOTS 2048

struct term {
	uint64_t hash;
	double weight;
};

/* A set of terms in the order they first came. */
struct term_set {
	struct term at[TERMS_MAX];
	size_t len;
	uint16_t slots[TERMS_SLOTS]; /* hash table of index + 1 */
};

struct story_item;

/* Working space, some 50 kB; used again for each item. */
struct terms {
	struct term_set about; /* words and stems */
	struct term_set names; /* skeletons of names, numbers */
	struct term_set ids;   /* tracked entities */
	struct words words;
	uint64_t seed;
	uint64_t *stops; /* hash table of stop words' hashes */
};

/* seed: makes the hashes unforeseeable; 0 where they need not be. */
struct terms *terms_new(uint64_t seed);
void terms_free(struct terms *);
/* Replaces the terms by those of the item. */
void terms_read(struct terms *, const struct story_item *);

#endif

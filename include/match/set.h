/*
 * The compiled set: one block of bytes without pointers. compile.c writes it,
 * block.c checks and opens it, scan.c reads it. Not for other modules.
 */
#ifndef MATCH_SET_H
#define MATCH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SET_VERSION 2
#define SET_NAME_TOKENS_MAX 24 /* words of one name; longer names are cut */
#define SET_NONE UINT32_MAX

/* The tables are hash tables with open addressing: a look-up costs one miss of
 * the cache. Each has a power of two of places, most of them full. */

/* What a form of a token, a word of names, may begin with. */
struct set_stem {
	uint32_t check;   /* the low half of its hash; the high bits place it */
	uint32_t letters; /* in the letters section */
	uint32_t len : 7; /* 0: an empty place */
	uint32_t whole : 1; /* it is the token */
	uint32_t class : 24;
	uint32_t token;
};

/* Endings as a trie from the last letter back. */
struct set_letter {
	uint16_t node; /* 0: the end of the word */
	uint16_t letter;
	uint16_t next;   /* 0: an empty place */
	uint16_t ending; /* of the way to `next`; 0: none ends there */
};

/* Names as a trie of tokens, found by the node before and the token; a node's
 * names end there. */
struct set_node {
	uint32_t before; /* its place; SET_NONE: names begin here */
	uint32_t token;  /* SET_NONE: an empty place */
	uint32_t names;
	uint32_t names_len : 30;
	uint32_t inner : 1;  /* has nodes behind it */
	uint32_t person : 1; /* one of those ends a person's name */
};

enum set_kind {
	SET_NAME,
	SET_EXCLUDE, /* a phrase whose words are no mentions */
	SET_NEAR     /* a word that must stand near the entity's names */
};

/* Those of a node lie together. */
struct set_name {
	uint32_t entity;
	uint32_t number;   /* its place among the entity's names */
	uint32_t tokens;   /* in the name tokens section */
	uint32_t capitals; /* a bit for each token that begins with one */
	uint16_t letters;  /* folded, all tokens together */
	uint8_t tokens_len;
	uint8_t kind;        /* enum set_kind */
	uint8_t letter_case; /* enum match_case */
	uint8_t person : 1;
	uint8_t acronyms : 1;    /* some token is one */
	uint8_t small_word : 1;  /* the only token is one and a common word */
	uint8_t conditional : 1; /* its entity has phrases or near words */
	uint16_t unused;
};

struct set_name_token {
	uint32_t text; /* as given, in the strings section; for case: true */
	uint16_t text_len;
	uint16_t acronym; /* how many characters it has; 0: is none */
};

struct set_entity {
	uint32_t id;         /* in the strings section, with NUL */
	uint32_t near_words; /* 0: no near words are asked for */
	uint32_t excludes;   /* how many phrases */
};

/* A name in a script without spaces, or with one: found as a substring. */
struct set_plain {
	uint32_t name;    /* in the names section */
	uint32_t letters; /* code points, in the codes section */
	uint32_t len;
};

struct set_regex {
	uint32_t name; /* in the names section */
	uint32_t text; /* in the strings section, with NUL */
};

enum set_section {
	SET_LETTERS,        /* uint16_t */
	SET_STEMS,          /* struct set_stem */
	SET_CLASSES,        /* uint16_t: a mask for each class and ending */
	SET_MASKS,          /* uint64_t */
	SET_ENDING_LETTERS, /* struct set_letter */
	SET_ENDING_MASKS,   /* uint64_t: languages with the ending, by id */
	SET_FILTER_ANY,     /* uint64_t: heads of words that names begin with */
	SET_FILTER_SMALL,   /* the same, of names that may begin small */
	SET_FILTER_FIRST,  /* uint64_t: stems of tokens that names begin with */
	SET_FILTER_INNER,  /* the same, of all other tokens */
	SET_NODES,         /* struct set_node */
	SET_NAMES,         /* struct set_name */
	SET_NAME_TOKENS,   /* struct set_name_token */
	SET_ENTITIES,      /* struct set_entity */
	SET_STRINGS,       /* char */
	SET_CODES,         /* uint32_t */
	SET_PLAIN,         /* struct set_plain, by bucket of first two codes */
	SET_PLAIN_BUCKETS, /* uint32_t: first plain; one more at the end */
	SET_REGEXES,       /* struct set_regex */
	SET_SECTIONS
};

struct set_range {
	uint64_t at;  /* bytes from the block's start; a multiple of 8 */
	uint64_t len; /* bytes */
};

struct set_header {
	char magic[8]; /* "wwmatch" */
	uint32_t version;
	uint32_t stem_shift;        /* hash >> shift: place of a stem */
	uint32_t filter_shift;      /* hash >> shift: 64 bits of a filter */
	uint32_t stem_filter_shift; /* the same, of those of stems */
	uint32_t plain_shift;
	uint32_t plain_single; /* some plain name is one character long */
	uint32_t endings;      /* how many there are */
	uint32_t unused;
	uint64_t size;  /* bytes of the block */
	uint64_t check; /* hash of all after the header */
	struct set_range section[SET_SECTIONS];
};

/* The block with its sections at hand. */
struct set_view {
	const struct set_header *header;
	const uint16_t *letters;
	const struct set_stem *stems;
	uint32_t stem_places;    /* less one; and so the next ones */
	const uint16_t *classes; /* [class][ending]; 0: not taken */
	const uint64_t *masks;
	const struct set_letter *ending_letters;
	uint32_t letter_places;
	const uint64_t *ending_masks;
	const uint64_t *filter[2];      /* any, small */
	const uint64_t *stem_filter[2]; /* inner, first */
	const struct set_node *nodes;
	uint32_t node_places;
	const struct set_name *names;
	const struct set_name_token *name_tokens;
	const struct set_entity *entities;
	uint32_t entities_len;
	const char *strings;
	const uint32_t *codes;
	const struct set_plain *plain;
	uint32_t plain_len;
	const uint32_t *plain_buckets;
	const struct set_regex *regexes;
	uint32_t regexes_len;
};

/* Hash of a folded word, a letter at a time from SET_SEED. */
#define SET_SEED 0x243f6a8885a308d3ULL
static inline uint64_t
set_hash(uint64_t hash, uint32_t letter)
{
	return (hash ^ letter) * 0x9e3779b97f4a7c15ULL;
}

static inline uint64_t
set_mix(uint64_t hash)
{
	hash ^= hash >> 32;
	return hash * 0xd6e8feb86659fd93ULL;
}

/* Hash of the first letters of a word's head (match/reader.h). */
#define SET_FILTER_LETTERS 6
static inline uint64_t
set_head_hash(uint64_t head)
{
	return set_mix((head << 16) * 0x9e3779b97f4a7c15ULL);
}

/* The filters are Bloom's with two bits in 64 that a hash chooses, so that they
 * are small enough to stay in a near cache. */
static inline bool
set_filter_has(const uint64_t *filter, unsigned shift, uint64_t hash)
{
	uint64_t bits = filter[hash >> shift];

	return bits >> (hash >> 32 & 63) & bits >> (hash >> 38 & 63) & 1;
}

static inline void
set_filter_add(uint64_t *filter, unsigned shift, uint64_t hash)
{
	filter[hash >> shift] |=
	    1ULL << (hash >> 32 & 63) | 1ULL << (hash >> 38 & 63);
}

static inline uint32_t
set_node_place(uint32_t before, uint32_t token)
{
	return (uint32_t)(set_mix((uint64_t)before << 32 | token) >> 32);
}

static inline uint32_t
set_letter_place(unsigned node, unsigned letter)
{
	return (uint32_t)(set_mix((uint64_t)node << 16 | letter) >> 40);
}

/* How many places a table of so many items has: at most three in four are
 * full. */
static inline uint32_t
set_places_for(size_t count)
{
	uint32_t places = 16;

	while (places / 4 * 3 < count)
		places *= 2;
	return places;
}

/* Fills the view; false when the bytes are no block of this version. */
bool set_view_init(struct set_view *, const void *bytes, size_t len);

#endif

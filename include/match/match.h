/*
 * Finds the names of tracked entities in plain text. A match_set is compiled
 * once per configuration and then scanned by any number of texts; it is one
 * block of bytes without pointers, so that processes can share it.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum match_type { /* of an entity; decides on patronymics and the like */
	MATCH_OTHER,
	MATCH_PERSON,
	MATCH_PLACE,
	MATCH_ORGANISATION,
	MATCH_EVENT,
};

enum match_case {        /* capitals asked for in the text */
	MATCH_CASE_AUTO, /* by the rules for capitals and acronyms */
	MATCH_CASE_ANY,  /* case: false */
	MATCH_CASE_EXACT /* case: true */
};

/* One written form in base form. */
struct match_name {
	const char *text;     /* UTF-8 */
	const char *language; /* BCP 47 or NULL */
	bool exact;           /* no inflected forms */
	bool regex;           /* text is a PCRE2 pattern */
	enum match_case letter_case;
};

struct match_entity {
	const char *id;
	enum match_type type;
	const struct match_name *names;
	size_t names_len;
	const char *const *exclude; /* phrases: a mention inside one is none */
	size_t exclude_len;
	const char *const *near; /* words, one of which must stand ... */
	size_t near_len;
	unsigned near_words; /* ... within so many words; 0: default 10 */
};

/* A mention in the scanned text. */
struct match_mention {
	uint32_t entity; /* index into the entities given to match_set_new */
	uint32_t name;   /* index into that entity's names */
	size_t offset;   /* bytes from the start of the text */
	size_t len;      /* bytes */
	/* What accepted it: "base form", "inflected form", "initials between",
	 * "acronym", "substring", "regex"; of a miss what refused it. */
	const char *rule;
	bool miss; /* only from match_explain */
};

struct match_set;

/* Compiles; the entities may go away afterwards. Never fails for data that
 * the configuration check let pass; a bad regex is left out. */
struct match_set *match_set_new(const struct match_entity *, size_t len);
/* The compiled block, to be shared with another process; owned by the set. */
const void *match_set_bytes(const struct match_set *, size_t *len);
/* A set over a block that outlives it (a mapping of match_set_bytes). NULL
 * when the block is not one of this version. */
struct match_set *match_set_open(const void *bytes, size_t len);
void match_set_free(struct match_set *);
/* NULL when the pattern is a good regular expression, else what is wrong with
 * it; the caller frees. */
char *match_check_regex(const char *pattern);
/* Lists the forms of each word of a name: the word as it stands in name, and
 * its forms, folded and sorted. language: as for match_scan. */
struct strings;
typedef void (*match_on_forms)(
    void *arg, const char *word, size_t len, const struct strings *forms);
void match_list_forms(
    const char *name, const char *language, match_on_forms, void *arg);
/* The id given for an entity index. */
const char *match_set_entity_id(const struct match_set *, uint32_t entity);

/* Mentions are told in order of their offset; of overlapping ones of an entity
 * only the longest. */
typedef void (*match_on_mention)(void *arg, const struct match_mention *);
/* Scans len bytes of UTF-8 (invalid bytes separate words). language: BCP 47,
 * NULL or "und": not known. Linear in len; of texts over MATCH_TEXT_MAX bytes
 * only the beginning. */
#define MATCH_TEXT_MAX ((size_t)1 << 31)
void match_scan(const struct match_set *, const char *text, size_t len,
    const char *language, match_on_mention, void *arg);
/* The same, and tells near misses, too: places where a form of a name stands
 * that a rule refused. Slower. */
void match_explain(const struct match_set *, const char *text, size_t len,
    const char *language, match_on_mention, void *arg);

#endif

/*
 * The inflected forms of a folded word, as stems with the endings that each
 * may take in which language. The rules are rows of feeds/match/endings.tsv.
 */
#ifndef MATCH_ENDINGS_H
#define MATCH_ENDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row of endings.tsv as the build compiles it in; ended by a NULL one. */
struct endings_line {
	const char *language;
	const char *suffix;
	int strip;
	const char *endings;
};
extern const struct endings_line endings_lines[];

#define ENDINGS_LETTERS_MAX 8 /* of one ending */
#define ENDINGS_NONE 0        /* id of the empty ending */

/* What a row adds, and in which languages (a mask). */
struct endings_row {
	uint64_t languages;
	const uint16_t *ids; /* endings, by id */
	unsigned ids_len;
};

struct endings; /* the table, made ready for use */

struct endings *endings_new(void);
void endings_free(struct endings *);
const struct endings_row *endings_row(const struct endings *, unsigned row);
/* How many different endings there are; ids are below. */
unsigned endings_count(const struct endings *);
const uint16_t *endings_text(
    const struct endings *, unsigned id, unsigned *len);

/* One stem of a word: it may take the endings of the row; the empty one only
 * if bare. */
typedef void (*endings_on_stem)(
    void *arg, const uint16_t *stem, unsigned len, unsigned row, bool bare);

enum endings_kind {
	ENDINGS_EXACT,   /* the word itself */
	ENDINGS_ACRONYM, /* what is added to МИД, NATO */
	ENDINGS_WORD,    /* all forms */
	ENDINGS_PART /* the same, of shorter stems: Ewy Kopacz, Збройних Сил */
};

/* How a word of a name is inflected. acronym: characters, 0 for none; several:
 * the name has more words, which keep the forms of a short one from standing
 * for something else. */
enum endings_kind endings_kind(unsigned len, unsigned acronym, bool several);

/* Tells every stem of a folded word; the word itself, as a stem with the empty
 * ending in every language, among them. */
void endings_of(const struct endings *, const uint16_t *word, unsigned len,
    enum endings_kind, endings_on_stem, void *arg);

#endif

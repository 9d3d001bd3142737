/*
 * Languages and scripts of the matcher. A set of languages is a mask; a
 * language whose endings follow words in two scripts has two bits.
 */
#ifndef MATCH_LANGUAGES_H
#define MATCH_LANGUAGES_H

#include <stdint.h>

#define LANGUAGE_ANY (1ULL << 63) /* in every language */

/* Scripts as folded letters show them. */
enum script {
	SCRIPT_OTHER,
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_GEORGIAN,
	SCRIPT_ARMENIAN,
	SCRIPT_HANGUL,
	SCRIPT_ARABIC,
	SCRIPT_HEBREW
};

/* The script of the first letter that tells one. */
enum script language_script(const uint16_t *letters, unsigned len);
/* The languages whose endings follow words in this script. */
uint64_t languages_by_script(enum script);
/* The language with this code; 0 when there is none. */
uint64_t languages_by_code(const char *code);
/* Those whose endings count in a text: language is BCP 47, NULL or "und" where
 * not known. LANGUAGE_ANY is among them. */
uint64_t languages_of_text(const char *language);

#endif

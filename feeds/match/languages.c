/*
 * The languages that names are inflected in, and which of them count in a
 * text. Where the language is not told, the common ones of each script do:
 * guessing it is worse.
 */
#include <string.h>

#include "match/languages.h"

/* Languages with a table, by the script of the words that take its endings;
 * the place is the bit in a mask. */
static const struct {
	char code[4];
	enum script script;
} languages[] = {
    /* Their endings count in any text: the script tells. */
    {"el", SCRIPT_GREEK},
    {"hy", SCRIPT_ARMENIAN},
    {"ka", SCRIPT_GEORGIAN},
    {"ko", SCRIPT_HANGUL},
    {"ko", SCRIPT_LATIN},
    /* These also where the text's language is not known. */
    {"bg", SCRIPT_CYRILLIC},
    {"cs", SCRIPT_LATIN},
    {"hr", SCRIPT_LATIN},
    {"pl", SCRIPT_LATIN},
    {"ru", SCRIPT_CYRILLIC},
    {"sk", SCRIPT_LATIN},
    {"sl", SCRIPT_LATIN},
    {"uk", SCRIPT_CYRILLIC},
    /* These only in texts that are told to be in them. */
    {"be", SCRIPT_CYRILLIC},
    {"da", SCRIPT_LATIN},
    {"de", SCRIPT_LATIN},
    {"et", SCRIPT_LATIN},
    {"fi", SCRIPT_LATIN},
    {"hu", SCRIPT_LATIN},
    {"lt", SCRIPT_LATIN},
    {"lv", SCRIPT_LATIN},
    {"mk", SCRIPT_CYRILLIC},
    {"nl", SCRIPT_LATIN},
    {"no", SCRIPT_LATIN},
    {"ro", SCRIPT_LATIN},
    {"sq", SCRIPT_LATIN},
    {"sr", SCRIPT_CYRILLIC},
    {"sv", SCRIPT_LATIN},
    {"tr", SCRIPT_LATIN},
};
#define LANGUAGES (sizeof(languages) / sizeof(*languages))
#define ALWAYS 0x1fULL   /* the first five */
#define COMMON 0x1fe0ULL /* the next eight */

/* Codes that mean one or two of the above; "": nothing is added to names. */
static const struct {
	char code[4];
	char table[2][4];
} aliases[] = {
    {"bs", {"hr", "sr"}},
    {"ca", {""}},
    {"en", {""}},
    {"es", {""}},
    {"fr", {""}},
    {"gl", {""}},
    {"id", {""}},
    {"it", {""}},
    {"mo", {"ro"}},
    {"ms", {""}},
    {"nb", {"no"}},
    {"nn", {"no"}},
    {"pt", {""}},
    {"sh", {"hr", "sr"}},
    {"sr", {"sr", "hr"}},
    {"vi", {""}},
};

/* A mask of the languages with this code, padded with zeros. */
static uint64_t
languages_of(const char code[4])
{
	uint64_t mask = 0;

	for (size_t i = 0; i < LANGUAGES; i++)
		if (memcmp(languages[i].code, code, 4) == 0)
			mask |= 1ULL << i;
	return mask;
}

uint64_t
languages_of_text(const char *language)
{
	char code[4] = "";
	size_t len = language != NULL ? strcspn(language, "-_") : 0;
	uint64_t mask = LANGUAGE_ANY | ALWAYS, told;

	if (len < 2 || len > 3)
		return mask | COMMON;
	for (size_t i = 0; i < len; i++)
		code[i] = (char)(language[i] | 0x20);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (memcmp(aliases[i].code, code, 4) == 0)
			return mask | languages_of(aliases[i].table[0]) |
			       languages_of(aliases[i].table[1]);
	told = languages_of(code);
	return mask | (told != 0 ? told : COMMON);
}

uint64_t
languages_by_code(const char *code)
{
	char padded[4] = "";

	memcpy(padded, code, strnlen(code, sizeof(padded)));
	return languages_of(padded);
}

uint64_t
languages_by_script(enum script script)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < LANGUAGES; i++)
		mask |= (uint64_t)(languages[i].script == script) << i;
	return mask;
}

enum script
language_script(const uint16_t *word, unsigned len)
{
	static const struct {
		uint16_t first, last;
		enum script script;
	} ranges[] = {
	    {'a', 'z', SCRIPT_LATIN},
	    {0x370, 0x3ff, SCRIPT_GREEK},
	    {0x400, 0x4ff, SCRIPT_CYRILLIC},
	    {0x530, 0x58f, SCRIPT_ARMENIAN},
	    {0x590, 0x5ff, SCRIPT_HEBREW},
	    {0x600, 0x6ff, SCRIPT_ARABIC},
	    {0x10a0, 0x10ff, SCRIPT_GEORGIAN},
	    {0xac00, 0xd7af, SCRIPT_HANGUL},
	};

	for (unsigned i = 0; i < len; i++)
		for (size_t k = 0; k < sizeof(ranges) / sizeof(*ranges); k++)
			if (word[i] >= ranges[k].first &&
			    word[i] <= ranges[k].last)
				return ranges[k].script;
	return SCRIPT_OTHER;
}

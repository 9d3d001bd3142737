/*
 * The languages that names are inflected in, and which of them count in a
 * text. Where the language is not told, the common ones of each script do:
 * guessing it is worse.
 */
#include <string.h>

#include "match/languages.h"

/* In which texts a language's endings count. */
enum when {
	WHEN_TOLD,   /* when the text is told to be in it */
	WHEN_COMMON, /* also when the text's language is not known */
	WHEN_ALWAYS  /* the script tells */
};

/* Languages with a table, by the script of the words that take its endings;
 * the place is the bit in a mask. */
static const struct {
	char code[4];
	enum script script;
	enum when when;
} languages[] = {
    {"be", SCRIPT_CYRILLIC, WHEN_TOLD},
    {"bg", SCRIPT_CYRILLIC, WHEN_COMMON},
    {"cs", SCRIPT_LATIN, WHEN_COMMON},
    {"da", SCRIPT_LATIN, WHEN_TOLD},
    {"de", SCRIPT_LATIN, WHEN_TOLD},
    {"el", SCRIPT_GREEK, WHEN_ALWAYS},
    {"et", SCRIPT_LATIN, WHEN_TOLD},
    {"fi", SCRIPT_LATIN, WHEN_TOLD},
    {"hr", SCRIPT_LATIN, WHEN_COMMON},
    {"hu", SCRIPT_LATIN, WHEN_TOLD},
    {"hy", SCRIPT_ARMENIAN, WHEN_ALWAYS},
    {"ka", SCRIPT_GEORGIAN, WHEN_ALWAYS},
    {"ko", SCRIPT_HANGUL, WHEN_ALWAYS},
    {"ko", SCRIPT_LATIN, WHEN_ALWAYS},
    {"lt", SCRIPT_LATIN, WHEN_TOLD},
    {"lv", SCRIPT_LATIN, WHEN_TOLD},
    {"mk", SCRIPT_CYRILLIC, WHEN_TOLD},
    {"nl", SCRIPT_LATIN, WHEN_TOLD},
    {"no", SCRIPT_LATIN, WHEN_TOLD},
    {"pl", SCRIPT_LATIN, WHEN_COMMON},
    {"ro", SCRIPT_LATIN, WHEN_TOLD},
    {"ru", SCRIPT_CYRILLIC, WHEN_COMMON},
    {"sk", SCRIPT_LATIN, WHEN_COMMON},
    {"sl", SCRIPT_LATIN, WHEN_COMMON},
    {"sq", SCRIPT_LATIN, WHEN_TOLD},
    {"sr", SCRIPT_CYRILLIC, WHEN_TOLD},
    {"sv", SCRIPT_LATIN, WHEN_TOLD},
    {"tr", SCRIPT_LATIN, WHEN_TOLD},
    {"uk", SCRIPT_CYRILLIC, WHEN_COMMON},
};
#define LANGUAGES (sizeof(languages) / sizeof(*languages))

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

static uint64_t
languages_when(enum when when)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < LANGUAGES; i++)
		mask |= (uint64_t)(languages[i].when == when) << i;
	return mask;
}

uint64_t
languages_of_text(const char *language)
{
	char code[4] = "";
	size_t len = language != NULL ? strcspn(language, "-_") : 0;
	uint64_t mask = LANGUAGE_ANY | languages_when(WHEN_ALWAYS), told;

	if (len < 2 || len > 3)
		return mask | languages_when(WHEN_COMMON);
	for (size_t i = 0; i < len; i++)
		code[i] = (char)(language[i] | 0x20);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (memcmp(aliases[i].code, code, 4) == 0)
			return mask | languages_of(aliases[i].table[0]) |
			       languages_of(aliases[i].table[1]);
	told = languages_of(code);
	return mask | (told != 0 ? told : languages_when(WHEN_COMMON));
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

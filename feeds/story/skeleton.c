/*
 * Names without script: consonants only, doubles squeezed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "story/skeleton.h"

struct spelling {
	const char *from;
	const char *to;
};

/* Tried in this order. */
static const struct spelling latin_groups[] = {
    {"shch", "c"},
    {"sch", "c"},
    {"tch", "c"},
    {"ch", "c"},
    {"sh", "c"},
    {"zh", "z"},
    {"kh", "h"},
    {"ph", "f"},
    {"th", "t"},
    {"ts", "s"},
    {"tz", "s"},
    {"ck", "k"},
    {"qu", "kv"},
    {"x", "ks"},
    {"gh", "g"},
};

#define LATIN_GROUPS "sctzkpqxg" /* what those begin with */
#define LATIN_FROM "bcdfghjklmnpqrstvwz"
#define LATIN_TO "bkdfghzklmnpkrstvvz"

/* а to я; a space: dropped. */
#define CYRILLIC_FIRST 0x430u
#define CYRILLIC_LAST 0x44fu
#define CYRILLIC_TO " bvgd zz  klmn prst fhsccc      "
#define CYRILLIC_GHE_UPTURN 0x491u

static void
put_letter(char *out, size_t *len, char letter)
{
	if (letter == ' ' || *len == SKELETON_MAX)
		return;
	if (*len == 0 || out[*len - 1] != letter)
		out[(*len)++] = letter;
}

/* Takes one letter or group of Latin letters; returns how many bytes. */
static size_t
put_latin(const char *word, size_t len, char *out, size_t *out_len)
{
	const char *one;
	bool grouped =
	    memchr(LATIN_GROUPS, word[0], sizeof(LATIN_GROUPS) - 1) != NULL;

	for (size_t i = 0;
	     grouped && i < sizeof(latin_groups) / sizeof(latin_groups[0]);
	     i++) {
		const struct spelling *group = &latin_groups[i];
		size_t n;

		if (group->from[0] != word[0])
			continue;
		n = strlen(group->from);
		if (n > len || memcmp(word, group->from, n) != 0)
			continue;
		for (const char *p = group->to; *p != '\0'; p++)
			put_letter(out, out_len, *p);
		return n;
	}
	one = memchr(LATIN_FROM, word[0], sizeof(LATIN_FROM) - 1);
	if (one != NULL)
		put_letter(out, out_len, LATIN_TO[one - LATIN_FROM]);
	return 1;
}

size_t
skeleton_of(const char *word, size_t len, char out[SKELETON_MAX + 1])
{
	size_t out_len = 0;
	uint32_t code;

	for (size_t i = 0; i < len && out_len < SKELETON_MAX;) {
		if ((unsigned char)word[i] < 0x80) {
			i += put_latin(word + i, len - i, out, &out_len);
			continue;
		}
		i += utf8_decode(word + i, len - i, &code);
		if (code >= CYRILLIC_FIRST && code <= CYRILLIC_LAST)
			put_letter(
			    out, &out_len, CYRILLIC_TO[code - CYRILLIC_FIRST]);
		else if (code == CYRILLIC_GHE_UPTURN)
			put_letter(out, &out_len, 'g');
	}
	out[out_len] = '\0';
	return out_len;
}

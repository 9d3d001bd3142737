/*
 * Names as people type them, letter by folded letter. Pure.
 */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "text/caseless.h"
#include "text/letter.h"

#define NO_LETTER UINT32_MAX

struct walk {
	const char *at, *end;
};

static struct walk
walk_of(const char *text)
{
	return (struct walk){text, text + strlen(text)};
}

/* The next letter, folded; marks are left out. NO_LETTER at the end. */
static uint32_t
next(struct walk *walk)
{
	uint32_t code;

	while (walk->at < walk->end) {
		unsigned char c = (unsigned char)*walk->at;
		struct letter letter;

		if (c < 0x80) { /* most of what is asked, and quick */
			walk->at++;
			return c >= 'A' && c <= 'Z' ? c + 32u : c;
		}
		walk->at += utf8_decode(
		    walk->at, (size_t)(walk->end - walk->at), &code);
		letter = letter_of(code);
		if ((letter.flags & LETTER_MARK) == 0)
			return code == NO_LETTER ? 0xfffd : letter.fold;
	}
	return NO_LETTER;
}

int
caseless_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct walk left = {a, a + a_len}, right = {b, b + b_len};

	for (;;) {
		uint32_t l = next(&left), r = next(&right);

		if (l != r) /* the shorter one comes first */
			return l + 1 < r + 1 ? -1 : 1;
		if (l == NO_LETTER)
			return 0;
	}
}

bool
caseless_is_same(const char *a, const char *b)
{
	return caseless_compare(a, strlen(a), b, strlen(b)) == 0;
}

static bool
begins(struct walk text, struct walk part)
{
	uint32_t letter;

	while ((letter = next(&part)) != NO_LETTER)
		if (next(&text) != letter)
			return false;
	return true;
}

bool
caseless_holds(const char *text, const char *part)
{
	struct walk rest = walk_of(text), sought = walk_of(part);
	uint32_t first = next(&sought), letter;

	if (first == NO_LETTER)
		return true;
	while ((letter = next(&rest)) != NO_LETTER)
		if (letter == first && begins(rest, sought))
			return true;
	return false;
}

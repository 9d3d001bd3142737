/*
 * Languages as numbers.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/utf8.h"
#include "story/language.h"
#include "text/letter.h"

#define TEXT_MAX 400 /* bytes looked at */

enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_CYRILLIC, SCRIPT_EASTERN };

/* One of enum script, or the row of the code chart, which is 3 and up. */
static uint32_t
script_of(uint32_t code)
{
	if (code < 0x250)
		return SCRIPT_LATIN;
	if (code >= 0x400 && code < 0x530)
		return SCRIPT_CYRILLIC;
	return code >= 0x2e80 ? SCRIPT_EASTERN : code >> 8;
}

static uint32_t
main_script(const char *text)
{
	unsigned letters[0x2f] = {0};
	size_t len = strnlen(text, TEXT_MAX), most = 0;
	uint32_t code;

	for (size_t i = 0; i < len;) {
		i += utf8_decode(text + i, len - i, &code);
		if (code != UINT32_MAX &&
		    (letter_of(code).flags & (LETTER_WORD | LETTER_DIGIT)) ==
			LETTER_WORD)
			letters[script_of(code)]++;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i] > letters[most])
			most = i;
	return (uint32_t)most;
}

uint32_t
language_code(const char *tag, const char *text)
{
	uint32_t code = 0;

	if (tag == NULL || *tag == '\0' || strcmp(tag, "und") == 0)
		return text != NULL ? main_script(text) : 0;
	for (int i = 0; i < 4 && isalpha((unsigned char)tag[i]); i++)
		code =
		    code << 8 | (unsigned char)tolower((unsigned char)tag[i]);
	return code;
}

bool
language_has_skeletons(const char *text)
{
	uint32_t script = main_script(text);

	return script == SCRIPT_LATIN || script == SCRIPT_CYRILLIC;
}

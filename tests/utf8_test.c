/*
 * UTF-8: the check in blocks against the check of each character.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

#define TEXT_LEN 56

static size_t
slow_valid_len(const char *bytes, size_t len)
{
	uint32_t code;

	for (size_t i = 0; i < len;) {
		size_t n = utf8_decode(bytes + i, len - i, &code);

		if (code == UINT32_MAX)
			return i;
		i += n;
	}
	return len;
}

static void
check(const char *filling, const char *sequence)
{
	size_t filling_len = strlen(filling), len = strlen(sequence);
	char text[TEXT_LEN + 8];

	for (size_t at = 0; at + len <= TEXT_LEN; at++) {
		for (size_t i = 0; i < TEXT_LEN; i++)
			text[i] = filling[i % filling_len];
		memcpy(text + at, sequence, len);
		for (size_t end = 0; end <= TEXT_LEN; end++)
			assert_int_equal(utf8_valid_len(text, end),
			    slow_valid_len(text, end));
	}
}

static void
sequences_are_judged_alike_at_any_place(void **state)
{
	static const char *const sequences[] = {"x", "\xC2\x80", "\xDF\xBF",
	    "\xC1\xBF", "\xC0\x80", "\xE0\xA0\x80", "\xE0\x9F\xBF",
	    "\xEF\xBF\xBF", "\xED\xA0\x80", "\xF0\x90\x80\x80",
	    "\xF4\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5", "\xFF", "\x80",
	    "\xBF\xBF", "\xD0", "\xD0\xD0\xB0", "\xD0\xB0\xB0", "\xC1",
	    "\xE2\x80\x94", "\xE2\x80", "\x7F"};
	static const char *const fillings[] = {
	    "a", "\xD0\xB0", "\xD0\xB0 ", "\xE2\x80\x94"};

	for (size_t f = 0; f < sizeof(fillings) / sizeof(fillings[0]); f++)
		for (size_t s = 0; s < sizeof(sequences) / sizeof(sequences[0]);
		     s++)
			check(fillings[f], sequences[s]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sequences_are_judged_alike_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * UTF-8: the check in blocks against the check of each character; cuts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

#define STARTS (1 << 24)

/* The bytes as a number that tells "a" from "\0a". */
static size_t
number_of(const char *bytes, size_t len)
{
	size_t number = 1;

	for (size_t i = 0; i < len; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}

/* Whatever begins a character, and nothing else, of up to two bytes. */
static void
a_cut_is_what_more_bytes_make_a_character(void **state)
{
	bool *begins = calloc(STARTS, 1);
	char bytes[4];

	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		size_t len = utf8_encode(code, bytes);

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		for (size_t i = 1; i < len && i < 3; i++)
			begins[number_of(bytes, i)] = true;
		assert_false(utf8_is_cut(bytes, len));
	}
	for (unsigned i = 0; i < 65536; i++) {
		bytes[0] = (char)(i >> 8);
		bytes[1] = (char)i;
		assert_int_equal(
		    utf8_is_cut(bytes, 1), begins[number_of(bytes, 1)]);
		assert_int_equal(
		    utf8_is_cut(bytes, 2), begins[number_of(bytes, 2)]);
	}
	assert_true(utf8_is_cut("\xF0\x9F\x98", 3));
	assert_false(utf8_is_cut("\xF0\x9F\x41", 3));
	assert_false(utf8_is_cut("", 0));
	free(begins);
}

static void
text_is_cut_before_the_character_that_does_not_fit(void **state)
{
	static const char text[] = "a\xD0\xB0\xE2\x80\x94\xF0\x9F\x98\x80";
	static const size_t cuts[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

	for (size_t max = 0; max < sizeof(cuts) / sizeof(cuts[0]); max++)
		assert_int_equal(utf8_cut(text, strlen(text), max), cuts[max]);
	/* Nothing but bytes that end characters. */
	assert_int_equal(utf8_cut("\x80\x80\x80", 3, 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cut_is_what_more_bytes_make_a_character),
	    cmocka_unit_test(
		text_is_cut_before_the_character_that_does_not_fit),
	    cmocka_unit_test(sequences_are_judged_alike_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The tokenizer of the search index beside the one that it stands for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "base/utf8.h"
#include "store/tokens.h"

#define TEXT_MAX 1200
#define RANDOM_TEXTS 2000

struct fixture {
	sqlite3 *plain;
	sqlite3 *quick;
};

static void
run(sqlite3 *handle, const char *sql)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
}

static sqlite3 *
open_index(int quick)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(":memory:", &handle), SQLITE_OK);
	if (quick)
		assert_int_equal(tokens_register(handle), 0);
	run(handle,
	    "CREATE VIRTUAL TABLE texts USING fts5(text,"
	    " tokenize = 'unicode61 remove_diacritics 2');"
	    "CREATE VIRTUAL TABLE words USING fts5vocab(texts, instance);");
	return handle;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->plain = open_index(0);
	f->quick = open_index(1);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	sqlite3_close(f->plain);
	sqlite3_close(f->quick);
	free(f);
	return 0;
}

static void
insert(sqlite3 *handle, const char *text, size_t len)
{
	sqlite3_stmt *statement;

	sqlite3_prepare_v2(
	    handle, "INSERT INTO texts VALUES (?)", -1, &statement, NULL);
	sqlite3_bind_text(statement, 1, text, (int)len, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
}

static void
put(struct fixture *f, const char *text, size_t len)
{
	insert(f->plain, text, len);
	insert(f->quick, text, len);
}

static sqlite3_stmt *
list_words(sqlite3 *handle)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(handle,
			     "SELECT doc, offset, CAST(term AS BLOB)"
			     " FROM words ORDER BY doc, offset",
			     -1, &statement, NULL),
	    SQLITE_OK);
	return statement;
}

/* All words of all texts so far, in their places. */
static void
assert_same_words(struct fixture *f)
{
	sqlite3_stmt *plain = list_words(f->plain);
	sqlite3_stmt *quick = list_words(f->quick);
	int more, words = 0;

	do {
		more = sqlite3_step(plain);
		assert_int_equal(sqlite3_step(quick), more);
		if (more != SQLITE_ROW)
			break;
		for (int i = 0; i < 2; i++)
			assert_int_equal(sqlite3_column_int(quick, i),
			    sqlite3_column_int(plain, i));
		assert_int_equal(sqlite3_column_bytes(quick, 2),
		    sqlite3_column_bytes(plain, 2));
		assert_memory_equal(sqlite3_column_blob(quick, 2),
		    sqlite3_column_blob(plain, 2),
		    (size_t)sqlite3_column_bytes(plain, 2));
		words++;
	} while (more == SQLITE_ROW);
	assert_true(words > 0);
	sqlite3_finalize(plain);
	sqlite3_finalize(quick);
}

static void
news_of_many_alphabets_has_the_same_words(void **state)
{
	static const char *const texts[] = {
	    "The minister\u2019s visit \u2014 \u201cin full\u201d\u2026 "
	    "COVID-19, 4.5%",
	    "\u041c\u0438\u043d\u0438\u0441\u0442\u0440 "
	    "\u0401\u043b\u043a\u0438\u043d \u0457\u0434\u0435 \u0432 "
	    "\u041a\u0438\u0457\u0432; "
	    "\u0439\u043e\u0434 \u0438\u0306 \u0438",
	    "\u00c9t\u00e9 \u00e0 No\u00ebl, stra\u00dfe, \u0141\u00f3d\u017a, "
	    "\u0130stanbul, \u01c5",
	    "e\u0301te\u0301 \u0301a x\u0301\u0302y \u0301",
	    "\u4e2d\u56fd\u65b0\u95fb a\u4e2db \uc11c\uc6b8",
	    "\u0645\u062d\u0645\u062f\u200c\u0631\u0636\u0627 "
	    "\u05e9\u05dc\u05d5\u05dd",
	    "\U0001f600 flag\U0001f1fa\U0001f1f8x \u20ac5 \u2116 7 a\u2070b",
	    "", " ", "\x80", "a\xffz", "\xc3", "a\xe2\x80", "\xe2\x80\x94\x80z",
	    "\xc3\xa9\x80z", "\xc0\xaf a", "\xed\xa0\x80q"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		put(*state, texts[i], strlen(texts[i]));
	assert_same_words(*state);
}

static void
words_without_end_are_the_same(void **state)
{
	char text[TEXT_MAX];

	for (size_t len = 240; len < 280; len++) {
		memset(text, 'A', len);
		put(*state, text, len);
		memcpy(text + len - 3, "\xc3\x89 ", 3);
		put(*state, text, len);
	}
	assert_same_words(*state);
}

static void
each_character_is_taken_alike(void **state)
{
	char text[16];

	for (uint32_t code = 0; code < 0x11000; code++) {
		size_t len = 1;

		text[0] = 'a';
		len += utf8_encode(code, text + len);
		text[len++] = 'b';
		text[len++] = ' ';
		len += utf8_encode(code, text + len);
		put(*state, text, len);
	}
	assert_same_words(*state);
}

/* Characters of all kinds, and bytes that are none. */
static size_t
make_random(unsigned *seed, char *text)
{
	static const uint32_t ends[] = {0x80, 0x80, 0x100, 0x370, 0x530, 0x800,
	    0x2070, 0x3100, 0x10000, 0x1f700};
	size_t len = 0;

	while (len < 60) {
		unsigned kind = (unsigned)rand_r(seed) %
				(1 + sizeof(ends) / sizeof(ends[0]));

		if (kind == sizeof(ends) / sizeof(ends[0]))
			text[len++] = (char)rand_r(seed);
		else
			len += utf8_encode(
			    (uint32_t)rand_r(seed) % ends[kind], text + len);
	}
	return len;
}

static void
texts_at_random_have_the_same_words(void **state)
{
	unsigned seed = 20;
	char text[TEXT_MAX];

	for (int i = 0; i < RANDOM_TEXTS; i++)
		put(*state, text, make_random(&seed, text));
	assert_same_words(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		news_of_many_alphabets_has_the_same_words, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		words_without_end_are_the_same, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		each_character_is_taken_alike, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		texts_at_random_have_the_same_words, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

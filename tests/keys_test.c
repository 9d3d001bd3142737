/*
 * feeds/story/keys: which items are copies of one another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "story/keys.h"

#define TITLES 1000

static bool
are_copies(const char *url, const char *title, const char *other_url,
    const char *other_title)
{
	struct keys a, b;

	keys_make(url, title, &a);
	keys_make(other_url, other_title, &b);
	assert_true(keys_match(&a, &b) == keys_match(&b, &a));
	return keys_match(&a, &b);
}

static void
address_has_one_key_in_all_spellings(void **state)
{
	static const char *const same[] = {
	    "https://outlet.example/world/2024/talks?id=7",
	    "http://www.outlet.example/world/2024/talks/?id=7",
	    "https://m.outlet.example/world/2024/talks/amp?id=7#comments",
	    "https://amp.outlet.example/world/2024/talks/amp/?id=7",
	    "https://OUTLET.example:443/world/2024/talks?utm_source=x&id=7",
	    "//mobile.outlet.example/world/2024/talks?from=rss&id=%37&ref=a",
	    "https://outlet.example/world/2024/talks?id=7&fbclid=1&empty=",
	};

	for (size_t i = 1; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(are_copies(same[0], NULL, same[i], NULL));
	assert_false(are_copies(same[0], NULL,
	    "https://outlet.example/world/2024/talks?id=8", NULL));
	assert_false(are_copies(same[0], NULL,
	    "https://other.example/world/2024/talks?id=7", NULL));
	assert_false(are_copies(same[0], NULL,
	    "https://outlet.example/World/2024/talks?id=7", NULL));
}

static void
home_page_is_no_key(void **state)
{
	static const char *const homes[] = {"", "https://", "?", "#top",
	    "https://outlet.example", "https://outlet.example/",
	    "https://www.outlet.example/?utm_medium=rss#top"};
	struct keys keys;

	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
		keys_make(homes[i], NULL, &keys);
		assert_true(keys.url == 0);
	}
}

static void
canonical_address_is_short(void **state)
{
	struct buf out = BUF_INIT;

	keys_put_url(&out, "HTTPS://www.Outlet.example/A/?x=1&gclid=2&y=a+b");
	assert_string_equal(buf_str(&out), "outlet.example/A&x=1&y=a b");
	buf_clear(&out);
}

static void
headline_loses_publisher_and_bulletin_marks(void **state)
{
	static const char *const cases[][2] = {
	    {"BREAKING: Talks end in Geneva", "Talks end in Geneva"},
	    {"Breaking Talks end in Geneva", "Talks end in Geneva"},
	    {"UPDATE 12-Talks end", "Talks end"},
	    {"UPDATE -Talks end", "UPDATE -Talks end"},
	    {"Talks end in Geneva - Outlet News", "Talks end in Geneva"},
	    {"Talks end | Outlet", "Talks end"},
	    {"Talks \xe2\x80\x94 at last \xe2\x80\x93 TASS",
		"Talks \xe2\x80\x94 at last"},
	    {"Talks end (VIDEO)", "Talks end"},
	    {"Talks end - 12 killed", "Talks end - 12 killed"},
	    {"Kyiv-born player leaves", "Kyiv-born player leaves"},
	    {"Talks end - all that is known of the day so far",
		"Talks end - all that is known of the day so far"},
	    {"Livestock prices rise", "Livestock prices rise"},
	    {"\xd0\xa1\xd1\x80\xd0\xbe\xd1\x87\xd0\xbd\xd0\xbe: "
	     "\xd0\xb2\xd0\xb7\xd1\x80\xd1\x8b\xd0\xb2",
		"\xd0\xb2\xd0\xb7\xd1\x80\xd1\x8b\xd0\xb2"},
	    {"", ""},
	    {" - ", "-"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len;
		const char *headline = keys_headline(cases[i][0], &len);

		assert_int_equal(len, strlen(cases[i][1]));
		assert_memory_equal(headline, cases[i][1], len);
	}
}

static void
headline_has_one_key_in_all_typography(void **state)
{
	static const char plain[] =
	    "France's minister: \"No role\" in the attack";
	static const char curly[] =
	    "BREAKING: France\xe2\x80\x99s Minister: \xe2\x80\x9cno "
	    "role\xe2\x80\x9d in the attack | Outlet";

	assert_true(are_copies(NULL, plain, NULL, curly));
	/* e with an accent, in one code point and in two */
	assert_true(are_copies(NULL, "Le pr\xc3\xa9sident \xc3\xa0 Lyon", NULL,
	    "Le pre\xcc\x81sident a\xcc\x80 Lyon"));
	assert_false(are_copies(NULL, "Statement", NULL, "Statement"));
	assert_false(are_copies(NULL, "", NULL, ""));
	assert_false(are_copies(NULL, NULL, NULL, NULL));
}

/* A headline of 6 to 12 made-up words, two of them numbers. */
static size_t
make_title(unsigned seed, char words[12][16])
{
	size_t len = 6 + seed % 7;

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245u + 12345u;
		if (i == 2 || i == 4)
			snprintf(words[i], 16, "%u", seed / 65536 % 1000);
		else
			snprintf(words[i], 16, "w%cr%u",
			    'a' + seed / 65536 % 26, seed / 2097152 % 400);
	}
	return len;
}

static char *
join(char words[12][16], size_t len, size_t without, const char *instead)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < len; i++) {
		const char *word = i == without ? instead : words[i];

		if (*word != '\0')
			buf_addf(&out, "%s%s", out.len > 0 ? " " : "", word);
	}
	return buf_take(&out);
}

/* How many of TITLES are copies of themselves with one word edited. */
static int
count_copies(bool of_number, const char *instead)
{
	int copies = 0;

	for (unsigned i = 0; i < TITLES; i++) {
		char words[12][16];
		size_t len = make_title(i, words);
		size_t at = of_number ? 2 + 2 * (i / 7 % 2)
				      : (size_t[]){0, 1, 3, 5}[i / 7 % 4];
		char *whole = join(words, len, SIZE_MAX, "");
		char *edited = join(words, len, at, instead);

		copies += are_copies(NULL, whole, NULL, edited);
		free(whole);
		free(edited);
	}
	return copies;
}

static void
one_word_edits_are_copies(void **state)
{
	assert_int_equal(count_copies(false, ""), TITLES);
	assert_int_equal(count_copies(false, "instead"), TITLES);
}

static void
other_numbers_stay_apart(void **state)
{
	assert_int_equal(count_copies(true, "1977"), 0);
	assert_int_equal(count_copies(true, ""), 0);
	assert_false(are_copies(NULL, "Blast in the northern port kills 12",
	    NULL, "Blast in the northern port kills 15"));
}

static void
different_headlines_are_no_copies(void **state)
{
	struct keys *keys = xcalloc(TITLES, sizeof(*keys));
	char words[12][16];

	for (unsigned i = 0; i < TITLES; i++) {
		char *title = join(words, make_title(i, words), SIZE_MAX, "");

		keys_make(NULL, title, &keys[i]);
		free(title);
	}
	for (unsigned i = 0; i < TITLES; i++)
		for (unsigned k = 0; k < i; k++)
			assert_false(keys_match(&keys[i], &keys[k]));
	free(keys);
}

static void
stored_keys_never_change(void **state)
{
	struct keys keys;

	keys_make("https://outlet.example/a", "Talks end in Geneva", &keys);
	assert_true(keys.url == UINT64_C(0x97d5f4caaa797079));
	assert_true(keys.title == UINT64_C(0xf8b2812ef65a8251));
}

static uint64_t
host_of_key(const char *url)
{
	struct keys keys;

	keys_make(url, NULL, &keys);
	return keys.url >> KEYS_PATH_BITS << KEYS_PATH_BITS;
}

static void
keys_of_one_host_lie_side_by_side(void **state)
{
	uint64_t host = keys_of_host("outlet.example");

	assert_true(keys_of_host("outlet.example/a&b=c") == host);
	assert_true(keys_of_host("outlet.example&b=c") == host);
	assert_true(host_of_key("https://www.Outlet.example/a/b") == host);
	assert_true(host_of_key("http://outlet.example:80?b=c") == host);
	assert_false(host_of_key("https://outlet.example.org/a") == host);
}

static void
odd_addresses_and_headlines_are_taken(void **state)
{
	static const char *const odd[] = {"://", "a:b", "?=&=&&", "http://[::1",
	    "http://h/%", "http://h/?%=%zz&a=%4", "-", " - - ", "| |",
	    "\xff\xfe", "BREAKING:", "UPDATE 1", "(video)", " (video)",
	    "\xe2\x80", "a \xe2\x80\x94 b"};
	struct keys keys;
	char *endless = xmalloc(100001);

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		keys_make(odd[i], odd[i], &keys);
	for (size_t i = 0; i < 100000; i++)
		endless[i] = "ab -?&/"[i * i % 7];
	endless[100000] = '\0';
	keys_make(endless, endless, &keys);
	assert_true(keys.shortened_len <= KEYS_SHORT_MAX);
	free(endless);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(address_has_one_key_in_all_spellings),
	    cmocka_unit_test(home_page_is_no_key),
	    cmocka_unit_test(canonical_address_is_short),
	    cmocka_unit_test(headline_loses_publisher_and_bulletin_marks),
	    cmocka_unit_test(headline_has_one_key_in_all_typography),
	    cmocka_unit_test(one_word_edits_are_copies),
	    cmocka_unit_test(other_numbers_stay_apart),
	    cmocka_unit_test(different_headlines_are_no_copies),
	    cmocka_unit_test(stored_keys_never_change),
	    cmocka_unit_test(keys_of_one_host_lie_side_by_side),
	    cmocka_unit_test(odd_addresses_and_headlines_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

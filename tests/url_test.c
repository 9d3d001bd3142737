/*
 * feeds/parse/url: RFC 3986 section 5.4's own tables, and repairs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "parse/links.h"
#include "parse/url.h"

#define BASE "http://a/b/c/d;p?q"

struct pair {
	const char *ref;
	const char *target;
};

static void
check_pairs(const char *base, const struct pair *pairs, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char *target = url_resolve(base, pairs[i].ref);

		assert_string_equal(target, pairs[i].target);
		free(target);
	}
}

static void
normal_examples_of_rfc_3986_resolve(void **state)
{
	static const struct pair pairs[] = {{"g:h", "g:h"},
	    {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"},
	    {"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"},
	    {"//g", "http://g"}, {"?y", "http://a/b/c/d;p?y"},
	    {"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q#s"},
	    {"g#s", "http://a/b/c/g#s"}, {"g?y#s", "http://a/b/c/g?y#s"},
	    {";x", "http://a/b/c/;x"}, {"g;x", "http://a/b/c/g;x"},
	    {"g;x?y#s", "http://a/b/c/g;x?y#s"}, {".", "http://a/b/c/"},
	    {"./", "http://a/b/c/"}, {"..", "http://a/b/"},
	    {"../", "http://a/b/"}, {"../g", "http://a/b/g"},
	    {"../..", "http://a/"}, {"../../", "http://a/"},
	    {"../../g", "http://a/g"}};

	check_pairs(BASE, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void
abnormal_examples_of_rfc_3986_resolve(void **state)
{
	static const struct pair pairs[] = {{"../../../g", "http://a/g"},
	    {"../../../../g", "http://a/g"}, {"/./g", "http://a/g"},
	    {"/../g", "http://a/g"}, {"g.", "http://a/b/c/g."},
	    {".g", "http://a/b/c/.g"}, {"g..", "http://a/b/c/g.."},
	    {"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"},
	    {"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"},
	    {"g/../h", "http://a/b/c/h"}, {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
	    {"g;x=1/../y", "http://a/b/c/y"},
	    {"g?y/./x", "http://a/b/c/g?y/./x"},
	    {"g?y/../x", "http://a/b/c/g?y/../x"},
	    {"g#s/./x", "http://a/b/c/g#s/./x"},
	    {"g#s/../x", "http://a/b/c/g#s/../x"},
	    {"http:g", "http://a/b/c/g"}};

	check_pairs(BASE, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void
what_feeds_write_is_repaired(void **state)
{
	static const struct pair pairs[] = {{" g ", "http://a/b/c/g"},
	    {"a b", "http://a/b/c/a%20b"}, {"a\tb\nc", "http://a/b/c/abc"},
	    {"<g>", "http://a/b/c/%3Cg%3E"}, {"http://x/a/../b", "http://x/b"},
	    {"http://x", "http://x"}, {"HTTP://X/./a", "HTTP://X/a"},
	    {"mailto:a@b", "mailto:a@b"},
	    {"https://h/?a=1&amp;b", "https://h/?a=1&b"}, {"a:b:c", "a:b:c"}};

	check_pairs(BASE, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void
bases_without_a_path_get_one(void **state)
{
	static const struct pair pairs[] = {
	    {"g", "http://a/g"}, {"?q", "http://a?q"}, {"..", "http://a/"}};

	check_pairs("http://a", pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void
without_a_base_references_stay_relative(void **state)
{
	static const struct pair pairs[] = {
	    {"a/b c", "a/b%20c"}, {"http://x/./y", "http://x/y"}};

	check_pairs(NULL, pairs, sizeof(pairs) / sizeof(pairs[0]));
	check_pairs("not absolute", pairs, 1);
}

static void
empty_and_endless_references_are_none(void **state)
{
	char *endless = malloc(URL_MAX + 2);

	memset(endless, 'a', URL_MAX + 1);
	endless[URL_MAX + 1] = '\0';
	assert_null(url_resolve(BASE, ""));
	assert_null(url_resolve(BASE, " \n"));
	assert_null(url_resolve(BASE, endless));
	free(endless);
}

static void
web_addresses_have_http_and_a_host(void **state)
{
	assert_true(url_is_web("http://h/x"));
	assert_true(url_is_web("HTTPS://h"));
	assert_false(url_is_web("https:///x"));
	assert_false(url_is_web("ftp://h/x"));
	assert_false(url_is_web("javascript:x"));
	assert_false(url_is_web("h/x"));
	assert_true(url_is_absolute("urn:x"));
	assert_false(url_is_absolute("1a:x"));
	assert_false(url_is_absolute("a/b:c"));
}

static void
links_in_html_change_and_nothing_else_does(void **state)
{
	static const char html[] = "<A HREF=x>a</A> <img src='i&amp;j' alt=y> "
				   "<a href=\"http://k/\">k</a> &lt;a href=x";
	struct buf out = BUF_INIT;

	links_resolve(&out, html, strlen(html), "http://h/");
	assert_string_equal(out.data,
	    "<A HREF=\"http://h/x\">a</A> <img src=\"http://h/i&amp;j\" "
	    "alt=y> <a href=\"http://k/\">k</a> &lt;a href=x");
	buf_clear(&out);
	links_resolve(&out, html, strlen(html), NULL);
	assert_string_equal(out.data, html);
	buf_clear(&out);
}

static void
hosts_are_the_same_however_they_are_spelled(void **state)
{
	static const char *const cases[][2] = {
	    {"http://wire.example/a", "wire.example"},
	    {"https://Wire.Example:443?b", "wire.example"},
	    {"http://user:p@ss@WIRE.example.:8080/", "wire.example"},
	    {"http://[2001:DB8::1]:8080/", "[2001:db8::1]"},
	    {"http://[2001:db8::1]", "[2001:db8::1]"},
	    {"http://a@[::1]:1/@b:c", "[::1]"},
	    {"http://./", "."},
	    {"http:///a", ""},
	    {"/a", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *host = url_host(cases[i][0]);

		assert_string_equal(host, cases[i][1]);
		free(host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(normal_examples_of_rfc_3986_resolve),
	    cmocka_unit_test(abnormal_examples_of_rfc_3986_resolve),
	    cmocka_unit_test(what_feeds_write_is_repaired),
	    cmocka_unit_test(bases_without_a_path_get_one),
	    cmocka_unit_test(without_a_base_references_stay_relative),
	    cmocka_unit_test(empty_and_endless_references_are_none),
	    cmocka_unit_test(web_addresses_have_http_and_a_host),
	    cmocka_unit_test(links_in_html_change_and_nothing_else_does),
	    cmocka_unit_test(hosts_are_the_same_however_they_are_spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

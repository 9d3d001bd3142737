/*
 * feeds/parse/opml.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "parse/opml.h"
#include "parse/parser.h"

static int
parse(const char *text, struct opml *opml)
{
	return opml_parse(text, strlen(text), opml);
}

static void
outlines_keep_folders_lines_and_attributes(void **state)
{
	struct opml opml;
	const struct opml_outline *o;

	assert_int_equal(
	    parse("<opml version=\"2.0\"><head><title>Mine</title></head>\n"
		  "<body>\n<outline text=\"News\">\n<outline title=\"Wires\">\n"
		  "<outline type=\"rss\" text=\"A &amp; B\" "
		  "xmlUrl=\"https://h/?a=1&amp;b=2\" htmlUrl=\"https://h/\" "
		  "language=\"ru\" category=\"/x/y, z\"/>\n"
		  "</outline></outline>\n<outline text=\"Top\"/></body></opml>",
		&opml),
	    0);
	assert_string_equal(opml.title, "Mine");
	assert_int_equal(opml.outlines_len, 4);
	o = &opml.outlines[2];
	assert_string_equal(o->text, "A & B");
	assert_string_equal(o->xml_url, "https://h/?a=1&b=2");
	assert_string_equal(o->html_url, "https://h/");
	assert_string_equal(o->type, "rss");
	assert_string_equal(o->language, "ru");
	assert_string_equal(o->folder, "News/Wires");
	assert_int_equal(o->categories.len, 2);
	assert_string_equal(o->categories.at[1], "z");
	assert_int_equal(o->line, 5);
	assert_int_equal(o->parent, 1);
	assert_null(opml.outlines[0].xml_url);
	assert_int_equal(opml.outlines[3].parent, -1);
	assert_string_equal(opml.outlines[3].folder, "");
	opml_clear(&opml);
}

static void
errors_have_their_line(void **state)
{
	struct opml opml;

	assert_int_equal(
	    parse("<opml>\n<body>\n<outline text=\"a & b\"/></body></opml>",
		&opml),
	    -1);
	assert_non_null(opml.error);
	assert_int_equal(opml.error_line, 3);
	opml_clear(&opml);
}

static void
other_documents_are_refused(void **state)
{
	struct opml opml;

	assert_int_equal(parse("", &opml), -1);
	opml_clear(&opml);
	assert_int_equal(parse("<rss/>", &opml), -1);
	assert_non_null(strstr(opml.error, "root"));
	opml_clear(&opml);
	assert_int_equal(
	    parse("<!DOCTYPE opml [<!ENTITY a SYSTEM \"b\">]><opml/>", &opml),
	    -1);
	assert_non_null(strstr(opml.error, "entities"));
	opml_clear(&opml);
	assert_int_equal(parse("plain text", &opml), -1);
	opml_clear(&opml);
	opml_clear(NULL);
}

static void
nesting_is_bounded(void **state)
{
	struct buf text = BUF_INIT;
	struct opml opml;

	buf_add_str(&text, "<opml><body>");
	for (int i = 0; i <= OPML_DEPTH_MAX; i++)
		buf_add_str(&text, "<outline text='x'>");
	assert_int_equal(parse(text.data, &opml), -1);
	assert_non_null(strstr(opml.error, "deep"));
	opml_clear(&opml);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outlines_keep_folders_lines_and_attributes),
	    cmocka_unit_test(errors_have_their_line),
	    cmocka_unit_test(other_documents_are_refused),
	    cmocka_unit_test(nesting_is_bounded),
	};

	parser_init_process();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

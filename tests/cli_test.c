/*
 * daemon/cli: tables and ages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "cli/table.h"
#include "cli/when.h"

static const struct table_column columns[] = {
    {"STATE", false, false},
    {"NAME", false, true},
    {"N", true, false},
    {NULL, false, false},
};

static struct table *
sample(void)
{
	struct table *table = table_new(columns);

	table_add(table, "up", "32");
	table_add(table, "Шойгу and the Élysée", NULL);
	table_addf(table, "%d", 7);
	table_add(table, NULL, NULL);
	table_add(table, "日本\033[31m\n", NULL);
	table_addf(table, "%d", 1234);
	return table;
}

static void
columns_are_as_wide_as_they_look(void **state)
{
	struct table *table = sample();
	struct buf out = BUF_INIT;

	assert_int_equal(table_rows(table), 2);
	table_print(table, &out, 0, false);
	assert_string_equal(buf_str(&out),
	    "STATE  NAME                     N\n"
	    "up     Шойгу and the Élysée     7\n"
	    "       日本[31m              1234\n");
	buf_clear(&out);
	table_free(table);
}

static void
lines_fit_the_terminal(void **state)
{
	struct table *table = sample();
	struct buf out = BUF_INIT;

	table_print(table, &out, 24, false);
	assert_string_equal(buf_str(&out), "STATE  NAME            N\n"
					   "up     Шойгу and …     7\n"
					   "       日本[31m     1234\n");
	table_free(table);
	table = sample();
	buf_reset(&out);
	table_print(table, &out, 24, true);
	assert_non_null(strstr(out.data, "\033[32mup\033[0m     "));
	buf_clear(&out);
	table_free(table);
}

static void
long_tables_come_in_pieces(void **state)
{
	struct table *table = sample();
	struct buf out = BUF_INIT;

	table_print(table, &out, 0, false);
	buf_reset(&out);
	assert_int_equal(table_rows(table), 0);
	table_add(table, "quarantined", NULL);
	table_add(table, "x", NULL);
	table_add(table, "1", NULL);
	table_print(table, &out, 0, false);
	assert_string_equal(
	    buf_str(&out), "quarantined  x                        1\n");
	buf_clear(&out);
	table_free(table);
}

static void
last_column_goes_below_rows_that_are_too_long(void **state)
{
	static const struct table_column feeds[] = {
	    {"STATE", false, false, false}, {"FEED", false, true, false},
	    {"TROUBLE", false, true, true}, {NULL, false, false, false}};
	static const char *const cells[] = {"failing", "tass-en",
	    "a bot wall answers in place of the feed", "up", "rt-en", ""};
	struct table *table = table_new(feeds);
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		table_add(table, cells[i], NULL);
	table_print(table, &out, 40, false);
	assert_string_equal(buf_str(&out),
	    "STATE    FEED\n"
	    "failing  tass-en\n"
	    "         a bot wall answers in place of\n"
	    "         the feed\n"
	    "up       rt-en\n");
	buf_clear(&out);
	table_free(table);
}

static void
spans_are_short(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} cases[] = {{-5, "0 s"}, {0.4, "0 s"}, {99, "99 s"}, {100, "2 min"},
	    {5999, "100 min"}, {6000, "2 h"}, {47 * 3600, "47 h"},
	    {48 * 3600, "2 d"}, {1e18, "11574 d"}};
	char text[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		span_text(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
dates_become_ages(void **state)
{
	char text[16], local[32];

	when_ago(NULL, text);
	assert_string_equal(text, "-");
	when_in("2001-01-01T00:00:00Z", text);
	assert_string_equal(text, "now");
	when_ago("no date", text);
	assert_string_equal(text, "-");
	when_local("2024-03-22T19:00:05.5Z", local);
	assert_int_equal(strlen(local), strlen("2024-03-22 19:00:05"));
}

static void
moments_are_asked_for_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *asked;
	} cases[] = {
	    {"2024-03-22 19:00", "2024-03-22T13:15:00Z"},
	    {"2024-03-22T19:00:05", "2024-03-22T13:15:05Z"},
	    {"2024-03-22", "2024-03-21T18:15:00Z"},
	    {"2024-03-22T19:00:00Z", "2024-03-22T19:00:00Z"},
	    {"15m", "15m"},
	    {"noon", "noon"},
	    {"25:00", "25:00"},
	    {"", ""},
	};
	char text[32], today[32], other[32];

	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
		    when_asked(cases[i].text, text), cases[i].asked);
	do { /* until the day does not end in between */
		when_asked("today", today);
		assert_string_equal(
		    when_asked("09:00", text) + 11, "03:15:00Z");
		assert_string_equal(when_asked("00:00", other), today);
	} while (strcmp(when_asked("today", other), today) != 0);
	assert_true(strcmp(when_asked("yesterday", other), today) < 0);
	assert_true(strcmp(when_asked("now", other), today) >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_are_as_wide_as_they_look),
	    cmocka_unit_test(lines_fit_the_terminal),
	    cmocka_unit_test(long_tables_come_in_pieces),
	    cmocka_unit_test(last_column_goes_below_rows_that_are_too_long),
	    cmocka_unit_test(spans_are_short),
	    cmocka_unit_test(dates_become_ages),
	    cmocka_unit_test(moments_are_asked_for_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

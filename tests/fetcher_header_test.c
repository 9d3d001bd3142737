/*
 * daemon/fetcher/header: heads of answers, Retry-After.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fetcher/header.h"
#include "frame/job.h"

#define NOW_AT (1795305600LL * 1000000) /* 2026-11-22 00:00:00 UTC */

static bool
take(struct header *header, const char *line)
{
	return header_take_line(header, line, strlen(line));
}

static void
validators_are_kept_byte_by_byte(void **state)
{
	struct header header;

	header_init(&header);
	assert_true(take(&header, "HTTP/1.1 200 OK\r\n"));
	assert_true(take(&header, "ETag: W/\"a \\ b\"\r\n"));
	assert_true(take(&header, "last-modified:\tnot a date \r\n"));
	assert_int_equal(header.status, 200);
	assert_string_equal(header.etag, "W/\"a \\ b\"");
	assert_string_equal(header.modified, "not a date");
	header_clear(&header);
}

static void
validator_over_1_kb_is_dropped(void **state)
{
	char line[VALIDATOR_MAX + 16] = "ETag: ";
	struct header header;

	header_init(&header);
	memset(line + 6, 'e', VALIDATOR_MAX);
	take(&header, line);
	assert_int_equal(strlen(header.etag), VALIDATOR_MAX);
	strcat(line, "e");
	take(&header, line);
	assert_null(header.etag);
	header_clear(&header);
}

static void
validator_that_is_no_text_is_dropped(void **state)
{
	struct header header;

	header_init(&header);
	take(&header, "ETag: \"a\xff\"\r\n");
	assert_null(header.etag);
	take(&header, "ETag: \"a\x01\"\r\n");
	assert_null(header.etag);
	header_clear(&header);
}

/* Sent back it would mean any version at all. */
static void
star_is_no_validator(void **state)
{
	struct header header;

	header_init(&header);
	take(&header, "ETag: *\r\n");
	assert_null(header.etag);
	take(&header, "ETag: \"*\"\r\n");
	assert_string_equal(header.etag, "\"*\"");
	header_clear(&header);
}

static void
next_status_line_forgets_the_lines_before(void **state)
{
	struct header header;

	header_init(&header);
	take(&header, "HTTP/1.1 103 Early Hints\r\n");
	take(&header, "ETag: \"early\"\r\n");
	take(&header, "HTTP/2 304\r\n");
	assert_int_equal(header.status, 304);
	assert_null(header.etag);
	assert_int_equal(header.lines, 3);
	header_clear(&header);
}

static void
more_than_200_lines_are_refused(void **state)
{
	struct header header;

	header_init(&header);
	for (int i = 0; i < HEADER_LINES_MAX; i++)
		assert_true(take(&header, "X: y\r\n"));
	assert_false(take(&header, "X: y\r\n"));
	header_clear(&header);
}

static void
more_than_64_kb_are_refused(void **state)
{
	static char line[HEADER_BYTES_MAX / 2];
	struct header header;

	header_init(&header);
	memset(line, 'x', sizeof(line));
	assert_true(header_take_line(&header, line, sizeof(line)));
	assert_true(header_take_line(&header, line, sizeof(line)));
	assert_false(take(&header, "\r\n"));
	header_clear(&header);
}

static void
layers_of_encodings_are_unknown(void **state)
{
	struct header header;

	header_init(&header);
	take(&header, "Content-Encoding: GZIP\r\n");
	assert_int_equal(header.encoding, ENCODING_GZIP);
	take(&header, "Content-Encoding: gzip\r\n");
	assert_int_equal(header.encoding, ENCODING_UNKNOWN);
	header_clear(&header);
	take(&header, "Content-Encoding: gzip, gzip\r\n");
	assert_int_equal(header.encoding, ENCODING_UNKNOWN);
	header_clear(&header);
	take(&header, "Content-Encoding: identity\r\n");
	assert_int_equal(header.encoding, ENCODING_NONE);
	header_clear(&header);
}

static int64_t
retry_after(const char *value)
{
	struct header header = {.retry_after = (char *)(uintptr_t)value};

	return header_retry_after(&header, NOW_AT);
}

static bool
is_strong(const char *modified, const char *date)
{
	struct header header = {.modified = (char *)(uintptr_t)modified,
	    .date = (char *)(uintptr_t)date};

	return header_modified_is_strong(&header);
}

/* Found when a second item, published in the second of the first one's answer,
 * was hidden by 304 until the third. */
static void
document_of_this_second_may_change_again_in_it(void **state)
{
	const char *date = "Sun, 22 Nov 2026 00:10:01 GMT";

	assert_false(is_strong(date, date));
	assert_false(is_strong("Sun, 22 Nov 2026 00:10:09 GMT", date));
	assert_true(is_strong("Sun, 22 Nov 2026 00:10:00 GMT", date));
	assert_true(is_strong(date, NULL));
	assert_true(is_strong(NULL, date));
	assert_true(is_strong("yesterday", date));
}

static void
retry_after_is_read_in_both_forms(void **state)
{
	assert_int_equal(retry_after(NULL), 0);
	assert_int_equal(retry_after("120"), 120);
	assert_int_equal(retry_after("Sun, 22 Nov 2026 00:10:00 GMT"), 600);
	assert_int_equal(retry_after("Sunday, 22-Nov-26 00:10:00 GMT"), 600);
	assert_int_equal(retry_after("Sat, 21 Nov 2026 00:10:00 GMT"), 0);
	assert_int_equal(retry_after("soon"), 0);
	assert_int_equal(retry_after("-5"), 0);
}

static void
retry_after_is_at_most_a_day(void **state)
{
	assert_int_equal(retry_after("1000000000"), RETRY_AFTER_MAX);
	assert_int_equal(
	    retry_after("99999999999999999999999"), RETRY_AFTER_MAX);
	assert_int_equal(
	    retry_after("Sun, 22 Nov 2099 00:10:00 GMT"), RETRY_AFTER_MAX);
}

static int64_t
fresh_of(const char *lines)
{
	struct header header;
	int64_t seconds;

	header_init(&header);
	take(&header, "HTTP/1.1 200 OK");
	for (const char *end; (end = strchr(lines, '\n')); lines = end + 1)
		header_take_line(&header, lines, (size_t)(end - lines));
	seconds = header_fresh(&header);
	header_clear(&header);
	return seconds;
}

static void
freshness_is_max_age_or_expires_less_the_age(void **state)
{
	static const char dates[] = "Date: Sun, 22 Nov 2026 00:00:00 GMT\n"
				    "Expires: Sun, 22 Nov 2026 00:10:00 GMT\n";
	char *both;

	assert_int_equal(fresh_of(""), 0);
	assert_int_equal(fresh_of("Cache-Control: public, Max-Age=300\n"), 300);
	assert_int_equal(
	    fresh_of("Age: 100\nCache-Control: max-age=300\n"), 200);
	assert_int_equal(fresh_of("Age: 301\nCache-Control: max-age=300\n"), 0);
	assert_int_equal(fresh_of(dates), 600);
	both = xasprintf("%sCache-Control: max-age=60\n", dates);
	assert_int_equal(fresh_of(both), 60);
	free(both);
}

static void
freshness_that_is_denied_absurd_or_broken_is_bounded(void **state)
{
	assert_int_equal(
	    fresh_of("Cache-Control: no-cache\nCache-Control: max-age=9\n"), 0);
	assert_int_equal(fresh_of("Cache-Control: max-age=9,no-store\n"), 0);
	assert_int_equal(
	    fresh_of("Cache-Control: max-age=99999999999999999999\n"), 86400);
	assert_int_equal(fresh_of("Cache-Control: max-age=-5\n"), 0);
	assert_int_equal(fresh_of("Cache-Control: max-age=\n"), 0);
	assert_int_equal(fresh_of("Expires: 0\n"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(validators_are_kept_byte_by_byte),
	    cmocka_unit_test(validator_over_1_kb_is_dropped),
	    cmocka_unit_test(validator_that_is_no_text_is_dropped),
	    cmocka_unit_test(star_is_no_validator),
	    cmocka_unit_test(next_status_line_forgets_the_lines_before),
	    cmocka_unit_test(more_than_200_lines_are_refused),
	    cmocka_unit_test(more_than_64_kb_are_refused),
	    cmocka_unit_test(layers_of_encodings_are_unknown),
	    cmocka_unit_test(document_of_this_second_may_change_again_in_it),
	    cmocka_unit_test(retry_after_is_read_in_both_forms),
	    cmocka_unit_test(retry_after_is_at_most_a_day),
	    cmocka_unit_test(freshness_is_max_age_or_expires_less_the_age),
	    cmocka_unit_test(
		freshness_that_is_denied_absurd_or_broken_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

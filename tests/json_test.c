/*
 * feeds/base/json: the writer, with jansson as the judge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/json.h"

static void
commas_stand_between_values_only(void **state)
{
	struct buf out = BUF_INIT;

	json_put_open(&out, '{');
	json_pair_str(&out, "a", "x");
	json_pair_i64(&out, "b", -1);
	json_put_key(&out, "c");
	json_put_open(&out, '[');
	json_put_open(&out, '{');
	json_put_close(&out, '}');
	json_put_bool(&out, true);
	json_put_str(&out, NULL);
	json_put_open(&out, '[');
	json_put_close(&out, ']');
	json_put_close(&out, ']');
	json_pair_u64(&out, "d", UINT64_MAX);
	json_put_close(&out, '}');
	assert_string_equal(buf_str(&out),
	    "{\"a\":\"x\",\"b\":-1,\"c\":[{},true,null,[]],"
	    "\"d\":18446744073709551615}");
	buf_clear(&out);
}

/* Any bytes at all give one line that jansson reads. */
static void
any_bytes_become_valid_json(void **state)
{
	struct buf out = BUF_INIT;
	char bytes[3];
	json_t *value;

	for (unsigned i = 0; i < 0x10000; i++) {
		bytes[0] = (char)(i >> 8);
		bytes[1] = (char)i;
		bytes[2] = '"';
		buf_reset(&out);
		json_put_strn(&out, bytes, sizeof(bytes));
		assert_null(strchr(out.data, '\n'));
		value = json_loadb(
		    out.data, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(value);
		json_decref(value);
	}
	buf_clear(&out);
}

static void
good_text_comes_back_unchanged(void **state)
{
	static const char *const texts[] = {"", "plain", "a \"b\" \\ c",
	    "line\nline\ttab", "Шойгу", "Élysée", "\xf0\x9f\x8c\x8d",
	    "\xe2\x80\xa8sep\xe2\x80\xa9", "\x01\x1f\x7f", "\xe2\x80\xa7"};
	struct buf out = BUF_INIT;
	json_t *value;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_reset(&out);
		json_put_str(&out, texts[i]);
		value = json_loads(out.data, JSON_DECODE_ANY, NULL);
		assert_string_equal(json_string_value(value), texts[i]);
		json_decref(value);
	}
	buf_clear(&out);
}

static void
invalid_utf8_becomes_replacement(void **state)
{
	struct buf out = BUF_INIT;

	json_put_str(&out, "a\xff\xed\xa0\x80z");
	assert_string_equal(buf_str(&out),
	    "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
	buf_clear(&out);
}

static void
dates_are_utc_with_milliseconds(void **state)
{
	struct buf out = BUF_INIT;

	json_put_open(&out, '[');
	json_put_date(&out, INT64_C(1711134000123456));
	json_put_date(&out, -1);
	json_put_date(&out, 0);
	json_put_date(&out, JSON_NO_DATE);
	json_put_close(&out, ']');
	assert_string_equal(buf_str(&out),
	    "[\"2024-03-22T19:00:00.123Z\",\"1969-12-31T23:59:59.999Z\","
	    "null,null]");
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commas_stand_between_values_only),
	    cmocka_unit_test(any_bytes_become_valid_json),
	    cmocka_unit_test(good_text_comes_back_unchanged),
	    cmocka_unit_test(invalid_utf8_becomes_replacement),
	    cmocka_unit_test(dates_are_utc_with_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

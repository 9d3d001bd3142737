/*
 * daemon/courier/sign and answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "courier/answer.h"
#include "frame/sign.h"

/* The signature of the body `{"test": 2432232314}` in the examples that the
 * Standard Webhooks libraries are tested with. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static char *
sign(const char *secrets)
{
	struct buf body = BUF_INIT, out = BUF_INIT;
	const char *wrong;
	struct sign_keys *keys = sign_keys_new(secrets, &wrong);

	if (keys == NULL) {
		assert_non_null(wrong);
		return NULL;
	}
	buf_add_str(&body, "{\"test\": 2432232314}");
	sign_add(&out, keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, &body);
	buf_clear(&body);
	sign_keys_free(keys);
	return buf_take(&out);
}

static void
check(const char *secrets, const char *want)
{
	char *got = sign(secrets);

	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
}

static void
signature_is_that_of_the_standard(void **state)
{
	check(SECRET, SIGNATURE);
	check(SECRET "\n", SIGNATURE);
	check("\r\n  " SECRET "\r\n\r\n", SIGNATURE);
}

static void
all_secrets_sign_while_they_are_rotated(void **state)
{
	char *got = sign("another secret\n" SECRET "\n");

	assert_non_null(got);
	assert_int_equal(strlen(got), 2 * strlen(SIGNATURE) + 1);
	assert_string_equal(got + strlen(SIGNATURE) + 1, SIGNATURE);
	free(got);
}

/* The key of SECRET as text has bytes that no line can have; a printable key
 * must sign alike in both forms. */
static void
raw_text_and_base64_of_it_are_the_same_secret(void **state)
{
	char *raw = sign("wirewatch-key"),
	     *coded = sign("whsec_d2lyZXdhdGNoLWtleQ=="),
	     *bare = sign("whsec_d2lyZXdhdGNoLWtleQ");

	assert_non_null(coded);
	assert_string_equal(raw, coded);
	assert_string_equal(raw, bare);
	free(raw);
	free(coded);
	free(bare);
}

static void
malformed_secrets_are_refused(void **state)
{
	assert_null(sign(""));
	assert_null(sign(" \n\n"));
	assert_null(sign("whsec_"));
	assert_null(sign("whsec_===="));
	assert_null(sign("whsec_a"));
	assert_null(sign("whsec_a*aa"));
	assert_null(sign("good\nwhsec_!\n"));
	assert_null(sign("1\n2\n3\n4\n5\n6\n7\n8\n9\n"));
}

static void
answers_end_or_repeat_a_delivery(void **state)
{
	assert_int_equal(answer_outcome(200), DELIVERY_OK);
	assert_int_equal(answer_outcome(204), DELIVERY_OK);
	assert_int_equal(answer_outcome(299), DELIVERY_OK);
	assert_int_equal(answer_outcome(199), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(300), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(400), DELIVERY_DEAD);
	assert_int_equal(answer_outcome(401), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(404), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(410), DELIVERY_GONE);
	assert_int_equal(answer_outcome(413), DELIVERY_DEAD);
	assert_int_equal(answer_outcome(415), DELIVERY_DEAD);
	assert_int_equal(answer_outcome(422), DELIVERY_DEAD);
	assert_int_equal(answer_outcome(429), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(503), DELIVERY_RETRY);
	assert_int_equal(answer_outcome(0), DELIVERY_RETRY);
}

static int64_t
retry_after_s(const char *value)
{
	/* 784111777: Sun, 06 Nov 1994 08:49:37 GMT */
	return answer_retry_after_us(value, 784111770) / 1000000;
}

static void
retry_after_is_seconds_or_a_date(void **state)
{
	assert_int_equal(retry_after_s("120"), 120);
	assert_int_equal(retry_after_s("3 days"), 0);
	assert_int_equal(retry_after_s("Sun, 06 Nov 1994 08:49:37 GMT"), 7);
	assert_int_equal(retry_after_s("Sun, 06 Nov 1994 08:49:00 GMT"), 0);
	assert_int_equal(retry_after_s("999999999"), ANSWER_RETRY_AFTER_MAX_S);
	assert_int_equal(
	    retry_after_s("99999999999999999999999"), ANSWER_RETRY_AFTER_MAX_S);
	assert_int_equal(retry_after_s("-5"), 0);
	assert_int_equal(retry_after_s("soon"), 0);
	assert_int_equal(retry_after_s(""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signature_is_that_of_the_standard),
	    cmocka_unit_test(all_secrets_sign_while_they_are_rotated),
	    cmocka_unit_test(raw_text_and_base64_of_it_are_the_same_secret),
	    cmocka_unit_test(malformed_secrets_are_refused),
	    cmocka_unit_test(answers_end_or_repeat_a_delivery),
	    cmocka_unit_test(retry_after_is_seconds_or_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

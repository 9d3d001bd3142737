/*
 * daemon/fetcher/body: gathering, hashing, inflating, streaming.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "fetcher/body.h"

#define GZIP 31
#define ZLIB 15
#define RAW (-15)

static bool
keep(void *arg, const char *bytes, size_t len)
{
	buf_add(arg, bytes, len);
	return true;
}

static bool
refuse(void *arg, const char *bytes, size_t len)
{
	return false;
}

/* Text of len bytes; noise cannot be compressed much. */
static void
make_text(struct buf *text, size_t len, bool noise)
{
	uint32_t random = 1;

	buf_add_str(text, "<rss>");
	while (text->len < len) {
		random = random * 1664525 + 1013904223;
		buf_add_char(text, noise ? (char)(random >> 24) : 'a');
	}
}

static void
compress_text(struct buf *out, const struct buf *text, int window)
{
	z_stream z = {0};

	deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)text->data;
	z.avail_in = (uInt)text->len;
	z.next_out = (Bytef *)buf_reserve(out, deflateBound(&z, text->len));
	z.avail_out = (uInt)deflateBound(&z, text->len);
	deflate(&z, Z_FINISH);
	out->len += z.total_out;
	deflateEnd(&z);
}

/* Pushes in pieces; returns the first result that is not OK. */
static enum body_result
run(enum header_encoding encoding, const struct buf *sent, struct buf *got,
    bool *streamed)
{
	struct body *body = body_new(encoding, keep, got);
	enum body_result result = BODY_OK;
	size_t piece;

	for (size_t at = 0; at < sent->len && result == BODY_OK; at += piece) {
		piece = sent->len - at < 10000 ? sent->len - at : 10000;
		result = body_push(body, sent->data + at, piece);
	}
	if (result == BODY_OK)
		result = body_finish(body);
	if (streamed != NULL)
		*streamed = body_is_streaming(body);
	body_free(body);
	return result;
}

static void
round_trip(enum header_encoding encoding, int window, size_t len, bool noise,
    bool streams)
{
	struct buf text = BUF_INIT, sent = BUF_INIT, got = BUF_INIT;
	bool streamed;

	make_text(&text, len, noise);
	if (window != 0)
		compress_text(&sent, &text, window);
	else
		buf_add(&sent, text.data, text.len);
	assert_int_equal(run(encoding, &sent, &got, &streamed), BODY_OK);
	assert_int_equal(streamed, streams);
	assert_int_equal(got.len, text.len);
	assert_memory_equal(got.data, text.data, text.len);
	buf_clear(&text);
	buf_clear(&sent);
	buf_clear(&got);
}

static void
whole_bodies_are_inflated(void **state)
{
	round_trip(ENCODING_NONE, 0, 100000, true, false);
	round_trip(ENCODING_GZIP, GZIP, 100000, true, false);
	round_trip(ENCODING_GZIP, GZIP, 5000000, false, false);
	round_trip(ENCODING_DEFLATE, ZLIB, 100000, true, false);
	round_trip(ENCODING_DEFLATE, RAW, 100000, true, false);
}

static void
bodies_over_2_mib_stream(void **state)
{
	round_trip(ENCODING_NONE, 0, 3000000, true, true);
	round_trip(ENCODING_GZIP, GZIP, 3000000, true, true);
	round_trip(ENCODING_DEFLATE, ZLIB, 3000000, true, true);
	round_trip(ENCODING_DEFLATE, RAW, 3000000, true, true);
}

static void
gzip_is_known_by_its_bytes_not_by_its_label(void **state)
{
	round_trip(ENCODING_NONE, GZIP, 1000, false, false);
	round_trip(ENCODING_GZIP, 0, 1000, false, false);
}

/* "Content-Encoding: UTF-8", as some servers say. */
static void
document_under_an_unknown_label_is_read(void **state)
{
	static const char *const documents[] = {
	    "<rss/>", "\xef\xbb\xbf<rss/>", "\r\n <rss/>", "{}"};
	struct buf sent = BUF_INIT, got = BUF_INIT;

	for (int i = 0; i < 4; i++) {
		buf_reset(&sent);
		buf_add_str(&sent, documents[i]);
		assert_int_equal(
		    run(ENCODING_UNKNOWN, &sent, &got, NULL), BODY_OK);
		assert_string_equal(buf_str(&got), documents[i]);
		buf_reset(&got);
		assert_int_equal(
		    run(ENCODING_GZIP, &sent, &got, NULL), BODY_OK);
		assert_string_equal(buf_str(&got), documents[i]);
		buf_reset(&got);
	}
	for (const char *other = "\x1f \xef\xbb\xbf"; *other; other++) {
		buf_reset(&sent);
		buf_add_str(&sent, other);
		assert_int_equal(
		    run(ENCODING_UNKNOWN, &sent, &got, NULL), BODY_ENCODING);
	}
	buf_clear(&sent);
	buf_clear(&got);
}

static void
bombs_end_at_16_mib(void **state)
{
	struct buf text = BUF_INIT, sent = BUF_INIT, got = BUF_INIT;

	make_text(&text, 40 * 1000 * 1000, false);
	compress_text(&sent, &text, GZIP);
	assert_int_equal(run(ENCODING_GZIP, &sent, &got, NULL), BODY_TOO_LARGE);
	assert_true(got.len <= BODY_INFLATED_MAX);
	/* the same with a lie about its length */
	memset(sent.data + sent.len - 4, 0, 4);
	assert_int_not_equal(run(ENCODING_GZIP, &sent, &got, NULL), BODY_OK);
	buf_clear(&text);
	buf_clear(&sent);
	buf_clear(&got);
}

static void
damaged_bodies_are_corrupt(void **state)
{
	struct buf text = BUF_INIT, sent = BUF_INIT, got = BUF_INIT;

	for (int large = 0; large < 2; large++) {
		buf_reset(&text);
		buf_reset(&sent);
		make_text(&text, large ? 3000000 : 1000, true);
		compress_text(&sent, &text, GZIP);
		sent.len -= 20;
		assert_int_equal(
		    run(ENCODING_GZIP, &sent, &got, NULL), BODY_CORRUPT);
		sent.len += 20;
		memset(sent.data + sent.len / 2, 0x55, 100);
		assert_int_equal(
		    run(ENCODING_GZIP, &sent, &got, NULL), BODY_CORRUPT);
	}
	assert_int_equal(
	    run(ENCODING_UNKNOWN, &sent, &got, NULL), BODY_ENCODING);
	buf_clear(&text);
	buf_clear(&sent);
	buf_clear(&got);
}

static void
members_of_a_gzip_body_are_joined(void **state)
{
	struct buf text = BUF_INIT, sent = BUF_INIT, got = BUF_INIT;

	make_text(&text, 1000, false);
	compress_text(&sent, &text, GZIP);
	compress_text(&sent, &text, GZIP);
	assert_int_equal(run(ENCODING_GZIP, &sent, &got, NULL), BODY_OK);
	assert_int_equal(got.len, 2 * text.len);
	buf_clear(&text);
	buf_clear(&sent);
	buf_clear(&got);
}

static void
hash_is_of_the_transferred_bytes(void **state)
{
	struct body *a = body_new(ENCODING_NONE, refuse, NULL);
	struct body *b = body_new(ENCODING_NONE, refuse, NULL);

	body_push(a, "<rss", 4);
	body_push(a, "/>", 2);
	body_push(b, "<rss/>", 6);
	assert_true(body_hash(a) == body_hash(b));
	body_push(b, " ", 1);
	assert_true(body_hash(a) != body_hash(b));
	assert_int_equal(body_finish(a), BODY_STOPPED);
	body_free(a);
	body_free(b);
}

static void
many_bodies_at_once_stream_before_they_fill_memory(void **state)
{
	enum { COUNT = 20 };
	struct body *bodies[COUNT];
	struct buf text = BUF_INIT, got = BUF_INIT;
	int streaming = 0;

	make_text(&text, 1900000, false);
	for (int i = 0; i < COUNT; i++) {
		bodies[i] = body_new(ENCODING_NONE, keep, &got);
		body_push(bodies[i], text.data, text.len);
		streaming += body_is_streaming(bodies[i]);
	}
	assert_true(streaming > 0 && streaming < COUNT);
	for (int i = 0; i < COUNT; i++)
		body_free(bodies[i]);
	buf_clear(&text);
	buf_clear(&got);
}

static void
only_the_beginning_is_read_where_that_will_do(void **state)
{
	struct buf text = BUF_INIT, sent = BUF_INIT, got = BUF_INIT;

	make_text(&text, 50000, false);
	compress_text(&sent, &text, GZIP);
	body_read_start(ENCODING_GZIP, sent.data, sent.len, 1000, &got);
	assert_int_equal(got.len, 1000);
	assert_memory_equal(got.data, text.data, 1000);
	buf_reset(&got);
	body_read_start(ENCODING_NONE, "short", 5, 1000, &got);
	assert_string_equal(buf_str(&got), "short");
	buf_reset(&got);
	body_read_start(ENCODING_GZIP, sent.data, 30, 1000, &got);
	body_read_start(ENCODING_UNKNOWN, "short", 5, 1000, &got);
	body_read_start(ENCODING_NONE, NULL, 0, 1000, &got);
	assert_int_equal(got.len, 0);
	buf_clear(&text);
	buf_clear(&sent);
	buf_clear(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_bodies_are_inflated),
	    cmocka_unit_test(bodies_over_2_mib_stream),
	    cmocka_unit_test(gzip_is_known_by_its_bytes_not_by_its_label),
	    cmocka_unit_test(document_under_an_unknown_label_is_read),
	    cmocka_unit_test(bombs_end_at_16_mib),
	    cmocka_unit_test(damaged_bodies_are_corrupt),
	    cmocka_unit_test(members_of_a_gzip_body_are_joined),
	    cmocka_unit_test(hash_is_of_the_transferred_bytes),
	    cmocka_unit_test(
		many_bodies_at_once_stream_before_they_fill_memory),
	    cmocka_unit_test(only_the_beginning_is_read_where_that_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Bodies in chunks, however they are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <event2/buffer.h>

#include "base/buf.h"
#include "desk/chunks.h"

/* Pushes the text in pieces; the status that ends it. */
static int
read_chunks(const char *text, size_t piece, size_t max, struct buf *body)
{
	struct evbuffer *input = evbuffer_new(), *out = evbuffer_new();
	struct chunks chunks = {.left = 0};
	size_t len = strlen(text);
	int status = 0;

	for (size_t at = 0; at < len && status == 0; at += piece) {
		evbuffer_add(
		    input, text + at, piece < len - at ? piece : len - at);
		status = chunks_take(&chunks, input, out, max);
	}
	buf_reset(body);
	buf_add(body, evbuffer_pullup(out, -1), evbuffer_get_length(out));
	if (status == 200 && piece >= len)
		assert_int_equal(evbuffer_get_length(input), 4); /* "next" */
	evbuffer_free(input);
	evbuffer_free(out);
	return status;
}

static void
body_in_chunks_is_joined(void **state)
{
	static const char text[] = "4\r\nnews\r\n00A;name=\"v\"\r\n"
				   " of the da\r\n1 \r\ny\r\n0\r\n"
				   "X-Sum: 1\r\n\r\nnext";
	struct buf body = BUF_INIT;

	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		assert_int_equal(read_chunks(text, piece, 15, &body), 200);
		assert_string_equal(buf_str(&body), "news of the day");
	}
	assert_int_equal(read_chunks("0\r\n\r\nnext", 99, 0, &body), 200);
	assert_int_equal(body.len, 0);
	assert_int_equal(read_chunks("4\r\nne", 3, 15, &body), 0);
	buf_clear(&body);
}

static void
chunks_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
	    {"\r\n", 400},
	    {"x\r\n", 400},
	    {"-1\r\n", 400},
	    {"0x4\r\n", 400},
	    {"4x\r\nnews\r\n", 400},
	    {"4\r\nnewsy\r\n", 400},
	    {"4\r\nnews\n\n", 400},
	    {"10\r\n", 413},
	    {"8\r\n12345678\r\n8\r\n", 413},
	    {"ffffffffffffffffff\r\n", 413},
	};
	struct buf body = BUF_INIT, lines = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t piece = 1; piece < 30; piece++)
			assert_int_equal(
			    read_chunks(cases[i].text, piece, 15, &body),
			    cases[i].status);
	for (int i = 0; i < 2000; i++)
		buf_add_char(&lines, '0');
	assert_int_equal(read_chunks(lines.data, 1, 15, &body), 400);
	buf_reset(&lines);
	buf_add_str(&lines, "0\r\n");
	for (int i = 0; i < 100; i++)
		buf_add_str(&lines, "a: b\r\n");
	assert_int_equal(read_chunks(lines.data, 7, 15, &body), 400);
	buf_clear(&lines);
	buf_clear(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(body_in_chunks_is_joined),
	    cmocka_unit_test(chunks_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

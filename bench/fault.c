/*
 * Faulty answers, one function for each, found by the first part of the path.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bench/connection.h"
#include "bench/fault.h"

#define HEADER_LINE "X-Padding: 0123456789abcdef0123456789abcdef\r\n"
#define BLOCK 16384

static const char feed_head[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\">\n"
    "<channel>\n<title>Fault</title>\n<link>http://feed.example/</link>\n"
    "<description>d</description>\n";
static const char feed_item[] =
    "<item><title>One item</title><link>http://feed.example/1</link>"
    "<guid>1</guid><description>text</description></item>\n";
static const char feed_tail[] = "</channel>\n</rss>\n";

static char *
small_feed(void)
{
	return xasprintf("%s%s%s", feed_head, feed_item, feed_tail);
}

static void
answer_feed(struct conn *conn, int status, const char *headers)
{
	char *feed = small_feed();

	conn_answer(conn, status, headers, feed, strlen(feed));
	free(feed);
}

static void
fault_status(struct conn *conn, const struct request *request, const char *rest)
{
	char *retry = request_field(request, "retry_after");
	char *headers =
	    retry != NULL ? xasprintf("Retry-After: %s\r\n", retry) : NULL;

	conn_answer(conn, atoi(rest), headers, "no\n", 3);
	free(retry);
	free(headers);
}

static void
fault_redirect(
    struct conn *conn, const struct request *request, const char *rest)
{
	char *to = request_field(request, "to");
	char *headers = xasprintf("Location: %s\r\n", to != NULL ? to : "");

	conn_answer(conn, atoi(rest), headers, "", 0);
	free(to);
	free(headers);
}

static void
fault_chain(struct conn *conn, const struct request *request, const char *rest)
{
	long left = strtol(rest, NULL, 10);
	long code = request_number(request, "code", 302);
	char *headers;

	if (left <= 0) {
		answer_feed(conn, 200, NULL);
		return;
	}
	headers =
	    xasprintf("Location: /chain/%ld?code=%ld\r\n", left - 1, code);
	conn_answer(conn, (int)code, headers, "", 0);
	free(headers);
}

static void
fault_hang(struct conn *conn, const struct request *request, const char *rest)
{
}

static bool
reset_now(struct conn *conn, void *arg)
{
	conn_reset(conn);
	return false;
}

static void
fault_half(struct conn *conn, const struct request *request, const char *rest)
{
	char *head = xasprintf(
	    "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n%s", feed_head);

	conn_send(conn, head, strlen(head));
	free(head);
	if (strcmp(rest, "close") == 0)
		conn_close(conn);
	else if (strcmp(rest, "reset") == 0)
		conn_every(conn, 50, reset_now, NULL);
}

static bool
send_space(struct conn *conn, void *arg)
{
	conn_send(conn, " ", 1);
	return true;
}

static bool
send_header_line(struct conn *conn, void *arg)
{
	conn_send(conn, HEADER_LINE, strlen(HEADER_LINE));
	return true;
}

static void
fault_drip(struct conn *conn, const struct request *request, const char *rest)
{
	long every_ms = request_number(request, "every_ms", 500);

	if (strcmp(rest, "header") == 0) {
		conn_send(conn, "HTTP/1.1 200 OK\r\n", 17);
		conn_every(conn, every_ms, send_header_line, NULL);
		return;
	}
	conn_send(conn, "HTTP/1.1 200 OK\r\n\r\n", 19);
	conn_send(conn, feed_head, strlen(feed_head));
	conn_every(conn, every_ms, send_space, NULL);
}

static bool
send_long_line(struct conn *conn, void *arg)
{
	static char block[BLOCK];

	memset(block, 'a', sizeof(block));
	conn_send(conn, block, sizeof(block));
	return true;
}

static bool
send_continue(struct conn *conn, void *arg)
{
	conn_send(conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	return true;
}

static bool
send_item(struct conn *conn, void *arg)
{
	for (int i = 0; i < 100; i++)
		conn_send(conn, feed_item, strlen(feed_item));
	return true;
}

static void
fault_flood(struct conn *conn, const struct request *request, const char *rest)
{
	if (strcmp(rest, "continue") == 0) {
		conn_whenever_sent(conn, send_continue, NULL);
		return;
	}
	conn_send(conn, "HTTP/1.1 200 OK\r\n", 17);
	if (strcmp(rest, "header") == 0) {
		conn_whenever_sent(conn, send_header_line, NULL);
	} else if (strcmp(rest, "line") == 0) {
		conn_send(conn, "X-Long: ", 8);
		conn_whenever_sent(conn, send_long_line, NULL);
	} else {
		conn_send(conn, "\r\n", 2);
		conn_send(conn, feed_head, strlen(feed_head));
		conn_whenever_sent(conn, send_item, NULL);
	}
}

/* times times the block, as one gzip stream; once more around it if nested. */
static void
gzip_repeated(struct buf *out, const char *block, size_t len, long times)
{
	z_stream z = {0};

	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	for (long i = 0; i <= times; i++) {
		z.next_in = (Bytef *)(uintptr_t)block;
		z.avail_in = i < times ? (uInt)len : 0;
		do {
			z.next_out = (Bytef *)buf_reserve(out, BLOCK);
			z.avail_out = BLOCK;
			deflate(&z, i < times ? Z_NO_FLUSH : Z_FINISH);
			out->len += BLOCK - z.avail_out;
		} while (z.avail_out == 0);
	}
	deflateEnd(&z);
}

static void
fault_bomb(struct conn *conn, const struct request *request, const char *rest)
{
	static char block[BLOCK];
	struct buf body = BUF_INIT, nested = BUF_INIT;
	long megabytes = request_number(request, "megabytes", 100);
	size_t head_len = strlen(feed_head);

	memset(block, ' ', sizeof(block));
	memcpy(block, feed_head, head_len);
	gzip_repeated(
	    &body, block, sizeof(block), megabytes * 1024 * 1024 / BLOCK);
	if (strcmp(rest, "nested") == 0) {
		gzip_repeated(&nested, body.data, body.len, 1);
		conn_answer(conn, 200, "Content-Encoding: gzip, gzip\r\n",
		    nested.data, nested.len);
	} else {
		conn_answer(conn, 200, "Content-Encoding: gzip\r\n", body.data,
		    body.len);
	}
	buf_clear(&body);
	buf_clear(&nested);
}

/* A feed as gzip whose middle is damaged, or cut off, or no gzip at all. */
static void
fault_gzip(struct conn *conn, const struct request *request, const char *rest)
{
	struct buf body = BUF_INIT;
	char *feed = small_feed();

	gzip_repeated(&body, feed, strlen(feed), 1);
	if (strcmp(rest, "corrupt") == 0)
		memset(body.data + body.len / 2, 0x55, 8);
	else if (strcmp(rest, "cut") == 0)
		buf_truncate(&body, body.len / 2);
	else if (strcmp(rest, "lie") == 0) {
		buf_reset(&body);
		buf_add_str(&body, feed);
	}
	conn_answer(
	    conn, 200, "Content-Encoding: gzip\r\n", body.data, body.len);
	free(feed);
	buf_clear(&body);
}

static void
fault_raw(struct conn *conn, const struct request *request, const char *rest)
{
	conn_send(conn, feed_head, strlen(feed_head));
	conn_close(conn);
}

static void
fault_etag(struct conn *conn, const struct request *request, const char *rest)
{
	size_t len = strtoul(rest, NULL, 10);
	struct buf headers = BUF_INIT;

	buf_add_str(&headers, "ETag: \"");
	memset(buf_reserve(&headers, len), 'e', len);
	headers.len += len;
	buf_add_str(&headers, "\"\r\n");
	answer_feed(conn, 200, buf_str(&headers));
	buf_clear(&headers);
}

static void
fault_cookie(struct conn *conn, const struct request *request, const char *rest)
{
	answer_feed(conn, 200, "Set-Cookie: visitor=1; Path=/\r\n");
}

static void
fault_reset(struct conn *conn, const struct request *request, const char *rest)
{
	conn_reset(conn);
}

static bool
answer_now(struct conn *conn, void *arg)
{
	conn_whenever_sent(conn, NULL, NULL);
	answer_feed(conn, 200, NULL);
	return false;
}

static void
fault_delay(struct conn *conn, const struct request *request, const char *rest)
{
	conn_every(conn, strtol(rest, NULL, 10), answer_now, NULL);
}

static const struct {
	const char *prefix;
	void (*answer)(struct conn *, const struct request *, const char *rest);
} faults[] = {
    {"/bomb/", fault_bomb},
    {"/chain/", fault_chain},
    {"/cookie/", fault_cookie},
    {"/delay/", fault_delay},
    {"/drip/", fault_drip},
    {"/etag/", fault_etag},
    {"/flood/", fault_flood},
    {"/gzip/", fault_gzip},
    {"/half/", fault_half},
    {"/hang/", fault_hang},
    {"/raw/", fault_raw},
    {"/redirect/", fault_redirect},
    {"/reset/", fault_reset},
    {"/status/", fault_status},
};

bool
fault_answer(struct conn *conn, const struct request *request)
{
	size_t len;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		len = strlen(faults[i].prefix);
		if (strncmp(request->path, faults[i].prefix, len) != 0)
			continue;
		faults[i].answer(conn, request, request->path + len);
		return true;
	}
	return false;
}

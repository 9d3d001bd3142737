/*
 * Replies and streams of the desk's HTTP connections.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/json.h"
#include "desk/http.h"
#include "desk/http_conn.h"

static const struct {
	int status;
	const char *text;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

/* On every reply: nothing of the desk is for other sites, frames or caches. */
static const char common_headers[] =
    "Cache-Control: no-store\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

static const char *
find_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Unknown";
}

bool
http_conn_is_local(const struct http_conn *conn)
{
	return conn->local;
}

const char *
http_body(struct http_conn *conn, size_t *len)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	*len = conn->body_len;
	if (*len == 0)
		return "";
	return (const char *)evbuffer_pullup(input, (ev_ssize_t)*len);
}

void
http_conn_on_close(
    struct http_conn *conn, void (*on_close)(void *arg), void *arg)
{
	conn->on_close = on_close;
	conn->arg = arg;
}

void
http_add_header(struct http_conn *conn, const char *name, const char *value)
{
	buf_addf(&conn->headers, "%s: %s\r\n", name, value);
}

static void
write_head(struct http_conn *conn, int status, const char *type)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	time_t now = time(NULL);
	struct tm tm;
	char date[64];

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime_r(&now, &tm));
	evbuffer_add_printf(output, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
	    find_reason(status), date);
	evbuffer_add_printf(output, "Content-Type: %s\r\n%s%s%s", type,
	    common_headers, buf_str(&conn->headers),
	    conn->keep_alive ? "" : "Connection: close\r\n");
}

static void
free_body(const void *bytes, size_t len, void *arg)
{
	free(arg);
}

void
http_reply(
    struct http_conn *conn, int status, const char *type, struct buf *body)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);
	size_t len = body->len;
	char *bytes = buf_take(body);

	assert(conn->state == HTTP_HANDLING);
	if (conn->refused)
		conn->keep_alive = false;
	conn->state = HTTP_REPLYING;
	conn->on_close = NULL;
	write_head(conn, status, type);
	evbuffer_add_printf(output, "Content-Length: %zu\r\n\r\n", len);
	if (conn->request.method == REQUEST_HEAD || len == 0 ||
	    evbuffer_add_reference(output, bytes, len, free_body, bytes) != 0)
		free(bytes);
}

void
http_reply_error(struct http_conn *conn, int status, const char *format, ...)
{
	struct buf text = BUF_INIT, body = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_addvf(&text, format, args);
	va_end(args);
	json_put_open(&body, '{');
	json_pair_str(&body, "error", buf_str(&text));
	json_put_close(&body, '}');
	buf_add_char(&body, '\n');
	buf_clear(&text);
	http_reply(conn, status, "application/json", &body);
}

void
http_stream_start(
    struct http_conn *conn, const char *type, void (*on_drain)(void *arg))
{
	assert(conn->state == HTTP_HANDLING);
	conn->state = HTTP_STREAMING;
	conn->keep_alive = false;
	conn->on_drain = on_drain;
	event_del(conn->deadline);
	write_head(conn, 200, type);
	evbuffer_add(bufferevent_get_output(conn->bev), "\r\n", 2);
}

void
http_stream_write(struct http_conn *conn, const char *bytes, size_t len)
{
	assert(conn->state == HTTP_STREAMING);
	evbuffer_add(bufferevent_get_output(conn->bev), bytes, len);
}

bool
http_stream_is_full(const struct http_conn *conn)
{
	return evbuffer_get_length(bufferevent_get_output(conn->bev)) >=
	       HTTP_STREAM_MAX;
}

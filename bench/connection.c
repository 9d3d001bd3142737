/*
 * A client's connection: a buffer of input, a queue of output (bytes, then at
 * most one shared blob), an event for each direction, a timer for answers
 * that take their time.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bench/connection.h"
#include "bench/document.h"

#define INPUT_MAX (32 * 1024 * 1024) /* head and body of a request */
#define READ_SIZE (64 * 1024)
#define TLS_RECORD 0x16 /* first byte of a handshake, on a plain port */

struct conn {
	int fd;
	SSL *ssl; /* NULL: plain */
	conn_handler handler;
	struct event *readable;
	struct event *writable;
	struct event *timer; /* NULL until it is needed */
	struct buf in;
	struct buf out;
	size_t out_sent;
	struct blob *blob; /* follows out, or NULL */
	const char *blob_at;
	size_t blob_len;
	conn_step step; /* of whenever_sent or every */
	void *step_arg;
	struct timeval interval;
	void (*gone)(void *arg);
	void *gone_arg;
	bool busy;    /* a request waits for its answer */
	bool closing; /* close once all is sent */
	bool dead;    /* freed by the event that runs now */
	bool inside;  /* conn_flush or the handler is on the stack */
};

static struct conn_stats stats;

static void conn_flush(struct conn *);
static void conn_take_requests(struct conn *);

struct conn_stats *
conn_stats(void)
{
	return &stats;
}

static void
conn_free(struct conn *conn)
{
	if (conn->gone != NULL)
		conn->gone(conn->gone_arg);
	event_free(conn->readable);
	event_free(conn->writable);
	if (conn->timer != NULL)
		event_free(conn->timer);
	if (conn->ssl != NULL)
		SSL_free(conn->ssl);
	close(conn->fd);
	blob_release(conn->blob);
	buf_clear(&conn->in);
	buf_clear(&conn->out);
	free(conn);
	stats.open--;
}

/* Whoever is deepest on the stack must not free what the callers hold. */
static void
conn_drop(struct conn *conn)
{
	conn->dead = true;
	if (!conn->inside)
		conn_free(conn);
}

static ssize_t
conn_read(struct conn *conn, void *to, size_t len)
{
	int n;

	if (conn->ssl == NULL)
		return read(conn->fd, to, len);
	n = SSL_read(conn->ssl, to, (int)len);
	if (n > 0)
		return n;
	n = SSL_get_error(conn->ssl, n);
	if (n == SSL_ERROR_WANT_WRITE)
		event_add(conn->writable, NULL);
	errno = n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE
		    ? EAGAIN
		    : ECONNRESET;
	return n == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t
conn_write(struct conn *conn, const void *from, size_t len)
{
	int n;

	if (conn->ssl == NULL)
		return send(conn->fd, from, len, MSG_NOSIGNAL);
	n = SSL_write(conn->ssl, from, (int)len);
	if (n > 0)
		return n;
	n = SSL_get_error(conn->ssl, n);
	errno = n == SSL_ERROR_WANT_READ || n == SSL_ERROR_WANT_WRITE
		    ? EAGAIN
		    : ECONNRESET;
	return -1;
}

/* The next bytes to send; 0: none. A small blob is sent with its head. */
static size_t
conn_next_bytes(struct conn *conn, const char **from)
{
	if (conn->out_sent < conn->out.len) {
		*from = conn->out.data + conn->out_sent;
		return conn->out.len - conn->out_sent;
	}
	*from = conn->blob_at;
	return conn->blob_len;
}

static void
conn_sent(struct conn *conn, size_t n)
{
	stats.sent += n;
	if (conn->out_sent < conn->out.len) {
		conn->out_sent += n;
		return;
	}
	conn->blob_at += n;
	conn->blob_len -= n;
}

/* True: all was sent. */
static bool
conn_write_all(struct conn *conn)
{
	const char *from;
	size_t len;
	ssize_t n;

	while ((len = conn_next_bytes(conn, &from)) > 0) {
		n = conn_write(conn, from, len);
		if (n > 0) {
			conn_sent(conn, (size_t)n);
			continue;
		}
		if (errno == EAGAIN)
			event_add(conn->writable, NULL);
		else
			conn_drop(conn);
		return false;
	}
	buf_reset(&conn->out);
	conn->out_sent = 0;
	blob_release(conn->blob);
	conn->blob = NULL;
	return true;
}

static void
conn_flush(struct conn *conn)
{
	bool outer = conn->inside;

	conn->inside = true;
	while (!conn->dead && conn_write_all(conn)) {
		if (conn->step == NULL || evutil_timerisset(&conn->interval))
			break;
		if (!conn->step(conn, conn->step_arg))
			conn->step = NULL;
	}
	if (!conn->dead && conn->closing && !conn->busy && conn->out.len == 0 &&
	    conn->blob == NULL)
		conn->dead = true;
	conn->inside = outer;
	if (conn->dead && !outer)
		conn_free(conn);
}

static void
conn_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	conn->inside = true;
	conn_flush(conn);
	if (!conn->dead && !conn->busy)
		conn_take_requests(conn);
	conn->inside = false;
	if (conn->dead)
		conn_free(conn);
}

static size_t
request_body_len(const struct request *request)
{
	size_t len;
	const char *value = request_header(request, "Content-Length", &len);

	return value == NULL ? 0 : strtoul(value, NULL, 10);
}

/* Cuts the first line into its parts; the input is changed. */
static bool
request_read(char *head, size_t head_len, struct request *request)
{
	char *path, *end, *query;

	*request = (struct request){.method = head};
	head[head_len - 2] = '\0';
	end = strstr(head, "\r\n");
	path = strchr(head, ' ');
	if (end == NULL || path == NULL || path > end)
		return false;
	*path++ = '\0';
	*end = '\0';
	path[strcspn(path, " ")] = '\0';
	query = strchr(path, '?');
	request->query = query != NULL ? query + 1 : "";
	if (query != NULL)
		*query = '\0';
	request->path = path;
	request->headers = end + 2;
	return true;
}

/* Runs the first request of the input; false: it is not complete. */
static bool
conn_take_request(struct conn *conn)
{
	struct request request;
	char *end = conn->in.len == 0
			? NULL
			: memmem(conn->in.data, conn->in.len, "\r\n\r\n", 4);
	size_t head_len, body_len = 0;
	const char *value;

	if (conn->in.len > 0 && conn->in.data[0] == TLS_RECORD) {
		conn_answer(conn, 400, NULL, "speak HTTP\n", 11);
		conn->closing = true;
		buf_reset(&conn->in);
		return false;
	}
	if (end == NULL)
		return false;
	head_len = (size_t)(end - conn->in.data) + 4;
	request = (struct request){.headers = conn->in.data};
	body_len = request_body_len(&request);
	if (conn->in.len - head_len < body_len)
		return false;
	if (!request_read(conn->in.data, head_len, &request)) {
		conn->dead = true;
		return false;
	}
	request.body = end + 4;
	request.body_len = body_len;
	value = request_header(&request, "Connection", &(size_t){0});
	if (value != NULL && strncasecmp(value, "close", 5) == 0)
		conn->closing = true;
	conn->busy = true;
	conn->handler(conn, &request);
	memmove(conn->in.data, conn->in.data + head_len + body_len,
	    conn->in.len - head_len - body_len);
	buf_truncate(&conn->in, conn->in.len - head_len - body_len);
	return true;
}

static void
conn_take_requests(struct conn *conn)
{
	while (!conn->dead && !conn->busy && conn_take_request(conn))
		conn_flush(conn);
	conn_flush(conn);
	if (conn->in.len > INPUT_MAX)
		conn->dead = true;
}

static void
conn_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	ssize_t n;

	if (conn->busy && conn->in.len > INPUT_MAX)
		return;
	conn->inside = true;
	do {
		n = conn_read(
		    conn, buf_reserve(&conn->in, READ_SIZE), READ_SIZE);
		if (n > 0)
			conn->in.len += (size_t)n;
		else if (n == 0 || errno != EAGAIN)
			conn->dead = true;
	} while (n > 0 && conn->ssl != NULL && SSL_pending(conn->ssl) > 0);
	if (!conn->busy)
		conn_take_requests(conn);
	conn->inside = false;
	if (conn->dead)
		conn_free(conn);
}

void
conn_new(struct event_base *base, int fd, SSL_CTX *tls, conn_handler handler)
{
	struct conn *conn = xcalloc(1, sizeof(*conn));

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	conn->fd = fd;
	conn->handler = handler;
	if (tls != NULL) {
		conn->ssl = SSL_new(tls);
		SSL_set_fd(conn->ssl, fd);
		SSL_set_accept_state(conn->ssl);
		SSL_set_mode(
		    conn->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	}
	conn->readable =
	    event_new(base, fd, EV_READ | EV_PERSIST, conn_on_readable, conn);
	conn->writable = event_new(base, fd, EV_WRITE, conn_on_writable, conn);
	event_add(conn->readable, NULL);
	stats.accepted++;
	if (++stats.open > stats.max_open)
		stats.max_open = stats.open;
}

static void
conn_put_head(
    struct conn *conn, int status, const char *headers, size_t body_len)
{
	buf_addf(&conn->out, "HTTP/1.1 %d %s\r\n%s%s", status,
	    status < 400 ? "OK" : "Error", headers != NULL ? headers : "",
	    conn->closing ? "Connection: close\r\n" : "");
	if (status != 304 && status != 204)
		buf_addf(&conn->out, "Content-Length: %zu\r\n", body_len);
	buf_add(&conn->out, "\r\n", 2);
}

void
conn_answer(struct conn *conn, int status, const char *headers,
    const void *body, size_t len)
{
	conn_put_head(conn, status, headers, len);
	buf_add(&conn->out, body, len);
	conn_end(conn);
}

void
conn_answer_text(struct conn *conn, int status, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_addvf(&text, format, ap);
	va_end(ap);
	conn_answer(conn, status, "Content-Type: text/plain\r\n",
	    buf_str(&text), text.len);
	buf_clear(&text);
}

void
conn_answer_blob(struct conn *conn, int status, const char *headers,
    struct blob *blob, const char *bytes, size_t len)
{
	conn_put_head(conn, status, headers, len);
	blob_hold(blob);
	conn->blob = blob;
	conn->blob_at = bytes;
	conn->blob_len = len;
	conn_end(conn);
}

void
conn_send(struct conn *conn, const void *bytes, size_t len)
{
	buf_add(&conn->out, bytes, len);
	if (!conn->inside)
		conn_flush(conn);
}

void
conn_end(struct conn *conn)
{
	conn->busy = false;
	if (conn->inside)
		return;
	conn_on_writable(conn->fd, EV_WRITE, conn);
}

void
conn_set_last(struct conn *conn)
{
	conn->closing = true;
}

void
conn_close(struct conn *conn)
{
	conn->closing = true;
	conn->busy = false;
	conn->step = NULL;
	if (!conn->inside)
		conn_flush(conn);
}

void
conn_reset(struct conn *conn)
{
	struct linger linger = {1, 0};

	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	conn_drop(conn);
}

void
conn_whenever_sent(struct conn *conn, conn_step step, void *arg)
{
	conn->step = step;
	conn->step_arg = arg;
	evutil_timerclear(&conn->interval);
}

static void
conn_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	conn->inside = true;
	if (conn->step != NULL && conn->step(conn, conn->step_arg))
		event_add(conn->timer, &conn->interval);
	conn_flush(conn);
	if (!conn->dead && !conn->busy)
		conn_take_requests(conn);
	conn->inside = false;
	if (conn->dead)
		conn_free(conn);
}

void
conn_every(struct conn *conn, long interval_ms, conn_step step, void *arg)
{
	conn->step = step;
	conn->step_arg = arg;
	conn->interval.tv_sec = interval_ms / 1000;
	conn->interval.tv_usec = interval_ms % 1000 * 1000 + 1;
	if (conn->timer == NULL)
		conn->timer = evtimer_new(
		    event_get_base(conn->readable), conn_on_timer, conn);
	event_add(conn->timer, &conn->interval);
}

void
conn_on_gone(struct conn *conn, void (*gone)(void *arg), void *arg)
{
	conn->gone = gone;
	conn->gone_arg = arg;
}

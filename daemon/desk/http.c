/*
 * HTTP connections of the desk: accept, read a head, hand it over, write the
 * reply, again. There are two listeners: TCP and the unix socket.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/buf.h"
#include "base/mem.h"
#include "desk/http.h"
#include "desk/http_conn.h"
#include "desk/request.h"
#include "frame/log.h"

#define PAUSE_MS 200 /* after accept failed for want of descriptors */
#define LINGER_S 2   /* for a refused client to read why */
#define TOO_LONG "the body is longer than is read here"

TAILQ_HEAD(http_conns, http_conn);

struct http_listener {
	struct http *http;
	struct evconnlistener *accept; /* NULL: closed */
	struct event *resume;          /* a paused listener goes on */
	struct http_conns conns;       /* the longest quiet one first */
	unsigned open;
	bool local;
};

struct http {
	struct event_base *base;
	http_on_request on_request;
	http_body_max body_max;
	void *arg;
	size_t bodies_len; /* of the large ones that come in now */
	struct http_listener listener[2]; /* TCP, and the local one */
};

static void conn_step(struct http_conn *);

/* ---- a connection's life --------------------------------------------------
 */

/* Whoever works at an answer need not go on. */
static void
conn_tell_close(struct http_conn *conn)
{
	void (*on_close)(void *) = conn->on_close;

	conn->on_close = NULL;
	if (on_close != NULL)
		on_close(conn->arg);
}

static void
conn_free(struct http_conn *conn)
{
	struct http_listener *listener = conn->listener;

	conn_tell_close(conn);
	TAILQ_REMOVE(&listener->conns, conn, entry);
	listener->open--;
	listener->http->bodies_len -= conn->body_held;
	event_free(conn->deadline);
	bufferevent_free(conn->bev);
	if (conn->unchunked != NULL)
		evbuffer_free(conn->unchunked);
	request_clear(&conn->request);
	buf_clear(&conn->headers);
	free(conn);
}

static void
conn_arm(struct http_conn *conn, int seconds)
{
	event_add(conn->deadline, &(struct timeval){.tv_sec = seconds});
}

/* To the end of the line of those that may have to make room. */
static void
conn_touch(struct http_conn *conn)
{
	struct http_conns *conns = &conn->listener->conns;

	TAILQ_REMOVE(conns, conn, entry);
	TAILQ_INSERT_TAIL(conns, conn, entry);
}

static void
conn_on_deadline(evutil_socket_t fd, short events, void *arg)
{
	struct http_conn *conn = arg;

	if (conn->state != HTTP_HANDLING) {
		conn_free(conn);
		return;
	}
	conn_tell_close(conn);
	http_reply_error(conn, 504,
	    "no answer within %d s; "
	    "`wirewatch status` shows which role is down",
	    HTTP_HANDLE_S);
}

static void
conn_drop_body(struct http_conn *conn)
{
	evbuffer_drain(bufferevent_get_input(conn->bev), conn->body_len);
	conn->listener->http->bodies_len -= conn->body_held;
	if (conn->body_held > 0)
		bufferevent_setwatermark(
		    conn->bev, EV_READ, 0, REQUEST_HEAD_MAX + HTTP_BODY_MAX);
	conn->body_len = conn->body_held = 0;
}

/* The reply is out: the next request, or the end. */
static void
conn_finish(struct http_conn *conn)
{
	conn_drop_body(conn);
	request_clear(&conn->request);
	buf_reset(&conn->headers);
	conn->on_close = NULL;
	if (conn->refused) {
		shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
		conn->state = HTTP_LINGERING;
		conn_arm(conn, LINGER_S);
		return;
	}
	if (!conn->keep_alive) {
		conn_free(conn);
		return;
	}
	conn->state = HTTP_READING;
	conn_arm(conn, HTTP_IDLE_S);
	conn_step(conn);
	if (conn->state == HTTP_READING && conn->ended)
		conn_free(conn);
}

static void
conn_on_written(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn = arg;

	if (conn->state == HTTP_REPLYING)
		conn_finish(conn);
	else if (conn->state == HTTP_STREAMING && conn->on_drain != NULL)
		conn->on_drain(conn->arg);
}

static void
conn_refuse(struct http_conn *conn, int status, const char *why)
{
	conn->refused = true;
	conn->state = HTTP_HANDLING;
	http_reply_error(conn, status, "%s", why);
}

/* A body that came in chunks is put, whole, where others come in. */
static int
conn_join_chunks(struct http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	int status =
	    chunks_take(&conn->chunks, input, conn->unchunked, conn->body_max);

	if (status != 200)
		return status;
	conn->body_len = evbuffer_get_length(conn->unchunked);
	evbuffer_prepend_buffer(input, conn->unchunked);
	evbuffer_free(conn->unchunked);
	conn->unchunked = NULL;
	return 200;
}

/* Like chunks_take(). */
static int
conn_read_body(struct http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);

	if (conn->unchunked != NULL)
		return conn_join_chunks(conn);
	return evbuffer_get_length(input) >= conn->body_len ? 200 : 0;
}

/* Hands the request over once its body is there. */
static void
conn_step_body(struct http_conn *conn)
{
	struct http *http = conn->listener->http;
	int status = conn_read_body(conn);

	if (status == 0)
		return;
	if (status != 200) {
		conn_refuse(conn, status,
		    status == 413 ? TOO_LONG : "the body has broken chunks");
		return;
	}
	conn->state = HTTP_HANDLING;
	conn_arm(conn, HTTP_HANDLE_S);
	conn_touch(conn);
	http->on_request(http->arg, conn, &conn->request);
}

/* Whether the body may come. What is longer than usual is asked for, and is
 * counted together; chunks may become as much as is allowed. */
static bool
conn_takes_body(struct http_conn *conn)
{
	struct http *http = conn->listener->http;
	const struct request *request = &conn->request;
	size_t len = request->body_len;

	conn->body_max = HTTP_BODY_MAX;
	if (request->chunked || len > HTTP_BODY_MAX) {
		size_t allowed = http->body_max(http->arg, request);

		if (allowed > HTTP_BODY_MAX)
			conn->body_max = allowed;
	}
	if (len > conn->body_max) {
		conn_refuse(conn, 413, TOO_LONG);
		return false;
	}
	if (request->chunked)
		len = conn->body_max;
	if (len <= HTTP_BODY_MAX)
		return true;
	if (http->bodies_len + len > HTTP_BODIES_MAX) {
		conn_refuse(conn, 503, "too much is coming in; try again");
		return false;
	}
	http->bodies_len += len;
	conn->body_held = len;
	return true;
}

static void
conn_expect_chunks(struct http_conn *conn)
{
	conn->chunks = (struct chunks){.left = 0};
	conn->unchunked = evbuffer_new();
	if (conn->unchunked == NULL)
		fatal("out of memory");
}

static void
conn_begin_body(struct http_conn *conn)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct request *request = &conn->request;
	bool comes = request->chunked || request->body_len > 0;

	conn->keep_alive = request->keep_alive;
	if (!conn_takes_body(conn))
		return;
	conn->body_len = request->body_len;
	conn->state = HTTP_BODY;
	if (request->chunked)
		conn_expect_chunks(conn);
	if (conn->body_held > 0)
		bufferevent_setwatermark(
		    conn->bev, EV_READ, 0, REQUEST_HEAD_MAX + conn->body_held);
	if (comes)
		conn_arm(conn, HTTP_BODY_S);
	if (comes && request->expect != NULL &&
	    strcasecmp(request->expect, "100-continue") == 0)
		bufferevent_write(conn->bev, go_on, sizeof(go_on) - 1);
	conn_step_body(conn);
}

static void
conn_step(struct http_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	size_t used, len = evbuffer_get_length(input);
	int status;

	if (len == 0)
		return;
	if (len > REQUEST_HEAD_MAX)
		len = REQUEST_HEAD_MAX;
	status =
	    request_parse((const char *)evbuffer_pullup(input, (ev_ssize_t)len),
		len, &conn->request, &used);
	if (status == 0)
		return;
	if (status != 200) {
		conn_refuse(conn, status,
		    "this is no request that the desk reads; see "
		    "wirewatchd(8)");
		return;
	}
	evbuffer_drain(input, used);
	conn_begin_body(conn);
}

static void
conn_on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn = arg;
	struct evbuffer *input = bufferevent_get_input(bev);

	switch (conn->state) {
	case HTTP_READING:
		conn_step(conn);
		break;
	case HTTP_BODY:
		conn_step_body(conn);
		break;
	case HTTP_STREAMING:
	case HTTP_LINGERING:
		evbuffer_drain(input, evbuffer_get_length(input));
		break;
	case HTTP_HANDLING:
	case HTTP_REPLYING:
		break; /* the next request waits, up to the high-water mark */
	}
}

static void
conn_on_event(struct bufferevent *bev, short events, void *arg)
{
	struct http_conn *conn = arg;

	/* A client that closed only its sending side still gets its replies. */
	if ((events & BEV_EVENT_EOF) && conn->state == HTTP_REPLYING) {
		conn->ended = true;
		return;
	}
	conn_free(conn);
}

/* ---- listeners ------------------------------------------------------------
 */

/* The longest quiet connection that waits for a request makes room. */
static bool
listener_make_room(struct http_listener *listener)
{
	struct http_conn *conn;

	TAILQ_FOREACH (conn, &listener->conns, entry) {
		if (conn->state == HTTP_READING || conn->state == HTTP_BODY ||
		    conn->state == HTTP_LINGERING) {
			conn_free(conn);
			return true;
		}
	}
	return false;
}

static struct http_conn *
conn_new(struct http_listener *listener, int fd)
{
	struct event_base *base = listener->http->base;
	struct http_conn *conn = xcalloc(1, sizeof(*conn));

	conn->listener = listener;
	conn->local = listener->local;
	conn->state = HTTP_READING;
	conn->deadline = evtimer_new(base, conn_on_deadline, conn);
	conn->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (conn->deadline == NULL || conn->bev == NULL)
		fatal("out of memory");
	bufferevent_setcb(
	    conn->bev, conn_on_read, conn_on_written, conn_on_event, conn);
	bufferevent_setwatermark(
	    conn->bev, EV_READ, 0, REQUEST_HEAD_MAX + HTTP_BODY_MAX);
	bufferevent_set_timeouts(
	    conn->bev, NULL, &(struct timeval){.tv_sec = HTTP_STALL_S});
	return conn;
}

static void
listener_on_accept(struct evconnlistener *accept, evutil_socket_t fd,
    struct sockaddr *address, int address_len, void *arg)
{
	struct http_listener *listener = arg;
	struct http_conn *conn;

	if (listener->open == HTTP_CONNECTIONS_MAX &&
	    !listener_make_room(listener)) {
		close(fd);
		return;
	}
	conn = conn_new(listener, fd);
	TAILQ_INSERT_TAIL(&listener->conns, conn, entry);
	listener->open++;
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	conn_arm(conn, HTTP_HEAD_S);
}

static void
listener_on_resume(evutil_socket_t fd, short events, void *arg)
{
	struct http_listener *listener = arg;

	evconnlistener_enable(listener->accept);
}

/* No descriptors left: wait instead of spinning on a ready listener. */
static void
listener_on_error(struct evconnlistener *accept, void *arg)
{
	struct http_listener *listener = arg;

	log_warning("cannot accept: %s", strerror(errno));
	evconnlistener_disable(accept);
	event_add(
	    listener->resume, &(struct timeval){.tv_usec = PAUSE_MS * 1000});
}

static void
listener_close(struct http_listener *listener)
{
	struct http_conn *conn;

	if (listener->accept == NULL)
		return;
	while ((conn = TAILQ_FIRST(&listener->conns)) != NULL)
		conn_free(conn);
	event_free(listener->resume);
	evconnlistener_free(listener->accept);
	listener->accept = NULL;
}

void
http_listen(struct http *http, int fd, bool local)
{
	struct http_listener *listener = &http->listener[local];

	listener_close(listener);
	if (fd == -1)
		return;
	listener->http = http;
	listener->local = local;
	TAILQ_INIT(&listener->conns);
	listener->resume =
	    evtimer_new(http->base, listener_on_resume, listener);
	listener->accept = evconnlistener_new(http->base, listener_on_accept,
	    listener, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (listener->resume == NULL || listener->accept == NULL)
		fatal("cannot listen: %s", strerror(errno));
	evconnlistener_set_error_cb(listener->accept, listener_on_error);
}

struct http *
http_new(struct event_base *base, http_on_request on_request,
    http_body_max body_max, void *arg)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->base = base;
	http->on_request = on_request;
	http->body_max = body_max;
	http->arg = arg;
	return http;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	for (size_t i = 0; i < 2; i++)
		listener_close(&http->listener[i]);
	free(http);
}

unsigned
http_connections(const struct http *http)
{
	return http->listener[false].open + http->listener[true].open;
}

/*
 * A small HTTP/1.1 server on libevent, for people who may be hostile: at most
 * so many connections, a deadline for every head, bounded queues, and the
 * longest idle connection makes room when all are taken. (libevent's own evhttp
 * has neither a cap on connections nor a deadline for a dripped head.)
 */
#ifndef DESK_HTTP_H
#define DESK_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct event_base;
struct http;
struct http_conn;
struct request;

#define HTTP_CONNECTIONS_MAX 256 /* of each listener */
#define HTTP_HEAD_S 10           /* from accept to the end of the head */
#define HTTP_IDLE_S 60           /* between two requests */
#define HTTP_BODY_S 30 /* from the end of the head to that of the body */
#define HTTP_BODY_MAX \
	(16 * 1024) /* bytes, of a request that may bring no more */
#define HTTP_BODIES_MAX                                                  \
	(32 * 1024 * 1024)            /* of all that bring more, at once \
				       */
#define HTTP_HANDLE_S 90              /* from the head to the reply */
#define HTTP_STALL_S 30               /* without a byte taken by the client */
#define HTTP_STREAM_MAX (1024 * 1024) /* bytes that wait for a stream */

/* Called with each request; must answer it now or later by http_reply() or
 * http_stream_start(). The request is the connection's. */
typedef void (*http_on_request)(
    void *arg, struct http_conn *, const struct request *);

/* Called with the head of a request that has a body over HTTP_BODY_MAX: how
 * long it may be. */
typedef size_t (*http_body_max)(void *arg, const struct request *);

struct http *http_new(
    struct event_base *, http_on_request, http_body_max, void *arg);
/* Closes listeners and connections; takes NULL. */
void http_free(struct http *);
/* Takes a listening socket in place of the one before, whose connections are
 * closed; -1: none. local: the unix socket of the command line. */
void http_listen(struct http *, int fd, bool local);
/* Connections now open. */
unsigned http_connections(const struct http *);

/* The request's body, valid until the reply. */
const char *http_body(struct http_conn *, size_t *len);
bool http_conn_is_local(const struct http_conn *);
/* Told when the client goes before the reply, or got none in time, or while its
 * stream is open; arg is also on_drain's. A reply ends the interest. */
void http_conn_on_close(
    struct http_conn *, void (*on_close)(void *arg), void *arg);

/* Adds "Name: value" to the reply to come. */
void http_add_header(struct http_conn *, const char *name, const char *value);
/* Answers the request; takes the bytes of body (which is left empty). */
void http_reply(
    struct http_conn *, int status, const char *type, struct buf *body);
/* The same with {"error": "..."} as the body; %-formatted. */
void http_reply_error(struct http_conn *, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers with a body that ends when either side closes. on_drain is called
 * when all that was written was taken. */
void http_stream_start(
    struct http_conn *, const char *type, void (*on_drain)(void *arg));
void http_stream_write(struct http_conn *, const char *bytes, size_t len);
/* Whether more than HTTP_STREAM_MAX waits; then write no more until on_drain.
 */
bool http_stream_is_full(const struct http_conn *);

#endif

/*
 * One client's connection to the test server: requests in, answers out, also
 * answers that no good server would give. Plain or TLS.
 */
#ifndef BENCH_CONNECTION_H
#define BENCH_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

struct blob;
struct conn;
struct event_base;

/* Views into the connection's input; valid until the handler returns. */
struct request {
	const char *method;
	const char *path;    /* without the query, not decoded */
	const char *query;   /* after the "?", or "" */
	const char *headers; /* all lines, ended by an empty one */
	const char *body;
	size_t body_len;
};

typedef void (*conn_handler)(struct conn *, const struct request *);
/* Called again and again; false: no more. */
typedef bool (*conn_step)(struct conn *, void *arg);

struct conn_stats {
	uint64_t accepted;
	uint64_t open;
	uint64_t max_open;
	uint64_t sent; /* bytes */
};

/* Takes fd. tls: NULL for plain. The handler answers each request, now or
 * later; until then no further one is read. */
void conn_new(struct event_base *, int fd, SSL_CTX *tls, conn_handler handler);
struct conn_stats *conn_stats(void);

/* A header's value, or NULL. */
const char *request_header(
    const struct request *, const char *name, size_t *len);
/* A decoded field of the query or of a form in the body; the caller frees;
 * NULL when there is none. */
char *request_field(const struct request *, const char *name);
/* The same as a number; otherwise when it is absent. */
long request_number(const struct request *, const char *name, long otherwise);

/* A whole answer. headers: further lines, each ended by \r\n, or NULL. */
void conn_answer(struct conn *, int status, const char *headers,
    const void *body, size_t len);
void conn_answer_text(struct conn *, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a body that stays where it is: bytes within the blob. */
void conn_answer_blob(struct conn *, int status, const char *headers,
    struct blob *, const char *bytes, size_t len);

/* Bytes as they are, for answers that break the rules. The request stays
 * unanswered until conn_end(). */
void conn_send(struct conn *, const void *bytes, size_t len);
/* The answer is complete. */
void conn_end(struct conn *);
/* The next answer is the connection's last. */
void conn_set_last(struct conn *);
/* Takes what was sent for the answer, and closes once it is out. */
void conn_close(struct conn *);
/* Closes now with a reset, so that the peer sees an error. */
void conn_reset(struct conn *);
/* Calls step each time all is sent, or at each interval, until it returns
 * false; arg is borrowed. */
void conn_whenever_sent(struct conn *, conn_step step, void *arg);
void conn_every(struct conn *, long interval_ms, conn_step step, void *arg);
/* Runs when the connection goes away, at most once. */
void conn_on_gone(struct conn *, void (*gone)(void *arg), void *arg);

#endif

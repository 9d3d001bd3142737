/*
 * The head of an HTTP/1.1 request, read from bytes (RFC 9112). Pure; strict
 * where leniency has let requests be smuggled: no folded headers, no second
 * Host or Content-Length, no transfer coding but "chunked", and that alone.
 */
#ifndef DESK_REQUEST_H
#define DESK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define REQUEST_HEAD_MAX (16 * 1024) /* bytes of request line and headers */
#define REQUEST_BODY_MAX (2 * 1024 * 1024) /* bytes, of any request */
#define REQUEST_HEADERS_MAX 64

enum request_method {
	REQUEST_GET,
	REQUEST_HEAD,
	REQUEST_POST,
	REQUEST_OTHER,
};

struct request {
	enum request_method method;
	char *path;  /* as sent, still percent-encoded; starts with '/' */
	char *query; /* as sent, after the '?'; NULL: none */
	/* Headers that anything here asks for; NULL: not sent. */
	char *host;
	char *connection;
	char *content_length;
	char *content_type;
	char *expect;
	char *transfer_encoding;
	char *x_hub_signature;
	char *last_event_id;
	char *sec_fetch_site;
	char *sec_fetch_mode;
	bool keep_alive;
	bool chunked;    /* the body comes in chunks, RFC 9112 section 7.1 */
	size_t body_len; /* bytes that follow the head; 0 when chunked */
};

/* Reads a head that ends within the len bytes. Returns 0 when its end is not
 * there yet, 200 when it was read (*used: its bytes), else the HTTP status
 * that refuses it (400, 413, 431, 501, 505), with nothing to clear. */
int request_parse(
    const char *bytes, size_t len, struct request *, size_t *used);
void request_clear(struct request *);

/* Decodes %XX (and + as a space when plus). NULL when the text is broken or
 * holds a NUL; the caller frees. */
char *request_decode(const char *text, size_t len, bool plus);

#endif

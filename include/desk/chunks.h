/*
 * A body in the chunked transfer coding (RFC 9112 section 7.1), as proxies in
 * front of the desk may send it. As strict as the head is read: lines end with
 * CRLF, extensions and trailers are dropped.
 */
#ifndef DESK_CHUNKS_H
#define DESK_CHUNKS_H

#include <stddef.h>

struct evbuffer;

struct chunks { /* zero: at the start */
	enum {
		CHUNKS_SIZE,
		CHUNKS_DATA,
		CHUNKS_DATA_END,
		CHUNKS_TRAILERS,
	} state;
	size_t left; /* bytes of the chunk */
	unsigned trailers;
};

/* Moves what is there of the body from input to body, which shall not be
 * longer than max. 0: more must come; 200: it is whole, and input begins with
 * what follows it; else the HTTP status that refuses it (400, 413). */
int chunks_take(
    struct chunks *, struct evbuffer *input, struct evbuffer *body, size_t max);

#endif

/*
 * A connection from the inside; only for http.c and http_reply.c.
 */
#ifndef DESK_HTTP_CONN_H
#define DESK_HTTP_CONN_H

#include <stdbool.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "desk/chunks.h"
#include "desk/request.h"

struct bufferevent;
struct evbuffer;
struct event;
struct http_listener;

/*
 *	READING --head--> BODY --whole--> HANDLING --http_reply--> REPLYING
 *	   ^                                 |                        |
 *	   |                                 +-http_stream_start-> STREAMING
 *	   +--keep-alive, all written-----------------------   |
 *	                                  refused: LINGERING <-+
 */
enum http_conn_state {
	HTTP_READING,
	HTTP_BODY,
	HTTP_HANDLING,
	HTTP_REPLYING,
	HTTP_STREAMING,
	HTTP_LINGERING, /* only the client's closing is awaited */
};

struct http_conn {
	TAILQ_ENTRY(http_conn) entry;
	struct http_listener *listener;
	struct bufferevent *bev;
	struct event *deadline;
	enum http_conn_state state;
	bool local;
	bool keep_alive;
	bool ended;   /* the client sends no more */
	bool refused; /* what else it sends is not worth reading */
	struct request request;
	size_t body_len;            /* bytes of it, at the start of the input */
	size_t body_max;            /* ... that may come */
	size_t body_held;           /* counted in the sum of all large bodies */
	struct evbuffer *unchunked; /* while it comes in chunks, or NULL */
	struct chunks chunks;
	struct buf headers; /* added to the reply to come */
	void (*on_close)(void *arg);
	void (*on_drain)(void *arg);
	void *arg; /* of both */
};

#endif

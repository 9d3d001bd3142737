/*
 * From a request to its handler: one table of methods and paths.
 */
#ifndef DESK_API_H
#define DESK_API_H

#include <stddef.h>

struct buf;
struct desk;
struct http_conn;
struct param;
struct request;
struct strings;

#define API_JSON "application/json"

struct api_call {
	struct desk *desk;
	struct http_conn *conn;
	const struct request *request;
	const char *id; /* decoded {id} of the path, or NULL */
};

/* Answers each request of the desk; arg: struct desk. */
void api_on_request(void *arg, struct http_conn *, const struct request *);

/* How long the body of a request may be; arg: struct desk. */
size_t api_body_max(void *arg, const struct request *);

/* Reads the query by the table (desk/params.h). Returns 0, or -1 when a 400
 * was answered. The caller clears the strings in either case. */
int api_read_params(const struct api_call *, const struct param *, void *into,
    struct strings *owned);
/* Answers 200 with JSON; adds the final newline and takes the bytes. */
void api_reply_json(const struct api_call *, struct buf *);
/* Puts "next": the path and query that ask for the page after this one: the
 * present query with this cursor in the place of its own. */
void api_put_next(struct buf *, const struct api_call *, const char *cursor,
    const char *value);

#endif

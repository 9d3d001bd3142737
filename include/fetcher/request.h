/*
 * What is sent with a GET.
 */
#ifndef FETCHER_REQUEST_H
#define FETCHER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "frame/access.h"

#define REQUEST_LINES_MAX (7 + ACCESS_HEADERS_MAX)

struct exchange_request;

/* The headers of a GET. It must not move while libcurl has its list. */
struct request_head {
	struct buf text; /* the lines, each with its NUL */
	struct curl_slist lines[REQUEST_LINES_MAX]; /* of libcurl's kind */
};

/* The User-Agent of the feed, or the given one; borrowed. */
const char *request_agent(
    const struct exchange_request *, const char *user_agent);
/* Validators go along, so that a 304 may come back. */
bool request_is_conditional(const struct exchange_request *);
/* Writes the headers; the list is the head's, and stays until it is written
 * anew or cleared. at_home: the server is the one that the configuration names;
 * no other one hears what is given for the feed. */
struct curl_slist *request_head_write(struct request_head *,
    const struct exchange_request *, const char *user_agent, bool at_home);
/* Wipes what is secret. */
void request_head_clear(struct request_head *);
/* Whether scheme, host and port of two URLs are the same. */
bool request_same_origin(const char *a, const char *b);
bool request_is_secure(const char *url);
/* Scheme, host and port, hashed. */
uint64_t request_server(const char *url);

#endif

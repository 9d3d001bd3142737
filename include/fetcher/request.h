/*
 * What is sent with a GET.
 */
#ifndef FETCHER_REQUEST_H
#define FETCHER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

struct exchange_request;

/* Validators go along, so that a 304 may come back. */
bool request_is_conditional(const struct exchange_request *);
/* Other headers are needed than for a request with nothing but a URL. */
bool request_is_special(const struct exchange_request *);
/* The headers, which the caller frees. at_home: the server is the one that the
 * configuration names; no other one hears what is given for the feed. */
struct curl_slist *request_headers(
    const struct exchange_request *, bool at_home);
/* Whether scheme, host and port of two URLs are the same. */
bool request_same_origin(const char *a, const char *b);
/* The host as far as slots are concerned (libcurl judges the URL itself), in
 * small letters; the caller frees. */
char *request_host(const char *url);
/* Scheme, host and port, hashed. */
uint64_t request_server(const char *url);

#endif

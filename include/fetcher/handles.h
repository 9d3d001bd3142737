/*
 * Easy handles of libcurl, ready for a GET.
 */
#ifndef FETCHER_HANDLES_H
#define FETCHER_HANDLES_H

#include <stdint.h>

#include <curl/curl.h>

struct handles;

/* The callbacks get the arg of handles_take(). */
struct handles *handles_new(
    curl_write_callback on_header_line, curl_write_callback on_body_bytes);
/* All handles are to be returned before. */
void handles_free(struct handles *);
/* timeout_ms: of the whole, from which those of its parts follow. Never
 * NULL. */
CURL *handles_take(struct handles *, int64_t timeout_ms, void *arg);
/* Takes the handle back; it is in no call. */
void handles_return(struct handles *, CURL *);

#endif

/*
 * libcurl's easy handles, with all set that is the same for every GET. Those at
 * rest wait here for the next one.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fetcher/exchange.h"
#include "fetcher/handles.h"
#include "fetcher/idle.h"

#define CONNECT_MIN_MS 3000L /* a third of the timeout, within these */
#define CONNECT_MAX_MS 10000L
#define LOW_SPEED_BYTES 200L /* a second, for a third of the timeout */

struct handles {
	curl_write_callback on_header_line;
	curl_write_callback on_body_bytes;
	CURL **at_rest;
	size_t len;
	size_t cap;
};

struct handles *
handles_new(
    curl_write_callback on_header_line, curl_write_callback on_body_bytes)
{
	struct handles *handles = xcalloc(1, sizeof(*handles));

	handles->on_header_line = on_header_line;
	handles->on_body_bytes = on_body_bytes;
	return handles;
}

void
handles_free(struct handles *handles)
{
	while (handles->len > 0)
		curl_easy_cleanup(handles->at_rest[--handles->len]);
	free(handles->at_rest);
	free(handles);
}

/* No TLS session is kept: a handle has room for those of five hosts, and serves
 * another host the next time. */
static CURL *
easy_new(const struct handles *handles)
{
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		abort();
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, handles->on_header_line);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, handles->on_body_bytes);
	curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	curl_easy_setopt(
	    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)EXCHANGE_BYTES_MAX);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 0L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S + 15L);
	/* The second one waits until it is known whether the first one's
	 * connection serves both. */
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	return easy;
}

static long
connect_timeout_ms(int64_t timeout_ms)
{
	long ms = (long)(timeout_ms / 3);

	if (ms < CONNECT_MIN_MS)
		return CONNECT_MIN_MS;
	return ms < CONNECT_MAX_MS ? ms : CONNECT_MAX_MS;
}

CURL *
handles_take(struct handles *handles, int64_t timeout_ms, void *arg)
{
	CURL *easy = handles->len > 0 ? handles->at_rest[--handles->len]
				      : easy_new(handles);

	curl_easy_setopt(easy, CURLOPT_HEADERDATA, arg);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, arg);
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms(timeout_ms));
	curl_easy_setopt(
	    easy, CURLOPT_LOW_SPEED_TIME, (long)(timeout_ms / 3000));
	return easy;
}

void
handles_return(struct handles *handles, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	if (handles->len == handles->cap) {
		handles->cap = handles->cap * 2 + 16;
		handles->at_rest = xreallocarray(
		    handles->at_rest, handles->cap, sizeof(*handles->at_rest));
	}
	handles->at_rest[handles->len++] = easy;
}

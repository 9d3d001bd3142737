/*
 * libcurl's multi handles on the role's event loop: name look-up, the wall of
 * addresses, TLS with one store of certificates for all connections.
 */
#ifndef FRAME_CURL_LOOP_H
#define FRAME_CURL_LOOP_H

#include <curl/curl.h>

struct address_wall;
struct curl_call;
struct curl_loop;
struct dns;
struct event_base;

/* How a call ended. */
enum curl_outcome {
	CURL_OUTCOME_OK,      /* an answer came, whatever its status */
	CURL_OUTCOME_DNS,     /* no address */
	CURL_OUTCOME_REFUSED, /* the wall, the protocol or the URL's form */
	CURL_OUTCOME_CONNECT, /* refused, reset, unreachable */
	CURL_OUTCOME_TLS,
	CURL_OUTCOME_TIMEOUT,
	CURL_OUTCOME_STOPPED, /* a callback of the caller said so */
};

struct curl_result {
	enum curl_outcome outcome;
	CURLcode code;     /* libcurl's own, CURLE_OK when it had no part */
	const char *error; /* for people; NULL when all is well */
};

/* Called from the event loop, never from within curl_loop_start(); the call
 * is over and its easy handle free for use when it is called. */
typedef void (*curl_on_done)(void *arg, const struct curl_result *);

/* Where a call goes, and how. */
struct curl_target {
	const char *url;
	const char *proxy; /* its address as proxy_choose() has it, or NULL */
	const char *certificates; /* PEM to trust; NULL: the loop's */
	int ip_version;           /* 4 or 6; 0: either */
};

struct curl_loop_options {
	const struct address_wall *wall; /* outlives the loop */
	struct dns *dns;                 /* outlives the loop */
	const char *certificates;        /* PEM; NULL: the system's */
	unsigned multis;           /* handles the hosts are spread over; 1+ */
	long host_connections_max; /* to one host at a time; 0: no limit */
	long idle_max; /* connections a multi keeps open; 0: libcurl's choice */
};

/* Reads the system's certificates, when they are wanted, so that no file is
 * needed later. Without any, warning is a text that the caller frees, and https
 * fails; else it is NULL. */
struct curl_loop *curl_loop_new(
    struct event_base *, const struct curl_loop_options *, char **warning);
/* Calls under way are dropped without a word to their callers. */
void curl_loop_free(struct curl_loop *);
/* For connections opened from now on. */
void curl_loop_set_wall(struct curl_loop *, const struct address_wall *);
/*
 * Starts one exchange with the target, whose URL is copied and whose other
 * strings outlive the call. The caller owns the easy handle and has set method,
 * headers, body, timeouts and callbacks; the loop sets address, protocols,
 * proxy, TLS and CURLOPT_PRIVATE. Redirects are not followed: each hop is a
 * call of its own. A proxy that was named may stand anywhere; hosts behind it
 * are judged by their address where that is known here.
 */
struct curl_call *curl_loop_start(struct curl_loop *, CURL *easy,
    const struct curl_target *, curl_on_done, void *arg);
/* Ends it without calling back; the easy handle is free for use. Not from
 * within a callback of libcurl; takes NULL. */
void curl_loop_cancel(struct curl_call *);

#endif

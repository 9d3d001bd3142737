/*
 * Where a call leads: its URL taken apart, the proxy in between, and addresses
 * as libcurl takes them.
 */
#ifndef FRAME_CURL_ROUTE_H
#define FRAME_CURL_ROUTE_H

#include <stdbool.h>
#include <sys/socket.h>

#include <curl/curl.h>

struct curl_target;
struct dns_answer;

/* A host on the way. All strings are libcurl's. */
struct curl_stop {
	char *host; /* brackets included; NULL: there is none */
	char *port;
};

struct curl_route {
	char *url;             /* as it is asked for */
	CURLU *parts;          /* the same in parts, NULL: libcurl parses it */
	struct curl_stop host; /* that serves the URL */
	struct curl_stop proxy;
};

/* Takes the target apart. Returns NULL, or what is wrong with it. */
const char *curl_route_take(struct curl_route *, const struct curl_target *);
void curl_route_clear(struct curl_route *);

/* The host without brackets; the caller frees. */
char *curl_stop_name(const struct curl_stop *);
/* Whether libcurl reads the host as an address without asking anybody. */
bool curl_stop_is_numeric(const struct curl_stop *);
/* The address that a numeric host stands for, in any spelling, with its port;
 * false: it is a name. */
bool curl_stop_address(const struct curl_stop *, struct sockaddr_storage *);
/* Appends "host:port:address,address" (CURLOPT_RESOLVE). */
struct curl_slist *curl_stop_add(
    struct curl_slist *, const struct curl_stop *, const struct dns_answer *);

#endif

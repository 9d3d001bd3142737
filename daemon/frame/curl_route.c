/*
 * URLs of calls and proxies taken apart, addresses put together.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/curl_loop.h"
#include "frame/curl_route.h"
#include "frame/dns.h"

/* ---- URLs ---------------------------------------------------------------- */

static void
stop_clear(struct curl_stop *stop)
{
	curl_free(stop->host);
	curl_free(stop->port);
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

/* Names are sent as name servers know them: letters of other scripts in
 * punycode, no dot at the end. The URL is changed where that changes it. */
static bool
take_host(struct curl_stop *stop, CURLU *url, bool *changed)
{
	size_t len;

	if (curl_url_get(url, CURLUPART_HOST, &stop->host, CURLU_PUNYCODE) !=
	    CURLUE_OK)
		return false;
	len = strlen(stop->host);
	if (len > 1 && stop->host[len - 1] == '.') {
		stop->host[len - 1] = '\0';
		*changed = true;
	}
	return !*changed ||
	       curl_url_set(url, CURLUPART_HOST, stop->host, 0) == CURLUE_OK;
}

/* A name in small letters and digits, or an address as all write it: one that
 * is used as it stands. */
static bool
is_plain_host(const char *host)
{
	const char *last = strrchr(host, '.');
	struct in_addr in;

	last = last != NULL ? last + 1 : host;
	return (*last >= 'a' && *last <= 'z') ||
	       inet_pton(AF_INET, host, &in) == 1;
}

/* 1 to 65535, and nothing else in it. */
static bool
is_plain_port(const char *port)
{
	size_t len = strspn(port, "0123456789");

	return len > 0 && len <= 5 && port[len] == '\0' && *port != '0' &&
	       atoi(port) <= 65535;
}

static bool
is_plain_text(const char *text)
{
	while (*text > ' ' && *text < 0x7f)
		text++;
	return *text == '\0';
}

/* false: libcurl does not take it. No value leaves the part as it is. */
static bool
set_part(CURLU *parts, CURLUPart part, const char *value)
{
	return value == NULL ||
	       curl_url_set(parts, part, value, 0) == CURLUE_OK;
}

/* The same for libcurl, which need not parse the URL then and print it anew,
 * a tenth of a poll's work. NULL where it would not send what it sends when it
 * parses itself: it clears dots out of paths then, and leaves %XX alone. The
 * rest is what follows host and port. */
static CURLU *
plain_parts(
    const char *scheme, const char *host, const char *port, const char *rest)
{
	size_t path_len = strcspn(rest, "?");
	CURLU *parts;
	char *path;
	bool ok;

	if (strpbrk(rest, "%#") != NULL || strstr(rest, "/.") != NULL)
		return NULL;
	parts = curl_url();
	path = path_len > 0 ? xstrndup(rest, path_len) : NULL;
	ok = set_part(parts, CURLUPART_SCHEME, scheme) &&
	     set_part(parts, CURLUPART_HOST, host) &&
	     set_part(parts, CURLUPART_PORT, port) &&
	     set_part(parts, CURLUPART_PATH, path) &&
	     set_part(parts, CURLUPART_QUERY,
		 rest[path_len] == '?' ? rest + path_len + 1 : NULL);
	free(path);
	if (ok)
		return parts;
	curl_url_cleanup(parts);
	return NULL;
}

/* Most URLs: libcurl's parser, ten times as slow, would find the same. */
static bool
take_plain_url(struct curl_route *route, const char *text)
{
	bool tls = strncmp(text, "https://", 8) == 0;
	const char *host = text + (tls ? 8 : 7), *end, *after;
	struct curl_stop stop = {NULL, NULL};

	if (!tls && strncmp(text, "http://", 7) != 0)
		return false;
	end = host + strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.");
	after = end + (*end == ':' ? strcspn(end, "/?#") : 0);
	if (end == host || strchr("/?#", *after) == NULL ||
	    !is_plain_text(after))
		return false;
	stop.host = xstrndup(host, (size_t)(end - host));
	stop.port = *end == ':' ? xstrndup(end + 1, (size_t)(after - end - 1))
				: xstrdup(tls ? "443" : "80");
	if (!is_plain_host(stop.host) || !is_plain_port(stop.port)) {
		stop_clear(&stop);
		return false;
	}
	route->host = stop;
	route->url = xstrdup(text);
	route->parts = plain_parts(tls ? "https" : "http", stop.host,
	    *end == ':' ? stop.port : NULL, after);
	return true;
}

/* Takes the URL apart; false: not one that may be called. */
static bool
take_url(struct curl_route *route, const char *text)
{
	CURLU *url;
	char *scheme = NULL, *user = NULL;
	bool ok, changed = !is_ascii(text);

	if (take_plain_url(route, text))
		return true;
	url = curl_url();
	if (url == NULL)
		abort();
	ok = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	     curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	     (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
	     curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	     take_host(&route->host, url, &changed) &&
	     curl_url_get(url, CURLUPART_PORT, &route->host.port,
		 CURLU_DEFAULT_PORT) == CURLUE_OK;
	if (ok && changed)
		ok = curl_url_get(url, CURLUPART_URL, &route->url, 0) ==
		     CURLUE_OK;
	else if (ok)
		route->url = xstrdup(text);
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(url);
	return ok;
}

static bool
take_proxy(struct curl_stop *stop, const char *text)
{
	CURLU *url = curl_url();
	bool ok, changed = false;

	if (url == NULL)
		abort();
	ok = curl_url_set(url, CURLUPART_URL, text,
		 CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) == CURLUE_OK &&
	     take_host(stop, url, &changed);
	/* 1080 is what libcurl takes for a proxy that says nothing. */
	if (ok &&
	    curl_url_get(url, CURLUPART_PORT, &stop->port, 0) != CURLUE_OK)
		stop->port = xstrdup("1080");
	curl_url_cleanup(url);
	return ok;
}

const char *
curl_route_take(struct curl_route *route, const struct curl_target *target)
{
	if (!take_url(route, target->url))
		return "not an address such as https://host/path, without a "
		       "user name";
	if (target->proxy != NULL && !take_proxy(&route->proxy, target->proxy))
		return "the proxy's address cannot be read";
	return NULL;
}

void
curl_route_clear(struct curl_route *route)
{
	curl_free(route->url);
	curl_url_cleanup(route->parts);
	stop_clear(&route->host);
	stop_clear(&route->proxy);
}

/* ---- addresses ----------------------------------------------------------- */

char *
curl_stop_name(const struct curl_stop *stop)
{
	char *bare = xstrdup(stop->host + (*stop->host == '['));

	bare[strcspn(bare, "]")] = '\0';
	return bare;
}

bool
curl_stop_is_numeric(const struct curl_stop *stop)
{
	return *stop->host == '[' ||
	       stop->host[strspn(stop->host, "0123456789.")] == '\0';
}

bool
curl_stop_address(const struct curl_stop *stop, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	char *name = curl_stop_name(stop);
	in_port_t port = htons((in_port_t)atoi(stop->port));
	bool numeric = true;

	memset(to, 0, sizeof(*to));
	name[strcspn(name, "%")] = '\0'; /* a zone is no part of it */
	if (inet_aton(name, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = port;
	} else if (inet_pton(AF_INET6, name, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = port;
	} else {
		numeric = false;
	}
	free(name);
	return numeric;
}

static void
add_number(struct buf *line, unsigned number, unsigned base)
{
	char digits[8];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	buf_add(line, digits + at, sizeof(digits) - at);
}

/* By hand, as a call may have many and printf takes its time. */
static void
add_address(struct buf *line, const struct sockaddr *at)
{
	const struct sockaddr_in6 *in6 = (const void *)at;
	const struct sockaddr_in *in = (const void *)at;
	const unsigned char *bytes = (const void *)&in->sin_addr;

	if (at->sa_family == AF_INET) {
		for (size_t i = 0; i < 4; i++) {
			if (i > 0)
				buf_add_char(line, '.');
			add_number(line, bytes[i], 10);
		}
		return;
	}
	bytes = in6->sin6_addr.s6_addr;
	for (size_t i = 0; i < 16; i += 2) {
		buf_add_char(line, i > 0 ? ':' : '[');
		add_number(line, (unsigned)bytes[i] << 8 | bytes[i + 1], 16);
	}
	buf_add_char(line, ']');
}

struct curl_slist *
curl_stop_add(struct curl_slist *list, const struct curl_stop *stop,
    const struct dns_answer *answer)
{
	struct buf line = BUF_INIT;

	buf_add_str(&line, stop->host);
	buf_add_char(&line, ':');
	buf_add_str(&line, stop->port);
	buf_add_char(&line, ':');
	for (size_t i = 0; i < answer->len; i++) {
		if (i > 0)
			buf_add_char(&line, ',');
		add_address(&line, (const struct sockaddr *)&answer->at[i]);
	}
	list = curl_slist_append(list, buf_str(&line));
	if (list == NULL)
		abort();
	buf_clear(&line);
	return list;
}

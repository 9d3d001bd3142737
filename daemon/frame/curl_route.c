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

/* Takes the URL apart; false: not one that may be called. */
static bool
take_url(struct curl_route *route, const char *text)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *user = NULL;
	bool ok, changed = !is_ascii(text);

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
		return "not an http or https address without user name";
	if (target->proxy != NULL && !take_proxy(&route->proxy, target->proxy))
		return "the proxy's address cannot be read";
	return NULL;
}

static void
stop_clear(struct curl_stop *stop)
{
	curl_free(stop->host);
	curl_free(stop->port);
}

void
curl_route_clear(struct curl_route *route)
{
	curl_free(route->url);
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

struct curl_slist *
curl_stop_add(struct curl_slist *list, const struct curl_stop *stop,
    const struct dns_answer *answer)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s:%s:", stop->host, stop->port);
	for (size_t i = 0; i < answer->len; i++) {
		const struct sockaddr *at =
		    (const struct sockaddr *)&answer->at[i];
		const struct sockaddr_in6 *in6 = (const void *)at;
		const struct sockaddr_in *in = (const void *)at;
		bool six = at->sa_family == AF_INET6;
		char text[INET6_ADDRSTRLEN] = "";

		inet_ntop(at->sa_family,
		    six ? (const void *)&in6->sin6_addr : &in->sin_addr, text,
		    sizeof(text));
		buf_addf(
		    &line, six ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
	}
	list = curl_slist_append(list, buf_str(&line));
	if (list == NULL)
		abort();
	buf_clear(&line);
	return list;
}

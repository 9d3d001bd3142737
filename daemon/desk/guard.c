/*
 * The checks before any request is answered. Pure.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "desk/guard.h"
#include "desk/request.h"
#include "frame/config.h"

#define HOST_MAX 256 /* bytes of a host name */

/* The host of HOST[:PORT] or [V6][:PORT], lower case left to the comparison.
 * False when there is none. */
static bool
split_host(const char *text, char host[HOST_MAX])
{
	const char *end;
	size_t len;

	if (*text == '[') {
		end = strchr(++text, ']');
		if (end == NULL)
			return false;
	} else {
		end = text + strcspn(text, ":");
	}
	len = (size_t)(end - text);
	if (len > 0 && text[len - 1] == '.') /* "localhost." is the same */
		len--;
	if (len == 0 || len >= HOST_MAX)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return true;
}

static bool
is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool
is_own_host(const char *text, const struct config_desk *desk)
{
	char host[HOST_MAX], own[HOST_MAX];

	if (text == NULL || !split_host(text, host))
		return false;
	if (is_loopback(host))
		return true;
	if (desk->listen != NULL && split_host(desk->listen, own) &&
	    strcasecmp(host, own) == 0)
		return true;
	for (size_t i = 0; i < desk->hosts.len; i++)
		if (split_host(desk->hosts.at[i], own) &&
		    strcasecmp(host, own) == 0)
			return true;
	return false;
}

/* A script, image or frame of another site; following a link is no harm. */
static bool
is_cross_site(const struct request *request)
{
	return request->sec_fetch_site != NULL &&
	       strcmp(request->sec_fetch_site, "cross-site") == 0 &&
	       (request->sec_fetch_mode == NULL ||
		   strcmp(request->sec_fetch_mode, "navigate") != 0);
}

int
guard_check(const struct request *request, bool local,
    const struct config_desk *desk, const char **why)
{
	if (local)
		return 0;
	if (!is_own_host(request->host, desk)) {
		*why = "this desk does not go by that host name; add it to "
		       "desk.hosts in wirewatch.yaml if it should";
		return 421;
	}
	if (is_cross_site(request)) {
		*why = "pages of other sites may not read the desk";
		return 403;
	}
	if (request->method != REQUEST_GET && request->method != REQUEST_HEAD) {
		*why = "over TCP the desk is for reading only; actions go "
		       "through the command wirewatch(1) and its unix socket";
		return 405;
	}
	return 0;
}

/*
 * Proxies. The environment counts only where the configuration says so: what
 * a service's environment holds by accident must not move its traffic.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "frame/config_value.h"
#include "frame/proxy.h"

static const char *const schemes[] = {
    "http://", "https://", "socks5://", "socks5h://"};

/* What follows the scheme, or NULL when it is none of a proxy. */
static const char *
skip_scheme(const char *text)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return text + strlen(schemes[i]);
	return NULL;
}

const char *
proxy_check(const char *text)
{
	const char *place, *wrong;
	char *url;

	if (strcmp(text, PROXY_NONE) == 0 ||
	    strcmp(text, PROXY_ENVIRONMENT) == 0)
		return NULL;
	place = skip_scheme(text);
	if (place == NULL)
		return "must be none, environment or begin with http://, "
		       "https://, socks5:// or socks5h://";
	if (place[strcspn(place, "/?#")] != '\0')
		return "must end with its host and port";
	url = xasprintf("http://%s", place);
	wrong = value_check_url(url);
	free(url);
	return wrong;
}

/* ---- the environment ----------------------------------------------------- */

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* "example.org", ".example.org" and "*" in no_proxy: the host, what is below
 * it, and all. */
static bool
names_host(const char *entry, size_t len, const char *host, size_t host_len)
{
	if (len == 1 && *entry == '*')
		return true;
	if (len > 0 && *entry == '.') {
		entry++;
		len--;
	}
	if (len == 0 || len > host_len ||
	    strncasecmp(host + host_len - len, entry, len) != 0)
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

static bool
is_excepted(const char *list, const char *host, size_t host_len)
{
	size_t len;

	for (; list != NULL && *list != '\0'; list += len) {
		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (names_host(list, len, host, host_len))
			return true;
	}
	return false;
}

/* http_proxy in capitals is what a web server makes of a header "Proxy", so
 * only the small one counts. */
static const char *
from_environment(const char *url)
{
	bool secure = strncasecmp(url, "https:", 6) == 0;
	const char *host = strstr(url, "://"), *proxy, *except;
	size_t len;

	if (host == NULL)
		return NULL;
	host += 3;
	if (*host == '[')
		len = strcspn(host, "]") + 1;
	else
		len = strcspn(host, ":/?#");
	except = environment("no_proxy");
	if (except == NULL)
		except = environment("NO_PROXY");
	if (is_excepted(except, host, len))
		return NULL;
	proxy = environment(secure ? "https_proxy" : "http_proxy");
	if (proxy == NULL && secure)
		proxy = environment("HTTPS_PROXY");
	if (proxy == NULL)
		proxy = environment("all_proxy");
	return proxy != NULL ? proxy : environment("ALL_PROXY");
}

const char *
proxy_choose(const char *setting, const char *url)
{
	if (setting == NULL || strcmp(setting, PROXY_NONE) == 0)
		return NULL;
	if (strcmp(setting, PROXY_ENVIRONMENT) == 0)
		return from_environment(url);
	return setting;
}

bool
proxy_takes_addresses(const char *proxy)
{
	return strncasecmp(proxy, "socks5://", 9) == 0;
}

bool
proxy_keeps_names(const char *proxy)
{
	return strncasecmp(proxy, "socks5h://", 10) == 0;
}

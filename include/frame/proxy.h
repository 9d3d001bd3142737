/*
 * Proxies: which one a feed is reached through, and what its address says.
 */
#ifndef FRAME_PROXY_H
#define FRAME_PROXY_H

#include <stdbool.h>

/* In place of an address: none at all, or that of the environment. */
#define PROXY_NONE "none"
#define PROXY_ENVIRONMENT "environment"

/* Check of the schema for "http://host:port", https, socks5 and socks5h. */
const char *proxy_check(const char *);
/* The proxy for the URL by a setting of the configuration (NULL: none): its
 * address, or NULL for a direct connection. "environment" reads https_proxy or
 * http_proxy, else all_proxy, unless no_proxy names the host. */
const char *proxy_choose(const char *setting, const char *url);
/* socks5: the host's address is asked for here and given to the proxy. */
bool proxy_takes_addresses(const char *proxy);
/* socks5h: names are looked up by the proxy alone, and that is its point. */
bool proxy_keeps_names(const char *proxy);

#endif

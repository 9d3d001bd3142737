/*
 * Names to addresses: one c-ares channel, its sockets and its clock on
 * libevent. Owns the channel, the socket events and the hosts file's entries.
 *
 * An answer is stored in its query and handed over by an event of its own, so
 * that callers are never called from within c-ares.
 */
#include <arpa/inet.h>
#include <ares.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <time.h>

#include "base/mem.h"
#include "frame/dns.h"
#include "frame/dns_cache.h"

#define DNS_TIMEOUT_MS 3000 /* of the first try; c-ares doubles it */
#define DNS_TRIES 3
#define DNS_DEADLINE_S 10 /* of a query, whatever c-ares still tries */
#define CACHE_MAX 65536   /* hosts */
#define HOSTS_MAX 10000   /* entries of the hosts file that are kept */

struct dns_socket {
	SLIST_ENTRY(dns_socket) next;
	ares_socket_t fd;
	struct event *event;
};

struct dns_host {
	char *name;
	struct sockaddr_storage address;
};

struct dns {
	struct event_base *base;
	ares_channel channel;
	struct event *clock;
	SLIST_HEAD(socket_list, dns_socket) sockets;
	struct dns_cache *cache;
	struct dns_host *hosts;
	size_t hosts_len;
};

struct dns_query {
	struct dns *dns;
	dns_on_answer on_answer; /* NULL: cancelled, c-ares still has it */
	void *arg;
	bool asked; /* c-ares has it and will call back */
	struct event *deliver;
	char name[DNS_NAME_MAX + 1]; /* "" when it is no name at all */
	struct dns_answer answer;
};

static int64_t
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec;
}

static void
query_free(struct dns_query *query)
{
	event_free(query->deliver);
	free(query);
}

static void
query_on_deliver(evutil_socket_t fd, short what, void *arg)
{
	struct dns_query *query = arg;
	dns_on_answer on_answer = query->on_answer;
	bool asked = query->asked;

	if (asked) {
		query->on_answer = NULL; /* c-ares still has it */
		if (!dns_cache_get(query->dns->cache, query->name, true,
			now_s(), &query->answer))
			query->answer.error = "name servers do not answer";
	}
	on_answer(query->arg, &query->answer);
	if (!asked)
		query_free(query);
}

static void
answer_add(struct dns_answer *answer, const void *address, size_t len)
{
	if (answer->len < DNS_ADDRESSES_MAX &&
	    len <= sizeof(struct sockaddr_storage))
		memcpy(&answer->at[answer->len++], address, len);
}

/* The name as it is compared: lower case, no dot at its end; "": too long. */
static void
take_name(char name[DNS_NAME_MAX + 1], const char *host)
{
	size_t len = strlen(host);

	if (len > 0 && host[len - 1] == '.')
		len--;
	if (len > DNS_NAME_MAX)
		len = 0;
	for (size_t i = 0; i < len; i++)
		name[i] =
		    (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] | 0x20
							    : host[i]);
	name[len] = '\0';
}

/* ---- the hosts file ---- */

static bool
read_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(address, &in, sizeof(in));
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(address, &in6, sizeof(in6));
	else
		return false;
	return true;
}

static void
add_host(struct dns *dns, const char *name, const struct sockaddr_storage *at)
{
	struct dns_host *host;

	if (dns->hosts_len == HOSTS_MAX)
		return;
	dns->hosts =
	    xreallocarray(dns->hosts, dns->hosts_len + 1, sizeof(*dns->hosts));
	host = &dns->hosts[dns->hosts_len++];
	host->name = xstrdup(name);
	host->address = *at;
}

static void
read_hosts_line(struct dns *dns, char *line)
{
	static const char blank[] = " \t\r\n";
	struct sockaddr_storage address;
	char *save = NULL, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blank, &save);
	if (word == NULL || !read_address(word, &address))
		return;
	while ((word = strtok_r(NULL, blank, &save)) != NULL)
		add_host(dns, word, &address);
}

/* RFC 6761 section 6.3: localhost is always the loopback. */
static void
read_hosts(struct dns *dns)
{
	FILE *file = fopen("/etc/hosts", "re");
	char *line = NULL;
	size_t cap = 0;

	if (file != NULL) {
		while (getline(&line, &cap, file) != -1)
			read_hosts_line(dns, line);
		fclose(file);
	}
	free(line);
	read_hosts_line(dns, (char[]){"127.0.0.1 localhost"});
}

static void
look_in_hosts(const struct dns *dns, const char *name, struct dns_answer *out)
{
	for (size_t i = 0; i < dns->hosts_len; i++)
		if (strcasecmp(dns->hosts[i].name, name) == 0)
			answer_add(
			    out, &dns->hosts[i].address, sizeof(out->at[0]));
}

/* ---- c-ares on the loop ---- */

static void
set_clock(struct dns *dns)
{
	struct timeval wait, *next = ares_timeout(dns->channel, NULL, &wait);

	if (next != NULL)
		evtimer_add(dns->clock, next);
	else
		evtimer_del(dns->clock);
}

static void
dns_on_clock(evutil_socket_t fd, short what, void *arg)
{
	struct dns *dns = arg;

	ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_clock(dns);
}

static void
dns_on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct dns *dns = arg;

	ares_process_fd(dns->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	set_clock(dns);
}

static void
drop_socket(struct dns *dns, struct dns_socket *s)
{
	SLIST_REMOVE(&dns->sockets, s, dns_socket, next);
	event_free(s->event);
	free(s);
}

/* c-ares tells what it waits for on a socket; neither: it closes it. */
static void
dns_on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns *dns = arg;
	struct dns_socket *s;
	short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) |
			     (writable ? EV_WRITE : 0));

	SLIST_FOREACH (s, &dns->sockets, next)
		if (s->fd == fd)
			break;
	if (s != NULL)
		drop_socket(dns, s);
	if (!readable && !writable)
		return;
	s = xcalloc(1, sizeof(*s));
	s->fd = fd;
	s->event = event_new(dns->base, fd, what, dns_on_socket, dns);
	if (s->event == NULL)
		abort();
	event_add(s->event, NULL);
	SLIST_INSERT_HEAD(&dns->sockets, s, next);
}

static void
query_take_nodes(struct dns_query *query, struct ares_addrinfo_node *node)
{
	int64_t ttl_s = DNS_TTL_MAX_S;

	for (; node != NULL; node = node->ai_next) {
		answer_add(
		    &query->answer, node->ai_addr, (size_t)node->ai_addrlen);
		if (node->ai_ttl < ttl_s)
			ttl_s = node->ai_ttl;
	}
	dns_cache_put(
	    query->dns->cache, query->name, &query->answer, ttl_s, now_s());
}

static void
query_on_addrinfo(
    void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct dns_query *query = arg;

	query->asked = false;
	if (status == ARES_SUCCESS)
		query_take_nodes(query, result->nodes);
	else if (status != ARES_EDESTRUCTION && status != ARES_ENOTFOUND &&
		 status != ARES_ENODATA)
		dns_cache_get(query->dns->cache, query->name, true, now_s(),
		    &query->answer);
	if (result != NULL)
		ares_freeaddrinfo(result);
	if (query->on_answer == NULL || status == ARES_EDESTRUCTION) {
		query_free(query);
		return;
	}
	if (query->answer.len == 0)
		query->answer.error = status == ARES_SUCCESS
					  ? "host has no address"
					  : ares_strerror(status);
	event_active(query->deliver, EV_TIMEOUT, 0);
}

static int
open_channel(struct dns *dns, const char *resolver)
{
	struct ares_options options = {
	    .flags = ARES_FLAG_NOALIASES,
	    .timeout = DNS_TIMEOUT_MS,
	    .tries = DNS_TRIES,
	    .lookups = (char[]){"b"},
	    .sock_state_cb = dns_on_socket_state,
	    .sock_state_cb_data = dns,
	};

	if (ares_init_options(&dns->channel, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		    ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS)
		return -1;
	if (resolver == NULL)
		return 0;
	return ares_set_servers_ports_csv(dns->channel, resolver) ==
		       ARES_SUCCESS
		   ? 0
		   : -1;
}

struct dns *
dns_new(struct event_base *base, const char *resolver)
{
	struct dns *dns = xcalloc(1, sizeof(*dns));

	dns->base = base;
	dns->cache = dns_cache_new(CACHE_MAX);
	SLIST_INIT(&dns->sockets);
	dns->clock = evtimer_new(base, dns_on_clock, dns);
	if (dns->clock == NULL)
		abort();
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
	    open_channel(dns, resolver) == -1) {
		dns_free(dns);
		return NULL;
	}
	read_hosts(dns);
	return dns;
}

void
dns_free(struct dns *dns)
{
	if (dns == NULL)
		return;
	if (dns->channel != NULL)
		ares_destroy(dns->channel);
	while (!SLIST_EMPTY(&dns->sockets))
		drop_socket(dns, SLIST_FIRST(&dns->sockets));
	event_free(dns->clock);
	dns_cache_free(dns->cache);
	for (size_t i = 0; i < dns->hosts_len; i++)
		free(dns->hosts[i].name);
	free(dns->hosts);
	free(dns);
	ares_library_cleanup();
}

/* name: as take_name() gives it. */
static bool
look_up_here(const struct dns *dns, const char *name, struct dns_answer *answer)
{
	struct sockaddr_storage address;

	answer->len = 0;
	answer->error = NULL;
	if (read_address(name, &address))
		answer_add(answer, &address, sizeof(address));
	else
		look_in_hosts(dns, name, answer);
	return answer->len > 0 ||
	       dns_cache_get(dns->cache, name, false, now_s(), answer);
}

bool
dns_answer_now(
    const struct dns *dns, const char *host, struct dns_answer *answer)
{
	char name[DNS_NAME_MAX + 1];

	take_name(name, host);
	return look_up_here(dns, name, answer);
}

struct dns_query *
dns_resolve(
    struct dns *dns, const char *host, dns_on_answer on_answer, void *arg)
{
	static const struct ares_addrinfo_hints hints = {
	    .ai_flags = ARES_AI_NOSORT, .ai_socktype = SOCK_STREAM};
	struct dns_query *query = xcalloc(1, sizeof(*query));
	struct timeval deadline = {DNS_DEADLINE_S, 0};

	query->dns = dns;
	query->on_answer = on_answer;
	query->arg = arg;
	query->deliver = evtimer_new(dns->base, query_on_deliver, query);
	if (query->deliver == NULL)
		abort();
	take_name(query->name, host);
	if (*query->name == '\0')
		query->answer.error = "not a host name";
	if (*query->name == '\0' ||
	    look_up_here(dns, query->name, &query->answer)) {
		event_active(query->deliver, EV_TIMEOUT, 0);
		return query;
	}
	query->asked = true;
	evtimer_add(query->deliver, &deadline);
	ares_getaddrinfo(
	    dns->channel, query->name, NULL, &hints, query_on_addrinfo, query);
	set_clock(dns);
	return query;
}

void
dns_cancel(struct dns_query *query)
{
	if (query == NULL)
		return;
	query->on_answer = NULL;
	evtimer_del(query->deliver);
	if (!query->asked)
		query_free(query);
}

/*
 * Names to addresses. Owns the c-ares channel, the cache and the hosts file's
 * entries.
 *
 * An answer is stored in its query and handed over by an event of its own, so
 * that callers are never called from within c-ares.
 *
 * Name servers that fail (RFC 8767): a query waits a short while, then an old
 * answer does. After many failures in a row they are taken for down:
 *
 *	       failures, and no answer for a while
 *	    UP ------------------------------------> DOWN
 *	       <------------------------------------
 *		  a probe is answered, be it by no
 *
 * While they are down nobody waits: names with old answers get these, others
 * fail, and a single name is asked now and then.
 */
#include <arpa/inet.h>
#include <ares.h>
#include <event2/event.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/ares_loop.h"
#include "frame/clock.h"
#include "frame/dns.h"
#include "frame/dns_cache.h"
#include "frame/hosts_file.h"
#include "frame/log.h"

#define DNS_TIMEOUT_MS 3000 /* of the first try; c-ares doubles it */
#define DNS_TRIES 3
#define DNS_DEADLINE_MS 10000 /* of a query, whatever c-ares still tries */
#define DNS_PATIENCE_MS 1800  /* while there is an old answer; RFC 8767 */
#define DOWN_FAILURES 20      /* in a row ... */
#define DOWN_MS 5000          /* ... for so long */
#define PROBE_MIN_MS 1000     /* doubles up to ... */
#define PROBE_MAX_MS 15000
#define OTHER_MS 1000   /* for addresses of the other family; RFC 8305 */
#define CACHE_MAX 65536 /* hosts */

struct dns {
	struct event_base *base;
	struct ares_loop *ares;
	struct dns_cache *cache;
	struct hosts_file *hosts;
	char *servers;      /* for people: "192.0.2.53, 2001:db8::53" */
	char *silence;      /* error of queries that nobody answers */
	char *refusal;      /* ... that are answered by a failure */
	unsigned failures;  /* in a row */
	int64_t failing_ms; /* since when, monotonic */
	bool answered;      /* ever */
	bool down;
	struct event *probe;           /* while down: asks for ... */
	char wanted[DNS_NAME_MAX + 1]; /* ... what was wanted last */
	int64_t probe_wait_ms;
	struct dns_counts counts;
	dns_on_change on_change;
	void *on_change_arg;
};

struct dns_query {
	struct dns *dns;
	dns_on_answer on_answer; /* NULL: cancelled, c-ares still has it */
	void *arg;
	unsigned open; /* families that c-ares will call back for */
	bool failed;   /* it was counted as such */
	bool answered; /* as well */
	int64_t asked_ms;
	struct event *deliver;
	char name[DNS_NAME_MAX + 1]; /* "" when it is no name at all */
	struct dns_answer answer;    /* an old one, until a new one comes */
	struct dns_answer found;     /* so far, of the families that came */
	int64_t ttl_s;               /* of them */
	const char *failure;         /* NULL, or why a family is not known */
};

static int64_t
now_s(void)
{
	return clock_monotonic_ms() / 1000;
}

static void
query_free(struct dns_query *query)
{
	event_free(query->deliver);
	free(query);
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

/* ---- whether the name servers answer ---- */

static void
say(struct dns *dns)
{
	if (dns->down)
		log_warning("dns: %s for %" PRId64 " s: known addresses go on "
			    "for a day, new names fail",
		    dns->silence,
		    (clock_monotonic_ms() - dns->failing_ms) / 1000);
	else
		log_info("dns: %s: answers again after %" PRId64 " s",
		    dns->servers,
		    (clock_monotonic_ms() - dns->failing_ms) / 1000);
	if (dns->on_change != NULL)
		dns->on_change(dns->on_change_arg);
}

static void
probe_later(struct dns *dns)
{
	struct timeval wait = clock_timeval_ms(dns->probe_wait_ms);

	evtimer_add(dns->probe, &wait);
	dns->probe_wait_ms *= 2;
	if (dns->probe_wait_ms > PROBE_MAX_MS)
		dns->probe_wait_ms = PROBE_MAX_MS;
}

/* A name that was never known may well be the one at fault. */
static void
note_failure(struct dns_query *query)
{
	struct dns *dns = query->dns;

	if (query->failed)
		return;
	query->failed = true;
	dns->counts.failed++;
	if (query->answer.len == 0 && dns->answered)
		return;
	if (dns->failures++ == 0)
		dns->failing_ms = query->asked_ms;
	if (dns->down || dns->failures < DOWN_FAILURES ||
	    clock_monotonic_ms() - dns->failing_ms < DOWN_MS)
		return;
	dns->down = true;
	memcpy(dns->wanted, query->name, sizeof(dns->wanted));
	dns->probe_wait_ms = PROBE_MIN_MS;
	probe_later(dns);
	say(dns);
}

static void
note_answer(struct dns *dns)
{
	dns->counts.answered++;
	dns->answered = true;
	dns->failures = 0;
	if (!dns->down)
		return;
	dns->down = false;
	evtimer_del(dns->probe);
	dns_cache_wake(dns->cache, now_s());
	say(dns);
}

/* ---- queries ---- */

static void
query_finish(struct dns_query *query)
{
	dns_on_answer on_answer = query->on_answer;
	bool is_open = query->open > 0;

	query->on_answer = NULL; /* c-ares may have it still */
	on_answer(query->arg, &query->answer);
	if (!is_open)
		query_free(query);
}

/* The name servers failed: an old answer does. */
static void
query_settle(struct dns_query *query, const char *error)
{
	struct dns *dns = query->dns;

	if (query->failed && query->on_answer == NULL)
		return; /* long settled */
	note_failure(query);
	dns_cache_rest(dns->cache, query->name, error, now_s());
	if (query->answer.len == 0)
		query->answer.error = error;
	else
		dns->counts.stale += query->on_answer != NULL;
}

/* What they are kept for: the least of the addresses and of the other names
 * (CNAME) that led to them, at most ttl_s. */
static int64_t
time_to_live(const struct ares_addrinfo *result, int64_t ttl_s)
{
	for (struct ares_addrinfo_node *n = result->nodes; n; n = n->ai_next)
		if (n->ai_ttl < ttl_s)
			ttl_s = n->ai_ttl;
	for (struct ares_addrinfo_cname *c = result->cnames; c; c = c->next)
		if (c->ttl < ttl_s)
			ttl_s = c->ttl;
	return ttl_s;
}

/* What was found, or that there is nothing. It is kept from when it was asked
 * for, as the other family may have come much later. */
static void
query_take(struct dns_query *query)
{
	query->answer = query->found;
	dns_cache_put(query->dns->cache, query->name, &query->answer,
	    query->ttl_s, query->asked_ms / 1000);
	if (!query->answered)
		note_answer(query->dns);
	query->answered = true;
}

static void
query_on_deliver(evutil_socket_t fd, short what, void *arg)
{
	struct dns_query *query = arg;
	struct timeval rest =
	    clock_timeval_ms(DNS_DEADLINE_MS - DNS_PATIENCE_MS);

	if (query->open > 0 && query->found.len > 0) {
		query_take(query);
	} else if (query->open > 0 &&
		   (query->answer.len > 0 || query->failed)) {
		query_settle(query, query->dns->silence);
	} else if (query->open > 0) {
		note_failure(query);
		evtimer_add(query->deliver, &rest);
		return;
	}
	query_finish(query);
}

/* A name server's word that there is no such host, or no address of it. */
static bool
is_no(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}

static const char *
failure_of(const struct dns *dns, int status)
{
	if (status == ARES_ETIMEOUT)
		return dns->silence;
	if (status == ARES_ECONNREFUSED) /* of SERVFAIL, too */
		return dns->refusal;
	return ares_strerror(status);
}

/* Adds what there is of a family. */
static void
query_add(
    struct dns_query *query, int status, const struct ares_addrinfo *result)
{
	struct dns_answer *found = &query->found;

	if (status != ARES_SUCCESS && !is_no(status)) {
		query->failure = failure_of(query->dns, status);
		return;
	}
	for (struct ares_addrinfo_node *n = result != NULL ? result->nodes
							   : NULL;
	     n != NULL; n = n->ai_next)
		answer_add(found, n->ai_addr, (size_t)n->ai_addrlen);
	if (result != NULL)
		query->ttl_s = time_to_live(result, query->ttl_s);
	found->error = found->len > 0  ? NULL
		       : is_no(status) ? ares_strerror(status)
				       : "host has no address";
}

/* One family is not waited for much longer than the other. */
static void
query_wait_for_other(struct dns_query *query)
{
	struct timeval wait = clock_timeval_ms(OTHER_MS);

	if (query->found.len == 0)
		return;
	if (query->on_answer != NULL)
		evtimer_add(query->deliver, &wait);
	else
		query_take(query);
}

static void
query_on_addrinfo(
    void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct dns_query *query = arg;

	query->open--;
	if (status != ARES_EDESTRUCTION)
		query_add(query, status, result);
	if (result != NULL)
		ares_freeaddrinfo(result);
	if (query->open > 0) {
		query_wait_for_other(query);
		return;
	}
	if (status == ARES_EDESTRUCTION) {
		query_free(query);
		return;
	}
	if (query->failure == NULL ||
	    (query->found.len > 0 && !query->answered))
		query_take(query);
	else if (!query->answered)
		query_settle(query, query->failure);
	if (query->on_answer == NULL)
		query_free(query);
	else
		event_active(query->deliver, EV_TIMEOUT, 0);
}

static void
query_ask(struct dns_query *query)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct ares_addrinfo_hints hints = {
	    .ai_flags = ARES_AI_NOSORT, .ai_socktype = SOCK_STREAM};
	struct dns *dns = query->dns;

	query->open = 2;
	query->ttl_s = DNS_TTL_MAX_S;
	query->asked_ms = clock_monotonic_ms();
	for (size_t i = 0; i < 2; i++) { /* the last one may end it */
		hints.ai_family = families[i];
		ares_getaddrinfo(ares_loop_channel(dns->ares), query->name,
		    NULL, &hints, query_on_addrinfo, query);
	}
	ares_loop_wait(dns->ares);
}

static struct dns_query *
query_new(struct dns *dns, dns_on_answer on_answer, void *arg)
{
	struct dns_query *query = xcalloc(1, sizeof(*query));

	query->dns = dns;
	query->on_answer = on_answer;
	query->arg = arg;
	query->deliver = evtimer_new(dns->base, query_on_deliver, query);
	if (query->deliver == NULL)
		abort();
	return query;
}

static void
dns_on_probe(evutil_socket_t fd, short what, void *arg)
{
	struct dns *dns = arg;
	struct dns_query *query = query_new(dns, NULL, NULL);

	memcpy(query->name, dns->wanted, sizeof(query->name));
	probe_later(dns);
	query_ask(query);
}

/* ---- the whole ---- */

/* What people are told of the name servers. */
static void
name_servers(struct dns *dns)
{
	struct ares_addr_port_node *servers = NULL;
	struct buf names = BUF_INIT;
	char text[INET6_ADDRSTRLEN];

	ares_get_servers_ports(ares_loop_channel(dns->ares), &servers);
	for (struct ares_addr_port_node *s = servers; s != NULL; s = s->next) {
		inet_ntop(s->family, &s->addr, text, sizeof(text));
		buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", text);
	}
	ares_free_data(servers);
	dns->servers = xasprintf("name server %s",
	    names.len > 0 ? buf_str(&names) : "(none is set)");
	dns->silence = xasprintf("no answer from %s", dns->servers);
	dns->refusal = xasprintf(
	    "%s fails at this name, refuses or is not there", dns->servers);
	buf_clear(&names);
}

struct dns *
dns_new(struct event_base *base, const char *resolver)
{
	struct dns *dns = xcalloc(1, sizeof(*dns));

	dns->base = base;
	dns->cache = dns_cache_new(CACHE_MAX);
	dns->probe = evtimer_new(base, dns_on_probe, dns);
	if (dns->probe == NULL)
		abort();
	dns->ares = ares_loop_new(base, resolver, DNS_TIMEOUT_MS, DNS_TRIES);
	if (dns->ares == NULL) {
		dns_free(dns);
		return NULL;
	}
	name_servers(dns);
	dns->hosts = hosts_file_read("/etc/hosts");
	return dns;
}

void
dns_free(struct dns *dns)
{
	if (dns == NULL)
		return;
	ares_loop_free(dns->ares);
	event_free(dns->probe);
	dns_cache_free(dns->cache);
	hosts_file_free(dns->hosts);
	free(dns->servers);
	free(dns->silence);
	free(dns->refusal);
	free(dns);
}

/* name: as take_name() gives it. False: it has to be asked for; the answer
 * holds the old one, if there is one. */
static bool
answer_at_once(struct dns *dns, const char *name, struct dns_answer *answer)
{
	enum dns_known known;

	answer->error = NULL;
	answer->len =
	    hosts_file_find(dns->hosts, name, answer->at, DNS_ADDRESSES_MAX);
	if (answer->len > 0)
		return true;
	known = dns_cache_get(dns->cache, name, now_s(), answer);
	if (known == DNS_KNOWN || known == DNS_RESTING) {
		dns->counts.stale += known == DNS_RESTING;
		return true;
	}
	if (!dns->down)
		return false;
	memcpy(dns->wanted, name, strlen(name) + 1);
	dns->counts.stale += known == DNS_STALE;
	if (known == DNS_UNKNOWN)
		answer->error = dns->silence;
	return true;
}

bool
dns_answer_now(struct dns *dns, const char *host, struct dns_answer *answer)
{
	char name[DNS_NAME_MAX + 1];

	take_name(name, host);
	return *name != '\0' && answer_at_once(dns, name, answer);
}

struct dns_query *
dns_resolve(
    struct dns *dns, const char *host, dns_on_answer on_answer, void *arg)
{
	struct timeval patience = clock_timeval_ms(DNS_PATIENCE_MS);
	struct dns_query *query = query_new(dns, on_answer, arg);

	take_name(query->name, host);
	if (*query->name == '\0')
		query->answer.error = "not a host name";
	if (*query->name == '\0' ||
	    answer_at_once(dns, query->name, &query->answer)) {
		event_active(query->deliver, EV_TIMEOUT, 0);
		return query;
	}
	evtimer_add(query->deliver, &patience);
	query_ask(query);
	return query;
}

void
dns_cancel(struct dns_query *query)
{
	if (query == NULL)
		return;
	query->on_answer = NULL;
	evtimer_del(query->deliver);
	if (query->open == 0)
		query_free(query);
}

bool
dns_is_down(const struct dns *dns)
{
	return dns->down;
}

void
dns_set_watch(struct dns *dns, dns_on_change on_change, void *arg)
{
	dns->on_change = on_change;
	dns->on_change_arg = arg;
}

const struct dns_counts *
dns_counts(const struct dns *dns)
{
	return &dns->counts;
}

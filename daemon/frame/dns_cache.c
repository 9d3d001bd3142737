/*
 * Addresses of hosts, kept small: a feed's host costs about a hundred bytes.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "frame/dns.h"
#include "frame/dns_cache.h"

#define TABLE_SIZE 8192

struct small_address {
	unsigned char bytes[16];
	bool six;
};

struct entry {
	struct entry *next; /* in its chain, newest first */
	int64_t until_s;    /* the addresses' time to live */
	int64_t tried_s;    /* in vain; 0: not */
	const char *error;  /* when there are no addresses */
	size_t len;
	char *host; /* behind the addresses, in one piece of memory */
	struct small_address at[];
};

struct dns_cache {
	size_t max;
	size_t len;
	int64_t woken_s; /* what was tried before may be tried again */
	struct entry *table[TABLE_SIZE];
};

struct dns_cache *
dns_cache_new(size_t max)
{
	struct dns_cache *cache = xcalloc(1, sizeof(*cache));

	cache->max = max;
	return cache;
}

void
dns_cache_free(struct dns_cache *cache)
{
	struct entry *next;

	if (cache == NULL)
		return;
	for (size_t i = 0; i < TABLE_SIZE; i++)
		for (struct entry *e = cache->table[i]; e != NULL; e = next) {
			next = e->next;
			free(e);
		}
	free(cache);
}

static struct small_address
to_small(const struct sockaddr_storage *from)
{
	struct small_address small = {.six = from->ss_family == AF_INET6};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (small.six) {
		memcpy(&in6, from, sizeof(in6));
		memcpy(small.bytes, &in6.sin6_addr, 16);
	} else {
		memcpy(&in, from, sizeof(in));
		memcpy(small.bytes, &in.sin_addr, 4);
	}
	return small;
}

static void
from_small(const struct small_address *small, struct sockaddr_storage *to)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memset(to, 0, sizeof(*to));
	if (small->six) {
		memcpy(&in6.sin6_addr, small->bytes, 16);
		memcpy(to, &in6, sizeof(in6));
	} else {
		memcpy(&in.sin_addr, small->bytes, 4);
		memcpy(to, &in, sizeof(in));
	}
}

static struct entry *
entry_new(const char *host, const struct dns_answer *answer)
{
	size_t addresses = answer->len * sizeof(struct small_address);
	size_t name = strlen(host) + 1;
	struct entry *entry = xcalloc(1, sizeof(*entry) + addresses + name);

	entry->len = answer->len;
	entry->error = answer->error;
	for (size_t i = 0; i < answer->len; i++)
		entry->at[i] = to_small(&answer->at[i]);
	entry->host = (char *)&entry->at[answer->len];
	memcpy(entry->host, host, name);
	return entry;
}

static struct entry **
chain_of(struct dns_cache *cache, const char *host)
{
	return &cache->table[hash_str(0, host) % TABLE_SIZE];
}

static struct entry *
find(const struct dns_cache *cache, const char *host)
{
	struct entry *entry = cache->table[hash_str(0, host) % TABLE_SIZE];

	while (entry != NULL && strcmp(entry->host, host) != 0)
		entry = entry->next;
	return entry;
}

static bool
is_over(const struct entry *entry, int64_t now_s)
{
	return entry->len > 0 ? entry->until_s + DNS_STALE_S <= now_s
			      : entry->tried_s + DNS_RETRY_S <= now_s;
}

static void
drop(struct dns_cache *cache, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	free(entry);
	cache->len--;
}

/* Drops the host's old entry, those of no more use and, when all is full, the
 * chain's oldest. */
static void
make_room(struct dns_cache *cache, const char *host, int64_t now_s)
{
	struct entry **at = chain_of(cache, host);

	while (*at != NULL) {
		if (strcmp((*at)->host, host) == 0 || is_over(*at, now_s) ||
		    (cache->len >= cache->max && (*at)->next == NULL))
			drop(cache, at);
		else
			at = &(*at)->next;
	}
}

/* NULL: no room. */
static struct entry *
add(struct dns_cache *cache, const char *host, const struct dns_answer *answer,
    int64_t now_s)
{
	struct entry **chain = chain_of(cache, host), *entry;

	make_room(cache, host, now_s);
	if (cache->len >= cache->max)
		return NULL;
	entry = entry_new(host, answer);
	entry->next = *chain;
	*chain = entry;
	cache->len++;
	return entry;
}

void
dns_cache_put(struct dns_cache *cache, const char *host,
    const struct dns_answer *answer, int64_t ttl_s, int64_t now_s)
{
	struct entry *entry = add(cache, host, answer, now_s);

	if (entry == NULL)
		return;
	if (ttl_s < DNS_TTL_MIN_S)
		ttl_s = DNS_TTL_MIN_S;
	if (ttl_s > DNS_TTL_MAX_S)
		ttl_s = DNS_TTL_MAX_S;
	if (answer->len > 0)
		entry->until_s = now_s + ttl_s;
	else
		entry->tried_s = now_s;
}

void
dns_cache_rest(
    struct dns_cache *cache, const char *host, const char *error, int64_t now_s)
{
	const struct dns_answer none = {.error = error};
	struct entry *entry = find(cache, host);

	if (entry == NULL || is_over(entry, now_s))
		entry = add(cache, host, &none, now_s);
	if (entry != NULL)
		entry->tried_s = now_s;
}

void
dns_cache_wake(struct dns_cache *cache, int64_t now_s)
{
	cache->woken_s = now_s;
}

static bool
is_resting(
    const struct dns_cache *cache, const struct entry *entry, int64_t now_s)
{
	return entry->tried_s > cache->woken_s &&
	       now_s < entry->tried_s + DNS_RETRY_S;
}

enum dns_known
dns_cache_get(const struct dns_cache *cache, const char *host, int64_t now_s,
    struct dns_answer *answer)
{
	const struct entry *entry = find(cache, host);
	bool rests;

	if (entry == NULL || is_over(entry, now_s))
		return DNS_UNKNOWN;
	rests = is_resting(cache, entry, now_s);
	if (entry->len == 0 && !rests)
		return DNS_UNKNOWN;
	for (size_t i = 0; i < entry->len; i++)
		from_small(&entry->at[i], &answer->at[i]);
	answer->len = entry->len;
	answer->error = entry->error;
	if (entry->len == 0 || now_s < entry->until_s)
		return DNS_KNOWN;
	return rests ? DNS_RESTING : DNS_STALE;
}

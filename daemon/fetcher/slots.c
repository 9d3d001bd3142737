/*
 * Slots for exchanges. A claim waits at its host while that is busy or rests,
 * else in the common queue; both are first in, first out. Hosts that rest are
 * in a queue of their own, which the equal length of all rests keeps in order.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/slots.h"

#define TABLE_SIZE 1024

TAILQ_HEAD(claim_queue, slot_claim);
TAILQ_HEAD(host_queue, slot_host);

/* A host that somebody talks to, or waits for. */
struct slot_host {
	size_t used;
	size_t plain;      /* of these, claims that are not secure */
	size_t references; /* of claims, and of the queue of those at rest */
	struct claim_queue waiting;
	struct slot_host *next; /* in the table */
	bool shared;            /* many secure exchanges on one connection */
	bool rests;
	int64_t rests_until_ms;
	TAILQ_ENTRY(slot_host) next_at_rest;
	char name[];
};

struct slots {
	size_t total;
	size_t per_host;
	size_t used;
	int64_t spacing_ms;
	int64_t now_ms;
	struct claim_queue waiting;
	struct host_queue at_rest;
	size_t held; /* claims that wait at their hosts */
	struct slot_host *table[TABLE_SIZE];
};

struct slots *
slots_new(size_t total, size_t per_host)
{
	struct slots *slots = xcalloc(1, sizeof(*slots));

	slots->total = total;
	slots->per_host = per_host;
	TAILQ_INIT(&slots->waiting);
	TAILQ_INIT(&slots->at_rest);
	return slots;
}

static struct slot_host *
host_take(struct slots *slots, const char *name)
{
	struct slot_host **at = &slots->table[hash_str(0, name) % TABLE_SIZE];
	struct slot_host *host = *at;

	while (host != NULL && strcmp(host->name, name) != 0)
		host = host->next;
	if (host == NULL) {
		host = xcalloc(1, sizeof(*host) + strlen(name) + 1);
		strcpy(host->name, name);
		TAILQ_INIT(&host->waiting);
		host->next = *at;
		*at = host;
	}
	host->references++;
	return host;
}

static void
host_drop(struct slots *slots, struct slot_host *host)
{
	struct slot_host **at =
	    &slots->table[hash_str(0, host->name) % TABLE_SIZE];

	if (--host->references > 0)
		return;
	while (*at != host)
		at = &(*at)->next;
	*at = host->next;
	free(host);
}

/* How many exchanges at a time, at most. */
static size_t
host_room(const struct slots *slots, const struct slot_host *host)
{
	return host->shared ? SLOTS_SHARED : slots->per_host;
}

/* Beside the connection that is shared there is room for one less. */
static bool
may_grant(const struct slots *slots, const struct slot_claim *claim)
{
	const struct slot_host *host = claim->host;

	return !host->rests && host->used < host_room(slots, host) &&
	       (!host->shared || claim->secure ||
		   host->plain + 1 < slots->per_host);
}

static void
hold(struct slots *slots, struct slot_claim *claim)
{
	claim->at_host = true;
	slots->held++;
	TAILQ_INSERT_TAIL(&claim->host->waiting, claim, next);
}

static void
unhold(struct slots *slots, struct slot_claim *claim)
{
	claim->at_host = false;
	slots->held--;
	TAILQ_REMOVE(&claim->host->waiting, claim, next);
}

static void
begin_rest(struct slots *slots, struct slot_host *host)
{
	if (slots->spacing_ms == 0)
		return;
	host->rests = true;
	host->rests_until_ms = slots->now_ms + slots->spacing_ms;
	host->references++;
	TAILQ_INSERT_TAIL(&slots->at_rest, host, next_at_rest);
}

static void
end_rest(struct slots *slots, struct slot_host *host)
{
	TAILQ_REMOVE(&slots->at_rest, host, next_at_rest);
	host->rests = false;
}

static void
grant(struct slots *slots, struct slot_claim *claim)
{
	slots->used++;
	claim->host->used++;
	claim->host->plain += !claim->secure;
	claim->granted = true;
	begin_rest(slots, claim->host);
	claim->on_grant(claim->arg);
}

/* Grants what can be granted from the common queue. */
static void
grant_waiting(struct slots *slots)
{
	struct slot_claim *claim;

	while (slots->used < slots->total &&
	       (claim = TAILQ_FIRST(&slots->waiting)) != NULL) {
		TAILQ_REMOVE(&slots->waiting, claim, next);
		if (may_grant(slots, claim))
			grant(slots, claim);
		else
			hold(slots, claim);
	}
}

/* Lets those who wait at a host that may be talked to again into the common
 * queue; one where the next rest follows at once. */
static void
host_go_on(struct slots *slots, struct slot_host *host)
{
	struct slot_claim *claim, *after;
	size_t room = host_room(slots, host), free;

	if (host->rests || host->used >= room)
		return;
	free = slots->spacing_ms > 0 ? 1 : room - host->used;
	for (claim = TAILQ_FIRST(&host->waiting); claim != NULL && free > 0;
	     claim = after) {
		after = TAILQ_NEXT(claim, next);
		if (!may_grant(slots, claim))
			continue;
		unhold(slots, claim);
		TAILQ_INSERT_TAIL(&slots->waiting, claim, next);
		free--;
	}
}

void
slots_free(struct slots *slots)
{
	struct slot_host *host;

	if (slots == NULL)
		return;
	assert(slots->used == 0);
	while ((host = TAILQ_FIRST(&slots->at_rest)) != NULL) {
		end_rest(slots, host);
		host_drop(slots, host);
	}
	free(slots);
}

void
slots_set_spacing(struct slots *slots, int64_t spacing_ms)
{
	slots->spacing_ms = spacing_ms;
}

void
slots_run(struct slots *slots, int64_t now_ms)
{
	struct slot_host *host;

	slots->now_ms = now_ms;
	while ((host = TAILQ_FIRST(&slots->at_rest)) != NULL &&
	       host->rests_until_ms <= now_ms) {
		end_rest(slots, host);
		host_go_on(slots, host);
		host_drop(slots, host);
	}
	grant_waiting(slots);
}

int64_t
slots_due_ms(const struct slots *slots)
{
	const struct slot_host *first = TAILQ_FIRST(&slots->at_rest);

	return slots->held > 0 && first != NULL ? first->rests_until_ms : -1;
}

void
slots_share_host(
    struct slots *slots, const struct slot_claim *claim, bool shared)
{
	if (claim->host->shared == shared)
		return;
	claim->host->shared = shared;
	host_go_on(slots, claim->host);
	grant_waiting(slots);
}

void
slots_set_total(struct slots *slots, size_t total)
{
	slots->total = total;
	grant_waiting(slots);
}

void
slots_claim(struct slots *slots, struct slot_claim *claim, const char *host,
    void (*on_grant)(void *arg), void *arg)
{
	claim->host = host_take(slots, host);
	claim->granted = claim->at_host = false;
	claim->on_grant = on_grant;
	claim->arg = arg;
	TAILQ_INSERT_TAIL(&slots->waiting, claim, next);
	grant_waiting(slots);
}

void
slots_release(struct slots *slots, struct slot_claim *claim)
{
	struct slot_host *host = claim->host;

	if (host == NULL)
		return;
	if (claim->granted) {
		slots->used--;
		host->used--;
		host->plain -= !claim->secure;
	} else if (claim->at_host) {
		unhold(slots, claim);
	} else {
		TAILQ_REMOVE(&slots->waiting, claim, next);
	}
	claim->host = NULL;
	host_go_on(slots, host);
	host_drop(slots, host);
	grant_waiting(slots);
}

size_t
slots_used(const struct slots *slots)
{
	return slots->used;
}

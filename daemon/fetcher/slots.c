/*
 * Slots for exchanges. A claim waits at its host while that is busy, else in
 * the common queue; both are first in, first out.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/slots.h"

#define TABLE_SIZE 1024

TAILQ_HEAD(claim_queue, slot_claim);

/* A host that somebody talks to, or waits for. */
struct slot_host {
	char *name;
	size_t used;
	size_t claims; /* all that point here */
	struct claim_queue waiting;
	struct slot_host *next; /* in the table */
};

struct slots {
	size_t total;
	size_t per_host;
	size_t used;
	struct claim_queue waiting;
	struct slot_host *table[TABLE_SIZE];
};

struct slots *
slots_new(size_t total, size_t per_host)
{
	struct slots *slots = xcalloc(1, sizeof(*slots));

	slots->total = total;
	slots->per_host = per_host;
	TAILQ_INIT(&slots->waiting);
	return slots;
}

void
slots_free(struct slots *slots)
{
	assert(slots == NULL || slots->used == 0);
	free(slots);
}

static struct slot_host *
host_take(struct slots *slots, const char *name)
{
	struct slot_host **at = &slots->table[hash_str(0, name) % TABLE_SIZE];
	struct slot_host *host = *at;

	while (host != NULL && strcmp(host->name, name) != 0)
		host = host->next;
	if (host == NULL) {
		host = xcalloc(1, sizeof(*host));
		host->name = xstrdup(name);
		TAILQ_INIT(&host->waiting);
		host->next = *at;
		*at = host;
	}
	host->claims++;
	return host;
}

static void
host_drop(struct slots *slots, struct slot_host *host)
{
	struct slot_host **at =
	    &slots->table[hash_str(0, host->name) % TABLE_SIZE];

	if (--host->claims > 0)
		return;
	while (*at != host)
		at = &(*at)->next;
	*at = host->next;
	free(host->name);
	free(host);
}

/* Grants what can be granted from the common queue. */
static void
grant_waiting(struct slots *slots)
{
	struct slot_claim *claim;
	struct slot_host *host;

	while (slots->used < slots->total &&
	       (claim = TAILQ_FIRST(&slots->waiting)) != NULL) {
		TAILQ_REMOVE(&slots->waiting, claim, next);
		host = claim->host;
		if (host->used >= slots->per_host) {
			claim->at_host = true;
			TAILQ_INSERT_TAIL(&host->waiting, claim, next);
			continue;
		}
		slots->used++;
		host->used++;
		claim->granted = true;
		claim->on_grant(claim->arg);
	}
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
	struct slot_claim *next;

	if (host == NULL)
		return;
	claim->host = NULL;
	if (!claim->granted) {
		TAILQ_REMOVE(claim->at_host ? &host->waiting : &slots->waiting,
		    claim, next);
		host_drop(slots, host);
		return;
	}
	slots->used--;
	host->used--;
	next = TAILQ_FIRST(&host->waiting);
	if (next != NULL) {
		TAILQ_REMOVE(&host->waiting, next, next);
		next->at_host = false;
		TAILQ_INSERT_TAIL(&slots->waiting, next, next);
	}
	host_drop(slots, host);
	grant_waiting(slots);
}

size_t
slots_used(const struct slots *slots)
{
	return slots->used;
}

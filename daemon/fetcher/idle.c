/*
 * The budget of idle connections. A server is remembered in 16 bytes while it
 * matters. Whoever has a place keeps it as long as it comes back in time; no
 * place is taken from another, for polls go round in circles, where the least
 * recently used is just the one that is needed next. Servers of which nothing
 * is known yet may fill half of the budget.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetcher/idle.h"

#define SIZE_MIN 256
#define SWEEP_S 5 /* a full budget is looked through at most so often */

struct place {
	uint64_t server; /* 0: free */
	uint32_t asked_s;
	bool kept;
};

struct idle {
	struct place *places; /* open addressing */
	size_t size;          /* a power of two */
	size_t len;
	size_t max;
	size_t kept;
	int64_t start_s; /* that asked_s count from */
	int64_t swept_s;
};

struct idle *
idle_new(size_t max)
{
	struct idle *idle = xcalloc(1, sizeof(*idle));

	idle->size = SIZE_MIN;
	idle->places = xcalloc(idle->size, sizeof(*idle->places));
	idle->max = max;
	return idle;
}

void
idle_free(struct idle *idle)
{
	if (idle == NULL)
		return;
	free(idle->places);
	free(idle);
}

void
idle_set_max(struct idle *idle, size_t max)
{
	idle->max = max;
}

size_t
idle_kept(const struct idle *idle)
{
	return idle->kept;
}

static struct place *
find(const struct idle *idle, uint64_t server)
{
	size_t at = server & (idle->size - 1);

	while (
	    idle->places[at].server != 0 && idle->places[at].server != server)
		at = (at + 1) & (idle->size - 1);
	return &idle->places[at];
}

static bool
is_fresh(const struct place *place, uint32_t now_s)
{
	return now_s - place->asked_s <= IDLE_MAX_S;
}

/* Forgets those that have hung up since, and makes room. */
static void
sweep(struct idle *idle, uint32_t now_s)
{
	struct place *old = idle->places;
	size_t old_size = idle->size, fresh = 0;

	for (size_t i = 0; i < old_size; i++)
		fresh += old[i].server != 0 && is_fresh(&old[i], now_s);
	for (idle->size = SIZE_MIN; idle->size < fresh * 4;)
		idle->size *= 2;
	idle->places = xcalloc(idle->size, sizeof(*idle->places));
	idle->len = idle->kept = 0;
	idle->swept_s = now_s;
	for (size_t i = 0; i < old_size; i++) {
		if (old[i].server == 0 || !is_fresh(&old[i], now_s))
			continue;
		*find(idle, old[i].server) = old[i];
		idle->len++;
		idle->kept += old[i].kept;
	}
	free(old);
}

bool
idle_keeps(struct idle *idle, uint64_t server, int64_t at_s)
{
	struct place *place;
	uint32_t now_s;
	bool known;

	if (idle->start_s == 0)
		idle->start_s = at_s - 1;
	now_s = (uint32_t)(at_s - idle->start_s);
	server += server == 0;
	if (idle->len * 2 >= idle->size ||
	    (idle->kept >= idle->max && now_s - idle->swept_s >= SWEEP_S))
		sweep(idle, now_s);
	place = find(idle, server);
	known = place->server != 0 && is_fresh(place, now_s);
	idle->len += place->server == 0;
	place->server = server;
	place->asked_s = now_s;
	if (!place->kept &&
	    idle->kept < (known ? idle->max : (idle->max + 1) / 2)) {
		place->kept = true;
		idle->kept++;
	}
	return place->kept;
}

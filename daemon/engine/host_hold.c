/*
 * Hosts that asked for patience. Runs in the engine.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/host_hold.h"

#define HOLD_US (60 * SECOND_US)   /* when the server does not say */
#define CALM_US (3600 * SECOND_US) /* of good answers halve the slowness */
#define SLOWNESS_MAX 4
#define SLOWED_MAX_US (86400 * SECOND_US)

void
host_holds_clear(struct host_holds *holds)
{
	free(holds->at);
	*holds = (struct host_holds){0};
}

/* The host's place, or the free one where it belongs. */
static struct host_hold *
place_of(const struct host_holds *holds, uint64_t host)
{
	size_t i = host & (holds->cap - 1);

	while (holds->at[i].host != 0 && holds->at[i].host != host)
		i = (i + 1) & (holds->cap - 1);
	return &holds->at[i];
}

static void
grow(struct host_holds *holds)
{
	struct host_holds more = {
	    .cap = holds->cap ? 2 * holds->cap : 16, .len = holds->len};

	more.at = xcalloc(more.cap, sizeof(*more.at));
	for (size_t i = 0; i < holds->cap; i++)
		if (holds->at[i].host != 0)
			*place_of(&more, holds->at[i].host) = holds->at[i];
	free(holds->at);
	*holds = more;
}

static void
calm_down(struct host_hold *hold, int64_t now)
{
	for (; hold->slowness > 0 && hold->calm_at <= now; hold->slowness--)
		hold->calm_at += CALM_US;
}

void
host_holds_slow(struct host_holds *holds, uint64_t host, int64_t retry_after_us,
    int64_t now)
{
	int64_t until_at =
	    now + (retry_after_us > 0 ? retry_after_us : HOLD_US);
	struct host_hold *hold;

	if (host == 0)
		return;
	if (2 * (holds->len + 1) > holds->cap)
		grow(holds);
	hold = place_of(holds, host);
	holds->len += hold->host == 0;
	hold->host = host;
	calm_down(hold, now);
	/* Answers to what was under way already are the same one complaint. */
	if (hold->until_at <= now && hold->slowness < SLOWNESS_MAX)
		hold->slowness++;
	if (hold->until_at < until_at)
		hold->until_at = until_at;
	hold->calm_at = hold->until_at + CALM_US;
}

const struct host_hold *
host_holds_find(struct host_holds *holds, uint64_t host, int64_t now)
{
	struct host_hold *hold;

	if (holds->len == 0)
		return NULL;
	hold = place_of(holds, host);
	calm_down(hold, now);
	return hold->slowness > 0 ? hold : NULL;
}

int64_t
host_hold_slow(const struct host_hold *hold, int64_t wait)
{
	int64_t more = wait << hold->slowness;

	if (more > SLOWED_MAX_US)
		more = SLOWED_MAX_US;
	return more > wait ? more : wait;
}

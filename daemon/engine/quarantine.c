/*
 * A feed that crashes fetchers is tried alone, and put away at its third crash
 * within a day. Runs in the engine.
 */
#include <string.h>

#include "engine/quarantine.h"

bool
quarantine_add_crash(struct quarantine *quarantine, int64_t now)
{
	int64_t *at = quarantine->crash_at;

	memmove(at + 1, at, (QUARANTINE_CRASHES - 1) * sizeof(*at));
	at[0] = now;
	if (at[QUARANTINE_CRASHES - 1] == 0 ||
	    at[QUARANTINE_CRASHES - 1] <= now - QUARANTINE_WINDOW_US)
		return false;
	quarantine->until_at = now + QUARANTINE_WINDOW_US;
	return true;
}

bool
quarantine_holds(const struct quarantine *quarantine, int64_t now)
{
	return quarantine->until_at > now;
}

bool
quarantine_is_suspect(const struct quarantine *quarantine, int64_t now)
{
	return quarantine->crash_at[0] != 0 &&
	       quarantine->crash_at[0] > now - QUARANTINE_WINDOW_US;
}

void
quarantine_clear(struct quarantine *quarantine)
{
	*quarantine = (struct quarantine){0};
}

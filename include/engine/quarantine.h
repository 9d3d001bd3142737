/*
 * Feeds on the bench when a fetcher died. Pure: times are epoch us.
 */
#ifndef ENGINE_QUARANTINE_H
#define ENGINE_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/second.h"

#define QUARANTINE_CRASHES 3 /* within ... */
#define QUARANTINE_WINDOW_US (86400 * SECOND_US)

struct quarantine { /* of one feed; zero: nothing ever happened */
	int64_t crash_at[QUARANTINE_CRASHES]; /* the latest first; 0: none */
	int64_t until_at;                     /* 0: not in quarantine */
};

/* The feed was on the bench of a fetcher that died. True: it now is in
 * quarantine, for a day. */
bool quarantine_add_crash(struct quarantine *, int64_t now);
bool quarantine_holds(const struct quarantine *, int64_t now);
/* It crashed a fetcher lately, so it is parsed alone. */
bool quarantine_is_suspect(const struct quarantine *, int64_t now);
/* It was parsed to the end after all: not it, or mended. */
void quarantine_clear(struct quarantine *);

#endif

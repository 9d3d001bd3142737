/*
 * Starts no more than so many a second. Pure: times are microseconds of one
 * clock.
 */
#ifndef ENGINE_PACE_H
#define ENGINE_PACE_H

#include <stdint.h>

struct pace {
	double per_s;
	double tokens; /* starts that were left at `at` */
	int64_t at;
};

/* As many a second as given, and a fourth of them at once. */
void pace_set(struct pace *, double per_s);
/* When something that is due at `at` may start. */
int64_t pace_allows(const struct pace *, int64_t at);
/* It started. */
void pace_take(struct pace *, int64_t now);

#endif

/*
 * Rhythms of feeds. Runs in the engine.
 *
 * A share is estimated as (posts + prior) / (posts expected from the level
 * alone + prior): with few posts it stays near 1, with many it is what was
 * seen. The posts of a day lie on a smooth curve, so an hour is seen from two
 * distances: the broad view, of seven hours, needs few posts to tell day from
 * night; the narrow one, of three, starts from the broad and not from 1.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "engine/rhythm.h"

#define HOUR_S 3600
#define DAY_S 86400
#define FADE_HOURS_S (14.0F * DAY_S) /* to 1/e, of the counts by hour */
#define FADE_DAYS_S (42.0F * DAY_S)  /* ... by weekday */
#define FADE_POSTS_S (10.0F * DAY_S) /* ... of the level */
#define FADE_RECENT_S (2.0F * HOUR_S)
#define FADE_STEP_S 450
#define PRIOR_RATE 1.0F  /* posts an hour of an unknown feed ... */
#define PRIOR_POSTS 0.5F /* ... which weighs as much as so many */
/* Posts, how much evidence a share needs: by Gamma's rule one over the square
 * of how far shares lie apart, relative to their mean. Hours differ among
 * themselves by some 0.8, from the hours around them by some 0.35. */
#define PRIOR_BROAD 1.5F
#define PRIOR_NARROW 8.0F
#define PRIOR_DAY 100.0F
#define PRIOR_BURST 8.0F
#define BURST_S (2 * HOUR_S)   /* how far ahead one is believed */
#define BACKLOG_S (28 * DAY_S) /* older dates of a document say nothing */

void
rhythm_begin(struct rhythm *rhythm, int64_t since)
{
	*rhythm =
	    (struct rhythm){.since = (uint32_t)since, .at = (uint32_t)since};
}

/* What is left of counts at a time; a clock may run ahead and be set back. */
static float
left_of(const struct rhythm *rhythm, int64_t now, float fading)
{
	return now > rhythm->at ? expf(-(float)(now - rhythm->at) / fading) : 1;
}

/* Lets the counts fade, in steps that are short beside all fadings. */
static void
fade(struct rhythm *rhythm, int64_t now)
{
	int64_t steps = (now - rhythm->at) / FADE_STEP_S;
	float passed = (float)(steps * FADE_STEP_S), by_hour, by_day;

	if (passed <= 0)
		return;
	by_hour = expf(-passed / FADE_HOURS_S);
	by_day = expf(-passed / FADE_DAYS_S);
	for (size_t i = 0; i < 24; i++)
		rhythm->hours[i] *= by_hour;
	for (size_t i = 0; i < 7; i++)
		rhythm->days[i] *= by_day;
	rhythm->posts *= expf(-passed / FADE_POSTS_S);
	rhythm->recent *= expf(-passed / FADE_RECENT_S);
	rhythm->at += (uint32_t)passed;
}

void
rhythm_set_back(struct rhythm *rhythm, int64_t now)
{
	if (rhythm->since > now)
		rhythm_begin(rhythm, now);
	else if (rhythm->at > now)
		rhythm->at = (uint32_t)now;
}

void
rhythm_add(struct rhythm *rhythm, int64_t published_at)
{
	float age;

	if (published_at < rhythm->since || published_at > UINT32_MAX)
		return;
	fade(rhythm, published_at);
	age = (float)rhythm->at - (float)published_at;
	rhythm->hours[published_at / HOUR_S % 24] += 1;
	rhythm->days[published_at / DAY_S % 7] += 1;
	rhythm->posts += 1;
	rhythm->recent += age > 0 ? expf(-age / FADE_RECENT_S) : 1;
}

static int
compare_dates(const void *a, const void *b)
{
	int64_t x, y;

	x = *(const int64_t *)a;
	y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

void
rhythm_begin_with(
    struct rhythm *rhythm, int64_t *dates, size_t len, int64_t now)
{
	size_t first = len / 4;

	qsort(dates, len, sizeof(*dates), compare_dates);
	while (first < len && dates[first] < now - BACKLOG_S)
		first++;
	rhythm_begin(rhythm, first < len ? dates[first] : now);
	for (size_t i = first + 1; i < len && dates[i] <= now; i++)
		rhythm_add(rhythm, dates[i]);
}

/* ---- what is to be expected --------------------------------------------- */

/* A stretch of time that comes round: an hour each day, a day each week. */
struct stretch {
	int64_t length;
	int64_t period;
	float fading;
};

static const struct stretch hour_of_day = {HOUR_S, DAY_S, FADE_HOURS_S};
static const struct stretch day_of_week = {DAY_S, 7 * DAY_S, FADE_DAYS_S};

/* How often stretches of a kind were watched, faded like their posts. */
struct watch {
	float times; /* those that came round since the last whole period ... */
	float fewer; /* ... and the others, once less */
	int64_t rest; /* seconds of the period under way */
};

static struct watch
watch_of(
    const struct rhythm *rhythm, const struct stretch *stretch, int64_t now)
{
	int64_t span = now - rhythm->since, periods = span / stretch->period;
	float period = (float)stretch->period, fading = stretch->fading;
	float one = expf(-period / fading);
	float past = expf(-(float)periods * period / fading);

	return (struct watch){.times = (1 - past * one) / (1 - one),
	    .fewer = (1 - past) / (1 - one),
	    .rest = span % stretch->period};
}

/* The stretch around `at`; the one that is under way counts as far as it has
 * gone. */
static float
watched(const struct watch *watch, const struct stretch *stretch, int64_t at,
    int64_t now)
{
	int64_t rounds = stretch->period / stretch->length;
	int64_t ago = (now / stretch->length - at / stretch->length) % rounds;
	float times;

	if (ago < 0)
		ago += rounds;
	times =
	    ago * stretch->length <= watch->rest ? watch->times : watch->fewer;
	if (ago > 0 || times == 0)
		return times;
	return times - 1 +
	       (float)(now % stretch->length) / (float)stretch->length;
}

/* Posts an hour on average; without the prior it would be posts / hours. */
static float
level(const struct rhythm *rhythm, int64_t now)
{
	float span = (float)(now - rhythm->since);
	float hours = FADE_POSTS_S * (1 - expf(-span / FADE_POSTS_S)) / HOUR_S;
	float faded = left_of(rhythm, now, FADE_POSTS_S);

	return (rhythm->posts * faded + PRIOR_POSTS) /
	       (hours + PRIOR_POSTS / PRIOR_RATE);
}

/* Neighbours count less with their distance; weights are such that as much is
 * seen as of so many whole hours: (their sum)^2 / (sum of their squares). */
#define REACH 3
static const float broad_weights[REACH + 1] = {
    64.0F / 44, 48.0F / 44, 32.0F / 44, 16.0F / 44};
static const float narrow_weights[REACH + 1] = {8.0F / 6, 4.0F / 6};

static float
hour_share(const struct rhythm *rhythm, float mean, int64_t at, int64_t now)
{
	float faded = left_of(rhythm, now, FADE_HOURS_S);
	float broad = 0, broad_hours = 0, narrow = 0, narrow_hours = 0;
	struct watch watch = watch_of(rhythm, &hour_of_day, now);

	for (int d = -REACH; d <= REACH; d++) {
		int64_t near = at + d * HOUR_S;
		float posts = rhythm->hours[near / HOUR_S % 24] * faded;
		float hours = watched(&watch, &hour_of_day, near, now);

		broad += posts * broad_weights[abs(d)];
		broad_hours += hours * broad_weights[abs(d)];
		narrow += posts * narrow_weights[abs(d)];
		narrow_hours += hours * narrow_weights[abs(d)];
	}
	broad = (broad + PRIOR_BROAD) / (mean * broad_hours + PRIOR_BROAD);
	return (narrow + PRIOR_NARROW * broad) /
	       (mean * narrow_hours + PRIOR_NARROW);
}

static float
day_share(const struct rhythm *rhythm, float mean, int64_t at, int64_t now)
{
	float faded = left_of(rhythm, now, FADE_DAYS_S);
	struct watch watch = watch_of(rhythm, &day_of_week, now);
	float days = watched(&watch, &day_of_week, at, now);

	return (rhythm->days[at / DAY_S % 7] * faded + PRIOR_DAY) /
	       (24 * mean * days + PRIOR_DAY);
}

/* Without bursts. */
static float
usual_rate(const struct rhythm *rhythm, int64_t at, int64_t now)
{
	float mean = level(rhythm, now);

	return mean * hour_share(rhythm, mean, at, now) *
	       day_share(rhythm, mean, at, now);
}

/* How much more or less came lately than usual. */
static float
burst(const struct rhythm *rhythm, float usual, int64_t now)
{
	float span = (float)(now - rhythm->since);
	float hours =
	    FADE_RECENT_S * (1 - expf(-span / FADE_RECENT_S)) / HOUR_S;
	float faded = left_of(rhythm, now, FADE_RECENT_S);

	return (rhythm->recent * faded + PRIOR_BURST) /
	       (usual * hours + PRIOR_BURST);
}

float
rhythm_rate(const struct rhythm *rhythm, int64_t at, int64_t now)
{
	float usual;

	if (rhythm->since == 0 || now < rhythm->since)
		return PRIOR_RATE;
	usual = usual_rate(rhythm, at, now);
	if (at == now)
		return usual * burst(rhythm, usual, now);
	if (at < now + BURST_S)
		return usual * burst(rhythm, usual_rate(rhythm, now, now), now);
	return usual;
}

float
rhythm_expect(const struct rhythm *rhythm, int64_t from, int64_t to)
{
	float posts = 0;

	for (int64_t at = from, next; at < to; at = next) {
		next = (at / HOUR_S + 1) * HOUR_S;
		if (next > to)
			next = to;
		posts +=
		    usual_rate(rhythm, at, from) * (float)(next - at) / HOUR_S;
	}
	return posts;
}

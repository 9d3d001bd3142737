/*
 * Rhythms of feeds. Runs in the engine.
 *
 * A share is estimated as (posts + prior) / (posts expected from the level
 * alone + prior): with few posts it stays near 1, with many it is what was
 * seen. The posts of a day lie on a smooth curve, so an hour borrows from its
 * neighbours.
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
#define PRIOR_HOUR 1.0F  /* posts: how much evidence a share needs */
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

/* Lets the counts fade, in steps that are short beside all fadings. */
static void
fade(struct rhythm *rhythm, int64_t now)
{
	float passed = (float)((now - rhythm->at) / FADE_STEP_S * FADE_STEP_S);
	float by_hour, by_day;

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

/* How often the stretch around `at` was watched, faded like its posts; the one
 * that is under way counts as far as it has gone. */
static float
watched(const struct rhythm *rhythm, const struct stretch *stretch, int64_t at,
    int64_t now)
{
	int64_t rounds = stretch->period / stretch->length;
	int64_t ago = (now / stretch->length - at / stretch->length) % rounds;
	float period = (float)stretch->period, past, times;

	if (ago < 0)
		ago += rounds;
	past = (float)(now - rhythm->since - ago * stretch->length);
	if (past <= 0)
		return 0;
	times = (1 - expf(-(floorf(past / period) + 1) * period /
			  stretch->fading)) /
		(1 - expf(-period / stretch->fading));
	if (ago > 0)
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
	float faded = expf(-(float)(now - rhythm->at) / FADE_POSTS_S);

	return (rhythm->posts * faded + PRIOR_POSTS) /
	       (hours + PRIOR_POSTS / PRIOR_RATE);
}

static float
hour_share(const struct rhythm *rhythm, float mean, int64_t at, int64_t now)
{
	size_t hour = (size_t)(at / HOUR_S % 24);
	float faded = expf(-(float)(now - rhythm->at) / FADE_HOURS_S);
	float posts = rhythm->hours[hour] / 2 +
		      rhythm->hours[(hour + 1) % 24] / 4 +
		      rhythm->hours[(hour + 23) % 24] / 4;
	float hours = watched(rhythm, &hour_of_day, at, now) / 2 +
		      watched(rhythm, &hour_of_day, at + HOUR_S, now) / 4 +
		      watched(rhythm, &hour_of_day, at - HOUR_S, now) / 4;

	return (posts * faded + PRIOR_HOUR) / (mean * hours + PRIOR_HOUR);
}

static float
day_share(const struct rhythm *rhythm, float mean, int64_t at, int64_t now)
{
	float faded = expf(-(float)(now - rhythm->at) / FADE_DAYS_S);
	float days = watched(rhythm, &day_of_week, at, now);

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
	float faded = expf(-(float)(now - rhythm->at) / FADE_RECENT_S);

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

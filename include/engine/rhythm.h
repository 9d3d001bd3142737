/*
 * When a feed publishes, learned from the dates of its items: how much, at
 * which hours of the day and on which days of the week. Pure: times are epoch
 * seconds, hours and days those of UTC.
 *
 * Posts are taken as a Poisson process whose rate at a time is
 * level * hour's share * day's share * burst: the level of weeks, the shares
 * of the hour and the weekday (1 on average), and how much more or less came
 * lately than these three expect.
 */
#ifndef ENGINE_RHYTHM_H
#define ENGINE_RHYTHM_H

#include <stddef.h>
#include <stdint.h>

/* 140 bytes, all of them floats or 32-bit numbers. Zero: nothing is known.
 * Counts fade with age, each in a time of its own. */
struct rhythm {
	float hours[24]; /* posts by hour of the day */
	float days[7];   /* posts by day of the week, 0 = Thursday */
	float posts;     /* all, for the level */
	float recent;    /* all, for bursts */
	uint32_t since;  /* watched from then; 0: not watched yet */
	uint32_t at;     /* counts have faded up to then */
};

/* The rate and the expectations of a feed of which nothing is known are those
 * of one that posts once an hour. */
void rhythm_begin(struct rhythm *, int64_t since);
/* A post; posts may come in any order, but those from before the beginning
 * are not counted. */
void rhythm_add(struct rhythm *, int64_t published_at);
/* The clock may have been set back: nothing is known of times to come. */
void rhythm_set_back(struct rhythm *, int64_t now);
/* Begins with the dates of a feed's first document, which are sorted in place.
 * The oldest quarter may be pinned items, and says nothing. */
void rhythm_begin_with(
    struct rhythm *, int64_t *dates, size_t len, int64_t now);

/* Posts an hour to be expected at a time, as known up to now. */
float rhythm_rate(const struct rhythm *, int64_t at, int64_t now);
/* Posts to be expected from one time to another, as known at the former:
 * without bursts. */
float rhythm_expect(const struct rhythm *, int64_t from, int64_t to);

#endif

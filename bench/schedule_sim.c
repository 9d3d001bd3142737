/*
 * How late news is seen: a simulated week of feeds whose rates have a heavy
 * tail and a rhythm by hour and weekday, polled by the daemon's own schedule,
 * at a fixed interval, and by an oracle that knows each feed's true rate by
 * the hour. All three make the same number of requests. Prints the mean delay
 * from publication to poll of each, and the ratios.
 *
 *	schedule_sim [-b polls/s] [-k backlog] [-n feeds] [-r runs] [-s seed]
 *	    [-t tail]
 *
 * backlog: dated items in the first document of a feed; 0: none, so that all
 * has to be learned from the start. tail: 0 to 2, one of the distributions
 * alone.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/rhythm.h"
#include "engine/schedule.h"

#define DAY_S 86400
#define WEEK_S (7 * DAY_S)
#define WEEK_HOURS 168
#define START_S 1790812800LL /* a Thursday, 2026-10-01 00:00 UTC */
#define BACKLOG_S WEEK_S     /* before the start */
#define MIN_S 30
#define MAX_S 900
#define BACKLOG_MAX 100
#define TAU 6.283185307179586

enum tail { TAIL_LOGNORMAL, TAIL_PARETO, TAIL_MILD, TAILS };

static const char *const tail_names[TAILS] = {
    "lognormal, sigma 1.8", "Pareto, alpha 1.1", "lognormal, sigma 1.2"};

struct source {
	double rate[WEEK_HOURS]; /* posts a second, by hour of the week */
	double *posts;           /* seconds from the start, in order */
	size_t posts_len;
	size_t first; /* post that is not of the backlog */
	size_t seen;
	struct rhythm rhythm;
};

struct world {
	struct source *sources;
	size_t len;
	double budget;
	size_t backlog;
	uint64_t random;
};

/* What a way of polling came to. */
struct tally {
	double delay; /* sum over posts, seconds */
	double posts;
	double polls;
};

struct result {
	struct tally day; /* the first */
	struct tally week;
};

/* ---- the world ---------------------------------------------------------- */

/* Above 0, up to 1 (xorshift64*). */
static double
draw(struct world *world)
{
	uint64_t x = world->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	world->random = x;
	return (double)((x * 0x2545f4914f6cdd1dULL >> 11) + 1) * 0x1p-53;
}

static double
draw_normal(struct world *world)
{
	return sqrt(-2 * log(draw(world))) * cos(TAU * draw(world));
}

/* Posts a day. */
static double
draw_rate(struct world *world, enum tail tail)
{
	double rate;

	switch (tail) {
	case TAIL_PARETO:
		rate = 1.0 / pow(draw(world), 1 / 1.1);
		break;
	case TAIL_MILD:
		rate = 6 * exp(1.2 * draw_normal(world));
		break;
	case TAIL_LOGNORMAL:
	case TAILS:
	default:
		rate = 4 * exp(1.8 * draw_normal(world));
	}
	return fmin(rate, 3000);
}

/* Three kinds of outlets: agencies that only slow down at night, papers that
 * follow the day, offices that sleep at night; each in its own time zone, most
 * of them quieter at weekends. */
static void
draw_rhythm(struct world *world, struct source *source, double per_day)
{
	double zone = floor(draw(world) * 8) - 1, kind = draw(world), sum = 0;
	double weekend = 0.3 + 0.7 * draw(world);

	for (int i = 0; i < WEEK_HOURS; i++) {
		double hour = fmod(i + zone + 24, 24);
		double wave = 1 - cos(TAU * (hour - 3) / 24);
		double share = kind < 0.3               ? 0.4 + wave
			       : kind < 0.8             ? 0.05 + wave * wave
			       : hour >= 8 && hour < 19 ? 1
							: 0.02;
		int day = (i / 24 + 4) % 7; /* 0: Sunday */

		source->rate[i] = share * (day == 0 || day == 6 ? weekend : 1);
		sum += source->rate[i];
	}
	for (int i = 0; i < WEEK_HOURS; i++)
		source->rate[i] *= per_day * 7 / sum / 3600;
}

static double
rate_at(const struct source *source, double at)
{
	return source->rate[(int)floor((at + WEEK_S) / 3600) % WEEK_HOURS];
}

static void
add_post(struct source *source, double at)
{
	size_t len = source->posts_len++;

	if ((len & (len - 1)) == 0)
		source->posts = xreallocarray(
		    source->posts, len ? 2 * len : 1, sizeof(*source->posts));
	source->posts[len] = at;
	source->first += at < 0;
}

/* A Poisson process whose rate changes each hour. */
static void
draw_posts(struct world *world, struct source *source)
{
	double left = -log(draw(world));
	double at = -BACKLOG_S;

	while (at < WEEK_S) {
		double next = (floor(at / 3600) + 1) * 3600;
		double rate = rate_at(source, at);

		if (rate * (next - at) < left) {
			left -= rate * (next - at);
			at = next;
			continue;
		}
		at += left / rate;
		left = -log(draw(world));
		if (at < WEEK_S)
			add_post(source, at);
	}
}

static void
make_world(struct world *world, enum tail tail)
{
	world->sources = xcalloc(world->len, sizeof(*world->sources));
	for (size_t i = 0; i < world->len; i++) {
		draw_rhythm(world, &world->sources[i], draw_rate(world, tail));
		draw_posts(world, &world->sources[i]);
	}
}

static void
clear_world(struct world *world)
{
	for (size_t i = 0; i < world->len; i++)
		free(world->sources[i].posts);
	free(world->sources);
}

static void
note_post(struct result *result, double published, double seen)
{
	result->week.delay += seen - published;
	result->week.posts++;
	if (published >= DAY_S)
		return;
	result->day.delay += seen - published;
	result->day.posts++;
}

static void
note_poll(struct result *result, double at)
{
	result->week.polls++;
	result->day.polls += at < DAY_S;
}

/* ---- the daemon's schedule ---------------------------------------------- */

static void
read_backlog(struct world *world, struct source *source, double now)
{
	int64_t dates[BACKLOG_MAX];
	size_t len = 0, i = source->posts_len;

	while (i > 0 && source->posts[i - 1] > now)
		i--;
	for (; i > 0 && len < world->backlog; len++)
		dates[len] = START_S + (int64_t)source->posts[--i];
	rhythm_begin_with(&source->rhythm, dates, len, START_S + (int64_t)now);
	source->seen = source->first;
}

static void
poll_source(struct world *world, struct source *source, double now,
    struct result *result)
{
	bool fresh = source->rhythm.since == 0;

	note_poll(result, now);
	if (fresh)
		read_backlog(world, source, now);
	for (; source->seen < source->posts_len &&
	       source->posts[source->seen] <= now;
	     source->seen++) {
		double published = source->posts[source->seen];

		note_post(result, published, now);
		if (!fresh || world->backlog == 0)
			rhythm_add(
			    &source->rhythm, START_S + (int64_t)published);
	}
}

static struct schedule *
make_schedule(struct world *world)
{
	struct schedule *schedule = schedule_new(world->random);

	schedule_set_clock(schedule, START_S * SECOND_US);
	for (size_t i = 0; i < world->len; i++) {
		struct schedule_feed feed = {.host = i + 1,
		    .min_us = MIN_S * SECOND_US,
		    .max_us = MAX_S * SECOND_US,
		    .rhythm = &world->sources[i].rhythm};

		schedule_add(schedule, i, &feed);
	}
	schedule_set_budget(schedule, world->budget);
	schedule_spread(schedule, 0);
	return schedule;
}

static struct result
run_schedule(struct world *world, double *cpu_s)
{
	static const struct schedule_result ok = {.outcome = SCHEDULE_OK};
	struct schedule *schedule = make_schedule(world);
	struct result result = {0};
	int64_t now = 0, tick = 0;
	clock_t before = clock();

	while (now < WEEK_S * SECOND_US) {
		size_t feed = schedule_take(schedule, 0, now);

		if (feed != SCHEDULE_NONE) {
			poll_source(world, &world->sources[feed],
			    (double)now / SECOND_US, &result);
			schedule_done(schedule, feed, &ok, now);
			continue;
		}
		if (now >= tick) {
			schedule_balance(schedule, now);
			tick += SECOND_US;
		}
		now = schedule_next_at(schedule, 0);
		if (now > tick)
			now = tick;
	}
	*cpu_s = (double)(clock() - before) / CLOCKS_PER_SEC;
	schedule_free(schedule);
	return result;
}

/* ---- what it is measured by --------------------------------------------- */

static struct result
run_fixed(struct world *world, double interval_s)
{
	struct result result = {0};

	for (size_t i = 0; i < world->len; i++) {
		const struct source *source = &world->sources[i];
		double offset = draw(world) * interval_s;

		for (size_t p = source->first; p < source->posts_len; p++) {
			double at = source->posts[p];
			double seen =
			    offset +
			    ceil((at - offset) / interval_s) * interval_s;

			note_post(&result, at, seen);
		}
	}
	return result;
}

/* Polls a second by the true rate. */
static double
true_density(double rate, double effort)
{
	return fmax(fmin(effort * sqrt(rate), 1.0 / MIN_S), 1.0 / MAX_S);
}

/* The effort that makes so many polls a week. */
static double
find_effort(const struct world *world, double polls)
{
	double low = 1e-9, high = 1e3;

	while (high / low > 1.0001) {
		double middle = sqrt(low * high), sum = 0;

		for (size_t i = 0; i < world->len; i++)
			for (int h = 0; h < WEEK_HOURS; h++)
				sum += 3600 *
				       true_density(
					   world->sources[i].rate[h], middle);
		if (sum < polls)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static double
next_poll(const struct source *source, double effort, double at)
{
	double left = 1;

	for (;;) {
		double next = (floor(at / 3600) + 1) * 3600;
		double density = true_density(rate_at(source, at), effort);

		if (density * (next - at) >= left)
			return at + left / density;
		left -= density * (next - at);
		at = next;
	}
}

static struct result
run_oracle(struct world *world, double polls)
{
	double effort = find_effort(world, polls);
	struct result result = {0};

	for (size_t i = 0; i < world->len; i++) {
		const struct source *source = &world->sources[i];
		double at = draw(world) * MIN_S;

		for (size_t p = source->first; p < source->posts_len;) {
			if (source->posts[p] <= at) {
				note_post(&result, source->posts[p++], at);
				continue;
			}
			note_poll(&result, at);
			at = next_poll(source, effort, at);
		}
	}
	return result;
}

/* ---- the table ---------------------------------------------------------- */

static double
mean(const struct tally *tally)
{
	return tally->delay / tally->posts;
}

static void
compare(struct world *world, enum tail tail)
{
	double cpu_s, feeds = (double)world->len;
	struct result ours = run_schedule(world, &cpu_s);
	struct result fixed =
	    run_fixed(world, feeds * WEEK_S / ours.week.polls);
	struct result first = run_fixed(world, feeds * DAY_S / ours.day.polls);
	struct result oracle = run_oracle(world, ours.week.polls);

	printf("%-21s %7.0f %5.1f  %6.1f %6.1f %6.1f   %5.2f %6.2f %6.2f  "
	       "%6.2f  %5.2f\n",
	    tail_names[tail], ours.week.posts / feeds / 7 * 1000,
	    ours.week.polls / WEEK_S, mean(&fixed.week), mean(&ours.week),
	    mean(&oracle.week), mean(&ours.week) / mean(&fixed.week),
	    mean(&ours.week) / mean(&oracle.week),
	    mean(&ours.day) / mean(&first.day),
	    mean(&oracle.week) / mean(&fixed.week),
	    cpu_s * 1e6 / ours.week.polls);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct world asked = {.len = 10000, .budget = 50, .random = 1};
	int runs = 1, only = -1, option;

	while ((option = getopt(argc, argv, "b:k:n:r:s:t:")) != -1) {
		if (option == 'b')
			asked.budget = atof(optarg);
		else if (option == 'k')
			asked.backlog = (size_t)atoi(optarg) % BACKLOG_MAX;
		else if (option == 'n')
			asked.len = (size_t)atoi(optarg);
		else if (option == 't')
			only = atoi(optarg);
		else if (option == 'r')
			runs = atoi(optarg);
		else if (option == 's')
			asked.random = (uint64_t)atoi(optarg);
		else
			return 64;
	}
	printf("%zu feeds, a week, %g polls/s, interval %d s to %d s, dated "
	       "items at first sight: %zu\n",
	    asked.len, asked.budget, MIN_S, MAX_S, asked.backlog);
	printf("%-21s %7s %5s  %6s %6s %6s   %5s %6s %6s  %6s  %5s\n",
	    "posts a day", "/1000", "polls", "fixed", "ours", "oracle", "ours/",
	    "ours/", "day 1/", "oracle/", "us a");
	printf("%-21s %7s %5s  %6s %6s %6s   %5s %6s %6s  %6s  %5s\n", "",
	    "feeds", "/s", "s", "s", "s", "fixed", "oracle", "fixed", "fixed",
	    "poll");
	for (int run = 0; run < runs; run++)
		for (enum tail tail = 0; tail < TAILS; tail++) {
			struct world world = asked;

			if (only >= 0 && (int)tail != only)
				continue;
			world.random = (asked.random + (uint64_t)run) *
				       0x9e3779b97f4a7c15ULL;
			make_world(&world, tail);
			compare(&world, tail);
			clear_world(&world);
		}
	return 0;
}

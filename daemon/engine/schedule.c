/*
 * The schedule: a heap of feeds by due time for each fetcher. Runs in the
 * engine.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/schedule.h"

#define SECOND_US 1000000LL
#define SPREAD_STEP_US 10000LL
#define UNREACHED_INTERVALS 8
#define FAILED_MAX_US (3600 * SECOND_US)
#define MISSING_MAX_US (86400 * SECOND_US)
#define DOUBLINGS_MAX 30
#define SOONER 4

/*
 *	   add          spread          take
 *	ABSENT -> NEW ----------> WAITING ----> UNDER_WAY
 *				     ^  done, put_back |
 *				     +-----------------+
 */
enum turn { TURN_ABSENT, TURN_NEW, TURN_WAITING, TURN_UNDER_WAY };

struct entry {
	enum turn turn;
	enum schedule_outcome outcome; /* of the last fetch */
	uint64_t host;
	int64_t interval_us;
	int64_t due_at;
	unsigned failures; /* in a row */
	unsigned fetcher;
	size_t place; /* in the heap, while waiting */
};

struct lane {         /* of one fetcher */
	size_t *heap; /* feed numbers, the first due first */
	size_t len;
	size_t cap;
	unsigned under_way;
};

struct schedule {
	struct entry *entries; /* by feed number */
	size_t entries_len;
	struct lane *lanes;
	unsigned lanes_len;
	uint64_t random;
};

struct schedule *
schedule_new(uint64_t seed)
{
	struct schedule *schedule = xcalloc(1, sizeof(*schedule));

	schedule->random = seed | 1;
	schedule_set_fetchers(schedule, 1);
	return schedule;
}

static void
free_lanes(struct schedule *schedule)
{
	for (unsigned i = 0; i < schedule->lanes_len; i++)
		free(schedule->lanes[i].heap);
	free(schedule->lanes);
}

void
schedule_free(struct schedule *schedule)
{
	if (schedule == NULL)
		return;
	free_lanes(schedule);
	free(schedule->entries);
	free(schedule);
}

/* A number from 0 to below - 1 (xorshift64*). */
static int64_t
random_below(struct schedule *schedule, int64_t below)
{
	uint64_t x = schedule->random;

	if (below <= 0)
		return 0;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	schedule->random = x;
	return (int64_t)((x * 0x2545f4914f6cdd1dULL >> 1) % (uint64_t)below);
}

/* ---- the heap ----------------------------------------------------------- */

static int64_t
due_of(const struct schedule *schedule, const struct lane *lane, size_t place)
{
	return schedule->entries[lane->heap[place]].due_at;
}

static void
set_place(
    struct schedule *schedule, struct lane *lane, size_t place, size_t feed)
{
	lane->heap[place] = feed;
	schedule->entries[feed].place = place;
}

static void
swap_places(struct schedule *schedule, struct lane *lane, size_t a, size_t b)
{
	size_t feed = lane->heap[a];

	set_place(schedule, lane, a, lane->heap[b]);
	set_place(schedule, lane, b, feed);
}

static void
sift(struct schedule *schedule, struct lane *lane, size_t place)
{
	while (place > 0 && due_of(schedule, lane, place) <
				due_of(schedule, lane, (place - 1) / 2)) {
		swap_places(schedule, lane, place, (place - 1) / 2);
		place = (place - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < lane->len && due_of(schedule, lane, child + 1) <
						 due_of(schedule, lane, child))
			child++;
		if (child >= lane->len || due_of(schedule, lane, place) <=
					      due_of(schedule, lane, child))
			return;
		swap_places(schedule, lane, place, child);
		place = child;
	}
}

static void
push(struct schedule *schedule, size_t feed, int64_t due_at)
{
	struct entry *entry = &schedule->entries[feed];
	struct lane *lane;

	entry->fetcher = (unsigned)(entry->host % schedule->lanes_len);
	entry->due_at = due_at;
	entry->turn = TURN_WAITING;
	lane = &schedule->lanes[entry->fetcher];
	if (lane->len == lane->cap) {
		lane->cap = lane->cap ? 2 * lane->cap : 16;
		lane->heap =
		    xreallocarray(lane->heap, lane->cap, sizeof(*lane->heap));
	}
	set_place(schedule, lane, lane->len++, feed);
	sift(schedule, lane, lane->len - 1);
}

static void
pull(struct schedule *schedule, size_t feed)
{
	struct entry *entry = &schedule->entries[feed];
	struct lane *lane = &schedule->lanes[entry->fetcher];
	size_t place = entry->place;

	assert(entry->turn == TURN_WAITING && lane->heap[place] == feed);
	lane->len--;
	if (place < lane->len) {
		set_place(schedule, lane, place, lane->heap[lane->len]);
		sift(schedule, lane, place);
	}
}

/* ---- feeds and fetchers ------------------------------------------------- */

void
schedule_set_fetchers(struct schedule *schedule, unsigned fetchers)
{
	if (fetchers == 0 || fetchers == schedule->lanes_len)
		return;
	free_lanes(schedule);
	schedule->lanes = xcalloc(fetchers, sizeof(*schedule->lanes));
	schedule->lanes_len = fetchers;
	for (size_t i = 0; i < schedule->entries_len; i++) {
		struct entry *entry = &schedule->entries[i];

		if (entry->turn == TURN_WAITING)
			push(schedule, i, entry->due_at);
		else if (entry->turn == TURN_UNDER_WAY)
			schedule->lanes[entry->fetcher % fetchers].under_way++;
		entry->fetcher %= fetchers;
	}
}

static struct entry *
entry_of(struct schedule *schedule, size_t feed)
{
	assert(feed < schedule->entries_len &&
	       schedule->entries[feed].turn != TURN_ABSENT);
	return &schedule->entries[feed];
}

void
schedule_add(
    struct schedule *schedule, size_t feed, uint64_t host, int64_t interval_us)
{
	if (feed >= schedule->entries_len) {
		size_t len = 2 * feed + 16;

		schedule->entries = xreallocarray(
		    schedule->entries, len, sizeof(*schedule->entries));
		while (schedule->entries_len < len)
			schedule->entries[schedule->entries_len++] =
			    (struct entry){0};
	}
	assert(schedule->entries[feed].turn == TURN_ABSENT);
	schedule->entries[feed] = (struct entry){
	    .turn = TURN_NEW,
	    .host = host,
	    .interval_us = interval_us > 0 ? interval_us : SECOND_US,
	};
}

void
schedule_change(
    struct schedule *schedule, size_t feed, uint64_t host, int64_t interval_us)
{
	struct entry *entry = entry_of(schedule, feed);
	int64_t sooner = entry->due_at - entry->interval_us + interval_us;

	entry->host = host;
	entry->interval_us = interval_us > 0 ? interval_us : SECOND_US;
	if (entry->turn == TURN_WAITING) {
		pull(schedule, feed);
		push(schedule, feed,
		    sooner < entry->due_at ? sooner : entry->due_at);
	}
}

void
schedule_remove(struct schedule *schedule, size_t feed)
{
	struct entry *entry = entry_of(schedule, feed);

	if (entry->turn == TURN_WAITING)
		pull(schedule, feed);
	else if (entry->turn == TURN_UNDER_WAY)
		schedule->lanes[entry->fetcher].under_way--;
	entry->turn = TURN_ABSENT;
}

void
schedule_spread(struct schedule *schedule, int64_t now)
{
	int64_t window = 0;

	for (size_t i = 0; i < schedule->entries_len; i++)
		window +=
		    SPREAD_STEP_US * (schedule->entries[i].turn == TURN_NEW);
	for (size_t i = 0; i < schedule->entries_len; i++) {
		struct entry *entry = &schedule->entries[i];
		int64_t most =
		    entry->interval_us < window ? entry->interval_us : window;

		if (entry->turn == TURN_NEW)
			push(schedule, i, now + random_below(schedule, most));
	}
}

/* ---- turns -------------------------------------------------------------- */

size_t
schedule_take(struct schedule *schedule, unsigned fetcher, int64_t now)
{
	struct lane *lane;
	size_t feed;

	if (schedule_next_at(schedule, fetcher) > now)
		return SCHEDULE_NONE;
	lane = &schedule->lanes[fetcher];
	feed = lane->heap[0];
	pull(schedule, feed);
	schedule->entries[feed].turn = TURN_UNDER_WAY;
	lane->under_way++;
	return feed;
}

int64_t
schedule_next_at(const struct schedule *schedule, unsigned fetcher)
{
	const struct lane *lane;

	if (fetcher >= schedule->lanes_len)
		return INT64_MAX;
	lane = &schedule->lanes[fetcher];
	if (lane->len == 0 || lane->under_way >= SCHEDULE_JOBS_MAX)
		return INT64_MAX;
	return due_of(schedule, lane, 0);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* interval, doubled for each failure, up to the outcome's limit; never less
 * than the interval. */
static int64_t
wait_of(const struct entry *entry)
{
	unsigned doublings =
	    entry->failures < DOUBLINGS_MAX ? entry->failures : DOUBLINGS_MAX;
	int64_t interval = entry->interval_us, wait, limit;

	switch (entry->outcome) {
	case SCHEDULE_UNREACHED:
		limit = least(UNREACHED_INTERVALS * interval, FAILED_MAX_US);
		break;
	case SCHEDULE_FAILED:
		limit = FAILED_MAX_US;
		break;
	case SCHEDULE_MISSING:
		limit = MISSING_MAX_US;
		break;
	case SCHEDULE_OK:
	default:
		return interval;
	}
	wait = interval;
	while (doublings-- > 0 && wait < limit)
		wait *= 2;
	wait = least(wait, limit);
	return wait > interval ? wait : interval;
}

static struct entry *
end_turn(struct schedule *schedule, size_t feed)
{
	struct entry *entry = entry_of(schedule, feed);

	assert(entry->turn == TURN_UNDER_WAY);
	schedule->lanes[entry->fetcher].under_way--;
	return entry;
}

void
schedule_done(struct schedule *schedule, size_t feed,
    enum schedule_outcome outcome, int64_t retry_after_s, int64_t now)
{
	struct entry *entry = end_turn(schedule, feed);
	int64_t wait;

	entry->outcome = outcome;
	entry->failures = outcome == SCHEDULE_OK ? 0 : entry->failures + 1;
	wait = wait_of(entry);
	wait += random_below(schedule, wait / 5) - wait / 10;
	if (retry_after_s > SCHEDULE_RETRY_MAX_S)
		retry_after_s = SCHEDULE_RETRY_MAX_S;
	if (wait < retry_after_s * SECOND_US)
		wait = retry_after_s * SECOND_US;
	push(schedule, feed, now + wait);
}

void
schedule_put_back(struct schedule *schedule, size_t feed, int64_t at)
{
	end_turn(schedule, feed);
	push(schedule, feed, at);
}

void
schedule_sooner(struct schedule *schedule, size_t feed, int64_t now)
{
	const struct entry *entry = entry_of(schedule, feed);
	int64_t left = entry->due_at - now;

	if (entry->turn != TURN_WAITING || left <= 0)
		return;
	pull(schedule, feed);
	push(schedule, feed, now + left / SOONER);
}

void
schedule_poll(struct schedule *schedule, size_t feed, int64_t now)
{
	if (entry_of(schedule, feed)->turn != TURN_WAITING)
		return;
	pull(schedule, feed);
	push(schedule, feed, now);
}

void
schedule_wake(struct schedule *schedule, int64_t now)
{
	for (size_t i = 0; i < schedule->entries_len; i++) {
		struct entry *entry = &schedule->entries[i];

		if (entry->turn != TURN_WAITING ||
		    entry->outcome != SCHEDULE_UNREACHED ||
		    entry->due_at <= now + entry->interval_us)
			continue;
		pull(schedule, i);
		push(schedule, i,
		    now + random_below(schedule, entry->interval_us));
	}
}

int64_t
schedule_due_at(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].due_at;
}

unsigned
schedule_fetcher(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].fetcher;
}

bool
schedule_is_under_way(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].turn == TURN_UNDER_WAY;
}

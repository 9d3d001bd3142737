/*
 * The schedule: the turns of all feeds, in a lane for each fetcher. Runs in the
 * engine.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/second.h"
#include "engine/backoff.h"
#include "engine/due_heap.h"
#include "engine/effort.h"
#include "engine/host_hold.h"
#include "engine/lane.h"
#include "engine/plan.h"
#include "engine/rhythm.h"
#include "engine/schedule.h"

#define SPREAD_STEP_US 10000LL
#define HURRY_US (3600 * SECOND_US) /* ahead of all that is late */
#define WAKE_US (30 * SECOND_US)
#define SOONER 4
#define BALANCE_US (60 * SECOND_US)
#define SMOOTH 0.2 /* how far the effort follows a sample */

/*
 *	   add          spread          take
 *	ABSENT -> NEW ----------> WAITING ----> UNDER_WAY
 *		    |		 ^ | ^  done, put_back |
 *	       stop |	    poll | | +-----------------+
 *		    |		 | v stop
 *		    +--------> STOPPED
 */
enum turn { TURN_ABSENT, TURN_NEW, TURN_WAITING, TURN_UNDER_WAY, TURN_STOPPED };

struct entry {
	uint8_t turn;      /* enum turn */
	uint8_t outcome;   /* enum schedule_outcome of the last fetch */
	bool doubtful;     /* in which heap it is, or was */
	bool by_hand;      /* whatever its host asked for */
	unsigned failures; /* in a row */
	uint64_t host;
	int64_t interval_us; /* planned last, without back-off */
	int64_t due_at;
	unsigned fetcher;
	struct plan plan;
};

struct schedule {
	struct entry *entries; /* by feed number */
	uint32_t *places;      /* by feed number, of the heaps */
	size_t entries_len;
	struct lane *lanes;
	unsigned lanes_len;
	unsigned jobs_max;
	struct host_holds holds;
	struct effort effort;
	int64_t balance_at;
	int64_t now; /* of the balance */
	int64_t clock_offset_us;
	uint64_t random;
};

struct schedule *
schedule_new(uint64_t seed)
{
	struct schedule *schedule = xcalloc(1, sizeof(*schedule));

	schedule->random = seed | 1;
	effort_init(&schedule->effort);
	schedule_set_fetchers(schedule, 1, 256);
	return schedule;
}

static void
free_lanes(struct schedule *schedule)
{
	for (unsigned i = 0; i < schedule->lanes_len; i++)
		lane_clear(&schedule->lanes[i]);
	free(schedule->lanes);
}

void
schedule_free(struct schedule *schedule)
{
	if (schedule == NULL)
		return;
	free_lanes(schedule);
	host_holds_clear(&schedule->holds);
	free(schedule->entries);
	free(schedule->places);
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

/* ---- the heaps ---------------------------------------------------------- */

static struct lane_heap *
heap_of(const struct schedule *schedule, const struct entry *entry)
{
	struct lane *lane = &schedule->lanes[entry->fetcher];

	return entry->doubtful ? &lane->doubtful : &lane->sound;
}

static void
push(struct schedule *schedule, size_t feed, int64_t due_at)
{
	struct entry *entry = &schedule->entries[feed];

	entry->fetcher = (unsigned)(entry->host % schedule->lanes_len);
	entry->doubtful = entry->outcome == SCHEDULE_UNREACHED;
	entry->due_at = due_at;
	entry->turn = TURN_WAITING;
	due_heap_push(&heap_of(schedule, entry)->due, schedule->places,
	    (struct due){due_at, feed});
}

static void
pull(struct schedule *schedule, size_t feed)
{
	struct entry *entry = &schedule->entries[feed];

	assert(entry->turn == TURN_WAITING);
	due_heap_pull(&heap_of(schedule, entry)->due, schedule->places, feed);
}

/* ---- feeds and fetchers ------------------------------------------------- */

void
schedule_set_fetchers(
    struct schedule *schedule, unsigned fetchers, unsigned jobs_max)
{
	schedule->jobs_max = jobs_max;
	if (fetchers == 0 || fetchers == schedule->lanes_len)
		return;
	free_lanes(schedule);
	schedule->lanes = xcalloc(fetchers, sizeof(*schedule->lanes));
	schedule->lanes_len = fetchers;
	for (size_t i = 0; i < schedule->entries_len; i++) {
		struct entry *entry = &schedule->entries[i];

		entry->fetcher %= fetchers;
		if (entry->turn == TURN_WAITING)
			push(schedule, i, entry->due_at);
		else if (entry->turn == TURN_UNDER_WAY)
			heap_of(schedule, entry)->under_way++;
	}
}

void
schedule_set_clock(struct schedule *schedule, int64_t offset_us)
{
	schedule->clock_offset_us = offset_us;
}

static int64_t
wall_at(const struct schedule *schedule, int64_t now)
{
	return (now + schedule->clock_offset_us) / SECOND_US;
}

static struct entry *
entry_of(struct schedule *schedule, size_t feed)
{
	assert(feed < schedule->entries_len &&
	       schedule->entries[feed].turn != TURN_ABSENT);
	return &schedule->entries[feed];
}

static void
set_plan(struct entry *entry, const struct schedule_feed *feed)
{
	struct plan *plan = &entry->plan;

	entry->host = feed->host;
	plan->min_us = feed->min_us > 0 ? feed->min_us : SECOND_US;
	plan->max_us =
	    feed->max_us > plan->min_us ? feed->max_us : plan->min_us;
	plan->rhythm = feed->rhythm;
}

static void
grow(struct schedule *schedule, size_t len)
{
	schedule->entries =
	    xreallocarray(schedule->entries, len, sizeof(*schedule->entries));
	schedule->places =
	    xreallocarray(schedule->places, len, sizeof(*schedule->places));
	while (schedule->entries_len < len)
		schedule->entries[schedule->entries_len++] = (struct entry){0};
}

void
schedule_add(
    struct schedule *schedule, size_t feed, const struct schedule_feed *asked)
{
	struct entry *entry;

	if (feed >= schedule->entries_len)
		grow(schedule, 2 * feed + 16);
	entry = &schedule->entries[feed];
	assert(entry->turn == TURN_ABSENT);
	*entry = (struct entry){.turn = TURN_NEW};
	set_plan(entry, asked);
	entry->plan.hints = asked->hints;
	entry->interval_us = plan_mean_us(&entry->plan);
}

static bool
is_same(const struct entry *entry, const struct schedule_feed *asked)
{
	const struct plan *plan = &entry->plan;

	return entry->host == asked->host && plan->min_us == asked->min_us &&
	       plan->max_us == asked->max_us && plan->rhythm == asked->rhythm;
}

void
schedule_change(
    struct schedule *schedule, size_t feed, const struct schedule_feed *asked)
{
	struct entry *entry = entry_of(schedule, feed);
	int64_t interval_us = entry->interval_us;
	int64_t due_at = entry->due_at;
	bool waits = entry->turn == TURN_WAITING;

	if (is_same(entry, asked))
		return;
	if (waits)
		pull(schedule, feed);
	set_plan(entry, asked);
	if (interval_us < entry->plan.min_us ||
	    interval_us > entry->plan.max_us)
		entry->interval_us = plan_mean_us(&entry->plan);
	if (entry->interval_us < interval_us)
		due_at += entry->interval_us - interval_us;
	if (waits)
		push(schedule, feed, due_at);
}

void
schedule_remove(struct schedule *schedule, size_t feed)
{
	struct entry *entry = entry_of(schedule, feed);

	if (entry->turn == TURN_WAITING)
		pull(schedule, feed);
	else if (entry->turn == TURN_UNDER_WAY)
		heap_of(schedule, entry)->under_way--;
	entry->turn = TURN_ABSENT;
}

void
schedule_stop(struct schedule *schedule, size_t feed)
{
	struct entry *entry = entry_of(schedule, feed);

	if (entry->turn == TURN_UNDER_WAY)
		return;
	if (entry->turn == TURN_WAITING)
		pull(schedule, feed);
	entry->turn = TURN_STOPPED;
	entry->due_at = INT64_MAX;
}

void
schedule_hold(
    struct schedule *schedule, size_t feed, int64_t until_at, int64_t now)
{
	host_holds_slow(&schedule->holds, entry_of(schedule, feed)->host,
	    until_at - now, now);
}

int64_t
schedule_held_until(struct schedule *schedule, size_t feed, int64_t now)
{
	const struct host_hold *hold = host_holds_find(
	    &schedule->holds, entry_of(schedule, feed)->host, now);

	return hold != NULL && hold->until_at > now ? hold->until_at : 0;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- the budget --------------------------------------------------------- */

/* smooth: how far the effort goes over to what is found now. */
static void
share_out(struct schedule *schedule, double smooth)
{
	struct effort_sample sample;

	effort_sample_begin(&sample, &schedule->effort, schedule->entries_len);
	for (size_t i = 0; i < schedule->entries_len; i++)
		if (schedule->entries[i].turn != TURN_ABSENT)
			effort_sample_add(&sample, &schedule->entries[i].plan,
			    wall_at(schedule, schedule->now));
	effort_take(&schedule->effort, &sample, smooth);
}

void
schedule_set_budget(struct schedule *schedule, double per_s)
{
	schedule->effort.budget = per_s;
	share_out(schedule, 1);
}

void
schedule_balance(struct schedule *schedule, int64_t now)
{
	if (now < schedule->balance_at)
		return;
	schedule->balance_at = now + BALANCE_US;
	schedule->now = now;
	share_out(schedule, SMOOTH);
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

		if (entry->turn != TURN_NEW)
			continue;
		push(schedule, i,
		    now + random_below(
			      schedule, least(entry->interval_us, window)));
	}
	schedule->now = now;
	share_out(schedule, 1);
}

/* ---- turns -------------------------------------------------------------- */

static struct lane_heap *
next_heap(const struct schedule *schedule, unsigned fetcher)
{
	return lane_next_heap(&schedule->lanes[fetcher], schedule->jobs_max);
}

int64_t
schedule_next_at(const struct schedule *schedule, unsigned fetcher)
{
	const struct lane_heap *heap;

	if (fetcher >= schedule->lanes_len)
		return INT64_MAX;
	heap = next_heap(schedule, fetcher);
	return heap != NULL
		   ? pace_allows(&schedule->effort.pace, lane_heap_due_at(heap))
		   : INT64_MAX;
}

/* A feed of a host that asked for patience waits with all others of it. */
static bool
is_held(struct schedule *schedule, size_t feed, int64_t now)
{
	struct entry *entry = &schedule->entries[feed];
	const struct host_hold *hold =
	    host_holds_find(&schedule->holds, entry->host, now);

	if (hold == NULL || hold->until_at <= now || entry->by_hand)
		return false;
	pull(schedule, feed);
	push(schedule, feed,
	    hold->until_at + random_below(schedule, entry->interval_us));
	return true;
}

size_t
schedule_take(struct schedule *schedule, unsigned fetcher, int64_t now)
{
	struct lane_heap *heap;
	size_t feed;

	do {
		if (schedule_next_at(schedule, fetcher) > now)
			return SCHEDULE_NONE;
		heap = next_heap(schedule, fetcher);
		feed = heap->due.first[0].feed;
	} while (is_held(schedule, feed, now));
	pull(schedule, feed);
	schedule->entries[feed].turn = TURN_UNDER_WAY;
	schedule->entries[feed].by_hand = false;
	heap->under_way++;
	pace_take(&schedule->effort.pace, now);
	return feed;
}

/* A tenth more or less, but never across a bound. */
static int64_t
jitter(struct schedule *schedule, const struct plan *plan, int64_t wait)
{
	int64_t tenth = wait / 10;

	if (plan->min_us == plan->max_us)
		return wait - tenth + random_below(schedule, 2 * tenth);
	if (wait <= plan->max_us && wait + tenth > plan->max_us)
		wait -= tenth;
	wait += random_below(schedule, tenth);
	return wait > plan->min_us ? wait : plan->min_us;
}

/* With a jitter, and all that the server demands. */
static int64_t
wait_after(struct schedule *schedule, struct entry *entry,
    int64_t retry_after_us, int64_t now)
{
	int64_t wait =
	    backoff_wait(entry->outcome, entry->failures, entry->interval_us);
	const struct host_hold *hold =
	    host_holds_find(&schedule->holds, entry->host, now);

	if (hold != NULL)
		wait = host_hold_slow(hold, wait);
	wait = jitter(schedule, &entry->plan, wait);
	if (hold != NULL && wait < hold->until_at - now)
		wait = hold->until_at - now;
	return wait > retry_after_us ? wait : retry_after_us;
}

static struct entry *
end_turn(struct schedule *schedule, size_t feed)
{
	struct entry *entry = entry_of(schedule, feed);

	assert(entry->turn == TURN_UNDER_WAY);
	heap_of(schedule, entry)->under_way--;
	return entry;
}

static void
take_hints(struct entry *entry, const struct schedule_result *result)
{
	if (result->document)
		entry->plan.hints = result->hints;
	else if (result->outcome == SCHEDULE_OK)
		entry->plan.hints.fresh_s = result->hints.fresh_s;
}

void
schedule_done(struct schedule *schedule, size_t feed,
    const struct schedule_result *result, int64_t now)
{
	struct entry *entry = end_turn(schedule, feed);
	int64_t retry_after_us =
	    least(result->retry_after_s, SCHEDULE_RETRY_MAX_S) * SECOND_US;

	entry->outcome = (uint8_t)result->outcome;
	entry->failures =
	    result->outcome == SCHEDULE_OK ? 0 : entry->failures + 1;
	if (result->slow_host)
		host_holds_slow(
		    &schedule->holds, entry->host, retry_after_us, now);
	take_hints(entry, result);
	entry->interval_us = plan_wait(
	    &entry->plan, schedule->effort.value, wall_at(schedule, now));
	push(schedule, feed,
	    now + wait_after(schedule, entry, retry_after_us, now));
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
	struct entry *entry = entry_of(schedule, feed);

	if (entry->turn == TURN_WAITING)
		pull(schedule, feed);
	else if (entry->turn != TURN_STOPPED)
		return;
	entry->by_hand = true;
	push(schedule, feed, now - HURRY_US);
}

void
schedule_wake(struct schedule *schedule, int64_t now)
{
	for (size_t i = 0; i < schedule->entries_len; i++) {
		struct entry *entry = &schedule->entries[i];
		int64_t window = entry->interval_us / 2;

		if (window < WAKE_US)
			window = least(WAKE_US, entry->interval_us);
		if (entry->turn != TURN_WAITING ||
		    entry->outcome != SCHEDULE_UNREACHED ||
		    entry->due_at <= now + window)
			continue;
		pull(schedule, i);
		push(schedule, i, now + random_below(schedule, window));
	}
}

void
schedule_try(struct schedule *schedule, int64_t now)
{
	const struct due_heap *next = NULL;

	for (unsigned i = 0; i < schedule->lanes_len; i++) {
		const struct due_heap *due = &schedule->lanes[i].doubtful.due;

		if (due->len > 0 &&
		    (next == NULL || due->first[0].at < next->first[0].at))
			next = due;
	}
	if (next != NULL && next->first[0].at > now) {
		size_t feed = next->first[0].feed;

		pull(schedule, feed);
		push(schedule, feed, now);
	}
}

int64_t
schedule_due_at(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].due_at;
}

int64_t
schedule_interval(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].interval_us;
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

bool
schedule_is_doubtful(const struct schedule *schedule, size_t feed)
{
	return schedule->entries[feed].doubtful;
}

bool
schedule_is_crowded(
    const struct schedule *schedule, unsigned fetcher, int64_t now)
{
	const struct lane *lane = &schedule->lanes[fetcher];

	return lane_is_full(lane, schedule->jobs_max) &&
	       lane_heap_due_at(&lane->sound) <= now;
}

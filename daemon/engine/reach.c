/*
 * The network as a whole, and the name servers. Runs in the engine.
 *
 *	     for seconds all fetches reached nobody
 *	  UP --------------------------------------> DOWN
 *	     <--------------------------------------
 *	  again more reach somebody than do not
 *
 * While it is down a feed is tried every few seconds; once it is back those
 * that were not reached get turns soon, but spread.
 */
#include <stddef.h>

#include "base/second.h"
#include "engine/context.h"
#include "engine/job.h"
#include "engine/reach.h"
#include "engine/schedule.h"
#include "frame/log.h"
#include "frame/message.h"

#define DOWN_MAX 20 /* fetches in a row that reached nobody ... */
#define DOWN_MIN 6  /* ... of few feeds twice their number, at least this */
#define FEW_MIN 3   /* fewer feeds may all be down by themselves */
#define DOWN_US (3 * SECOND_US) /* timeouts may come in a bunch */
#define UP_LEAD 2               /* so many more that reached somebody */
#define TRY_US (15 * SECOND_US)
#define BACK_FEEDS 20            /* so many feeds ... */
#define BACK_US (10 * SECOND_US) /* ... back within so long: others will be */

bool
reach_is_silence(enum fetch_outcome outcome)
{
	return outcome == FETCH_DNS || outcome == FETCH_CONNECT ||
	       outcome == FETCH_TIMEOUT;
}

bool
reach_excuses(const struct engine *engine, const struct fetch_done *done)
{
	return reach_is_silence(done->outcome) &&
	       (!engine->stats.network_ok ||
		   (done->outcome == FETCH_DNS && !engine->stats.dns_ok));
}

static void
wake(struct engine *engine)
{
	engine->back = 0;
	engine->stirred = true;
	schedule_wake(engine->schedule, engine_monotonic_us());
}

static void
try_one(struct engine *engine)
{
	engine->stirred = true;
	engine->try_at = engine_monotonic_us() + TRY_US;
	schedule_try(engine->schedule, engine_monotonic_us());
}

/* ---- the network -------------------------------------------------------- */

static unsigned
down_after(const struct engine *engine)
{
	unsigned feeds = 0;

	for (size_t i = 0; i < engine->feeds_len && feeds < DOWN_MAX; i++)
		feeds += engine->feeds[i] != NULL;
	if (feeds < FEW_MIN || 2 * feeds > DOWN_MAX)
		return DOWN_MAX;
	return 2 * feeds > DOWN_MIN ? 2 * feeds : DOWN_MIN;
}

static void
note_silence(struct engine *engine)
{
	engine->unreached_in_a_row++;
	engine->reached_lead -= engine->reached_lead > 0;
	if (!engine->stats.network_ok ||
	    engine->unreached_in_a_row < DOWN_MIN ||
	    engine_monotonic_us() - engine->word_at < DOWN_US ||
	    engine->unreached_in_a_row < down_after(engine))
		return;
	engine->stats.network_ok = 0;
	engine->reached_lead = 0;
	engine->stats_changed = true;
	engine->try_at = engine_monotonic_us() + TRY_US;
	log_warning("network: down: none of the last %u fetches reached "
		    "anybody; feeds are not blamed",
	    engine->unreached_in_a_row);
}

static void
note_word(struct engine *engine)
{
	if (!engine->stats.network_ok) {
		if (++engine->reached_lead < UP_LEAD)
			return;
		engine->stats.network_ok = 1;
		engine->stats_changed = true;
		log_info("network: back after %u failed fetches",
		    engine->unreached_in_a_row);
		wake(engine);
	}
	engine->unreached_in_a_row = 0;
	engine->word_at = engine_monotonic_us();
}

void
reach_on_fetch(
    struct engine *engine, const struct fetch_done *done, bool was_silent)
{
	int64_t now = engine_monotonic_us();

	if (reach_is_silence(done->outcome)) {
		note_silence(engine);
		return;
	}
	note_word(engine);
	if (!was_silent)
		return;
	if (now - engine->back_at > BACK_US) {
		engine->back_at = now;
		engine->back = 0;
	}
	if (++engine->back >= BACK_FEEDS)
		wake(engine);
}

void
reach_tick(struct engine *engine)
{
	if (!engine->stats.network_ok && !engine_is_paused(engine) &&
	    engine_monotonic_us() >= engine->try_at)
		try_one(engine);
	if (engine->stirred)
		job_start_all(engine);
	engine->stirred = false;
}

/* ---- the name servers --------------------------------------------------- */

static void
judge_names(struct engine *engine)
{
	bool ok = true;

	for (unsigned i = 0; i < ENGINE_FETCHERS_MAX; i++)
		ok &= !engine->fetchers[i].names_down;
	engine->stats_changed = true;
	if (ok && !engine->stats.dns_ok)
		wake(engine);
	engine->stats.dns_ok = ok;
}

int
reach_on_names(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_link *link = arg;
	struct stats *stats = &link->engine->stats;
	bool ok = message_get_u32(reader) != 0;
	uint64_t answered = message_get_u64(reader);
	uint64_t failed = message_get_u64(reader);
	uint64_t stale = message_get_u64(reader);

	if (!message_end(reader))
		return -1;
	stats->dns_answered += answered;
	stats->dns_failed += failed;
	stats->dns_stale += stale;
	link->names_down = !ok;
	judge_names(link->engine);
	return 0;
}

void
reach_fetcher_gone(struct engine *engine, unsigned fetcher)
{
	engine->fetchers[fetcher].names_down = false;
	judge_names(engine);
}

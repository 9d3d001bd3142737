/*
 * From the batch to the store, and from there to everyone. Runs in the
 * engine.
 */
#include <event2/event.h>

#include "engine/commit.h"
#include "engine/context.h"
#include "engine/job.h"
#include "engine/log_sink.h"
#include "engine/outbox.h"
#include "engine/report.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "store/store.h"

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	commit_now(arg);
}

void
commit_init(struct engine *engine)
{
	engine->commit_timer = evtimer_new(engine->role.base, on_timer, engine);
}

static void
arm(struct engine *engine, int64_t delay_ms)
{
	struct timeval delay = clock_timeval_ms(delay_ms);

	evtimer_add(engine->commit_timer, &delay);
}

/* An alert waits for nothing but the end of the loop's turn, in which all that
 * came meanwhile is taken in: while a slow disk syncs, more gathers. */
static void
commit_within(struct engine *engine, int64_t delay_ms)
{
	int64_t at_ms = clock_monotonic_ms() + delay_ms;

	if (engine->failing || batch_rows(engine->batch) == 0)
		return; /* the retry is armed */
	if (batch_rows(engine->batch) >= COMMIT_ROWS ||
	    batch_has_alert(engine->batch)) {
		event_active(engine->commit_timer, EV_TIMEOUT, 0);
	} else if (!evtimer_pending(engine->commit_timer, NULL) ||
		   at_ms < engine->commit_at_ms) {
		engine->commit_at_ms = at_ms;
		arm(engine, delay_ms);
	}
}

void
commit_soon(struct engine *engine)
{
	commit_within(engine, COMMIT_MS);
}

void
commit_polled(struct engine *engine)
{
	commit_within(engine, COMMIT_POLLS_MS);
}

void
commit_tell(struct engine *engine)
{
	int64_t now = clock_now_us();

	if (engine->courier != NULL) {
		outbox_pump(engine->outbox, now);
		peer_flush(engine->courier, 0);
	}
	for (size_t i = 0; i < engine->logs_len; i++)
		log_sink_pump(engine->logs[i], now);
	report_alerts(engine);
}

static void
note_failure(struct engine *engine, enum store_result result)
{
	const char *error = store_error(engine->store);

	if (result == STORE_DAMAGED || result == STORE_BUG)
		fatal("store: %s", error); /* the next start sets it right */
	engine->stats.commit_errors++;
	engine->stats.store_ok = 0;
	engine->stats_changed = true;
	if (!engine->failing)
		log_error("store: CANNOT WRITE: %s: nothing is told until it "
			  "can; tried again each second",
		    error);
	engine->failing = true;
	arm(engine, COMMIT_RETRY_MS);
}

bool
commit_now(struct engine *engine)
{
	enum store_result result;

	if (batch_rows(engine->batch) > 0) {
		result = store_commit(engine->store, engine->batch);
		if (result != STORE_OK) {
			note_failure(engine, result);
			return false;
		}
		engine->stats.commits++;
	}
	evtimer_del(engine->commit_timer);
	engine->stats.store_ok = 1;
	engine->stats_changed = true;
	outbox_committed(engine->outbox);
	commit_tell(engine);
	if (engine->failing) {
		engine->failing = false;
		log_warning("store: written again, nothing was lost");
		job_start_all(engine);
	}
	return true;
}

/*
 * From the store's outbox to a rolling log. Runs in the engine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/log_archive.h"
#include "engine/log_line.h"
#include "engine/log_sink.h"
#include "frame/log.h"
#include "frame/state.h"
#include "store/delivery.h"
#include "store/store.h"

#define PAGE 200 /* rows read at once */

struct log_sink {
	char *id;
	struct rolling_log *log;
	struct store *store;
	struct batch *batch;
	uint64_t marked_seq; /* the store knows to be in the file */
	uint64_t lines;      /* written since the start */
	uint64_t errors;
	/* when the state was told last: */
	uint64_t told_lines;
	uint64_t told_errors;
	uint64_t told_waiting;
	bool started; /* in line with the store, as far as that could be read */
	bool failing; /* what is written last failed, or would fail */
	bool told_failing;
	/* For the start alone: */
	uint64_t *present; /* seqs in the file, sorted */
	size_t present_len;
	size_t present_cap;
	uint64_t first_present;
	uint64_t last_present;
};

struct log_sink *
log_sink_new(const char *id, const struct rolling_log_options *options,
    struct store *store, struct batch *batch)
{
	struct log_sink *sink = xcalloc(1, sizeof(*sink));

	sink->id = xstrdup(id);
	sink->log = rolling_log_new(options);
	sink->store = store;
	sink->batch = batch;
	sink->told_lines = UINT64_MAX;
	return sink;
}

void
log_sink_free(struct log_sink *sink)
{
	if (sink == NULL)
		return;
	rolling_log_free(sink->log);
	free(sink->present);
	free(sink->id);
	free(sink);
}

bool
log_sink_is_like(const struct log_sink *sink, const char *id,
    const struct rolling_log_options *options)
{
	return strcmp(sink->id, id) == 0 &&
	       rolling_log_is_like(sink->log, options);
}

uint64_t
log_sink_errors(const struct log_sink *sink)
{
	return sink->errors;
}

static void
note_failure(struct log_sink *sink)
{
	sink->errors++;
	if (!sink->failing)
		log_error("log %s: %s: its lines wait in the store",
		    rolling_log_path(sink->log), rolling_log_error(sink->log));
	sink->failing = true;
}

/* ---- the start ---------------------------------------------------------- */

static void
on_any_seq(void *arg, uint64_t seq)
{
	struct log_sink *sink = arg;

	store_skip_seq(sink->store, seq);
}

static void
on_own_seq(void *arg, uint64_t seq)
{
	struct log_sink *sink = arg;

	if (sink->present_len == sink->present_cap) {
		sink->present_cap =
		    sink->present_cap ? 2 * sink->present_cap : 256;
		sink->present = xreallocarray(
		    sink->present, sink->present_cap, sizeof(*sink->present));
	}
	sink->present[sink->present_len++] = seq;
	if (seq > sink->last_present)
		sink->last_present = seq;
	if (seq < sink->first_present)
		sink->first_present = seq;
}

static int
compare_seq(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
read_file(struct log_sink *sink, const char *path)
{
	log_line_scan(path, NULL, on_any_seq, sink);
	log_line_scan(path, store_name(sink->store), on_own_seq, sink);
}

/* Reads the log, and then the files that it was renamed to as far back as
 * alerts wait for being marked. */
static void
read_present(struct log_sink *sink, uint64_t first_waiting)
{
	struct strings rotated = {0};

	sink->first_present = UINT64_MAX;
	read_file(sink, rolling_log_path(sink->log));
	log_archive_list(rolling_log_path(sink->log), &rotated);
	for (size_t i = 0; i < rotated.len; i++) {
		if (sink->last_present > 0 &&
		    sink->first_present <= first_waiting)
			break;
		read_file(sink, rotated.at[i]);
	}
	strings_clear(&rotated);
	if (sink->present_len > 0)
		qsort(sink->present, sink->present_len, sizeof(*sink->present),
		    compare_seq);
}

static bool
is_present(const struct log_sink *sink, uint64_t seq)
{
	return sink->present_len > 0 &&
	       bsearch(&seq, sink->present, sink->present_len, sizeof(seq),
		   compare_seq) != NULL;
}

/* ---- writing ------------------------------------------------------------ */

struct page {
	struct log_sink *sink;
	int64_t now;
	unsigned rows;
	bool failed;
};

static void
write_line(void *arg, const struct waiting_delivery *waiting)
{
	struct page *page = arg;
	struct log_sink *sink = page->sink;

	page->rows++;
	if (page->failed)
		return;
	if (is_present(sink, waiting->seq)) {
		rolling_log_skip(sink->log, waiting->seq);
	} else if (rolling_log_append(sink->log, waiting->seq, waiting->json,
		       page->now) == 0) {
		sink->lines++;
	} else {
		page->failed = true;
		note_failure(sink);
	}
}

/* Writes all that the log lacks; `done`: also what was marked before. -1: it
 * failed. */
static int
write_pages(struct log_sink *sink, bool done, int64_t now)
{
	struct page page = {.sink = sink, .now = now};

	do {
		page.rows = 0;
		if (store_read_log(sink->store, sink->id,
			rolling_log_written(sink->log), done, PAGE, write_line,
			&page) == -1)
			return -1;
	} while (page.rows == PAGE && !page.failed);
	return page.failed ? -1 : 0;
}

static void
on_first_waiting(void *arg, const struct waiting_delivery *waiting)
{
	*(uint64_t *)arg = waiting->seq;
}

void
log_sink_start(struct log_sink *sink, int64_t now)
{
	uint64_t first = UINT64_MAX, last;
	bool torn;

	if (rolling_log_open(sink->log) == -1) {
		note_failure(sink);
		return;
	}
	sink->started = true;
	torn = rolling_log_repair(sink->log);
	store_read_log(
	    sink->store, sink->id, 0, false, 1, on_first_waiting, &first);
	read_present(sink, first);
	last = sink->last_present;
	if (torn) /* whatever is missing at the end, marked or not */
		rolling_log_skip(sink->log, first <= last ? first - 1 : last);
	write_pages(sink, torn, now);
	free(sink->present);
	sink->present = NULL;
	sink->present_len = sink->present_cap = 0;
	if (torn || sink->lines > 0)
		log_warning("log %s: %s%" PRIu64 " missing lines appended",
		    rolling_log_path(sink->log),
		    torn ? "torn last line removed, " : "", sink->lines);
}

void
log_sink_pump(struct log_sink *sink, int64_t now)
{
	if (!sink->failing)
		write_pages(sink, false, now);
}

static int
sync_and_mark(struct log_sink *sink, int64_t now)
{
	if (rolling_log_sync(sink->log) == -1) {
		note_failure(sink);
		return -1;
	}
	if (sink->marked_seq == rolling_log_synced(sink->log))
		return 0;
	sink->marked_seq = rolling_log_synced(sink->log);
	batch_add_logged(sink->batch, sink->id, sink->marked_seq, now);
	return 0;
}

static void
note_success(struct log_sink *sink)
{
	if (sink->failing)
		log_info("log %s: written again", rolling_log_path(sink->log));
	sink->failing = false;
}

/* A log that cannot be opened is a failure before there is a line for it. */
bool
log_sink_tick(struct log_sink *sink, int64_t now)
{
	if (!sink->started)
		log_sink_start(sink, now);
	else if (rolling_log_open(sink->log) == -1)
		note_failure(sink);
	else if (write_pages(sink, false, now) == 0 &&
		 sync_and_mark(sink, now) == 0)
		note_success(sink);
	return rolling_log_step(sink->log, now);
}

bool
log_sink_step(struct log_sink *sink, int64_t now)
{
	return rolling_log_step(sink->log, now);
}

void
log_sink_reopen(struct log_sink *sink)
{
	rolling_log_reopen(sink->log);
}

void
log_sink_stop(struct log_sink *sink, int64_t now)
{
	sync_and_mark(sink, now);
}

bool
log_sink_state(struct log_sink *sink, struct sink_state *state)
{
	struct sink_totals totals = {0};
	bool changed;

	store_read_totals(sink->store, sink->id, &totals);
	changed = sink->told_failing != sink->failing ||
		  sink->told_lines != sink->lines ||
		  sink->told_errors != sink->errors ||
		  sink->told_waiting != totals.waiting;
	sink->told_failing = sink->failing;
	sink->told_lines = sink->lines;
	sink->told_errors = sink->errors;
	sink->told_waiting = totals.waiting;
	*state = (struct sink_state){
	    .sink = sink->id,
	    .state = (char *)(sink->failing ? "retrying" : "up"),
	    .error =
		sink->failing ? (char *)rolling_log_error(sink->log) : NULL,
	    .delivered = sink->lines,
	    .attempts_failed = sink->errors,
	    .dead = totals.lost,
	    .waiting = totals.waiting,
	    .oldest_waiting_at = totals.oldest_waiting_at,
	};
	return changed;
}

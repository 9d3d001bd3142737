/*
 * The feeds of the configuration with all that is known of them.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "engine/quarantine.h"
#include "engine/rhythm.h"
#include "engine/seen.h"
#include "frame/state.h"
#include "store/batch.h"

struct config_feed;
struct engine;
struct websub;

struct feed {
	size_t number;                    /* in the schedule */
	const struct config_feed *config; /* of the configuration in force */
	struct feed_record record;        /* as stored, or to be stored */
	struct rhythm rhythm;             /* the record's, when it is saved */
	struct seen seen;
	struct quarantine quarantine;
	struct feed_state state; /* counters and texts; its strings are owned,
				    but feed, state and title are set when it
				    is told */
	bool changed;            /* since the desk was told, in that list */
	TAILQ_ENTRY(feed) next_changed;
	bool complained; /* its failures were logged */
	/* monotonic us, for spans that no clock that is set changes */
	int64_t failing_at; /* of the first failure in a row */
	int64_t new_at;     /* of record.last_new_at; 0: as that says */
	int64_t silence_at; /* its silence is looked at again */
	int64_t gap_at;     /* of the last gap, if there was one */
	bool gap;           /* the last poll had no item in common */
	unsigned hurry;     /* polls that come sooner, after a gap */
	bool once_done;
	bool slow;             /* its hub brings its news: polled as a net */
	struct websub *websub; /* at the hub that it names, or NULL */
};

/* Brings engine->feeds and the schedule in line with role.config: new feeds
 * are added, changed ones changed, the desk is told of those that are gone.
 * The first time also reads what the store knows. */
void feed_sync(struct engine *);
void feed_free_all(struct engine *);
/* By id; NULL: no such feed. */
struct feed *feed_find(struct engine *, const char *id);
/* Where it is polled: as configured, or where it has moved for good. */
const char *feed_url(const struct feed *);
/* Takes what a good fetch (where permanent redirects led, or NULL) or a failure
 * says about its address. */
void feed_note_move(
    struct engine *, struct feed *, const char *target, int64_t now_at);
void feed_note_failure(struct engine *, struct feed *);
/* The keys to send along; read from the store at first. */
const struct seen *feed_seen(struct engine *, struct feed *);
/* A hub brings its news, or no more: sets the interval. */
void feed_set_slow(struct engine *, struct feed *, bool slow);
/* Has the record written with the next commit. */
void feed_save(struct engine *, struct feed *);
/* Fills a state to be told; strings are views. */
void feed_fill_state(struct engine *, const struct feed *, struct feed_state *);

#endif

/*
 * The engine's side of the store: opening, commits, what the engine reads.
 * What is acknowledged to anyone was committed, and a commit is synced.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/batch.h"
#include "store/result.h"

struct store;

/* Opens or makes the store at path and locks it (path.lock). A damaged store
 * is renamed to path.damaged-DATE and a new one begun: then *warning says so.
 * NULL and *error: locked by another process, made by a newer version, not
 * writable. The caller frees both texts. */
struct store *store_open(const char *path, char **warning, char **error);
/* Checkpoints and closes; takes NULL. */
void store_close(struct store *);

/* Whether the file was removed, or replaced, since it was opened: what is
 * committed then, no later run would find. */
bool store_is_moved(const struct store *);
/* Leaves such a store for whatever is in its place, which nothing of it may be
 * taken for part of. After that only store_close. */
void store_leave(struct store *);

/* Writes the batch in one synced transaction. On STORE_OK the batch is empty.
 * Anything else: it stays as it is, to be committed again, with or without more
 * at its end. After STORE_IO it may be in the store all the same: the next
 * commit finds out. */
enum store_result store_commit(struct store *, struct batch *);
/* Why the last call failed, for people; "" when it did not. */
const char *store_error(const struct store *);

/* Numbers for new rows; each call gives the next. */
uint64_t store_next_seq(struct store *);
uint64_t store_next_item(struct store *);
int64_t store_next_feed(struct store *);
/* The last seq given out, also by earlier runs. */
uint64_t store_last_seq(const struct store *);
/* Sees to it that the next seq is above this one (a log of an earlier store
 * has it). */
void store_skip_seq(struct store *, uint64_t seq);
/* Eight hex digits, drawn when the store was made: alert ids begin with it. */
const char *store_name(const struct store *);

/* Reads; each calls back for each row, with views, and returns 0, or -1 with
 * store_error(). */
typedef void (*store_on_feed)(void *arg, const struct feed_record *);
int store_read_feeds(struct store *, store_on_feed, void *arg);
/* The newest keys of a feed, at most max, oldest first. */
typedef void (*store_on_seen)(void *arg, const struct job_seen *);
int store_read_seen(
    struct store *, int64_t feed, size_t max, store_on_seen, void *arg);
/* Whether the feed has shown the key at the revision. */
bool store_has_seen(
    struct store *, int64_t feed, uint64_t key, uint64_t revision);

/* Whether there is an alert about the item. */
bool store_has_alert(struct store *, uint64_t item);

/* Alerts above seq, in its order. */
typedef void (*store_on_new_alert)(void *arg, uint64_t seq, const char *json);
int store_read_alerts(struct store *, uint64_t above, unsigned limit,
    store_on_new_alert, void *arg);

/* Small steps of upkeep, for idle time; true: there is more to do.
 * Index: up to limit items into the search index. */
bool store_index_step(struct store *, unsigned limit);
/* Purge: looks at the next limit rows of alerts and items, from the oldest on
 * until none is older than before_at. What still waits for one of the sinks
 * stays, and an item as long as its alerts do. Times in epoch microseconds. */
struct store_purge {
	int64_t now;
	int64_t before_at;
	const struct strings *sinks; /* ids of those that are configured */
	unsigned limit;
};

bool store_purge_step(struct store *, const struct store_purge *);
/* Forgets keys of a feed that are older than before_at and not among its
 * JOB_SEEN_MAX newest, which are sent along with each fetch. */
void store_trim_seen(struct store *, int64_t feed, int64_t before_at);
/* Checkpoint: copies the write-ahead log into the file once it is longer than
 * 16 MiB, on a thread. */
bool store_checkpoint(struct store *);

#endif

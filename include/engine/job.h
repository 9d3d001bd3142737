/*
 * Fetches under way: what was asked of which fetcher, and what has come back
 * so far. A fetcher may answer only for jobs that it was given.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "engine/flood.h"
#include "engine/seen.h"
#include "frame/job.h"

struct engine;
struct feed;
struct fetcher_link;

#define JOB_ITEMS_MAX 1000        /* as the parser has it */
#define JOB_BYTES_MAX (64u << 20) /* of their texts */

/* An item that waits for the end of its fetch. */
struct job_item {
	struct item item;
	struct job_mention *mentions;
	size_t mentions_len;
	int64_t seen_at;
};

struct job {
	LIST_ENTRY(job) in_link;
	LIST_ENTRY(job) in_table;
	struct fetcher_link *link; /* that it was given to */
	uint64_t id;
	struct feed *feed;  /* NULL: it left the configuration */
	int64_t started_at; /* monotonic us */
	bool first_fetch;   /* the feed was never read before */
	bool solo;
	bool cut;      /* the fetcher was told to give it up */
	bool pushed;   /* brought by a hub: the feed is not under way for it */
	unsigned page; /* of the feed's archive; 0: the feed itself */
	uint32_t page_items;  /* on the pages before it */
	int64_t last_read_at; /* the feed, ahead of this poll; epoch us */
	bool overlaps;        /* a known item is among those that came */
	size_t seen_gone;     /* of the feed's keys, at the start */
	struct seen present;  /* what stands in the document and is known */
	struct flood flood;
	struct job_item *items; /* owned */
	size_t items_len;
	size_t items_cap;
	size_t bytes;
};

/* Starts what is due at the fetcher and sets its timer for the rest. */
void job_start_due(struct engine *, struct fetcher_link *);
/* The same at all fetchers. */
void job_start_all(struct engine *);
/* Has a body parsed that the feed's hub has brought. False: not now. */
bool job_start_pushed(
    struct engine *, struct feed *, const struct fetch_pushed *);
/* Reads the older page that the document names, if it is of the same host and
 * there is room; the feed's turn is not touched. */
bool job_start_page(struct engine *, struct fetcher_link *, const struct job *,
    const struct fetch_done *);
/* NULL: the fetcher was not given the job. */
struct job *job_find(const struct fetcher_link *, uint64_t id);
/* Takes what the message owns; -1: more than a job may bring. */
int job_add_item(struct job *, struct item_message *, int64_t seen_at);
/* The document is read: notes which of the keys sent along stand in it. */
void job_note_present(struct job *, const struct fetch_done *);
/* Takes the job out of its lists and frees it. */
void job_end(struct engine *, struct job *);
/* The fetcher died: the feed on its bench is suspect, all go back. */
void job_fetcher_gone(struct engine *, struct fetcher_link *, bool crashed);
void job_forget_feed(struct engine *, const struct feed *);
/* Has the fetcher give up what keeps places from feeds that answer: after 10 s
 * polls of feeds that did not last time, after 5 s any while others wait. */
void job_cut_short(struct engine *, struct fetcher_link *);
/* The end of a poll that was cut short: no answer, if it had its time. */
void job_judge_cut(const struct job *, struct fetch_done *);
/* Whether a job of the fetcher has been under way for much too long. */
bool job_is_overdue(const struct engine *, const struct fetcher_link *);

#endif

/*
 * What the engine tells the desk about how things stand.
 */
#ifndef FRAME_STATE_H
#define FRAME_STATE_H

#include <stdint.h>

#include "frame/config.h"
#include "frame/job.h"
#include "frame/message.h"

/* One feed; sent after each fetch and for all feeds when a desk connects. */
struct feed_state {
	char *feed;        /* id */
	char *state;       /* "waiting", "up", "failing", "quarantined" */
	char *health;      /* "up", "down", "silent", "gone", as was told */
	int64_t health_at; /* since when; 0: always */
	enum fetch_outcome outcome; /* of the last fetch */
	uint32_t http_status;
	char *error;    /* NULL when all is well */
	char *title;    /* of the feed, or NULL */
	char *moved_to; /* where permanent redirects lead, or NULL */
	char *move;     /* "seen", "adopted", "foreign": not to be; or NULL */
	int64_t last_fetch_at; /* epoch us; 0: never, as all */
	int64_t last_success_at;
	int64_t last_new_at;  /* when an item was new */
	int64_t last_item_at; /* the newest published_at */
	int64_t next_fetch_at;
	uint32_t healthy;  /* 1: nothing was told against it */
	uint32_t failures; /* in a row */
	uint64_t fetches;  /* since the engine started, as below */
	uint64_t not_modified;
	uint64_t errors;
	uint64_t new_items;
	uint64_t edits;
	uint64_t gaps;       /* polls with no item in common with the last */
	int64_t last_gap_at; /* epoch us; 0: none */
	uint64_t bytes;
	uint32_t duration_ms; /* of the last fetch */
	uint32_t gone;        /* 1: no longer in the configuration */
};

/* One sink; sent when anything changed, at most each second. */
struct sink_state {
	char *sink;  /* id */
	char *state; /* "up", "retrying", "disabled" */
	char *error; /* of the last failure, or NULL */
	uint64_t delivered;
	uint64_t attempts_failed;
	uint64_t dead;
	uint64_t waiting;
	int64_t oldest_waiting_at; /* epoch us; 0: none */
	uint32_t gone;
};

/* Buckets of the delay histograms: upper bounds in milliseconds. */
#define STATS_BUCKETS 12
extern const int64_t stats_bucket_ms[STATS_BUCKETS]; /* the last: INT64_MAX */

struct stats_histogram {
	uint64_t count[STATS_BUCKETS]; /* not cumulative */
	int64_t sum_us;
};

/* Counters of the engine, sent each second while they change. */
struct stats {
	uint64_t items_new;
	uint64_t items_edited;
	uint64_t items_gap;              /* windows that rolled over */
	uint64_t alerts[ALERT_TYPES][3]; /* by enum level */
	uint64_t stories;                /* begun */
	/* pushes held back: */
	uint64_t held_told;    /* the story had told all of it */
	uint64_t held_waiting; /* for min_outlets */
	uint64_t commits;
	uint64_t commit_errors;
	uint64_t log_write_errors;
	uint64_t websub_pushes; /* taken to be read */
	uint64_t websub_pings;  /* unsigned, taken as hints */
	uint64_t websub_forged; /* ignored: without a good signature */
	uint64_t dns_answered;  /* queries to name servers */
	uint64_t dns_failed;
	uint64_t dns_stale;  /* addresses used although their time was over */
	uint32_t dns_ok;     /* 1: name servers answer */
	uint32_t network_ok; /* 0: nobody at all is reached */
	uint32_t store_ok;   /* 1: the last commit worked */
	uint32_t fetchers;   /* connected */
	uint64_t jobs;       /* fetches under way */
	uint64_t seq;        /* of the last alert */
	struct stats_histogram detect_delay;  /* published -> seen */
	struct stats_histogram deliver_delay; /* alerted -> delivered */
	/* mentions alerted per entity id, entities_len of each */
	char **entity;
	uint64_t *entity_count;
	size_t entities_len;
};

void feed_state_put(struct buf *, const struct feed_state *);
int feed_state_get(struct message_reader *, struct feed_state *);
void feed_state_clear(struct feed_state *);
void sink_state_put(struct buf *, const struct sink_state *);
int sink_state_get(struct message_reader *, struct sink_state *);
void sink_state_clear(struct sink_state *);
void stats_put(struct buf *, const struct stats *);
int stats_get(struct message_reader *, struct stats *);
void stats_clear(struct stats *);
void stats_histogram_add(struct stats_histogram *, int64_t delay_us);

#endif

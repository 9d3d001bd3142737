/*
 * Writes that wait for the next commit, in order. A batch is kept until the
 * store took it, however often that has to be tried.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "frame/job.h"
#include "parse/item.h"

/* Where a feed has moved for good, as its server says. */
struct feed_move {
	char *url;         /* NULL: nowhere */
	int64_t sightings; /* equal ones, as far as they count */
	int64_t first_at;  /* epoch us */
	bool adopted;      /* it is polled there */
};

/* When a feed's document wants to be polled, as in struct fetch_done. */
struct feed_hints {
	int64_t ttl_s;
	int64_t skip_hours;
	int64_t skip_days;
};

/* What is kept of a feed; strings NULL and times 0 where there is none. */
struct feed_record {
	int64_t row; /* of the store */
	char *id;
	char *outlet;
	char *url;      /* that the validators belong to */
	char *etag;     /* verbatim */
	char *modified; /* Last-Modified, verbatim */
	uint64_t body_hash;
	char *title;
	int64_t first_success_at; /* epoch us, as all; 0: still to come */
	int64_t last_success_at;
	int64_t last_new_at;
	int64_t last_item_at;
	struct feed_move move;
	void *rhythm; /* bytes of the engine's, or NULL */
	size_t rhythm_len;
	int64_t health; /* enum feed_health of the engine */
	int64_t health_at;
	int64_t held_until_at; /* its host asked for patience */
	struct feed_hints hints;
};

/* Keys by which a feed's items are found again; 0: none. */
struct item_keys {
	uint64_t key; /* as of struct item */
	uint64_t url; /* these as of struct keys */
	uint64_t title;
	uint64_t head;
	uint64_t tail;
};

/* How the reason ends of what a digest told because there was too much: the
 * store keeps no other mark of it. */
#define RECORD_IN_DIGEST "; one of a flood, told in a digest"

/* An item that is new, the new text of one that was edited, or a copy. */
struct item_record {
	uint64_t id;  /* row */
	int64_t feed; /* row */
	int64_t seen_at;
	uint64_t story; /* 0: none; of an edit or copy: as it was */
	struct item_keys keys;
	const char *verdict; /* literal: newness_name() */
	char *why;           /* the verdict's reason, or NULL */
	struct item item;
	struct job_mention *mentions;
	size_t mentions_len;
};

struct alert_record {
	uint64_t seq;
	char *id;
	const char *type; /* literal */
	int level;        /* enum level */
	int64_t feed;     /* row; 0: of no feed */
	uint64_t item;    /* row; 0: of no item */
	uint64_t story;   /* 0: of none */
	int64_t at;
	char *json;
	struct strings entities;
	struct strings rules;
	struct strings sinks; /* a delivery for each */
};

enum delivery_state { DELIVERY_WAITING, DELIVERY_DONE, DELIVERY_LOST };

/* How a delivery stands after an attempt. */
struct delivery_record {
	uint64_t id;
	enum delivery_state state;
	unsigned attempts; /* made so far */
	unsigned step;     /* of the retry schedule */
	bool early;        /* the early try of this step was used up */
	int64_t next_at;
	int64_t done_at; /* 0: not yet */
	unsigned status; /* HTTP, 0: none */
	char *error;     /* or NULL */
};

struct batch;
struct websub_record;

struct batch *batch_new(void);
void batch_free(struct batch *);
/* Rows it will write, and about how many bytes it holds. */
size_t batch_rows(const struct batch *);
size_t batch_bytes(const struct batch *);
bool batch_has_alert(const struct batch *);
/* Whether there is one about the item. */
bool batch_has_alert_of(const struct batch *, uint64_t item);
/* Moves all of `from` to the end of `to`; `from` is empty then. */
void batch_append(struct batch *to, struct batch *from);

/* Each takes what its argument owns and leaves it cleared. */
void batch_add_item(struct batch *, struct item_record *);
void batch_add_edit(struct batch *, struct item_record *);
/* The item's text was published again, under another guid or address. */
void batch_add_copy(struct batch *, struct item_record *);
void batch_add_alert(struct batch *, struct alert_record *);
void batch_add_feed(struct batch *, struct feed_record *);
void batch_add_delivery(struct batch *, struct delivery_record *);
/* A feed has shown an item under a key at a revision. */
struct seen_record {
	int64_t feed; /* row */
	uint64_t key;
	uint64_t revision;
	uint64_t item; /* row; 0: not known */
	int64_t seen_at;
};
void batch_add_seen(struct batch *, const struct seen_record *);
/* All that waits for the sink up to seq is in its log, synced. */
void batch_add_logged(
    struct batch *, const char *sink, uint64_t seq, int64_t at);
/* The wall clock was set: times to come move by shift_us. */
void batch_add_clock_shift(struct batch *, int64_t shift_us);
void batch_add_websub(struct batch *, struct websub_record *);
/* The subscription is forgotten. */
void batch_add_websub_gone(struct batch *, const char *token);

void feed_record_clear(struct feed_record *);
void feed_record_copy(struct feed_record *to, const struct feed_record *);

#endif

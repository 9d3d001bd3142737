/*
 * The three messages of a fetch: what the engine asks of a fetcher and what
 * comes back. The put and get of each type stand side by side in job.c.
 */
#ifndef FRAME_JOB_H
#define FRAME_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame/access.h"
#include "frame/message.h"
#include "parse/item.h"

#define JOB_SEEN_MAX 4000    /* keys of a feed sent along */
#define JOB_MENTIONS_MAX 500 /* mentions of an item */
#define VALIDATOR_MAX 1024   /* bytes of an ETag or Last-Modified */

/* What the engine knows of an item: a key and a revision of its text. A key
 * may stand there with several revisions. */
struct job_seen {
	uint64_t key;
	uint64_t revision;
};

struct fetch_start {
	uint64_t job; /* unique while the engine runs, never 0 */
	char *feed;   /* feed id, for the log */
	char *url;
	char *language;     /* of the configuration, or NULL */
	char *etag;         /* verbatim, or NULL */
	char *modified;     /* Last-Modified verbatim, or NULL */
	uint64_t body_hash; /* of the last body as transferred; 0: none */
	bool solo;          /* parse it alone: it may have crashed a fetcher */
	struct access access;
	struct job_seen *seen;
	size_t seen_len;
};

/* A body that a hub has brought. */
struct fetch_pushed {
	char *content_type; /* or NULL */
	const char *body;   /* a view into the message when got */
	size_t len;
};

struct job_mention {
	char *entity; /* id; "rule-word:N" for a rule's words */
	char *name;   /* the listed name that was found */
	enum item_field field;
	uint32_t offset; /* bytes in the field's plain text */
	uint32_t len;
	char *accepted_by; /* the matcher's rule, for explain */
};

struct item_message {
	uint64_t job;
	struct item item;
	struct job_mention *mentions;
	size_t mentions_len;
};

enum fetch_outcome {
	FETCH_OK,           /* 200 with a feed */
	FETCH_NOT_MODIFIED, /* 304, or the same body again */
	FETCH_DNS,          /* no address */
	FETCH_CONNECT,      /* refused, reset, unreachable */
	FETCH_TLS,
	FETCH_TIMEOUT,
	FETCH_HTTP,      /* a status that is an error */
	FETCH_REFUSED,   /* private address, protocol, too many redirects */
	FETCH_TOO_LARGE, /* body or headers past the caps */
	FETCH_NOT_A_FEED,
	FETCH_HOSTILE, /* the parser refused it */
	FETCH_BLOCKED, /* a bot wall or the like answers in its place */
	FETCH_CANCELLED,
	FETCH_OUTCOMES
};

struct fetch_done {
	uint64_t job;
	enum fetch_outcome outcome;
	uint32_t http_status; /* 0: none came */
	char *error;          /* for people; NULL when all is well */
	char *etag;           /* to be sent back verbatim; NULL: none */
	char *modified;
	uint64_t body_hash;
	int64_t retry_after_s; /* 0: none */
	uint32_t items;        /* in the document */
	uint32_t known;        /* of these, in `seen` */
	uint64_t bytes;        /* transferred */
	uint32_t duration_ms;
	char *moved_to; /* target of a permanent redirect, or NULL */
	char *title;    /* of the feed, or NULL */
	char *hub;      /* WebSub: where changes are told; or NULL */
	char *topic;    /* ... and by which address the hub knows the feed */
	char *older;    /* page with older items (RFC 5005), or NULL */
	/* Hints on when to come again. */
	int64_t fresh_s; /* the answer stays as it is for so long; 0: none */
	int32_t ttl_s;   /* of the feed; 0: none */
	uint32_t skip_hours; /* bit h set: hour h UTC is skipped */
	uint32_t skip_days;  /* bit d set: day d is skipped, 0 = Sunday */
	/* A bit for each entry of `seen`: it stands in the document. */
	uint8_t present[JOB_SEEN_MAX / 8];
};

const char *fetch_outcome_name(enum fetch_outcome); /* "ok", "dns", ... */

/* put: appends the fields. get: fills, and returns 0, or -1 on a malformed
 * message with nothing to clear. clear: frees the fields. */
void fetch_start_put(struct buf *, const struct fetch_start *);
int fetch_start_get(struct message_reader *, struct fetch_start *);
void fetch_start_clear(struct fetch_start *);
/* FETCH_PUSHED: a body, and what FETCH_START would say of its feed. */
void fetch_pushed_put(
    struct buf *, const struct fetch_pushed *, const struct fetch_start *);
int fetch_pushed_get(
    struct message_reader *, struct fetch_pushed *, struct fetch_start *);
void item_message_put(struct buf *, const struct item_message *);
int item_message_get(struct message_reader *, struct item_message *);
void item_message_clear(struct item_message *);
void fetch_done_put(struct buf *, const struct fetch_done *);
int fetch_done_get(struct message_reader *, struct fetch_done *);
void fetch_done_clear(struct fetch_done *);

#endif

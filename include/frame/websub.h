/*
 * The messages of WebSub: what the desk hears from hubs, what the engine asks
 * of them by way of a fetcher, and how subscriptions stand.
 */
#ifndef FRAME_WEBSUB_H
#define FRAME_WEBSUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame/message.h"

#define WEBSUB_PATH "/websub/"   /* on the desk; the token follows */
#define WEBSUB_TOKEN_LEN 40      /* hexadecimal digits: 160 bits */
#define WEBSUB_TOPIC_MAX 8192    /* bytes, as a hub's address */
#define WEBSUB_BODY_MAX 2097152u /* bytes of what a hub brings */

/* Clouds (rssCloud) are written as hubs with this before their address. */
#define CLOUD_PREFIX "rsscloud+"
#define CLOUD_LEASE_S 90000 /* 25 hours, by its walkthrough */

enum websub_mode {
	WEBSUB_NONE,
	WEBSUB_SUBSCRIBE,
	WEBSUB_UNSUBSCRIBE,
	WEBSUB_DENIED,
	WEBSUB_MODES
};

/* A hub asks whether we did ask, or says no. */
struct websub_verify {
	uint64_t request; /* for the answer, MESSAGE_ACTION_RESULT */
	char *token;
	enum websub_mode mode;
	char *topic;
	int64_t lease_s; /* 0: not told */
	char *reason;    /* of a denial, or NULL */
};

/* A hub brings content. */
struct websub_push {
	uint64_t request;
	char *token;
	char *signature;    /* X-Hub-Signature, or NULL */
	char *content_type; /* or NULL */
	const char *body;   /* a view into the message when got */
	size_t body_len;
};

/* Engine to fetcher: a form for a hub. */
struct hub_ask {
	uint64_t ask; /* unique while the engine runs, never 0 */
	char *hub;
	char *form;  /* urlencoded, with the subscription's secret */
	char *proxy; /* as the configuration has it for the feed, or NULL */
};

/* Fetcher to engine. */
struct hub_answer {
	uint64_t ask;
	uint32_t http_status; /* 0: none came */
	char *error;          /* for people; NULL: the hub took it */
};

/* A subscription as the desk shows it. */
struct websub_state {
	char *token;
	char *feed;  /* id */
	char *state; /* "idle", "pending", "active", "denied", "leaving" */
	char *hub;
	char *topic;
	int64_t lease_at; /* epoch us, until when the hub brings; 0: none */
	uint64_t pushes;  /* that were taken, since the engine started */
	uint32_t gone;    /* 1: forgotten */
};

bool websub_is_cloud(const char *hub);

/* put, get and clear as in frame/job.h. */
void websub_verify_put(struct buf *, const struct websub_verify *);
int websub_verify_get(struct message_reader *, struct websub_verify *);
void websub_verify_clear(struct websub_verify *);
void websub_push_put(struct buf *, const struct websub_push *);
int websub_push_get(struct message_reader *, struct websub_push *);
void websub_push_clear(struct websub_push *);
void hub_ask_put(struct buf *, const struct hub_ask *);
int hub_ask_get(struct message_reader *, struct hub_ask *);
void hub_ask_clear(struct hub_ask *);
void hub_answer_put(struct buf *, const struct hub_answer *);
int hub_answer_get(struct message_reader *, struct hub_answer *);
void hub_answer_clear(struct hub_answer *);
void websub_state_put(struct buf *, const struct websub_state *);
int websub_state_get(struct message_reader *, struct websub_state *);
void websub_state_clear(struct websub_state *);

#endif

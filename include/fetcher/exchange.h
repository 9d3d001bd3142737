/*
 * One polite and well-guarded GET: slots, redirects, validators, caps of head,
 * body and time. What the body means is the caller's business.
 */
#ifndef FETCHER_EXCHANGE_H
#define FETCHER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetcher/header.h"
#include "frame/job.h"

#define EXCHANGE_REDIRECTS_MAX 5
#define EXCHANGE_BYTES_MAX (16 * 1024 * 1024) /* transferred, of a body */

struct access;
struct curl_loop;
struct curl_loop_options;
struct event_base;
struct exchange;
struct exchange_pool;

struct exchange_options {
	size_t idle_max;         /* connections kept open in between */
	size_t connections_max;  /* exchanges at the same time */
	const char *user_agent;  /* copied */
	int64_t timeout_ms;      /* of an exchange with all its hops */
	int64_t host_spacing_ms; /* between two requests to a host */
};

/* What is asked for; all but the url outlives the exchange. */
struct exchange_request {
	const char *url;
	const struct access *access; /* NULL: nothing special */
	const char *etag;            /* sent as If-None-Match; NULL: not */
	const char *modified;        /* sent as If-Modified-Since; NULL: not */
};

/* How it ended; strings are valid until the callback returns. */
struct exchange_result {
	enum fetch_outcome outcome;  /* FETCH_OK: a body came, whole */
	const char *error;           /* for people; NULL when all is well */
	const struct header *header; /* of the last hop */
	const char *url;             /* of the last hop */
	const char
	    *moved_to; /* where permanent redirects alone lead, or NULL */
	unsigned redirects;
	const char *refused; /* body of FETCH_HTTP, as transferred, or NULL */
	size_t refused_len;
	uint64_t bytes;       /* of body, as transferred */
	uint32_t duration_ms; /* without the wait for a slot */
};

enum exchange_flow {
	EXCHANGE_MORE,
	EXCHANGE_PAUSE, /* the same piece again after exchange_resume() */
	EXCHANGE_STOP,  /* ends with the outcome FETCH_CANCELLED */
};

struct exchange_callbacks {
	/* A piece of the body of a good answer, as transferred. */
	enum exchange_flow (*on_body)(
	    void *arg, const struct header *, const char *bytes, size_t len);
	/* The exchange is gone when it returns. */
	void (*on_done)(void *arg, const struct exchange_result *);
};

/* Spreads hosts over as many handles as serve so many connections, at work and
 * idle, best. */
void exchange_spread(struct curl_loop_options *, size_t connections_max);
/* The loop outlives the pool. */
struct exchange_pool *exchange_pool_new(
    struct event_base *, struct curl_loop *, const struct exchange_options *);
/* No exchange may be under way; takes NULL. */
void exchange_pool_free(struct exchange_pool *);
/* For exchanges started from now on. */
void exchange_pool_set(struct exchange_pool *, const struct exchange_options *);

/* Starts as soon as a slot is free; never calls back at once. */
struct exchange *exchange_start(struct exchange_pool *,
    const struct exchange_request *, const struct exchange_callbacks *,
    void *arg);
/* Ends it without a word; not from within on_body; takes NULL. */
void exchange_cancel(struct exchange *);
/* Goes on after EXCHANGE_PAUSE; may call on_body at once. */
void exchange_resume(struct exchange *);
/* Since it got its slot. */
uint32_t exchange_duration_ms(const struct exchange *);
/* The address of the hop under way. */
const char *exchange_url(const struct exchange *);

#endif

/*
 * What is told of a fetch at its end. All of it stems from strangers: texts
 * are made clean lines, addresses are such as can be asked.
 */
#ifndef FETCHER_DONE_H
#define FETCHER_DONE_H

#include <stdint.h>

#include "fetcher/body.h"
#include "frame/job.h"

struct exchange_result;
struct scan_result;

/* Replaces a string by a copy; from may be NULL. */
void done_set(char **to, const char *from);
/* The outcome, and why, or NULL: all is well. */
void done_end(struct fetch_done *, enum fetch_outcome, const char *error);
/* The address that ref stands for at base, unless there is one already or
 * either is NULL. Where a hub is named it is known by one address and the feed
 * by another; headers go before the document (WebSub section 4). */
void done_set_address(char **to, const char *base, const char *ref);
/* Status, validators, hints. now_at: microseconds since the epoch. */
void done_take_answer(
    struct fetch_done *, const struct exchange_result *, int64_t now_at);
/* What is wrong with the body as such. */
void done_take_body(struct fetch_done *, enum body_result);
/* asked: the feed's address; url: where the document came from. A document
 * that breaks off keeps its hash but no validators: the next poll gets it
 * again, and the hash tells whether it is still the same. */
void done_take_document(struct fetch_done *, const struct scan_result *,
    const char *asked, const char *url);

#endif

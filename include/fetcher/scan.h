/*
 * From the bytes of a feed document to messages for its new items: parse, skip
 * what is known, turn the rest into plain text, find the names.
 */
#ifndef FETCHER_SCAN_H
#define FETCHER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetcher/recall.h"
#include "frame/job.h"
#include "parse/parser.h"

#define SCAN_CPU_MS_MAX 2000 /* of one document */

struct scan;
struct watch;

/* Views that outlive the scan, but for parser, which is copied. */
struct scan_options {
	struct parser_options parser;
	uint64_t job;
	const struct job_seen *seen;
	size_t seen_len;
	const struct watch *watch;
};

typedef void (*scan_on_item)(void *arg, const struct item_message *);

/* Strings are the scan's. */
struct scan_result {
	enum parser_result result;
	const char *problem;    /* for people, "" when none */
	uint32_t items;         /* in the document */
	uint32_t known;         /* of these, in `seen` ... */
	const uint8_t *present; /* ... and which, see struct fetch_done */
	const char *older;      /* page with older items, or NULL */
	const char *title;      /* of the feed, or NULL */
	const char *hub;        /* WebSub, as is self; or NULL */
	const char *self;
	const char *cloud; /* of rssCloud, asked by HTTP POST; or NULL */
	struct parser_page page;
	int32_t ttl_s; /* hints, see struct fetch_done */
	uint32_t skip_hours;
	uint32_t skip_days;
};

/* What is recalled of the feed's last document. */
struct scan_past {
	const struct recall_item *items;
	size_t len;
	uint64_t seed; /* hash of what else items depend on: address, type */
};

struct scan *scan_new(const struct scan_options *, scan_on_item, void *arg);
void scan_free(struct scan *);
/* Takes the next piece; false: no more is wanted. */
bool scan_push(struct scan *, const char *bytes, size_t len);
/* Takes the whole document at once, in place of scan_push(). Items whose bytes
 * are those of an item in the past that the engine knows are not parsed. */
bool scan_whole(
    struct scan *, const struct scan_past *, const char *bytes, size_t len);
/* What to recall the next time; returns the number. */
size_t scan_memory(const struct scan *, const struct recall_item **items);
/* Ends the document; once. */
void scan_finish(struct scan *, struct scan_result *);

#endif

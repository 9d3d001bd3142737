/*
 * The head of an HTTP answer, line by line, as far as a feed reader needs it.
 * Pure: the time is an argument.
 */
#ifndef FETCHER_HEADER_H
#define FETCHER_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetcher/obstacle.h"

#define HEADER_BYTES_MAX (64 * 1024) /* of all heads of an exchange's hop */
#define HEADER_LINES_MAX 200
#define HEADER_VALUE_MAX 4096          /* of a value that is kept */
#define RETRY_AFTER_MAX (24 * 60 * 60) /* seconds; longer ones are cut */
#define FRESH_MAX (24 * 60 * 60)       /* the same of freshness */

enum header_encoding {
	ENCODING_NONE, /* or identity */
	ENCODING_GZIP,
	ENCODING_DEFLATE,
	ENCODING_UNKNOWN, /* not asked for, or more than one */
};

struct header {
	unsigned status;    /* 0: none came yet */
	char *etag;         /* verbatim; NULL: none, or over VALIDATOR_MAX */
	char *modified;     /* the same of Last-Modified */
	char *content_type; /* NULL: not given, as the next two */
	char *content_location;
	char *retry_after; /* as given; see header_retry_after() */
	char *hub;         /* targets of Link with this relation, as given */
	char *self;
	char *date; /* as given, as the next */
	char *expires;
	int64_t max_age_s; /* of Cache-Control; -1: none, as the next */
	int64_t age_s;
	enum header_encoding encoding;
	struct obstacle_signs signs; /* not looked for in a 304 */
	size_t bytes;                /* seen so far */
	size_t lines;
};

void header_init(struct header *);
/* Frees what is kept; ready for the next hop. */
void header_clear(struct header *);
/* Takes one line with its end; a status line forgets the lines before it, but
 * not their count. False: past the caps, the answer is to be refused. */
bool header_take_line(struct header *, const char *line, size_t len);
bool header_is_within_caps(const struct header *);
/* Seconds from now that Retry-After asks for, both forms of RFC 9110 section
 * 10.2.3; 0: none. now_at: epoch microseconds. */
int64_t header_retry_after(const struct header *, int64_t now_at);
/* For how many seconds a cache could give the same answer again (RFC 9111
 * sections 4.2.1 and 4.2.3, but without guesses); 0: for none, or unknown. */
int64_t header_fresh(const struct header *);
/* Whether Last-Modified proves that nothing changed: not when the document was
 * written within the second in which it was served, for it may be written once
 * more in that second (RFC 9110 section 8.8.2.2). */
bool header_modified_is_strong(const struct header *);

#endif

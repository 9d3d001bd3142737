/*
 * Feed documents made by chance, and what becomes of them: what publishers do
 * to a feed from one poll to the next, and what those do who mean harm.
 */
#ifndef TESTS_FEED_EDITS_H
#define TESTS_FEED_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strings.h"

struct feed_dialect;

struct feed_text {
	const struct feed_dialect *dialect;
	const char *encoding; /* as declared; NULL: not */
	char *doctype;
	char *root_attributes;
	char *channel_attributes;
	char *head;
	struct strings items; /* and what else stands between them */
	char *tail;
	bool mark;       /* a byte order mark */
	bool crlf;       /* line ends */
	bool twice;      /* the document stands there twice */
	unsigned cut;    /* thousandths that are missing at its end */
	unsigned number; /* of the next item */
};

uint64_t feed_random(uint64_t *state);
void feed_text_make(struct feed_text *, uint64_t *random);
void feed_text_copy(struct feed_text *, const struct feed_text *);
void feed_text_clear(struct feed_text *);
/* Edits it in one way; returns the name of that. */
const char *feed_text_edit(struct feed_text *, uint64_t *random);
/* Appends the document. */
void feed_text_write(const struct feed_text *, struct buf *out);

#endif

/*
 * Query parameters by a table: which names a page takes, of what kind, and
 * into which field of a struct they go. Whatever is wrong is told in words.
 */
#ifndef DESK_PARAMS_H
#define DESK_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"

struct buf;

#define PARAM_TEXT_MAX 1000 /* bytes of a value */
#define PARAM_LIMIT_MAX 1000

enum param_kind {    /* and the type of the field */
	PARAM_TEXT,  /* const char *: any text, not empty */
	PARAM_LEVEL, /* const char *: routine, urgent, flash */
	PARAM_TYPE,  /* const char *: an alert type */
	PARAM_STATE, /* const char *: of a feed, as it is up */
	PARAM_TIME, /* int64_t epoch us: RFC 3339, or an age as 90s 15m 2h 7d */
	PARAM_NUMBER, /* uint64_t */
	PARAM_LIMIT,  /* unsigned: 1 to PARAM_LIMIT_MAX */
	PARAM_FLAG,   /* bool: 1, true, or nothing; 0, false */
};

struct param {
	const char *name; /* NULL ends the table */
	enum param_kind kind;
	size_t offset; /* of the field */
};

/* Fills the fields of `into` that the query (or NULL) names. Texts are views
 * into `owned`, which the caller clears. now_at: epoch us, what ages count
 * from. Returns 0, or -1 with the reason and the remedy in error. */
int params_parse(const char *query, const struct param *, int64_t now_at,
    void *into, struct strings *owned, struct buf *error);

#endif

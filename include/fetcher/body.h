/*
 * The body of an answer: gathered as it is transferred, hashed, inflated and
 * handed on in pieces. Large ones are not gathered but stream through.
 */
#ifndef FETCHER_BODY_H
#define FETCHER_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetcher/header.h"

struct buf;

#define BODY_GATHERED_MAX                                  \
	(2 * 1024 * 1024) /* transferred; past it: streams \
			   */
#define BODY_GATHERED_TOTAL (24 * 1024 * 1024) /* of all bodies at once */
#define BODY_INFLATED_MAX (16 * 1024 * 1024)

enum body_result {
	BODY_OK,
	BODY_TOO_LARGE, /* inflates past the cap */
	BODY_CORRUPT,   /* not the encoding it claims */
	BODY_ENCODING,  /* an encoding that was not asked for */
	BODY_STOPPED,   /* the sink wants no more */
};

/* Takes plain body: all of it at once, or, of one that streams, a piece; false:
 * no more is wanted. */
typedef bool (*body_sink)(void *arg, const char *bytes, size_t len);

struct body;

/* The sink is called from body_push() once the body streams, else from
 * body_finish(). */
struct body *body_new(enum header_encoding, body_sink, void *arg);
void body_free(struct body *);
/* Takes the next transferred piece. */
enum body_result body_push(struct body *, const char *bytes, size_t len);
/* Pieces go to the sink already: it is too large to be kept. */
bool body_is_streaming(const struct body *);
/* Hash of all that was transferred, never 0; 0 for one that streams. */
uint64_t body_hash(const struct body *);
/* All has come: hands the rest to the sink. */
enum body_result body_finish(struct body *);
/* What is wrong with the body itself, for people, or NULL. */
const char *body_problem(enum body_result);
/* Adds the first bytes, max at most, of a body that is there as it was
 * transferred; none of one that is damaged. */
void body_read_start(enum header_encoding, const char *bytes, size_t len,
    size_t max, struct buf *out);

#endif

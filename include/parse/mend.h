/*
 * The guard ahead of libxml2: any UTF-8 becomes well-formed XML. Tags are
 * balanced and limited, references decoded, comments, declarations and
 * processing instructions taken out, so that libxml2 meets nothing that is
 * known to upset it; most text goes past it. What is well-formed already passes
 * unchanged in meaning.
 */
#ifndef PARSE_MEND_H
#define PARSE_MEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEND_TAG_MAX (64 * 1024)   /* bytes of a tag or DOCTYPE */
#define MEND_ATTRIBUTES_MAX 64     /* of a tag; more are dropped */
#define MEND_DEPTH_MAX 128         /* open elements; deeper tags are dropped */
#define MEND_PIECE_LEN (16 * 1024) /* bytes given to the sink at a time */

enum mend_problem {
	MEND_FINE = 0,
	MEND_ENTITIES, /* the DOCTYPE declares entities that may do harm */
	MEND_LONG_TAG, /* a tag or DOCTYPE longer than MEND_TAG_MAX */
};

/* Gets the next piece. */
typedef void (*mender_sink)(void *arg, const char *bytes, size_t len);

struct mender;

/* on_xml gets well-formed XML in pieces that end with a tag; on_text what
 * stands between the last of them and the next, decoded. */
struct mender *mender_new(mender_sink on_xml, mender_sink on_text, void *arg);
void mender_free(struct mender *);
/* Takes well-formed UTF-8 that does not cut characters. After a problem
 * nothing more is taken. */
void mender_push(struct mender *, const char *text, size_t len);
/* Gives the sink what is ready, however little. */
void mender_flush(struct mender *);
/* Whether all that was pushed was given to the sinks and what comes next is
 * read in the light of the few open elements alone, of which *open gets a hash;
 * where there is no problem. */
bool mender_is_at_rest(const struct mender *, uint64_t *open);
/* Nothing more comes: what was held back is read and given to the sink. */
void mender_finish(struct mender *);
/* Closes the elements that the document left open; the sink gets their end
 * tags. */
void mender_close(struct mender *);
enum mend_problem mender_problem(const struct mender *);

#endif

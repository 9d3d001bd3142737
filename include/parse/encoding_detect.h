/*
 * Which encoding a document has: what it begins with, what HTTP and its
 * declaration say, and what its bytes look like.
 */
#ifndef PARSE_ENCODING_DETECT_H
#define PARSE_ENCODING_DETECT_H

#include <stdbool.h>
#include <stddef.h>

struct encoding;

#define ENCODING_HEAD_LEN 1024   /* bytes looked at for a declaration */
#define ENCODING_SAMPLE_LEN 4096 /* from the first that is not ASCII */

/* What was found at the beginning of a document. */
struct encoding_head {
	size_t skip;  /* bytes of byte order marks */
	bool certain; /* byte order marks or patterns leave no doubt */
	const struct encoding *encoding; /* when certain */
	const struct encoding *by_http;  /* charset of Content-Type, or NULL */
	const struct encoding *declared; /* of the XML declaration, or NULL */
};

/* Looks at the first bytes, all of the document or ENCODING_HEAD_LEN.
 * content_type may be NULL. */
void encoding_detect_head(const char *bytes, size_t len,
    const char *content_type, struct encoding_head *);
/* Decides for an ASCII-compatible document by a sample that begins with its
 * first byte outside of ASCII; whole: nothing follows. */
const struct encoding *encoding_judge(
    const struct encoding_head *, const char *sample, size_t len, bool whole);

#endif

/*
 * A document's bytes, in pieces, become UTF-8: always well-formed, without
 * byte order marks and without U+FFFE and U+FFFF, which XML forbids.
 */
#ifndef PARSE_DECODE_H
#define PARSE_DECODE_H

#include <stdbool.h>
#include <stddef.h>

/* Gets the next piece of the text. */
typedef void (*decoder_sink)(void *arg, const char *utf8, size_t len);

struct decoder;

/* content_type: of HTTP, copied, or NULL. */
struct decoder *decoder_new(const char *content_type, decoder_sink, void *arg);
void decoder_free(struct decoder *);
void decoder_push(struct decoder *, const char *bytes, size_t len);
/* Ends the document: what was held back is decoded. */
void decoder_finish(struct decoder *);
/* Whether the document is in UTF-7, of which nothing is decoded. */
bool decoder_is_refused(const struct decoder *);
/* Whether these bytes, pushed next, would be decoded at once and without a
 * say in what the encoding is. */
bool decoder_is_steady(const struct decoder *, const char *bytes, size_t len);

#endif

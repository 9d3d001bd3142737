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
/* Tells the encoding ahead, as it would be told by and by, by the whole of the
 * document that is then pushed. Its name. */
const char *decoder_foresee(struct decoder *, const char *bytes, size_t len);
/* Whether the next byte is decoded alike whatever came before: the encoding was
 * foreseen and knows no shifts, and no character is cut. */
bool decoder_is_at_rest(const struct decoder *);
/* At rest: passes over bytes of the document. */
void decoder_skip(struct decoder *, const char *bytes, size_t len);

#endif

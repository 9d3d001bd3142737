/*
 * Signatures of webhooks, Standard Webhooks 1.0, scheme v1: HMAC-SHA256.
 */
#ifndef FRAME_SIGN_H
#define FRAME_SIGN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct sign_keys;

/* Reads a secret file's content: one secret a line, `whsec_` and base64, or
 * any other text as it stands; blank lines and ends of lines do not count.
 * NULL when a secret is malformed or there are too many or none; *wrong is then
 * a fixed text of what the file must hold, else NULL. */
struct sign_keys *sign_keys_new(const char *secrets, const char **wrong);
/* Wipes the keys; takes NULL. */
void sign_keys_free(struct sign_keys *);
/* Appends the value of the header webhook-signature: "v1," and base64 for each
 * key, separated by blanks, over `id.timestamp.body`. timestamp_s: epoch
 * seconds of the attempt. */
void sign_add(struct buf *, const struct sign_keys *, const char *id,
    int64_t timestamp_s, const struct buf *body);

#endif

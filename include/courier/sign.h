/*
 * Signatures of webhooks, Standard Webhooks 1.0, scheme v1: HMAC-SHA256.
 */
#ifndef COURIER_SIGN_H
#define COURIER_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define SIGN_KEYS_MAX 8 /* secrets of one sink while they are rotated */

struct buf;
struct sign_keys;

/* Reads a secret file's content: one secret a line, `whsec_` and base64, or
 * any other text as it stands; blank lines and ends of lines do not count.
 * NULL, with an error text that the caller frees, when a secret is malformed or
 * there are too many or none. */
struct sign_keys *sign_keys_new(const char *secrets, char **error);
/* Wipes the keys; takes NULL. */
void sign_keys_free(struct sign_keys *);
/* Appends the value of the header webhook-signature: "v1," and base64 for each
 * key, separated by blanks, over `id.timestamp.body`. timestamp_s: epoch
 * seconds of the attempt. */
void sign_add(struct buf *, const struct sign_keys *, const char *id,
    int64_t timestamp_s, const struct buf *body);

#endif

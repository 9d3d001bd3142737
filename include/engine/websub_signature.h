/*
 * X-Hub-Signature of WebSub (section 7.1): METHOD=HEX, the HMAC of the body
 * with the subscription's secret.
 */
#ifndef ENGINE_WEBSUB_SIGNATURE_H
#define ENGINE_WEBSUB_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the header (NULL: none) signs the body. sha1 is no longer believed,
 * sha256, sha384 and sha512 are. Takes the same time whatever is wrong with the
 * digits. */
bool websub_signature_is_good(
    const char *header, const char *secret, const void *body, size_t len);

#endif

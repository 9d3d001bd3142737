/*
 * What a webhook's answer means for the delivery.
 */
#ifndef COURIER_ANSWER_H
#define COURIER_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "frame/message.h"

#define ANSWER_RETRY_AFTER_MAX_S (24 * 3600)

/* A status of HTTP, after Standard Webhooks 1.0. Only a receiver that refuses
 * the message itself ends it; one that is misconfigured may be mended. */
enum delivery_outcome answer_outcome(long status);
/* Retry-After (RFC 9110 section 10.2.3), stripped: seconds or a date. Returns
 * microseconds from now_s (epoch seconds), at most the cap; 0: none given or
 * malformed. */
int64_t answer_retry_after_us(const char *value, int64_t now_s);

#endif

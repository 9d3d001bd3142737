/*
 * A role's slice of the configuration as bytes: what the role needs and no
 * more. Only the courier's slice carries secrets, only the fetcher's carries
 * no sinks, and so on: the schema table says who gets which field.
 */
#ifndef FRAME_CONFIG_WIRE_H
#define FRAME_CONFIG_WIRE_H

#include <stddef.h>

#include "frame/message.h"

struct buf;
struct config;

void config_encode(const struct config *, enum role_kind, struct buf *);
/* NULL when the bytes are not a configuration of this version. */
struct config *config_decode(const void *bytes, size_t len);

#endif

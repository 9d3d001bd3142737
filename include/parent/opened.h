/*
 * What the roles open before their sandbox and cannot open again: name servers,
 * certificates, folders. A role whose part of it has changed is replaced.
 */
#ifndef PARENT_OPENED_H
#define PARENT_OPENED_H

#include <stdint.h>

#include "frame/message.h"

struct config;

/* A hash of all that, files by their content, folders by what they are now.
 * For the loader: reads files. */
uint64_t opened_hash(const struct config *, enum role_kind);

#endif

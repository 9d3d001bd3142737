/*
 * The files that a rolling log was renamed to: `PATH.20261122T101500Z`, later
 * with `.gz`. They are compressed a piece at a time and removed past the
 * limits.
 */
#ifndef ENGINE_LOG_ARCHIVE_H
#define ENGINE_LOG_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strings.h"

struct log_archive;

/* keep: files, at least 1. total: bytes, 0: no limit. Takes up what an earlier
 * run left half done. */
struct log_archive *log_archive_new(
    const char *path, int64_t keep, int64_t total);
void log_archive_free(struct log_archive *);
/* Renames the log. now: epoch us. 0, or -1 with errno. */
int log_archive_rotate(struct log_archive *, int64_t now);
/* Does about 10 ms of work; true: there is more. */
bool log_archive_step(struct log_archive *);
/* All rotated files, the newest first; the caller clears. */
void log_archive_list(const char *path, struct strings *);

#endif

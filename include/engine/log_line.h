/*
 * Reading a rolling log back: which alerts it holds, and a torn end.
 */
#ifndef ENGINE_LOG_LINE_H
#define ENGINE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The seq of an alert's line (without its newline); 0 when it is none. With
 * `store`, only of alerts whose id begins with that name; NULL: any. */
uint64_t log_line_seq(const char *line, size_t len, const char *store);

/* Cuts what follows the last whole line: a torn line, or bytes that a power
 * cut left as zeros, and syncs the rest. Returns the length of the file, -1 on
 * failure (errno); *torn: something was cut. */
int64_t log_line_repair(int fd, bool *torn);

/* Tells the seq of each alert in a log, which may be gzipped, in the order of
 * the file; at most the last 64 MiB of it. A log that is not there holds
 * none. */
typedef void (*log_on_seq)(void *arg, uint64_t seq);
void log_line_scan(const char *path, const char *store, log_on_seq, void *arg);

#endif

/*
 * The daemon's own diagnostics: to stderr, or to syslog, one line each,
 * subject first. Strangers' text is cleaned on the way.
 */
#ifndef FRAME_LOG_H
#define FRAME_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

/* program: "wirewatchd"; role: "engine". Opens the syslog socket at once when
 * to_syslog, so that it works inside a sandbox. */
void log_open(const char *role, bool to_syslog);
/* "error", "warning", "info", "debug"; false: no such level. */
bool log_set_level(const char *name);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For our own bugs and failed set-up: says it and exits 1. */
void fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif

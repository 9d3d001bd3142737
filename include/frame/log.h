/*
 * The daemon's own diagnostics: one line each, subject first, to stderr.
 * Under systemd lines carry the priority prefix of sd-daemon(3). For syslog
 * the parent reads the roles' stderr and passes the lines on, so that no
 * sandboxed role needs to reach the syslog socket.
 */
#ifndef FRAME_LOG_H
#define FRAME_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

enum log_form {
	LOG_FORM_TEXT,   /* "2026-11-22 10:00:00 engine: ..." */
	LOG_FORM_PREFIX, /* "<4>engine: ...", for the journal and the parent */
	LOG_FORM_JSON,   /* an object with the keys of the Elastic schema */
	LOG_FORM_SYSLOG  /* by syslog(3); the parent only */
};

/* Before the first line; role: "engine", or NULL for the parent. The role is
 * kept by reference. */
void log_open(const char *role, enum log_form);
/* Passes a line of a role's stderr on to syslog, its prefix as priority. */
void log_forward(const char *line);
/* "error", "warning", "info", "debug"; false: no such level. */
bool log_set_level(const char *name);
/* The same for good: what the configuration says later is not heeded. */
bool log_fix_level(const char *name);

/* Strangers' text in the arguments is cleaned: no control characters come
 * through. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For our own bugs and failed set-up: says it and exits 1. */
void fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif

/*
 * Diagnostics of the daemon: one line each, to stderr or syslog.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "frame/log.h"

static const char *role; /* NULL: the parent */
static enum log_form form = LOG_FORM_TEXT;
static enum log_level threshold = LOG_LEVEL_INFO;
static bool is_fixed; /* the threshold is that of the command line */

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static const int priorities[] = {[LOG_LEVEL_ERROR] = LOG_ERR,
    [LOG_LEVEL_WARNING] = LOG_WARNING,
    [LOG_LEVEL_INFO] = LOG_INFO,
    [LOG_LEVEL_DEBUG] = LOG_DEBUG};

void
log_open(const char *role_name_, enum log_form form_)
{
	role = role_name_;
	form = form_;
	if (form == LOG_FORM_SYSLOG)
		openlog("wirewatchd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

static bool
find_level(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < 4; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

bool
log_set_level(const char *name)
{
	enum log_level ignored;

	return find_level(name, is_fixed ? &ignored : &threshold);
}

bool
log_fix_level(const char *name)
{
	is_fixed = find_level(name, &threshold);
	return is_fixed;
}

/* Strangers' text may stand in the line: no control characters leave. */
static void
clean(char *line)
{
	for (; *line != '\0'; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7f)
			*line = ' ';
}

/* "2026-11-22T10:00:00.000Z" */
static void
add_time(struct buf *line)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	buf_addf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, now.tv_nsec / 1000000);
}

static void
add_json(struct buf *line, enum log_level level, const char *text)
{
	struct buf now = BUF_INIT;

	add_time(&now);
	json_put_open(line, '{');
	json_pair_str(line, "@timestamp", buf_str(&now));
	json_pair_str(line, "log.level", level_names[level]);
	json_pair_str(line, "process.name", "wirewatchd");
	json_pair_str(line, "wirewatch.role", role != NULL ? role : "parent");
	json_pair_str(line, "message", text);
	json_put_close(line, '}');
	buf_add_char(line, '\n');
	buf_clear(&now);
}

static void
add_text(struct buf *line, enum log_level level, const char *text)
{
	if (form == LOG_FORM_PREFIX) {
		buf_addf(line, "<%d>", priorities[level]);
	} else {
		add_time(line);
		buf_add_char(line, ' ');
	}
	buf_addf(line, "%s%s%s\n", role != NULL ? role : "",
	    role != NULL ? ": " : "", text);
}

static void
write_line(enum log_level level, const char *text)
{
	struct buf line = BUF_INIT;

	if (form == LOG_FORM_SYSLOG) {
		syslog(priorities[level], "%s", text);
		return;
	}
	if (form == LOG_FORM_JSON)
		add_json(&line, level, text);
	else
		add_text(&line, level, text);
	/* One write, so that lines of several roles do not mix. */
	if (write(STDERR_FILENO, line.data, line.len) < 0) {
		/* there is no one left to tell */
	}
	buf_clear(&line);
}

static void __attribute__((format(printf, 2, 0)))
vlog(enum log_level level, const char *format, va_list ap)
{
	struct buf text = BUF_INIT;

	if (level > threshold)
		return;
	buf_addvf(&text, format, ap);
	if (text.data != NULL)
		clean(text.data);
	write_line(level, buf_str(&text));
	buf_clear(&text);
}

void
log_forward(const char *line)
{
	int priority = LOG_INFO;

	if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' &&
	    line[2] == '>') {
		priority = line[1] - '0';
		line += 3;
	}
	syslog(priority, "%s", line);
}

#define DEFINE_LOG(name, level)            \
	void name(const char *format, ...) \
	{                                  \
		va_list ap;                \
                                           \
		va_start(ap, format);      \
		vlog(level, format, ap);   \
		va_end(ap);                \
	}

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

void
fatal(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vlog(LOG_LEVEL_ERROR, format, ap);
	va_end(ap);
	_exit(1);
}

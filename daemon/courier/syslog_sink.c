/*
 * A sink of type syslog. Runs in the courier; owns the deliveries that wait.
 *
 * syslog(3) blocks while the socket's queue is full and drops the line without
 * a word when nobody listens. So a socket of our own is connected first: it
 * tells both, and costs a few microseconds a line.
 */
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "courier/syslog_sink.h"
#include "frame/alert_line.h"
#include "frame/config.h"

#define BURST_MAX 64   /* lines in one go, before other events */
#define RETRY_MS 500   /* between looks at a socket that takes nothing */
#define RETRIES_MAX 20 /* looks before what waits goes back to the engine */

struct syslog_sink {
	delivery_on_result on_result;
	void *arg;
	int facility;
	struct delivery_queue waiting;
	size_t waiting_len;
	unsigned retries; /* looks in a row at a socket that takes nothing */
	struct event *step;
};

static const struct {
	const char *name;
	int value;
} facilities[] = {
    {"auth", LOG_AUTH},
    {"authpriv", LOG_AUTHPRIV},
    {"cron", LOG_CRON},
    {"daemon", LOG_DAEMON},
    {"ftp", LOG_FTP},
    {"lpr", LOG_LPR},
    {"mail", LOG_MAIL},
    {"news", LOG_NEWS},
    {"syslog", LOG_SYSLOG},
    {"user", LOG_USER},
    {"uucp", LOG_UUCP},
    {"local0", LOG_LOCAL0},
    {"local1", LOG_LOCAL1},
    {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3},
    {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5},
    {"local6", LOG_LOCAL6},
    {"local7", LOG_LOCAL7},
};

static const int priorities[] = {
    [LEVEL_ROUTINE] = LOG_NOTICE,
    [LEVEL_URGENT] = LOG_WARNING,
    [LEVEL_FLASH] = LOG_CRIT,
};

void
syslog_sink_open(void)
{
	tzset();
	openlog("wirewatchd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

int
syslog_sink_facility(const char *name)
{
	for (size_t i = 0; i < sizeof(facilities) / sizeof(*facilities); i++)
		if (strcmp(facilities[i].name, name) == 0)
			return facilities[i].value;
	return -1;
}

/* NULL when the socket takes a line now, else why not. */
static const char *
probe(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
	struct pollfd poll_fd = {.events = POLLOUT};
	const char *error = NULL;

	poll_fd.fd =
	    socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (poll_fd.fd == -1)
		return strerror(errno);
	if (connect(poll_fd.fd, (struct sockaddr *)&to, sizeof(to)) == -1) {
		if (errno != EPROTOTYPE) /* a stream: libc copes */
			error = "nobody listens on " _PATH_LOG;
	} else if (poll(&poll_fd, 1, 0) == 0) {
		error = "the queue of " _PATH_LOG " is full";
	}
	close(poll_fd.fd);
	return error;
}

static void
finish(struct syslog_sink *sink, const struct delivery_result *result)
{
	struct delivery *delivery = STAILQ_FIRST(&sink->waiting);

	STAILQ_REMOVE_HEAD(&sink->waiting, next);
	sink->waiting_len--;
	sink->on_result(sink->arg, delivery, result);
}

static void
write_line(const struct syslog_sink *sink, const struct delivery *delivery)
{
	static const struct alert_line_options options = {0};
	struct buf line = BUF_INIT;
	int level = alert_line_add(
	    &line, delivery->json, strlen(delivery->json), &options);

	if (level >= 0)
		syslog(
		    sink->facility | priorities[level], "%s", buf_str(&line));
	buf_clear(&line);
}

/* All that wait go back to the engine, which keeps them. */
static void
give_up(
    struct syslog_sink *sink, enum delivery_outcome outcome, const char *error)
{
	struct delivery_result result = {.outcome = outcome, .error = error};

	while (sink->waiting_len > 0)
		finish(sink, &result);
}

static void
sink_on_step(evutil_socket_t fd, short what, void *arg)
{
	static const struct delivery_result written = {.outcome = DELIVERY_OK};
	struct timeval wait = {0, 0};
	struct syslog_sink *sink = arg;
	const char *error = NULL;

	for (int i = 0; i < BURST_MAX && sink->waiting_len > 0; i++) {
		error = probe();
		if (error != NULL)
			break;
		sink->retries = 0;
		write_line(sink, STAILQ_FIRST(&sink->waiting));
		finish(sink, &written);
	}
	if (error != NULL && ++sink->retries >= RETRIES_MAX)
		give_up(sink, DELIVERY_RETRY, error);
	if (sink->waiting_len == 0)
		return;
	if (error != NULL)
		wait.tv_usec = RETRY_MS * 1000;
	evtimer_add(sink->step, &wait);
}

struct syslog_sink *
syslog_sink_new(
    struct event_base *base, delivery_on_result on_result, void *arg)
{
	struct syslog_sink *sink = xcalloc(1, sizeof(*sink));

	sink->on_result = on_result;
	sink->arg = arg;
	STAILQ_INIT(&sink->waiting);
	sink->step = evtimer_new(base, sink_on_step, sink);
	if (sink->step == NULL)
		abort();
	return sink;
}

void
syslog_sink_free(struct syslog_sink *sink)
{
	if (sink == NULL)
		return;
	syslog_sink_forget_waiting(sink);
	event_free(sink->step);
	free(sink);
}

void
syslog_sink_configure(
    struct syslog_sink *sink, const struct config_sink *config)
{
	sink->facility = syslog_sink_facility(config->facility);
}

/* Past the bound the oldest go back, to come again later. */
void
syslog_sink_send(struct syslog_sink *sink, struct delivery *delivery)
{
	struct timeval now = {0, 0};

	STAILQ_INSERT_TAIL(&sink->waiting, delivery, next);
	if (sink->waiting_len++ == 0)
		evtimer_add(sink->step, &now);
	if (sink->waiting_len > SYSLOG_WAITING_MAX)
		finish(
		    sink, &(struct delivery_result){.outcome = DELIVERY_RETRY,
			      .error = "too many lines wait for " _PATH_LOG});
}

void
syslog_sink_forget_waiting(struct syslog_sink *sink)
{
	while (!STAILQ_EMPTY(&sink->waiting)) {
		struct delivery *delivery = STAILQ_FIRST(&sink->waiting);

		STAILQ_REMOVE_HEAD(&sink->waiting, next);
		delivery_free(delivery);
	}
	sink->waiting_len = 0;
	evtimer_del(sink->step);
}

void
syslog_sink_give_back(struct syslog_sink *sink)
{
	give_up(sink, DELIVERY_HELD, NULL);
}

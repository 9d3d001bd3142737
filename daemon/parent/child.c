/*
 * Processes of roles: fork and exec of this program, restart with a throttle.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "base/mem.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "parent/child.h"
#include "parent/parent.h"
#include "parent/reload.h"
#include "parent/slices.h"
#include "parent/wiring.h"

#define PARENT_FD 3       /* where a role finds its socket */
#define RESTART_MS 100    /* an ordinary restart */
#define BACKOFF_FIRST_S 4 /* after CHILD_DEATHS deaths, doubled each time */
#define BACKOFF_MAX_S 60
#define STORE_MS 3600000 /* for an engine to start */
#define BENCH_SIZE 4096
#define LINE_PART 8192 /* bytes of a long line that are forwarded as one */

static void
child_on_restart(evutil_socket_t fd, short what, void *arg)
{
	child_spawn(arg);
}

/* Lets go of everything that belongs to the process. */
static void
forget_process(struct child *child)
{
	peer_free(child->peer);
	child->peer = NULL;
	if (child->stderr_pipe != NULL)
		bufferevent_free(child->stderr_pipe);
	child->stderr_pipe = NULL;
	if (child->bench != -1)
		close(child->bench);
	child->bench = -1;
	child->pid = 0;
	child->epoch = 0;
	child->state = CHILD_DOWN;
}

bool
child_is_backed_off(const struct child *child)
{
	return child->backoff_s != 0 && child->state != CHILD_UP;
}

bool
child_is_hung(const struct child *child, int64_t now_ms, int64_t patience_ms)
{
	if (child->kind == ROLE_ENGINE && child->state == CHILD_STARTING &&
	    patience_ms < STORE_MS)
		patience_ms = STORE_MS;
	return now_ms - child->answered_ms > patience_ms;
}

const char *
child_state_text(const struct child *child)
{
	static char text[64];

	switch (child->state) {
	case CHILD_DOWN:
		if (!child->wanted)
			return NULL;
		if (child->backoff_s == 0)
			return "restarting";
		snprintf(
		    text, sizeof(text), "backed off %u s", child->backoff_s);
		return text;
	case CHILD_STARTING:
		return "starting";
	case CHILD_UP:
		return "up";
	case CHILD_STOPPING:
		return "stopping";
	}
	return "unknown";
}

/* ---- what a role says to the parent ------------------------------------- */

static int
child_on_hello(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg;
	uint32_t version = message_get_u32(reader);
	uint32_t kind = message_get_u32(reader);
	uint32_t index = message_get_u32(reader);

	message_get_u32(reader); /* its pid, known already */
	if (!message_end(reader) || version != MESSAGE_VERSION ||
	    kind != child->kind || index != child->index)
		return -1;
	child->opened = child->parent->slices->opened[child->kind];
	child_configure(child);
	return 0;
}

static int
child_on_ready(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg;
	bool first = child->state == CHILD_STARTING;

	child->epoch = message_get_u64(reader);
	if (!message_end(reader))
		return -1;
	child->answered_ms = clock_monotonic_ms();
	if (first) {
		child->state = CHILD_UP;
		log_debug("%s %u: up", role_name(child->kind), child->index);
		wiring_connect(child->parent, child);
		if (child->kind == ROLE_ENGINE)
			child->parent->engine_was_up = true;
		parent_adjust_children(child->parent);
	}
	/* A reload came between its configuration and this. */
	if (child->epoch != child->parent->slices->epoch)
		child_configure(child);
	reload_check_done(child->parent);
	parent_say_status(child->parent);
	return 0;
}

static int
child_on_pong(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg;

	message_get_u64(reader);
	child->answered_ms = clock_monotonic_ms();
	return message_end(reader) ? 0 : -1;
}

static int
child_on_finished(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg;

	if (!message_end(reader))
		return -1;
	parent_stop(child->parent, 0);
	return 0;
}

/* The engine names a role that went wrong: it is ended, and started anew. */
static int
child_on_cut_off(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg, *wrong;
	enum role_kind kind = message_get_u32(reader);
	unsigned index = message_get_u32(reader);

	if (!message_end(reader) || kind == ROLE_PARENT || kind == ROLE_ENGINE)
		return -1;
	wrong = parent_find(child->parent, kind, index);
	if (wrong != NULL && wrong->state != CHILD_STOPPING)
		child_kill(wrong);
	return 0;
}

static int
child_on_reload(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct child *child = arg;
	uint64_t request = message_get_u64(reader);

	if (!message_end(reader))
		return -1;
	reload_request(child->parent, request);
	return 0;
}

static void
child_on_gone(void *arg, struct peer *peer, const char *error)
{
	struct child *child = arg;

	child->peer = NULL;
	/* It closes by dying; whoever does so otherwise has gone wrong. */
	if (child->state != CHILD_STOPPING && strcmp(error, "closed") != 0)
		log_error("%s %u: cut off: %s", role_name(child->kind),
		    child->index, error);
	if (child->state != CHILD_STOPPING)
		child_kill(child);
}

static const struct message_route routes[] = {
    {MESSAGE_HELLO, child_on_hello},
    {MESSAGE_READY, child_on_ready},
    {MESSAGE_PONG, child_on_pong},
    {MESSAGE_FINISHED, child_on_finished},
    {MESSAGE_CUT_OFF, child_on_cut_off},
    {MESSAGE_RELOAD, child_on_reload},
    {MESSAGE_NONE, NULL},
};

struct child *
child_new(struct parent *parent, enum role_kind kind, unsigned index)
{
	struct child *child = xcalloc(1, sizeof(*child));

	*child = (struct child){.parent = parent,
	    .kind = kind,
	    .index = index,
	    .wanted = true,
	    .bench = -1,
	    .callbacks = {.routes = routes,
		.on_gone = child_on_gone,
		.arg = child},
	    .restart_timer =
		evtimer_new(parent->base, child_on_restart, child)};
	return child;
}

/* ---- start -------------------------------------------------------------- */

static void
child_on_stderr(struct bufferevent *bev, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(bev);
	char part[LINE_PART + 1];
	char *line;

	while ((line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF)) != NULL) {
		log_forward(line);
		free(line);
	}
	/* A line without an end shall not fill the parent's memory. */
	while (evbuffer_get_length(input) >= LINE_PART) {
		part[evbuffer_remove(input, part, LINE_PART)] = '\0';
		log_forward(part);
	}
}

/* The arguments of a role, ended by NULL. */
static void
fill_arguments(const struct child *child, char *index, const char *out[12])
{
	const struct parent_options *options = &child->parent->options;

	*out++ = "wirewatchd";
	*out++ = "--role";
	*out++ = role_name(child->kind);
	*out++ = "--index";
	*out++ = index;
	if (options->log_level != NULL) {
		*out++ = "--log-level";
		*out++ = options->log_level;
	}
	if (options->json) {
		*out++ = "--log-format";
		*out++ = "json";
	} else if (options->syslog) {
		*out++ = "--prefix";
	}
	*out = NULL;
}

/* In the new process: only its socket and the standard descriptors remain,
 * the others close at exec. */
static void
exec_role(const struct child *child, pid_t parent, int fd, int error_fd)
{
	const char *arguments[12];
	char index[16];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before the line above */
		_exit(1);
	/* In its own group: a terminal's signals go to the parent alone. */
	setpgid(0, 0);
	if (error_fd != -1)
		dup2(error_fd, STDERR_FILENO);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (fd == PARENT_FD)
		fcntl(fd, F_SETFD, 0);
	else
		dup2(fd, PARENT_FD);
	snprintf(index, sizeof(index), "%u", child->index);
	fill_arguments(child, index, arguments);
	execv("/proc/self/exe", (char *const *)arguments);
	_exit(127);
}

static void
watch_stderr(struct child *child, int fd)
{
	evutil_make_socket_nonblocking(fd);
	child->stderr_pipe = bufferevent_socket_new(
	    child->parent->base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(
	    child->stderr_pipe, child_on_stderr, NULL, NULL, child);
	bufferevent_enable(child->stderr_pipe, EV_READ);
}

static int
make_bench(void)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	if (fd != -1 && ftruncate(fd, BENCH_SIZE) == -1) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Takes the pipe's read end, which may be -1. */
static void
adopt_process(struct child *child, pid_t pid, int fd, int error_fd)
{
	child->pid = pid;
	child->state = CHILD_STARTING;
	child->answered_ms = clock_monotonic_ms();
	child->slow_said = false;
	child->peer = peer_new(child->parent->base, fd, ROLE_PARENT,
	    child->kind, child->index, &child->callbacks);
	if (error_fd != -1)
		watch_stderr(child, error_fd);
	if (child->kind == ROLE_FETCHER)
		child->bench = make_bench();
}

void
child_spawn(struct child *child)
{
	int sockets[2], errors[2] = {-1, -1};
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
		fatal("socketpair: %s", strerror(errno));
	if (child->parent->options.syslog && pipe2(errors, O_CLOEXEC) == -1)
		fatal("pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		exec_role(child, parent, sockets[1], errors[1]);
	close(sockets[1]);
	if (errors[1] != -1)
		close(errors[1]);
	if (pid == -1) {
		log_error("%s %u: fork: %s", role_name(child->kind),
		    child->index, strerror(errno));
		close(sockets[0]);
		if (errors[0] != -1)
			close(errors[0]);
		child_on_death(child, 0);
		return;
	}
	adopt_process(child, pid, sockets[0], errors[0]);
	wiring_tell_state(child->parent, child);
}

bool
child_is_outdated(const struct child *child)
{
	return child->opened != child->parent->slices->opened[child->kind];
}

void
child_configure(struct child *child)
{
	const struct slices *slices = child->parent->slices;
	struct buf *buf;

	if (child->peer == NULL || child_is_outdated(child))
		return;
	if (child->kind == ROLE_FETCHER || child->kind == ROLE_DESK) {
		buf = peer_begin(child->peer, MESSAGE_MATCH_SET);
		message_put_u64(buf, slices->epoch);
		peer_send_fd(child->peer, slices->match_set);
	}
	if (child->kind == ROLE_DESK && child->parent->listener.fd != -1) {
		peer_begin(child->peer, MESSAGE_LISTENER);
		peer_send_fd(child->peer, child->parent->listener.fd);
	}
	buf = peer_begin(child->peer, MESSAGE_CONFIG);
	message_put_u64(buf, slices->epoch);
	message_put_u32(buf, child->parent->options.once);
	peer_send_fd(child->peer, slices->fd[child->kind]);
}

/* ---- end ---------------------------------------------------------------- */

void
child_stop(struct child *child)
{
	child->state = child->pid != 0 ? CHILD_STOPPING : CHILD_DOWN;
	child->backoff_s = 0;
	event_del(child->restart_timer);
	if (child->peer == NULL) {
		child_kill(child);
		return;
	}
	peer_begin(child->peer, MESSAGE_STOP);
	peer_send(child->peer);
}

void
child_kill(struct child *child)
{
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
}

/* How long to wait before the next start, after one more death. */
static int64_t
restart_delay_ms(struct child *child)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t oldest_ms = child->deaths_ms[child->deaths % CHILD_DEATHS];

	child->deaths_ms[child->deaths++ % CHILD_DEATHS] = now_ms;
	if (child->deaths < CHILD_DEATHS ||
	    now_ms - oldest_ms > CHILD_DEATHS_MS) {
		child->backoff_s = 0;
		return RESTART_MS;
	}
	child->backoff_s =
	    child->backoff_s == 0 ? BACKOFF_FIRST_S : child->backoff_s * 2;
	if (child->backoff_s > BACKOFF_MAX_S)
		child->backoff_s = BACKOFF_MAX_S;
	log_error("%s %u: died %d times within %d s, next start in %u s; the "
		  "lines above say why",
	    role_name(child->kind), child->index, CHILD_DEATHS,
	    CHILD_DEATHS_MS / 1000, child->backoff_s);
	return child->backoff_s * 1000;
}

static void
log_death(const struct child *child, int wait_status)
{
	const char *name = role_name(child->kind);

	if (WIFSIGNALED(wait_status))
		log_error("%s %u: killed by signal %d (%s)%s", name,
		    child->index, WTERMSIG(wait_status),
		    strsignal(WTERMSIG(wait_status)),
		    WTERMSIG(wait_status) == SIGSYS
			? ": it tried what its sandbox forbids"
			: "");
	else
		log_error("%s %u: exited with status %d", name, child->index,
		    WEXITSTATUS(wait_status));
}

void
child_on_death(struct child *child, int wait_status)
{
	bool asked = child->state == CHILD_STOPPING;
	struct timeval delay;

	if (!asked)
		log_death(child, wait_status);
	forget_process(child);
	if (child->kind == ROLE_DESK)
		reload_forget_requests(child->parent);
	if (child->parent->stopping)
		return;
	if (!child->wanted) {
		wiring_tell_state(child->parent, child);
		return;
	}
	/* What it said by itself before all was ready once (a store is in use)
	 * would be said again at each start. */
	if (!asked && !child->parent->ready_said && WIFEXITED(wait_status)) {
		parent_stop(child->parent, 1);
		return;
	}
	if (!asked)
		child->restarts++;
	delay = clock_timeval_ms(asked ? 0 : restart_delay_ms(child));
	event_add(child->restart_timer, &delay);
	wiring_tell_state(child->parent, child);
	reload_check_done(child->parent);
}

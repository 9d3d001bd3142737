/*
 * The parent role: owns the children and the slices of the configuration.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "parent/child.h"
#include "parent/notify.h"
#include "parent/parent.h"
#include "parent/reload.h"
#include "parent/slices.h"

#define PING_MS 5000        /* without a watchdog to follow */
#define STOP_ENGINE_MS 8000 /* to drain */
#define STOP_OTHERS_MS 1500

/* ---- children ----------------------------------------------------------- */

struct child *
parent_find(struct parent *parent, enum role_kind kind, unsigned index)
{
	for (size_t i = 0; i < parent->children_len; i++)
		if (parent->children[i]->kind == kind &&
		    parent->children[i]->index == index)
			return parent->children[i];
	return NULL;
}

static void
want_child(struct parent *parent, enum role_kind kind, unsigned index)
{
	struct child *child = parent_find(parent, kind, index);

	if (child == NULL) {
		child = child_new(parent, kind, index);
		parent->children = xreallocarray(parent->children,
		    parent->children_len + 1, sizeof(*parent->children));
		parent->children[parent->children_len++] = child;
		child_spawn(child);
	} else if (!child->wanted) {
		child->wanted = true;
		if (child->state == CHILD_DOWN)
			child_spawn(child);
	}
}

/* For the first desk; a reload has moved it before. */
static bool
open_listener(struct parent *parent)
{
	char *error;

	if (listener_move(&parent->listener, parent->slices->listen, &error) ==
	    0)
		return true;
	log_error("%s", error);
	free(error);
	parent_stop(parent, 1);
	return false;
}

void
parent_adjust_children(struct parent *parent)
{
	want_child(parent, ROLE_ENGINE, 0);
	/* The others come once there is a store, which the desk reads. */
	if (!parent->engine_was_up || !open_listener(parent))
		return;
	want_child(parent, ROLE_COURIER, 0);
	want_child(parent, ROLE_DESK, 0);
	for (unsigned i = 0; i < parent->slices->fetchers; i++)
		want_child(parent, ROLE_FETCHER, i);
	for (size_t i = 0; i < parent->children_len; i++) {
		struct child *child = parent->children[i];

		if (child->kind == ROLE_FETCHER && child->wanted &&
		    child->index >= parent->slices->fetchers) {
			child->wanted = false;
			child_stop(child);
		}
	}
}

bool
parent_is_ready(const struct parent *parent)
{
	if (parent->slices == NULL || !parent->engine_was_up)
		return false;
	for (size_t i = 0; i < parent->children_len; i++) {
		const struct child *child = parent->children[i];

		/* One that is backed off has been said loudly; it does not
		 * hold the others up. */
		if (child->wanted && !child_is_backed_off(child) &&
		    (child->state != CHILD_UP ||
			child->epoch != parent->slices->epoch))
			return false;
	}
	return true;
}

void
parent_say_status(struct parent *parent)
{
	size_t down = 0;
	char *summary;

	if (parent->stopping || !parent_is_ready(parent))
		return;
	for (size_t i = 0; i < parent->children_len; i++)
		if (parent->children[i]->wanted &&
		    parent->children[i]->state != CHILD_UP)
			down++;
	if (!parent->ready_said) {
		parent->ready_said = true;
		log_info("ready");
		notify("READY=1");
	}
	summary = slices_summary(parent->slices);
	if (down > 0)
		notify("STATUS=degraded: %zu role%s down; %s", down,
		    down == 1 ? "" : "s", summary);
	else
		notify("STATUS=watching: %s", summary);
	free(summary);
}

/* ---- pings -------------------------------------------------------------- */

/* Once for each start. */
static void
say_slow(const struct parent *parent, struct child *child, int64_t now_ms)
{
	if (child->slow_said || child->state != CHILD_STARTING ||
	    now_ms - child->answered_ms <= parent->hung_ms)
		return;
	child->slow_said = true;
	log_warning("%s %u: takes long to start, as it does when a large store "
		    "of an older version is brought up to date",
	    role_name(child->kind), child->index);
}

/* False when the child has not answered in time; it is then killed. */
static bool
check_child(struct parent *parent, struct child *child, int64_t now_ms)
{
	if (child->state == CHILD_DOWN)
		return child_is_backed_off(child) || !child->wanted;
	if (child_is_hung(child, now_ms, parent->hung_ms)) {
		log_error("%s %u: no answer for %lld s, killed",
		    role_name(child->kind), child->index,
		    (long long)(now_ms - child->answered_ms) / 1000);
		child_kill(child);
		return false;
	}
	say_slow(parent, child, now_ms);
	if (child->state != CHILD_STARTING && child->peer != NULL) {
		message_put_u64(
		    peer_begin(child->peer, MESSAGE_PING), parent->pings);
		peer_send(child->peer);
	}
	return true;
}

static void
parent_on_ping_timer(evutil_socket_t fd, short what, void *arg)
{
	struct parent *parent = arg;
	const struct child *engine = parent_find(parent, ROLE_ENGINE, 0);
	int64_t now_ms = clock_monotonic_ms();
	bool all_answer = true;

	if (parent->stopping || parent->slices == NULL)
		return;
	parent->pings++;
	for (size_t i = 0; i < parent->children_len; i++)
		if (!check_child(parent, parent->children[i], now_ms))
			all_answer = false;
	if (!all_answer)
		return;
	notify("WATCHDOG=1");
	/* systemd ends a start that takes too long. */
	if (!parent->ready_said && engine != NULL &&
	    engine->state == CHILD_STARTING)
		notify("EXTEND_TIMEOUT_USEC=%lld",
		    (long long)parent->hung_ms * 1000);
}

/* ---- stop --------------------------------------------------------------- */

static bool
any_alive(const struct parent *parent, bool engine_only)
{
	for (size_t i = 0; i < parent->children_len; i++)
		if (parent->children[i]->pid != 0 &&
		    (!engine_only || parent->children[i]->kind == ROLE_ENGINE))
			return true;
	return false;
}

static void
set_stop_timer(struct parent *parent, int64_t ms)
{
	struct timeval delay = clock_timeval_ms(ms);

	event_add(parent->stop_timer, &delay);
}

/* The engine is gone: nothing is left to hand over, the others may go. */
static void
stop_others(struct parent *parent)
{
	for (size_t i = 0; i < parent->children_len; i++)
		if (parent->children[i]->state != CHILD_STOPPING)
			child_stop(parent->children[i]);
	set_stop_timer(parent, STOP_OTHERS_MS);
}

static void
continue_stop(struct parent *parent)
{
	struct child *engine = parent_find(parent, ROLE_ENGINE, 0);

	if (!any_alive(parent, false) && parent->loader == 0) {
		event_base_loopexit(parent->base, NULL);
		return;
	}
	if (engine == NULL || engine->pid == 0)
		stop_others(parent);
}

static void
parent_on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
	struct parent *parent = arg;

	for (size_t i = 0; i < parent->children_len; i++) {
		struct child *child = parent->children[i];

		if (child->state == CHILD_STOPPING) {
			log_error("%s %u: did not stop in time, killed",
			    role_name(child->kind), child->index);
			child_kill(child);
		}
	}
	set_stop_timer(parent, STOP_OTHERS_MS);
}

void
parent_stop(struct parent *parent, int exit_status)
{
	struct child *engine = parent_find(parent, ROLE_ENGINE, 0);

	if (parent->stopping)
		return;
	parent->stopping = true;
	parent->exit_status = exit_status;
	notify("STOPPING=1\nSTATUS=stopping");
	if (parent->loader != 0)
		kill(parent->loader, SIGKILL);
	if (engine != NULL && engine->state != CHILD_DOWN) {
		log_info("stopping");
		child_stop(engine);
		set_stop_timer(parent, STOP_ENGINE_MS);
	} else {
		continue_stop(parent);
	}
}

/* ---- signals ------------------------------------------------------------ */

static void
parent_on_term(evutil_socket_t sig, short what, void *arg)
{
	struct parent *parent = arg;

	if (!parent->stopping) {
		parent_stop(parent, 0);
		return;
	}
	log_warning("told twice to stop: not waiting any longer");
	for (size_t i = 0; i < parent->children_len; i++)
		child_kill(parent->children[i]);
}

static void
parent_on_hup(evutil_socket_t sig, short what, void *arg)
{
	struct parent *parent = arg;

	if (!parent->stopping)
		reload_start(parent);
}

static void
parent_on_usr1(evutil_socket_t sig, short what, void *arg)
{
	struct child *engine = parent_find(arg, ROLE_ENGINE, 0);

	if (engine == NULL || engine->state != CHILD_UP || engine->peer == NULL)
		return;
	peer_begin(engine->peer, MESSAGE_REOPEN);
	peer_send(engine->peer);
}

static void
parent_on_chld(evutil_socket_t sig, short what, void *arg)
{
	struct parent *parent = arg;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (reload_on_death(parent, pid, status))
			continue;
		for (size_t i = 0; i < parent->children_len; i++)
			if (parent->children[i]->pid == pid)
				child_on_death(parent->children[i], status);
	}
	if (parent->stopping)
		continue_stop(parent);
}

static void
watch_signals(struct parent *parent)
{
	static const struct {
		int signal;
		event_callback_fn callback;
	} signals[] = {{SIGTERM, parent_on_term}, {SIGINT, parent_on_term},
	    {SIGHUP, parent_on_hup}, {SIGUSR1, parent_on_usr1},
	    {SIGCHLD, parent_on_chld}};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		event_add(evsignal_new(parent->base, signals[i].signal,
			      signals[i].callback, parent),
		    NULL);
}

/* ---- main --------------------------------------------------------------- */

static void
start_pings(struct parent *parent)
{
	int64_t half_ms = notify_watchdog_ms();
	struct timeval interval;

	/* A hung role is killed before systemd's patience ends; only when
	 * that does not help is the whole service restarted. */
	parent->ping_ms = half_ms > 0 ? half_ms / 2 : PING_MS;
	parent->hung_ms = half_ms > 0 ? half_ms + half_ms / 2 : PING_MS * 4;
	interval = clock_timeval_ms(parent->ping_ms);
	event_add(event_new(parent->base, -1, EV_PERSIST, parent_on_ping_timer,
		      parent),
	    &interval);
}

int
parent_main(const struct parent_options *options)
{
	struct parent parent = {.options = *options, .listener = LISTENER_INIT};

	parent.base = event_base_new();
	if (parent.base == NULL)
		fatal("no event loop");
	parent.stop_timer =
	    evtimer_new(parent.base, parent_on_stop_timer, &parent);
	watch_signals(&parent);
	start_pings(&parent);
	reload_start(&parent);
	event_base_dispatch(parent.base);
	log_debug("stopped");
	return parent.exit_status;
}

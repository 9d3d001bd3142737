/*
 * c-ares on libevent: the sockets of a channel and the clock of its tries.
 * Owns the channel and the events.
 */
#include <ares.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "frame/ares_loop.h"

struct loop_socket {
	SLIST_ENTRY(loop_socket) next;
	ares_socket_t fd;
	struct event *event;
};

struct ares_loop {
	struct event_base *base;
	ares_channel channel;
	struct event *clock;
	SLIST_HEAD(socket_list, loop_socket) sockets;
};

void
ares_loop_wait(struct ares_loop *loop)
{
	struct timeval wait, *next = ares_timeout(loop->channel, NULL, &wait);

	if (next != NULL)
		evtimer_add(loop->clock, next);
	else
		evtimer_del(loop->clock);
}

static void
loop_on_clock(evutil_socket_t fd, short what, void *arg)
{
	struct ares_loop *loop = arg;

	ares_process_fd(loop->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	ares_loop_wait(loop);
}

static void
loop_on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct ares_loop *loop = arg;

	ares_process_fd(loop->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
	    what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	ares_loop_wait(loop);
}

static void
drop_socket(struct ares_loop *loop, struct loop_socket *s)
{
	SLIST_REMOVE(&loop->sockets, s, loop_socket, next);
	event_free(s->event);
	free(s);
}

/* c-ares tells what it waits for on a socket; neither: it closes it. */
static void
loop_on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct ares_loop *loop = arg;
	struct loop_socket *s;
	short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) |
			     (writable ? EV_WRITE : 0));

	SLIST_FOREACH (s, &loop->sockets, next)
		if (s->fd == fd)
			break;
	if (s != NULL)
		drop_socket(loop, s);
	if (!readable && !writable)
		return;
	s = xcalloc(1, sizeof(*s));
	s->fd = fd;
	s->event = event_new(loop->base, fd, what, loop_on_socket, loop);
	if (s->event == NULL)
		abort();
	event_add(s->event, NULL);
	SLIST_INSERT_HEAD(&loop->sockets, s, next);
}

static int
open_channel(
    struct ares_loop *loop, const char *resolver, int timeout_ms, int tries)
{
	struct ares_options options = {
	    .flags = ARES_FLAG_NOALIASES,
	    .timeout = timeout_ms,
	    .tries = tries,
	    .lookups = (char[]){"b"},
	    .sock_state_cb = loop_on_socket_state,
	    .sock_state_cb_data = loop,
	};

	if (ares_init_options(&loop->channel, &options,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		    ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB) != ARES_SUCCESS)
		return -1;
	if (resolver == NULL)
		return 0;
	return ares_set_servers_ports_csv(loop->channel, resolver) ==
		       ARES_SUCCESS
		   ? 0
		   : -1;
}

struct ares_loop *
ares_loop_new(
    struct event_base *base, const char *resolver, int timeout_ms, int tries)
{
	struct ares_loop *loop;

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return NULL;
	loop = xcalloc(1, sizeof(*loop));
	loop->base = base;
	SLIST_INIT(&loop->sockets);
	loop->clock = evtimer_new(base, loop_on_clock, loop);
	if (loop->clock == NULL)
		abort();
	if (open_channel(loop, resolver, timeout_ms, tries) == -1) {
		ares_loop_free(loop);
		return NULL;
	}
	return loop;
}

void
ares_loop_free(struct ares_loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->channel != NULL)
		ares_destroy(loop->channel);
	while (!SLIST_EMPTY(&loop->sockets))
		drop_socket(loop, SLIST_FIRST(&loop->sockets));
	event_free(loop->clock);
	free(loop);
	ares_library_cleanup();
}

ares_channel
ares_loop_channel(const struct ares_loop *loop)
{
	return loop->channel;
}

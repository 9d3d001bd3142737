/*
 * Framing of messages over a socket pair, with descriptors riding along.
 * Owns the socket; runs on its role's event loop.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"

#define READ_MAX (64 * 1024)
#define HIGH_WATER (4u << 20) /* bytes waiting to be written */
#define LOW_WATER (1u << 20)
#define OUT_KEPT (64 * 1024) /* of memory, while nothing waits */
#define FDS_MAX 16           /* received and not yet claimed by a message */

struct header {
	uint32_t len;
	uint16_t type;
	uint16_t has_fd;
};

/* A descriptor that leaves with the byte at `position` of the stream. */
struct waiting_fd {
	STAILQ_ENTRY(waiting_fd) entry;
	uint64_t position;
	int fd;
};

struct peer {
	int fd;
	enum role_kind self;
	enum role_kind kind;
	unsigned index;
	const struct peer_callbacks *callbacks;
	struct event *read_event;
	struct event *write_event;
	struct buf in;
	int fds[FDS_MAX];
	size_t fds_len;
	struct buf out;
	size_t out_at;    /* what is before is written */
	uint64_t written; /* bytes of the stream so far */
	STAILQ_HEAD(, waiting_fd) out_fds;
	struct buf payload; /* of the message under way */
	enum message_type type;
	bool was_full;
	bool dispatching;
	bool dead; /* free when the dispatch is over */
	char error[64];
};

static void peer_on_read(evutil_socket_t, short, void *);
static void peer_on_write(evutil_socket_t, short, void *);

struct peer *
peer_new(struct event_base *base, int fd, enum role_kind self,
    enum role_kind kind, unsigned index, const struct peer_callbacks *callbacks)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));

	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	*peer = (struct peer){.fd = fd,
	    .self = self,
	    .kind = kind,
	    .index = index,
	    .callbacks = callbacks};
	STAILQ_INIT(&peer->out_fds);
	peer->read_event =
	    event_new(base, fd, EV_READ | EV_PERSIST, peer_on_read, peer);
	peer->write_event = event_new(base, fd, EV_WRITE, peer_on_write, peer);
	if (peer->read_event == NULL || peer->write_event == NULL)
		abort();
	event_add(peer->read_event, NULL);
	return peer;
}

static void
drop_waiting_fd(struct peer *peer)
{
	struct waiting_fd *waiting = STAILQ_FIRST(&peer->out_fds);

	STAILQ_REMOVE_HEAD(&peer->out_fds, entry);
	close(waiting->fd);
	free(waiting);
}

void
peer_free(struct peer *peer)
{
	if (peer == NULL)
		return;
	if (peer->dispatching) {
		peer->dead = true;
		return;
	}
	event_free(peer->read_event);
	event_free(peer->write_event);
	while (!STAILQ_EMPTY(&peer->out_fds))
		drop_waiting_fd(peer);
	for (size_t i = 0; i < peer->fds_len; i++)
		close(peer->fds[i]);
	buf_clear(&peer->in);
	buf_clear(&peer->out);
	buf_clear(&peer->payload);
	close(peer->fd);
	free(peer);
}

enum role_kind
peer_kind(const struct peer *peer)
{
	return peer->kind;
}

unsigned
peer_index(const struct peer *peer)
{
	return peer->index;
}

/* ---- writing ------------------------------------------------------------ */

struct buf *
peer_begin(struct peer *peer, enum message_type type)
{
	buf_reset(&peer->payload);
	peer->type = type;
	return &peer->payload;
}

/* Bytes that wait to be written. */
static size_t
count_pending(const struct peer *peer)
{
	return peer->out.len - peer->out_at;
}

/* Moves what waits to the front once that is cheap. */
static void
forget_written(struct peer *peer)
{
	size_t waiting = count_pending(peer);

	if (waiting == 0 && peer->out.cap > OUT_KEPT) {
		buf_clear(&peer->out);
	} else if (waiting <= peer->out_at) {
		if (waiting > 0)
			memcpy(peer->out.data, peer->out.data + peer->out_at,
			    waiting);
		buf_truncate(&peer->out, waiting);
	} else {
		return;
	}
	peer->out_at = 0;
}

/* All messages of a turn of the loop leave at its end, together. Takes fd,
 * which may be -1. */
static void
queue_message(struct peer *peer, int fd)
{
	struct header header = {.len = (uint32_t)peer->payload.len,
	    .type = (uint16_t)peer->type,
	    .has_fd = fd != -1};

	if (peer->payload.len > message_max(peer->type) ||
	    !message_may_send(peer->self, peer->kind, peer->type))
		abort(); /* our own bug */
	if (fd != -1) {
		struct waiting_fd *waiting = xcalloc(1, sizeof(*waiting));

		waiting->position = peer->written + count_pending(peer);
		waiting->fd = fd;
		STAILQ_INSERT_TAIL(&peer->out_fds, waiting, entry);
	}
	buf_add(&peer->out, &header, sizeof(header));
	buf_add(&peer->out, peer->payload.data, peer->payload.len);
	if (count_pending(peer) > HIGH_WATER)
		peer->was_full = true;
	if (!event_pending(peer->write_event, EV_WRITE, NULL))
		event_active(peer->write_event, EV_WRITE, 0);
}

void
peer_send(struct peer *peer)
{
	queue_message(peer, -1);
}

void
peer_send_fd(struct peer *peer, int fd)
{
	int copy = dup(fd);

	if (copy == -1)
		fatal("no descriptor for a role: %s", strerror(errno));
	queue_message(peer, copy);
}

bool
peer_is_full(const struct peer *peer)
{
	return peer->was_full;
}

static void
attach_fd(struct msghdr *msg, void *control, size_t control_len, int fd)
{
	struct cmsghdr *cmsg;

	msg->msg_control = control;
	msg->msg_controllen = control_len;
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
}

/* One sendmsg: up to the next descriptor, which goes with its first byte. */
static ssize_t
write_some(struct peer *peer)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct waiting_fd *waiting = STAILQ_FIRST(&peer->out_fds);
	struct iovec iov = {.iov_base = peer->out.data + peer->out_at,
	    .iov_len = count_pending(peer)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (waiting != NULL && waiting->position == peer->written) {
		attach_fd(
		    &msg, control.bytes, sizeof(control.bytes), waiting->fd);
		waiting = STAILQ_NEXT(waiting, entry);
	}
	if (waiting != NULL && iov.iov_len > waiting->position - peer->written)
		iov.iov_len = waiting->position - peer->written;
	return sendmsg(peer->fd, &msg, MSG_NOSIGNAL);
}

/* Writes until nothing waits (0), the socket is full (1) or broken (-1). */
static int
write_queue(struct peer *peer)
{
	while (count_pending(peer) > 0) {
		struct waiting_fd *waiting = STAILQ_FIRST(&peer->out_fds);
		bool sends_fd =
		    waiting != NULL && waiting->position == peer->written;
		ssize_t n = write_some(peer);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 1 : -1;
		if (sends_fd)
			drop_waiting_fd(peer);
		peer->out_at += (size_t)n;
		forget_written(peer);
		peer->written += (uint64_t)n;
	}
	return 0;
}

static void
peer_on_write(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = arg;
	int result = write_queue(peer);

	if (result == -1)
		return; /* the read side tells of the end */
	if (result == 1)
		event_add(peer->write_event, NULL);
	if (peer->was_full && count_pending(peer) <= LOW_WATER) {
		peer->was_full = false;
		if (peer->callbacks->on_drain != NULL)
			peer->callbacks->on_drain(peer->callbacks->arg, peer);
	}
}

void
peer_flush(struct peer *peer, int timeout_ms)
{
	int64_t end_ms = clock_monotonic_ms() + timeout_ms;
	int64_t left_ms = timeout_ms;

	while (write_queue(peer) == 1 && left_ms > 0) {
		struct pollfd poll_fd = {.fd = peer->fd, .events = POLLOUT};

		poll(&poll_fd, 1, (int)left_ms);
		left_ms = end_ms - clock_monotonic_ms();
	}
}

/* ---- reading ------------------------------------------------------------ */

/* Keeps the descriptors of one control message. -1: more than are taken. */
static int
keep_fds(struct peer *peer, struct cmsghdr *cmsg)
{
	size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int result = 0;

	if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
		return 0;
	for (size_t i = 0; i < count; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(int));
		if (peer->fds_len < FDS_MAX) {
			peer->fds[peer->fds_len++] = fd;
		} else {
			close(fd);
			result = -1;
		}
	}
	return result;
}

/* Reads once: 1 bytes came, 0 none now, -1 the end or too many descriptors. */
static int
read_some(struct peer *peer)
{
	union {
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {
	    .iov_base = buf_reserve(&peer->in, READ_MAX), .iov_len = READ_MAX};
	struct msghdr msg = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes)};
	ssize_t n = recvmsg(peer->fd, &msg, MSG_CMSG_CLOEXEC);
	int result = 1;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg != NULL;
	     cmsg = CMSG_NXTHDR(&msg, cmsg))
		if (keep_fds(peer, cmsg) == -1)
			result = -1;
	peer->in.len += (size_t)n;
	return n == 0 ? -1 : result;
}

static int
take_fd(struct peer *peer)
{
	int fd;

	if (peer->fds_len == 0)
		return -1;
	fd = peer->fds[0];
	peer->fds_len--;
	memmove(peer->fds, peer->fds + 1, peer->fds_len * sizeof(int));
	return fd;
}

/* Calls the handler of one message; -1: cut the peer off. */
static int
dispatch(struct peer *peer, const struct header *header, const char *payload)
{
	const struct message_route *route = peer->callbacks->routes;
	struct message_reader reader;
	int result = -1;

	message_reader_init(&reader, payload, header->len);
	reader.type = header->type;
	if (header->has_fd)
		reader.fd = take_fd(peer);
	while (route->handle != NULL && route->type != header->type)
		route++;
	if (route->handle != NULL)
		result = route->handle(peer->callbacks->arg, peer, &reader);
	if (reader.fd != -1)
		close(reader.fd);
	return result;
}

/* The bytes that the next message takes, once it is whole; 0: not yet, or
 * peer->error says what is wrong with it. */
static size_t
dispatch_next(struct peer *peer, size_t at)
{
	struct header header;
	size_t have = peer->in.len - at;

	if (have < sizeof(header))
		return 0;
	memcpy(&header, peer->in.data + at, sizeof(header));
	if (!message_may_send(peer->kind, peer->self, header.type) ||
	    header.len > message_max(header.type)) {
		snprintf(peer->error, sizeof(peer->error),
		    "unexpected %s message", message_name(header.type));
		return 0;
	}
	if (have - sizeof(header) < header.len)
		return 0;
	if (dispatch(peer, &header, peer->in.data + at + sizeof(header)) ==
	    -1) {
		snprintf(peer->error, sizeof(peer->error),
		    "malformed %s message", message_name(header.type));
		return 0;
	}
	return sizeof(header) + header.len;
}

static void
dispatch_all(struct peer *peer)
{
	size_t at = 0, taken = 1;

	while (!peer->dead && taken > 0) {
		taken = dispatch_next(peer, at);
		at += taken;
	}
	if (at > 0) {
		memmove(peer->in.data, peer->in.data + at, peer->in.len - at);
		buf_truncate(&peer->in, peer->in.len - at);
	}
}

static void
peer_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = arg;
	int got = read_some(peer);

	if (got == 0)
		return;
	peer->dispatching = true; /* handlers and on_gone may free the peer */
	if (got == 1)
		dispatch_all(peer);
	else
		strcpy(peer->error, "closed");
	if (!peer->dead && peer->error[0] != '\0') {
		peer->dead = true;
		peer->callbacks->on_gone(
		    peer->callbacks->arg, peer, peer->error);
	}
	peer->dispatching = false;
	if (peer->dead)
		peer_free(peer);
}

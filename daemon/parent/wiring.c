/*
 * Socket pairs between the roles. The engine is the hub: it talks to each
 * fetcher, to the courier and to the desk.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame/log.h"
#include "frame/peer.h"
#include "parent/child.h"
#include "parent/parent.h"
#include "parent/wiring.h"

static bool
is_up(const struct child *child)
{
	return child->state == CHILD_UP && child->peer != NULL;
}

static bool
are_partners(const struct child *a, const struct child *b)
{
	return a != b && (a->kind == ROLE_ENGINE) != (b->kind == ROLE_ENGINE);
}

static void
send_end(struct child *to, const struct child *other, int fd)
{
	struct buf *buf = peer_begin(to->peer, MESSAGE_PEER);

	message_put_u32(buf, other->kind);
	message_put_u32(buf, other->index);
	peer_send_fd(to->peer, fd);
}

/* Fetcher and engine share the page that tells what is being parsed. */
static void
send_bench(struct child *to, const struct child *fetcher)
{
	if (fetcher->bench == -1)
		return;
	message_put_u32(peer_begin(to->peer, MESSAGE_BENCH), fetcher->index);
	peer_send_fd(to->peer, fetcher->bench);
}

static void
connect_two(struct child *a, struct child *b)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1) {
		log_error("socketpair: %s", strerror(errno));
		return;
	}
	if (a->kind == ROLE_FETCHER || b->kind == ROLE_FETCHER) {
		const struct child *fetcher = a->kind == ROLE_FETCHER ? a : b;

		send_bench(a, fetcher);
		send_bench(b, fetcher);
	}
	send_end(a, b, fds[0]);
	send_end(b, a, fds[1]);
	close(fds[0]);
	close(fds[1]);
}

void
wiring_connect(struct parent *parent, struct child *child)
{
	for (size_t i = 0; i < parent->children_len; i++) {
		struct child *other = parent->children[i];

		if (are_partners(child, other) && is_up(child) && is_up(other))
			connect_two(child, other);
	}
	for (size_t i = 0; i < parent->children_len; i++)
		if (child->kind == ROLE_DESK || parent->children[i] == child)
			wiring_tell_state(parent, parent->children[i]);
}

void
wiring_tell_state(struct parent *parent, const struct child *child)
{
	struct child *desk = parent_find(parent, ROLE_DESK, 0);
	struct buf *buf;

	if (desk == NULL || !is_up(desk))
		return;
	buf = peer_begin(desk->peer, MESSAGE_ROLE_STATE);
	message_put_u32(buf, child->kind);
	message_put_u32(buf, child->index);
	message_put_u32(buf, (uint32_t)child->pid);
	message_put_u32(buf, child->restarts);
	message_put_str(buf, child_state_text(child));
	peer_send(desk->peer);
}

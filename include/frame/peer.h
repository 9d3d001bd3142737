/*
 * One end of a socket pair to another role, on the role's event loop.
 */
#ifndef FRAME_PEER_H
#define FRAME_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "frame/message.h"

struct event_base;
struct peer;

/* Reads the fields, checks message_end(), makes one call. Returns 0, or -1 for
 * a malformed or unexpected message: the peer is then closed. */
typedef int (*message_handler)(
    void *arg, struct peer *, struct message_reader *);

/* A role's table of what it takes, ended by a NULL handler. */
struct message_route {
	enum message_type type;
	message_handler handle;
};

struct peer_callbacks {
	const struct message_route *routes;
	/* The other end is gone or was cut off; error says why ("closed",
	 * "malformed item message"). The peer is freed after it returns. */
	void (*on_gone)(void *arg, struct peer *, const char *error);
	/* The queue fell below its low-water mark; NULL: not wanted. */
	void (*on_drain)(void *arg, struct peer *);
	void *arg;
};

/* Takes fd. self: this process's role; kind and index: the other's. */
struct peer *peer_new(struct event_base *, int fd, enum role_kind self,
    enum role_kind kind, unsigned index, const struct peer_callbacks *);
void peer_free(struct peer *);
enum role_kind peer_kind(const struct peer *);
unsigned peer_index(const struct peer *);

/* Sends: begin, put fields into the buf, send. One message at a time. */
struct buf *peer_begin(struct peer *, enum message_type);
void peer_send(struct peer *);
/* The same with a descriptor, which stays the caller's (it is duplicated). */
void peer_send_fd(struct peer *, int fd);
/* Past the high-water mark: stop producing until on_drain. */
bool peer_is_full(const struct peer *);
/* Writes what waits, blocking, for at most timeout_ms; before exit. */
void peer_flush(struct peer *, int timeout_ms);

#endif

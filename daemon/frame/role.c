/*
 * What every role but the parent has in common; see role.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_wire.h"
#include "frame/log.h"
#include "frame/role.h"

#define PARENT_FD 3   /* the socket to the parent, inherited */
#define ROUTES_MAX 16 /* from the parent, own and common */
#define FLUSH_MS 2000 /* for what waits to be written at exit */

struct role_private {
	struct message_route routes[ROUTES_MAX];
	struct peer_callbacks callbacks;
	bool running; /* in role_loop() */
};

/* Reads a slice out of a memfd; NULL when it is none. */
static struct config *
read_slice(int fd)
{
	struct stat st;
	struct config *config;
	void *bytes;

	if (fstat(fd, &st) == -1 || st.st_size <= 0)
		return NULL;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return NULL;
	config = config_decode(bytes, (size_t)st.st_size);
	munmap(bytes, (size_t)st.st_size);
	return config;
}

static void
say_ready(struct role *role)
{
	message_put_u64(peer_begin(role->parent, MESSAGE_READY), role->epoch);
	peer_send(role->parent);
}

static int
role_on_config(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct role *role = arg;
	const struct config *old = role->config;
	uint64_t epoch = message_get_u64(reader);
	bool once = message_get_u32(reader) != 0;
	int fd = message_take_fd(reader);
	struct config *config;

	if (!message_end(reader))
		return -1;
	config = read_slice(fd);
	close(fd);
	if (config == NULL)
		return -1;
	role->config = config;
	role->epoch = epoch;
	role->once = once;
	log_set_level(config->log.level);
	if (old != NULL) {
		role->callbacks->on_config(role->arg, old);
		config_free((struct config *)old);
		say_ready(role);
	}
	return 0;
}

static int
role_on_match_set(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct role *role = arg;
	int fd;

	message_get_u64(reader); /* the epoch: that of the next CONFIG */
	fd = message_take_fd(reader);
	if (!message_end(reader))
		return -1;
	if (role->match_set_fd != -1)
		close(role->match_set_fd);
	role->match_set_fd = fd;
	return 0;
}

static int
role_on_peer(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct role *role = arg;
	enum role_kind kind = message_get_u32(reader);
	unsigned index = message_get_u32(reader);
	int fd = message_take_fd(reader);
	const struct peer_callbacks *callbacks;

	if (!message_end(reader) || kind >= ROLE_KINDS)
		return -1;
	callbacks = role->callbacks->on_peer(role->arg, kind, index);
	if (callbacks == NULL) {
		close(fd);
		return 0;
	}
	role->callbacks->on_peer_ready(role->arg,
	    peer_new(role->base, fd, role->kind, kind, index, callbacks));
	return 0;
}

static int
role_on_ping(void *arg, struct peer *peer, struct message_reader *reader)
{
	uint64_t number = message_get_u64(reader);

	if (!message_end(reader))
		return -1;
	message_put_u64(peer_begin(peer, MESSAGE_PONG), number);
	peer_send(peer);
	return 0;
}

static int
role_on_stop(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct role *role = arg;

	if (!message_end(reader))
		return -1;
	/* Told while still starting: nothing is under way, and what on_stop
	 * works on may not be there yet. */
	if (!role->private->running)
		_exit(0);
	if (!role->stopping) {
		role->stopping = true;
		role->callbacks->on_stop(role->arg);
	}
	return 0;
}

static const struct message_route common_routes[] = {
    {MESSAGE_CONFIG, role_on_config},
    {MESSAGE_MATCH_SET, role_on_match_set},
    {MESSAGE_PEER, role_on_peer},
    {MESSAGE_PING, role_on_ping},
    {MESSAGE_STOP, role_on_stop},
};
#define COMMON_LEN (sizeof(common_routes) / sizeof(common_routes[0]))

/* Messages that the role itself takes from the parent get the role's arg;
 * routes all carry one, so they go through here. */
static int
role_on_other(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct role *role = arg;
	const struct message_route *route = role->callbacks->parent_routes;

	while (route->type != reader->type)
		route++;
	return route->handle(role->arg, peer, reader);
}

static void
role_on_parent_gone(void *arg, struct peer *peer, const char *error)
{
	fatal("parent: %s", error);
}

static void
build_routes(struct role *role)
{
	struct role_private *private = role->private;
	const struct message_route *own = role->callbacks->parent_routes;
	size_t len = COMMON_LEN;

	memcpy(private->routes, common_routes, sizeof(common_routes));
	for (; own != NULL && own->handle != NULL; own++) {
		if (len == ROUTES_MAX - 1)
			abort();
		private->routes[len++] =
		    (struct message_route){own->type, role_on_other};
	}
	private->callbacks = (struct peer_callbacks){.routes = private->routes,
	    .on_gone = role_on_parent_gone,
	    .arg = role};
}

static void
say_hello(struct role *role)
{
	struct buf *buf = peer_begin(role->parent, MESSAGE_HELLO);

	message_put_u32(buf, MESSAGE_VERSION);
	message_put_u32(buf, role->kind);
	message_put_u32(buf, role->index);
	message_put_u32(buf, (uint32_t)getpid());
	peer_send(role->parent);
}

void
role_start(struct role *role, enum role_kind kind, unsigned index,
    const struct role_callbacks *callbacks, void *arg)
{
	*role = (struct role){.kind = kind,
	    .index = index,
	    .match_set_fd = -1,
	    .callbacks = callbacks,
	    .arg = arg,
	    .private = xcalloc(1, sizeof(*role->private))};
	/* A terminal's ^C reaches the whole group; the parent decides. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	role->base = event_base_new();
	if (role->base == NULL)
		fatal("no event loop");
	build_routes(role);
	role->parent = peer_new(role->base, PARENT_FD, kind, ROLE_PARENT, 0,
	    &role->private->callbacks);
	say_hello(role);
	while (role->config == NULL)
		if (event_base_loop(role->base, EVLOOP_ONCE) != 0)
			fatal("no configuration came");
}

int
role_loop(struct role *role)
{
	role->private->running = true;
	say_ready(role);
	event_base_dispatch(role->base);
	peer_flush(role->parent, FLUSH_MS);
	return 0;
}

void
role_exit(struct role *role)
{
	event_base_loopexit(role->base, NULL);
}

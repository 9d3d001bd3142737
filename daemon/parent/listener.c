/*
 * Opening and moving the socket of the page and the API. Runs in the parent.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "parent/listener.h"

#define BACKLOG 128

static void
set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* shared: where another socket that shares its port is no obstacle. */
static int
listen_at(const struct addrinfo *at, int shared)
{
	int fd = socket(at->ai_family,
	    at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);

	if (fd == -1)
		return -1;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(fd, SOL_SOCKET, SO_REUSEPORT, shared);
	/* Accepted sockets inherit it: events are small and must go at once. */
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0) {
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 0);
		return fd;
	}
	close(fd);
	return -1;
}

/* The address in parts; NULL when it is none. */
static struct addrinfo *
read_address(const char *address)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(address, ':');
	size_t bracket = *address == '[';
	char *host;

	if (colon == NULL || colon - address < 2)
		return NULL;
	host = xstrndup(
	    address + bracket, (size_t)(colon - address) - 2 * bracket);
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		found = NULL;
	free(host);
	return found;
}

/* What may be done about it. */
static const char *
advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "; another program has the port, choose another "
		       "desk.listen";
	case EADDRNOTAVAIL:
		return "; this host does not have the address, choose another "
		       "desk.listen";
	case EACCES:
		return "; choose a port from 1024 on for desk.listen";
	default:
		return "";
	}
}

/* While the old socket still listens; the new address may contain its address
 * or be contained in it, as 0.0.0.0 contains 127.0.0.1. */
static int
open_beside(int old, const char *address, char **error)
{
	struct addrinfo *at = read_address(address);
	int fd;

	if (at == NULL) {
		*error = xasprintf("desk.listen \"%s\" is no address", address);
		return -1;
	}
	set_option(old, SOL_SOCKET, SO_REUSEPORT, 1);
	fd = listen_at(at, old != -1);
	if (fd == -1)
		*error = xasprintf("cannot listen on %s: %s%s", address,
		    strerror(errno), advice(errno));
	set_option(old, SOL_SOCKET, SO_REUSEPORT, 0);
	freeaddrinfo(at);
	return fd;
}

int
listener_move(struct listener *listener, const char *address, char **error)
{
	int fd = -1;

	if (listener->address != NULL &&
	    strcmp(listener->address, address) == 0)
		return 0;
	if (strcmp(address, "off") != 0) {
		fd = open_beside(listener->fd, address, error);
		if (fd == -1)
			return -1;
	}
	if (listener->fd != -1)
		close(listener->fd);
	free(listener->address);
	*listener = (struct listener){.fd = fd, .address = xstrdup(address)};
	return 0;
}

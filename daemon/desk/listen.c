/*
 * Opening the desk's listening sockets.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "desk/listen.h"

#define BACKLOG 128

/* Splits "HOST:PORT" at its last colon; both are the caller's to free. */
static int
split_address(const char *address, char **host, char **port)
{
	const char *colon = strrchr(address, ':');
	size_t len;

	if (colon == NULL || colon == address || colon[1] == '\0')
		return -1;
	len = (size_t)(colon - address);
	if (*address == '[' && address[len - 1] == ']')
		*host = xstrndup(address + 1, len - 2);
	else
		*host = xstrndup(address, len);
	*port = xstrdup(colon + 1);
	return 0;
}

/* "127.0.0.1:8610", "[::1]:8610". */
static char *
name_bound(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return xstrdup("unknown");
	return xasprintf(
	    address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int
listen_at(const struct addrinfo *at)
{
	int fd, one = 1;

	fd = socket(at->ai_family,
	    at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Accepted sockets inherit it: events are small and must go at once. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

int
listen_tcp(const char *address, char **bound, char **error)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	char *host, *port;
	int fd = -1, result;

	if (split_address(address, &host, &port) != 0) {
		*error =
		    xasprintf("desk.listen \"%s\" is not HOST:PORT", address);
		return -1;
	}
	result = getaddrinfo(host, port, &hints, &found);
	if (result != 0)
		*error = xasprintf(
		    "desk.listen \"%s\": %s", address, gai_strerror(result));
	else if ((fd = listen_at(found)) == -1)
		*error = xasprintf("cannot listen on %s: %s%s", address,
		    strerror(errno),
		    errno == EADDRINUSE ? "; another program has the port, "
					  "choose another desk.listen"
					: "");
	else
		*bound = name_bound(fd);
	if (found != NULL)
		freeaddrinfo(found);
	free(host);
	free(port);
	return fd;
}

/* Whether a process answers on the socket. */
static bool
is_answered(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answered;

	if (fd == -1)
		return false;
	answered = connect(fd, (const struct sockaddr *)address,
		       sizeof(*address)) == 0;
	close(fd);
	return answered;
}

static int
bind_unix(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int result;

	if (fd == -1)
		return -1;
	mask = umask(0117);
	result = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(mask);
	if (result == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

int
listen_unix(const char *path, char **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		*error = xasprintf("the socket's path %s is longer than %zu "
				   "bytes; choose another RUNTIME_DIRECTORY",
		    path, sizeof(address.sun_path) - 1);
		return -1;
	}
	strcpy(address.sun_path, path);
	if (is_answered(&address)) {
		*error = xasprintf("another wirewatchd answers on %s", path);
		return -1;
	}
	unlink(path);
	fd = bind_unix(&address);
	if (fd == -1)
		*error =
		    xasprintf("cannot listen on %s: %s", path, strerror(errno));
	return fd;
}

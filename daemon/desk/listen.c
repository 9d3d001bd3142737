/*
 * The desk's listening sockets.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
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

char *
listen_name(int fd)
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

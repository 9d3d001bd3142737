/*
 * Starts the feed server and talks to its control paths.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "feed_server.h"

#define ARGUMENTS_MAX 16

static void
run_server(int out, const char *const *arguments)
{
	char *argv[ARGUMENTS_MAX + 2] = {NULL};
	const char *build = getenv("BUILDDIR");
	size_t n = 0;

	argv[n++] =
	    xasprintf("%s/bench/feedserver", build != NULL ? build : ".");
	for (; arguments != NULL && *arguments != NULL; arguments++)
		argv[n++] = xstrdup(*arguments);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

void
feed_server_start(struct feed_server *server, const char *const *arguments)
{
	int pipes[2];
	FILE *out;

	*server = (struct feed_server){0};
	if (pipe(pipes) == -1)
		abort();
	server->pid = fork();
	if (server->pid == 0)
		run_server(pipes[1], arguments);
	close(pipes[1]);
	out = fdopen(pipes[0], "r");
	if (out == NULL ||
	    fscanf(out, "%u%*1[ ]%u", &server->port, &server->tls_port) < 1)
		abort();
	fclose(out);
}

void
feed_server_stop(struct feed_server *server)
{
	kill(server->pid, SIGTERM);
	waitpid(server->pid, NULL, 0);
}

char *
feed_server_url(const struct feed_server *server, const char *path)
{
	return xasprintf("http://127.0.0.1:%u%s", server->port, path);
}

static char *
exchange_bytes(const struct feed_server *server, const char *bytes, size_t len)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
	struct buf answer = BUF_INIT;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n;
	char *body;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (void *)&to, sizeof(to)) == -1)
		abort();
	for (; len > 0; bytes += n, len -= (size_t)n)
		if ((n = send(fd, bytes, len, MSG_NOSIGNAL)) <= 0)
			abort();
	while ((n = read(fd, buf_reserve(&answer, 65536), 65536)) > 0)
		answer.len += (size_t)n;
	close(fd);
	answer.data[answer.len] = '\0';
	body = strstr(answer.data, "\r\n\r\n");
	body = xstrdup(body != NULL ? body + 4 : "");
	buf_clear(&answer);
	return body;
}

char *
feed_server_ask(
    const struct feed_server *server, const char *method, const char *path)
{
	struct buf request = BUF_INIT;
	char *answer;

	buf_addf(&request,
	    "%s %s HTTP/1.1\r\nHost: localhost\r\n"
	    "Connection: close\r\n\r\n",
	    method, path);
	answer = exchange_bytes(server, request.data, request.len);
	buf_clear(&request);
	return answer;
}

void
feed_server_put(const struct feed_server *server, const char *path,
    const char *type, const char *bytes, size_t len)
{
	struct buf request = BUF_INIT;

	buf_addf(&request,
	    "PUT %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    path, type, len);
	buf_add(&request, bytes, len);
	free(exchange_bytes(server, request.data, request.len));
	buf_clear(&request);
}

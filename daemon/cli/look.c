/*
 * Runs `wirewatch fetch` and gathers what it writes.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/look.h"

#define OUT_MAX (64u << 20) /* bytes that are gathered */

/* In the child. */
static void
run_fetch(const char *config, const char *url, int out, int err)
{
	const char *argv[] = {
	    "wirewatch", "fetch", "--", url, NULL, NULL, NULL};

	if (config != NULL) {
		argv[2] = "-c";
		argv[3] = config;
		argv[4] = "--";
		argv[5] = url;
	}
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execv("/proc/self/exe", (char *const *)argv);
	_exit(127);
}

/* False: it has ended. */
static bool
gather(int fd, struct buf *into)
{
	char piece[16384];
	ssize_t n = read(fd, piece, sizeof(piece));

	if (n == -1 && errno == EINTR)
		return true;
	if (n <= 0 || into->len > OUT_MAX)
		return false;
	buf_add(into, piece, (size_t)n);
	return true;
}

static void
gather_all(struct look *look, int out, int err)
{
	struct pollfd fds[] = {
	    {.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	struct buf *into[] = {&look->feed, &look->said};

	while (fds[0].fd != -1 || fds[1].fd != -1) {
		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd != -1 && fds[i].revents != 0 &&
			    !gather(fds[i].fd, into[i]))
				fds[i].fd = -1;
	}
}

/* The lines that are facts for us: "feed: ADDRESS". */
static void
read_said(struct look *look)
{
	static const char feed[] = "feed: ", moved[] = "moved permanently to: ";
	const char *line = buf_str(&look->said);

	for (size_t len; *line != '\0'; line += len + (line[len] == '\n')) {
		char *text;

		len = strcspn(line, "\n");
		text = xstrndup(line, len);
		if (strncmp(text, feed, sizeof(feed) - 1) == 0) {
			if (!strings_has(&look->feeds, text + sizeof(feed) - 1))
				strings_add(
				    &look->feeds, text + sizeof(feed) - 1);
		} else if (strncmp(text, moved, sizeof(moved) - 1) == 0) {
			free(look->moved_to);
			look->moved_to = xstrdup(text + sizeof(moved) - 1);
		}
		free(text);
	}
}

void
look_at(struct look *look, const char *config, const char *url)
{
	int out[2], err[2], wait_status = 0;
	pid_t pid;

	*look = (struct look){.status = EXIT_NO};
	if (pipe(out) == -1 || pipe(err) == -1 || (pid = fork()) == -1) {
		buf_addf(&look->said, "error: %s\n", strerror(errno));
		return;
	}
	if (pid == 0)
		run_fetch(config, url, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	gather_all(look, out[0], err[0]);
	close(out[0]);
	close(err[0]);
	while (waitpid(pid, &wait_status, 0) == -1 && errno == EINTR)
		continue;
	if (WIFEXITED(wait_status))
		look->status = WEXITSTATUS(wait_status);
	read_said(look);
}

void
look_clear(struct look *look)
{
	buf_clear(&look->feed);
	buf_clear(&look->said);
	strings_clear(&look->feeds);
	free(look->moved_to);
	look->moved_to = NULL;
}

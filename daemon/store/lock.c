/*
 * The lock file of a store. flock goes with the open file, so a process that
 * is killed leaves no stale lock behind.
 */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/lock.h"

static char *
held_message(const char *path, int fd)
{
	char pid[24] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	return xasprintf("%s: held by another wirewatchd (process %s): stop it "
			 "first, or give this one another state folder",
	    path, pid[0] != '\0' ? pid : "unknown");
}

static const char *
advice(int error)
{
	if (error == EACCES || error == EROFS)
		return "; the user that wirewatchd runs as must be able to "
		       "write to the state folder";
	if (error == ENOENT)
		return "; there is no state folder: systemd makes it when the "
		       "service is restarted";
	return "";
}

int
lock_take(const char *path, char **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd == -1) {
		*error =
		    xasprintf("%s: %s%s", path, strerror(errno), advice(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		*error = errno == EWOULDBLOCK
			     ? held_message(path, fd)
			     : xasprintf("%s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	/* The pid is for people: a full disk must not keep the daemon down. */
	if (ftruncate(fd, 0) == -1 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		(void)0;
	return fd;
}

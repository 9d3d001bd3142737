/*
 * daemon/frame/sandbox: what a role may still do behind its walls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame/sandbox.h"

/* Runs what in a child behind the walls; returns its wait status. The child's
 * exit status is what `what` returns. */
static int
behind_walls(const struct sandbox *sandbox, int (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		sandbox_enter(sandbox);
		_exit(what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static const struct sandbox fetcher_walls = {.connect = true};
static const struct sandbox desk_walls = {.accept = true};

static void
assert_exits(int status, int code)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

/* Diagnostics go to stderr, which may be a file. */
static int
try_log_to_file(void)
{
	return write(STDERR_FILENO, "# written\n", 10) == 10 ? 0 : 1;
}

static void
role_may_log_to_a_file(void **state)
{
	FILE *file = tmpfile();
	int old = dup(STDERR_FILENO);

	dup2(fileno(file), STDERR_FILENO);
	assert_exits(behind_walls(&fetcher_walls, try_log_to_file), 0);
	dup2(old, STDERR_FILENO);
	close(old);
	fclose(file);
}

static int
try_open(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 ? errno : 0;
}

static int
try_exec(void)
{
	return execl("/bin/true", "true", NULL);
}

static int
try_fork(void)
{
	return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static int
try_kill_parent(void)
{
	return kill(getppid(), 0);
}

static int
try_ptrace(void)
{
	return (int)syscall(SYS_ptrace, 16, getppid(), 0, 0);
}

static int
try_inet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? errno : 0;
}

static int
try_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) == -1 ? errno : 0;
}

static int
try_bind(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ? errno : 0;
}

static int
try_memory(void)
{
	char *p = malloc(1 << 20);

	memset(p, 1, 1 << 20);
	p[5] = 2;
	free(p);
	return getpid() > 0 ? 0 : 1;
}

static void *
do_nothing(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, do_nothing, NULL);

	return error != 0 ? error : pthread_join(thread, NULL);
}

static int
try_type(void)
{
	return ioctl(-1, TIOCSTI, "x") == -1 ? errno : 0;
}

/* The kernel drops what is beyond 32 bits. */
static int
try_type_beyond(void)
{
	return syscall(SYS_ioctl, -1, TIOCSTI | 1UL << 32, "x") == -1 ? errno
								      : 0;
}

static int
try_count_waiting(void)
{
	int fds[2], waiting = 0;

	if (pipe2(fds, 0) == -1 || write(fds[1], "x", 1) != 1)
		return 1;
	return ioctl(fds[0], FIONREAD, &waiting) == 0 && waiting == 1 ? 0 : 1;
}

static void
assert_killed(int status)
{
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void
fetcher_opens_no_file_and_runs_nothing(void **state)
{
	assert_exits(behind_walls(&fetcher_walls, try_memory), 0);
	assert_exits(behind_walls(&fetcher_walls, try_open), EACCES);
	assert_exits(behind_walls(&fetcher_walls, try_type), EACCES);
	assert_exits(behind_walls(&fetcher_walls, try_type_beyond), EACCES);
	assert_exits(behind_walls(&fetcher_walls, try_count_waiting), 0);
	assert_killed(behind_walls(&fetcher_walls, try_exec));
	assert_killed(behind_walls(&fetcher_walls, try_fork));
	assert_killed(behind_walls(&fetcher_walls, try_thread));
	assert_killed(behind_walls(&fetcher_walls, try_kill_parent));
	assert_killed(behind_walls(&fetcher_walls, try_ptrace));
}

static void
fetcher_connects_but_never_listens(void **state)
{
	assert_exits(behind_walls(&fetcher_walls, try_inet_socket), 0);
	assert_exits(behind_walls(&fetcher_walls, try_unix_socket), EACCES);
	assert_exits(behind_walls(&fetcher_walls, try_bind), EACCES);
}

static void
desk_never_connects(void **state)
{
	assert_exits(behind_walls(&desk_walls, try_inet_socket), EACCES);
	assert_exits(behind_walls(&desk_walls, try_unix_socket), EACCES);
}

static char folder[] = "/tmp/wirewatch-sandbox-XXXXXX";

static int
try_write_inside(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/x", folder);
	fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd == -1)
		return errno;
	if (write(fd, "x", 1) != 1 || fsync(fd) == -1)
		return 1;
	close(fd);
	return unlink(path);
}

static void
engine_reaches_its_folders_only(void **state)
{
	static const struct sandbox_path paths[] = {{folder, true}};
	const struct sandbox walls = {
	    .paths = paths, .paths_len = 1, .files = true, .threads = true};

	assert_non_null(mkdtemp(folder));
	assert_exits(behind_walls(&walls, try_write_inside), 0);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0)
		assert_exits(behind_walls(&walls, try_open), EACCES);
	assert_exits(behind_walls(&walls, try_inet_socket), EACCES);
	assert_exits(behind_walls(&walls, try_thread), 0);
	assert_killed(behind_walls(&walls, try_fork));
	assert_killed(behind_walls(&walls, try_exec));
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(role_may_log_to_a_file),
	    cmocka_unit_test(fetcher_opens_no_file_and_runs_nothing),
	    cmocka_unit_test(fetcher_connects_but_never_listens),
	    cmocka_unit_test(desk_never_connects),
	    cmocka_unit_test(engine_reaches_its_folders_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

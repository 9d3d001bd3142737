/*
 * Plays parent and engine to a fetcher process.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fetcher_driver.h"
#include "frame/config.h"
#include "frame/config_match.h"
#include "frame/config_wire.h"
#include "frame/peer.h"
#include "match/match.h"

#define BENCH_SIZE 4096
#define PARENT_FD 3

/* ---- as its engine --------------------------------------------------------
 */

static int
on_item(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_driver *driver = arg;
	struct item_message message;

	if (item_message_get(reader, &message) == -1)
		return -1;
	if (driver->on_item != NULL)
		driver->on_item(driver->arg, &message);
	item_message_clear(&message);
	return 0;
}

static int
on_done(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_driver *driver = arg;
	struct fetch_done done;

	if (fetch_done_get(reader, &done) == -1)
		return -1;
	if (driver->on_done != NULL)
		driver->on_done(driver->arg, &done);
	fetch_done_clear(&done);
	return 0;
}

static int
on_names(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_driver *driver = arg;

	driver->names_down = message_get_u32(reader) == 0;
	for (int i = 0; i < 3; i++)
		message_get_u64(reader);
	return message_end(reader) ? 0 : -1;
}

static const struct message_route engine_routes[] = {
    {MESSAGE_ITEM, on_item},
    {MESSAGE_FETCH_DONE, on_done},
    {MESSAGE_NAMES, on_names},
    {MESSAGE_NONE, NULL},
};

static void
on_engine_gone(void *arg, struct peer *peer, const char *error)
{
	struct fetcher_driver *driver = arg;

	if (driver->engine != peer)
		return;
	driver->engine = NULL;
	driver->gone = "gone";
}

/* ---- as its parent --------------------------------------------------------
 */

static int
memory_file(const void *bytes, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	if (fd == -1 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	return fd;
}

static void
send_config(
    struct fetcher_driver *driver, const struct config *config, uint64_t epoch)
{
	struct match_set *set = config_match_set(config);
	struct buf slice = BUF_INIT, *buf;
	const void *bytes;
	size_t len;
	int fd;

	bytes = match_set_bytes(set, &len);
	fd = memory_file(bytes, len);
	buf = peer_begin(driver->parent, MESSAGE_MATCH_SET);
	message_put_u64(buf, epoch);
	peer_send_fd(driver->parent, fd);
	close(fd);
	match_set_free(set);
	config_encode(config, ROLE_FETCHER, &slice);
	fd = memory_file(slice.data, slice.len);
	buf = peer_begin(driver->parent, MESSAGE_CONFIG);
	message_put_u64(buf, epoch);
	message_put_u32(buf, 0);
	peer_send_fd(driver->parent, fd);
	close(fd);
	buf_clear(&slice);
}

static void
send_bench(struct fetcher_driver *driver)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);
	struct buf *buf = peer_begin(driver->parent, MESSAGE_BENCH);

	if (fd == -1 || ftruncate(fd, BENCH_SIZE) == -1)
		abort();
	driver->bench = mmap(NULL, BENCH_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	message_put_u32(buf, 0);
	peer_send_fd(driver->parent, fd);
	close(fd);
}

static int
on_hello(void *arg, struct peer *peer, struct message_reader *reader)
{
	for (int i = 0; i < 4; i++)
		message_get_u32(reader);
	return message_end(reader) ? 0 : -1;
}

static int
on_ready(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher_driver *driver = arg;

	driver->ready = message_get_u64(reader);
	return message_end(reader) ? 0 : -1;
}

static const struct message_route parent_routes[] = {
    {MESSAGE_HELLO, on_hello},
    {MESSAGE_READY, on_ready},
    {MESSAGE_NONE, NULL},
};

static void
on_parent_gone(void *arg, struct peer *peer, const char *error)
{
	struct fetcher_driver *driver = arg;
	int status = 0;

	waitpid(driver->pid, &status, 0);
	fprintf(stderr, "the fetcher died: %s %d\n",
	    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit",
	    WEXITSTATUS(status));
	exit(1);
}

static void
run_fetcher(int fd)
{
	const char *build = getenv("BUILDDIR");
	char *path = xasprintf("%s/wirewatchd", build != NULL ? build : ".");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd != PARENT_FD)
		dup2(fd, PARENT_FD);
	execl(path, "wirewatchd", "--role", "fetcher", "--index", "0",
	    (char *)NULL);
	perror(path);
	_exit(127);
}

void
fetcher_driver_connect(struct fetcher_driver *driver)
{
	static struct peer_callbacks callbacks = {
	    .routes = engine_routes, .on_gone = on_engine_gone};
	int sockets[2];
	struct buf *buf;

	peer_free(driver->engine);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
		abort();
	callbacks.arg = driver;
	driver->engine = peer_new(
	    driver->base, sockets[0], ROLE_ENGINE, ROLE_FETCHER, 0, &callbacks);
	buf = peer_begin(driver->parent, MESSAGE_PEER);
	message_put_u32(buf, ROLE_ENGINE);
	message_put_u32(buf, 0);
	peer_send_fd(driver->parent, sockets[1]);
	close(sockets[1]);
}

void
fetcher_driver_start(struct fetcher_driver *driver, const struct config *config)
{
	static struct peer_callbacks callbacks = {
	    .routes = parent_routes, .on_gone = on_parent_gone};
	int sockets[2];

	driver->base = event_base_new();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == -1)
		abort();
	driver->pid = fork();
	if (driver->pid == 0) {
		close(sockets[0]);
		run_fetcher(sockets[1]);
	}
	close(sockets[1]);
	callbacks.arg = driver;
	driver->parent = peer_new(
	    driver->base, sockets[0], ROLE_PARENT, ROLE_FETCHER, 0, &callbacks);
	fetcher_driver_reload(driver, config, 1);
	send_bench(driver);
	fetcher_driver_connect(driver);
}

void
fetcher_driver_reload(
    struct fetcher_driver *driver, const struct config *config, uint64_t epoch)
{
	send_config(driver, config, epoch);
	while (driver->ready != epoch)
		fetcher_driver_turn(driver);
}

void
fetcher_driver_stop(struct fetcher_driver *driver)
{
	peer_free(driver->engine);
	peer_free(driver->parent);
	kill(driver->pid, SIGKILL);
	waitpid(driver->pid, NULL, 0);
	munmap((void *)(uintptr_t)driver->bench, BENCH_SIZE);
	event_base_free(driver->base);
}

uint64_t
fetcher_driver_fetch(
    struct fetcher_driver *driver, const struct fetch_start *start)
{
	struct fetch_start numbered = *start;

	numbered.job = ++driver->next_job;
	fetch_start_put(
	    peer_begin(driver->engine, MESSAGE_FETCH_START), &numbered);
	peer_send(driver->engine);
	return numbered.job;
}

void
fetcher_driver_cancel(struct fetcher_driver *driver, uint64_t job)
{
	message_put_u64(peer_begin(driver->engine, MESSAGE_FETCH_CANCEL), job);
	peer_send(driver->engine);
}

void
fetcher_driver_flush(struct fetcher_driver *driver)
{
	peer_flush(driver->parent, 1000);
	peer_flush(driver->engine, 1000);
}

void
fetcher_driver_turn(struct fetcher_driver *driver)
{
	event_base_loop(driver->base, EVLOOP_ONCE);
}

int64_t
fetcher_driver_cpu_us(const struct fetcher_driver *driver)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(driver->pid, &clock) != 0 ||
	    clock_gettime(clock, &ts) == -1)
		abort();
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/*
 * Connections of the desk whose answer does not come in time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include <event2/event.h>

#include "desk/http.h"
#include "desk/http_conn.h"

struct world {
	struct event_base *base;
	struct http *http;
	struct http_conn *conn; /* of the request at hand */
	int client;
	int closed; /* how often the handler was told */
};

static void
on_close(void *arg)
{
	struct world *world = arg;

	world->closed++;
}

static void
on_request(void *arg, struct http_conn *conn, const struct request *request)
{
	struct world *world = arg;

	world->conn = conn;
	http_conn_on_close(conn, on_close, world);
}

static size_t
body_max(void *arg, const struct request *request)
{
	return 0;
}

/* A server on a socket of its own, and a client that has asked. */
static void
world_open(struct world *world)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	/* Of no name: the kernel gives one. */
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*world = (struct world){.base = event_base_new(),
	    .client = socket(AF_UNIX, SOCK_STREAM, 0)};
	world->http = http_new(world->base, on_request, body_max, world);
	http_listen(world->http, fd, true);
	assert_int_equal(
	    connect(world->client, (struct sockaddr *)&address, len), 0);
	assert_int_equal(
	    send(world->client, get, sizeof(get) - 1, 0), sizeof(get) - 1);
	while (world->conn == NULL)
		event_base_loop(world->base, EVLOOP_ONCE);
}

static void
answer_too_late_is_nobodys(void **state)
{
	struct world world;
	char answer[4096];
	ssize_t len = -1;

	world_open(&world);
	event_active(world.conn->deadline, EV_TIMEOUT, 0);
	while (len < 0) {
		event_base_loop(world.base, EVLOOP_ONCE);
		len = recv(world.client, answer, sizeof(answer), MSG_DONTWAIT);
	}
	assert_memory_equal(answer, "HTTP/1.1 504 ", 13);
	assert_int_equal(world.closed, 1);
	close(world.client);
	while (http_connections(world.http) > 0)
		event_base_loop(world.base, EVLOOP_ONCE);
	assert_int_equal(world.closed, 1);
	http_free(world.http);
	event_base_free(world.base);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answer_too_late_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

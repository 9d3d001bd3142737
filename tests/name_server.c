/*
 * Answers DNS queries over UDP, RFC 1035.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "name_server.h"

#define HEADER_LEN 12
#define TYPE_A 1
#define TYPE_AAAA 28

struct query {
	const unsigned char *bytes;
	size_t question_len; /* name, type and class */
	char label[64];      /* the first */
	unsigned type;
};

static bool
query_read(struct query *query, const unsigned char *bytes, size_t len)
{
	size_t at = HEADER_LEN;

	if (len < HEADER_LEN + 6 || bytes[at] == 0 || bytes[at] > 63)
		return false;
	memcpy(query->label, bytes + at + 1, bytes[at]);
	query->label[bytes[at]] = '\0';
	while (at < len && bytes[at] != 0)
		at += bytes[at] + 1u;
	if (at + 5 > len)
		return false;
	query->bytes = bytes;
	query->type = (unsigned)bytes[at + 1] << 8 | bytes[at + 2];
	query->question_len = at + 5 - HEADER_LEN;
	return true;
}

static void
put_head(
    struct buf *out, const struct query *query, unsigned answers, unsigned code)
{
	unsigned char head[HEADER_LEN] = {query->bytes[0], query->bytes[1],
	    0x84, (unsigned char)(0x80 | code), 0, 1, 0,
	    (unsigned char)answers};

	buf_add(out, head, sizeof(head));
	buf_add(out, query->bytes + HEADER_LEN, query->question_len);
}

static void
put_address(struct buf *out, const char *text)
{
	bool six = strchr(text, ':') != NULL;
	unsigned char record[12] = {0xc0, HEADER_LEN, 0,
	    six ? TYPE_AAAA : TYPE_A, 0, 1, 0, 0, 0, 0, 0, six ? 16 : 4};
	unsigned char address[16];

	inet_pton(six ? AF_INET6 : AF_INET, text, address);
	buf_add(out, record, sizeof(record));
	buf_add(out, address, six ? 16 : 4);
}

/* Another name, for no time, whose address is good for an hour. */
static void
put_alias(struct buf *out, const struct query *query)
{
	static const unsigned char alias[] = {0xc0, HEADER_LEN, 0, 5, 0, 1, 0,
	    0, 0, 0, 0, 5, 2, 'l', 'o', 0xc0, HEADER_LEN + 6};
	unsigned char address[] = {
	    0xc0, 0, 0, TYPE_A, 0, 1, 0, 0, 14, 16, 0, 4, 127, 0, 0, 1};

	address[1] = (unsigned char)(out->len + 12); /* where "lo" stands */
	buf_add(out, alias, sizeof(alias));
	buf_add(out, address, sizeof(address));
}

/* The addresses for a label and type; returns how many. */
static unsigned
choose(struct name_server *server, const struct query *query,
    const char *addresses[2])
{
	const char *label = query->label;

	if (query->type == TYPE_AAAA) {
		addresses[0] = "::ffff:127.0.0.1";
		return strcmp(label, "mapped") == 0;
	}
	if (query->type != TYPE_A)
		return 0;
	addresses[1] = "127.0.0.1";
	if (strncmp(label, "lo", 2) == 0)
		addresses[0] = "127.0.0.1";
	else if (strcmp(label, "meta") == 0)
		addresses[0] = "169.254.169.254";
	else if (strcmp(label, "both") == 0)
		addresses[0] = "10.0.0.1";
	else if (strcmp(label, "rebind") == 0)
		addresses[0] =
		    server->rebinds++ == 0 ? "127.0.0.1" : "10.0.0.1";
	else
		return 0;
	return strcmp(label, "both") == 0 ? 2 : 1;
}

static void
answer_query(
    struct name_server *server, const struct query *query, struct buf *out)
{
	const char *addresses[2];
	unsigned count;

	if (server->mood == NAME_SERVER_SILENT ||
	    strcmp(query->label, "silent") == 0 ||
	    (strcmp(query->label, "lo-but-six") == 0 &&
		query->type == TYPE_AAAA))
		return;
	if (strcmp(query->label, "junk") == 0) {
		put_head(out, query, 255, 0);
		buf_add(out, "\xc0\xff\xff\xc0\x0c\x01", 6);
	} else if (server->mood == NAME_SERVER_FAILS ||
		   strcmp(query->label, "fail") == 0) {
		put_head(out, query, 0, 2);
	} else if (server->mood == NAME_SERVER_DENIES ||
		   strcmp(query->label, "none") == 0) {
		put_head(out, query, 0, 3);
	} else if (server->mood == NAME_SERVER_EMPTY) {
		put_head(out, query, 0, 0);
	} else if (strcmp(query->label, "alias") == 0 &&
		   query->type == TYPE_A) {
		put_head(out, query, 2, 0);
		put_alias(out, query);
	} else {
		count = choose(server, query, addresses);
		put_head(out, query, count, 0);
		for (unsigned i = 0; i < count; i++)
			put_address(out, addresses[i]);
	}
}

static void
on_query(evutil_socket_t fd, short what, void *arg)
{
	struct name_server *server = arg;
	unsigned char bytes[1500];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	struct buf out = BUF_INIT;
	struct query query;
	ssize_t n =
	    recvfrom(fd, bytes, sizeof(bytes), 0, (void *)&from, &from_len);

	if (n <= 0 || !query_read(&query, bytes, (size_t)n))
		return;
	server->asked++;
	answer_query(server, &query, &out);
	if (out.len > 0)
		sendto(fd, out.data, out.len, 0, (void *)&from, from_len);
	buf_clear(&out);
}

void
name_server_open(struct name_server *server)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);

	*server = (struct name_server){0};
	server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server->fd, (void *)&in, sizeof(in)) == -1)
		abort();
	getsockname(server->fd, (void *)&in, &len);
	server->port = ntohs(in.sin_port);
	evutil_make_socket_nonblocking(server->fd);
}

void
name_server_serve(struct name_server *server, struct event_base *base)
{
	server->event =
	    event_new(base, server->fd, EV_READ | EV_PERSIST, on_query, server);
	event_add(server->event, NULL);
}

void
name_server_stop(struct name_server *server)
{
	event_free(server->event);
	close(server->fd);
}

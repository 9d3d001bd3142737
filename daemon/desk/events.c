/*
 * Server-sent events of the desk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/events.h"
#include "desk/http.h"
#include "desk/params.h"
#include "desk/request.h"
#include "frame/log.h"
#include "store/query.h"
#include "store/reader.h"

#define KEEPALIVE_S 15 /* also retries a store that could not be read */
#define BATCH 200      /* alerts read from the store at a time */
#define TYPE_MAX 32    /* bytes of an alert type */

/*
 *	BEHIND --the store has no more--> LIVE
 *	  ^                                 |
 *	  +-- its queue is full, or a seq --+
 *	      was skipped
 */
struct events_client {
	LIST_ENTRY(events_client) entry;
	struct events *events;
	struct http_conn *conn;
	uint64_t seq; /* of the last event sent */
	bool live;
	bool wants_items;
};

struct events {
	struct desk *desk;
	struct event *keepalive;
	LIST_HEAD(, events_client) clients;
	unsigned len;
};

/* The alert's type out of the JSON that the engine wrote: id, seq, type come
 * first, and none of them holds a quote. */
static void
find_type(const char *json, char type[TYPE_MAX])
{
	static const char key[] = "\"type\":\"";
	const char *at = strstr(json, key);
	size_t len = 0;

	if (at != NULL) {
		at += strlen(key);
		len = strspn(at, "abcdefghijklmnopqrstuvwxyz._-");
	}
	if (len == 0 || len >= TYPE_MAX) {
		at = "alert";
		len = strlen(at);
	}
	memcpy(type, at, len);
	type[len] = '\0';
}

static void
send_alert(struct events_client *client, uint64_t seq, const char *json)
{
	char type[TYPE_MAX];
	struct buf event = BUF_INIT;

	find_type(json, type);
	buf_addf(&event, "id: %" PRIu64 "\nevent: %s\ndata: ", seq, type);
	buf_add_str(&event, json);
	buf_add_str(&event, "\n\n");
	http_stream_write(client->conn, event.data, event.len);
	buf_clear(&event);
	client->seq = seq;
}

struct batch {
	struct events_client *client;
	unsigned rows;
};

static void
batch_on_alert(void *arg, uint64_t seq, const char *json)
{
	struct batch *batch = arg;

	batch->rows++;
	if (seq > batch->client->seq)
		send_alert(batch->client, seq, json);
}

/* Sends one batch from the store: 1 when there may be more, 0 when there is
 * not, -1 when the store could not be read. */
static int
send_batch(struct events_client *client, struct store_reader *reader)
{
	struct batch batch = {client, 0};
	struct store_filter filter = {
	    .after = client->seq, .oldest_first = true, .limit = BATCH};

	if (store_query_alerts(reader, &filter, batch_on_alert, &batch) != 0) {
		log_warning("events: %s", store_reader_error(reader));
		return -1;
	}
	return batch.rows == BATCH;
}

/* Sends what the store has until the client's queue is full or all is sent;
 * what is left goes when the queue is empty. */
static void
client_advance(struct events_client *client)
{
	struct store_reader *reader;
	char *error = NULL;
	int more = 1;

	if (client->live)
		return;
	reader = desk_open_store(client->events->desk, &error);
	if (reader == NULL) {
		free(error); /* tried again with the next keep-alive */
		return;
	}
	while (more == 1 && !http_stream_is_full(client->conn))
		more = send_batch(client, reader);
	client->live = more == 0;
}

static void
client_on_drain(void *arg)
{
	client_advance(arg);
}

static void
client_on_close(void *arg)
{
	struct events_client *client = arg;

	LIST_REMOVE(client, entry);
	client->events->len--;
	free(client);
}

static void
note_seq(void *arg, uint64_t seq, const char *json)
{
	*(uint64_t *)arg = seq;
}

/* Where a client starts that asks only for what is to come. */
static uint64_t
newest_seq(struct desk *desk)
{
	struct store_filter filter = {.limit = 1};
	char *error = NULL;
	struct store_reader *reader = desk_open_store(desk, &error);
	uint64_t seq = 0;

	free(error);
	if (reader != NULL)
		store_query_alerts(reader, &filter, note_seq, &seq);
	return seq > desk->state.stats.seq ? seq : desk->state.stats.seq;
}

struct start {
	uint64_t after;
	bool items;
};

static const struct param start_params[] = {
    {"after", PARAM_NUMBER, offsetof(struct start, after)},
    {"items", PARAM_FLAG, offsetof(struct start, items)},
    {NULL, PARAM_TEXT, 0},
};

/* Where the client wants to go on from, and what it wants; -1 when a 400 was
 * answered. */
static int
read_start(const struct api_call *call, struct start *out)
{
	const char *id = call->request->last_event_id;
	struct start start = {.after = UINT64_MAX};
	struct strings owned = {0};
	uint64_t newest;
	char *end;
	int result = api_read_params(call, start_params, &start, &owned);

	strings_clear(&owned);
	if (result != 0)
		return -1;
	if (id != NULL && *id >= '0' && *id <= '9') {
		start.after = strtoull(id, &end, 10);
		if (*end != '\0')
			start.after = UINT64_MAX;
	}
	/* None was given, or one of a store that was put back since. */
	newest = newest_seq(call->desk);
	if (start.after > newest)
		start.after = newest;
	*out = start;
	return 0;
}

void
events_get(const struct api_call *call)
{
	static const char hello[] = "retry: 2000\n\n";
	struct events *events = call->desk->events;
	struct events_client *client;
	struct buf none = BUF_INIT;
	struct start start;

	if (read_start(call, &start) != 0)
		return;
	if (call->request->method == REQUEST_HEAD) {
		http_reply(call->conn, 200, "text/event-stream", &none);
		return;
	}
	if (events->len == EVENTS_CLIENTS_MAX) {
		http_add_header(call->conn, "Retry-After", "10");
		http_reply_error(call->conn, 503,
		    "%d clients follow the events already", EVENTS_CLIENTS_MAX);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->events = events;
	client->conn = call->conn;
	client->seq = start.after;
	client->wants_items = start.items;
	LIST_INSERT_HEAD(&events->clients, client, entry);
	events->len++;
	http_conn_on_close(call->conn, client_on_close, client);
	http_stream_start(call->conn, "text/event-stream", client_on_drain);
	http_stream_write(call->conn, hello, strlen(hello));
	client_advance(client);
}

void
events_add_alert(struct events *events, uint64_t seq, const char *json)
{
	struct events_client *client;

	LIST_FOREACH (client, &events->clients, entry) {
		if (!client->live || seq <= client->seq)
			continue;
		if (seq == client->seq + 1 &&
		    !http_stream_is_full(client->conn)) {
			send_alert(client, seq, json);
		} else {
			client->live = false;
			client_advance(client);
		}
	}
}

void
events_add_items(struct events *events, uint64_t count)
{
	struct events_client *client;
	struct buf event = BUF_INIT;

	buf_addf(
	    &event, "event: items\ndata: {\"count\":%" PRIu64 "}\n\n", count);
	LIST_FOREACH (client, &events->clients, entry)
		if (client->wants_items && !http_stream_is_full(client->conn))
			http_stream_write(client->conn, event.data, event.len);
	buf_clear(&event);
}

void
events_catch_up(struct events *events)
{
	struct events_client *client;

	LIST_FOREACH (client, &events->clients, entry) {
		client->live = false;
		client_advance(client);
	}
}

static void
on_keepalive(evutil_socket_t fd, short happened, void *arg)
{
	struct events *events = arg;
	struct events_client *client;

	LIST_FOREACH (client, &events->clients, entry) {
		if (!http_stream_is_full(client->conn))
			http_stream_write(client->conn, ":\n\n", 3);
		client_advance(client);
	}
}

struct events *
events_new(struct desk *desk)
{
	struct events *events = xcalloc(1, sizeof(*events));

	events->desk = desk;
	LIST_INIT(&events->clients);
	events->keepalive =
	    event_new(desk->role.base, -1, EV_PERSIST, on_keepalive, events);
	if (events->keepalive == NULL)
		fatal("out of memory");
	event_add(events->keepalive, &(struct timeval){.tv_sec = KEEPALIVE_S});
	return events;
}

void
events_free(struct events *events)
{
	if (events == NULL)
		return;
	event_free(events->keepalive);
	free(events);
}

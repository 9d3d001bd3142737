/*
 * Everything around the engine that is under test.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>
#include <jansson.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/log_line.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/config_wire.h"
#include "frame/job.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "frame/state.h"
#include "store/query.h"
#include "tests/engine_world.h"
#include "tests/store_fixture.h"

const char world_config_text[] = WORLD_CONFIG_HEAD
    "rules:\n"
    "  - {id: attack, entities: [crocus], level: urgent}\n"
    "sinks:\n"
    "  - {id: log, type: log, path: alerts.jsonl, types: [item]}\n"
    "  - {id: hook, type: webhook, url: 'http://127.0.0.1/', types: [item]}\n";

/* ---- what the engine says ----------------------------------------------- */

static int
on_plain(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	switch (reader->type) {
	case MESSAGE_READY:
		message_get_u64(reader);
		world->ready = true;
		break;
	case MESSAGE_FINISHED:
		world->finished = true;
		break;
	case MESSAGE_CUT_OFF:
		world->cut_off = message_get_u32(reader);
		message_get_u32(reader);
		break;
	case MESSAGE_HELLO:
		reader->at = reader->end;
		break;
	default:
		fail_msg("unexpected %s", message_name(reader->type));
	}
	assert_true(message_end(reader));
	return 0;
}

static void
end_at_once(struct world *world)
{
	enum fetch_outcome outcome = world->outcome;

	if (world->dead != NULL && strcmp(world->job.feed, world->dead) == 0)
		outcome = FETCH_TIMEOUT;
	world_send_done(world, outcome);
}

static int
on_start(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	fetch_start_clear(&world->job);
	assert_int_equal(fetch_start_get(reader, &world->job), 0);
	world->jobs++;
	if (strcmp(world->job.feed, "tass") == 0) {
		world->tass_jobs++;
		snprintf(world->tass_url, sizeof(world->tass_url), "%s",
		    world->job.url);
	}
	if (world->at_once)
		end_at_once(world);
	return 0;
}

static int
on_deliver(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;
	struct delivery *delivery = &world->delivery[world->deliveries_len++];
	char *sink, *alert, *type, *json;

	assert_in_range(world->deliveries_len, 1, 64);
	delivery->id = message_get_u64(reader);
	sink = message_take_str(reader);
	alert = message_take_str(reader);
	type = message_take_str(reader);
	message_get_i64(reader);
	message_get_u32(reader);
	json = message_take_str(reader);
	assert_true(message_end(reader));
	assert_string_equal(sink, "hook");
	snprintf(delivery->alert, sizeof(delivery->alert), "%s", alert);
	snprintf(delivery->type, sizeof(delivery->type), "%s", type);
	snprintf(delivery->json, sizeof(delivery->json), "%s", json);
	assert_in_range(delivery->id, 1, SENT_MAX - 1);
	/* A delivery is repeated only with the same webhook-id. */
	if (world->alert_of[delivery->id][0] != '\0')
		assert_string_equal(world->alert_of[delivery->id], alert);
	strcpy(world->alert_of[delivery->id], delivery->alert);
	free(sink);
	free(alert);
	free(type);
	free(json);
	return 0;
}

static int
on_alert(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;
	uint64_t seq = message_get_u64(reader);

	char *json = message_take_str(reader);

	assert_true(message_end(reader));
	assert_true(seq > world->last_seq_at_desk);
	world->last_seq_at_desk = seq;
	world->alerts_at_desk += strstr(json, "\"type\":\"item\"") != NULL;
	free(json);
	return 0;
}

static int
on_feed_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	feed_state_clear(&world->feed_state);
	return feed_state_get(reader, &world->feed_state);
}

static int
on_sink_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct sink_state state;

	assert_int_equal(sink_state_get(reader, &state), 0);
	sink_state_clear(&state);
	return 0;
}

static int
on_stats(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	stats_clear(&world->stats);
	return stats_get(reader, &world->stats);
}

static int
on_result(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	message_get_u64(reader);
	world->poll_ok = message_get_u32(reader) != 0;
	free(message_take_str(reader));
	world->polls++;
	return message_end(reader) ? 0 : -1;
}

static void
on_gone(void *arg, struct peer *peer, const char *error)
{
	struct world *world = arg;
	struct peer **all[] = {
	    &world->parent, &world->fetcher, &world->courier, &world->desk};

	for (int i = 0; i < 4; i++)
		if (*all[i] == peer)
			*all[i] = NULL;
}

static const struct message_route parent_routes[] = {
    {MESSAGE_HELLO, on_plain},
    {MESSAGE_READY, on_plain},
    {MESSAGE_FINISHED, on_plain},
    {MESSAGE_CUT_OFF, on_plain},
    {MESSAGE_NONE, NULL},
};
static const struct message_route fetcher_routes[] = {
    {MESSAGE_FETCH_START, on_start}, {MESSAGE_NONE, NULL}};
static const struct message_route courier_routes[] = {
    {MESSAGE_DELIVER, on_deliver}, {MESSAGE_NONE, NULL}};
static const struct message_route desk_routes[] = {
    {MESSAGE_ALERT, on_alert},
    {MESSAGE_FEED_STATE, on_feed_state},
    {MESSAGE_SINK_STATE, on_sink_state},
    {MESSAGE_STATS, on_stats},
    {MESSAGE_ACTION_RESULT, on_result},
    {MESSAGE_NONE, NULL},
};
static struct peer_callbacks plays[ROLE_KINDS] = {
    [ROLE_PARENT] = {.routes = parent_routes, .on_gone = on_gone},
    [ROLE_FETCHER] = {.routes = fetcher_routes, .on_gone = on_gone},
    [ROLE_COURIER] = {.routes = courier_routes, .on_gone = on_gone},
    [ROLE_DESK] = {.routes = desk_routes, .on_gone = on_gone},
};

/* ---- the world ---------------------------------------------------------- */

void
world_write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

struct config *
world_load_config(const char *path)
{
	struct config_problems problems = {0};
	struct config *config = config_load(path, &problems);

	for (size_t i = 0; i < problems.len; i++)
		print_message("%s\n", problems.at[i].message);
	config_problems_clear(&problems);
	assert_non_null(config);
	return config;
}

void
world_send_config(struct world *world)
{
	struct buf slice = BUF_INIT;
	int fd = memfd_create("slice", MFD_CLOEXEC);
	struct buf *buf;

	config_encode(world->config, ROLE_ENGINE, &slice);
	assert_int_equal(write(fd, slice.data, slice.len), slice.len);
	buf = peer_begin(world->parent, MESSAGE_CONFIG);
	message_put_u64(buf, 1);
	message_put_u32(buf, world->once);
	peer_send_fd(world->parent, fd);
	close(fd);
	buf_clear(&slice);
}

/* A socket pair: one end to the engine, the other for the test. */
struct peer *
world_connect_as(struct world *world, enum role_kind kind)
{
	struct buf *buf;
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	buf = peer_begin(world->parent, MESSAGE_PEER);
	message_put_u32(buf, kind);
	message_put_u32(buf, 0);
	peer_send_fd(world->parent, pair[0]);
	close(pair[0]);
	return peer_new(
	    world->base, pair[1], kind, ROLE_ENGINE, 0, &plays[kind]);
}

static void
send_bench(struct world *world)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, 4096), 0);
	if (world->bench != NULL)
		munmap(world->bench, 4096);
	world->bench =
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	message_put_u32(peer_begin(world->parent, MESSAGE_BENCH), 0);
	peer_send_fd(world->parent, fd);
	close(fd);
}

void
world_connect_fetcher(struct world *world)
{
	send_bench(world);
	world->fetcher = world_connect_as(world, ROLE_FETCHER);
}

static void
run_engine(int fd)
{
	if (fd != 3) {
		dup2(fd, 3);
		close(fd);
	}
	for (int i = 4; i < 256; i++)
		close(i);
	log_open("engine", LOG_FORM_TEXT);
	if (getenv("ENGINE_TEST_LOG") == NULL)
		log_set_level("error");
	_exit(engine_main(0));
}

void
world_start_engine(struct world *world)
{
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	world->engine = fork();
	if (world->engine == 0)
		run_engine(pair[0]);
	close(pair[0]);
	world->ready = world->finished = false;
	world->cut_off = ROLE_PARENT;
	world->deliveries_len = 0;
	world->last_seq_at_desk = 0;
	world->parent = peer_new(world->base, pair[1], ROLE_PARENT, ROLE_ENGINE,
	    0, &plays[ROLE_PARENT]);
	world_send_config(world);
	world->courier = world_connect_as(world, ROLE_COURIER);
	world->desk = world_connect_as(world, ROLE_DESK);
	/* Last: what it brings is told at once, to those that are there. */
	world_connect_fetcher(world);
}

void
world_drop_peers(struct world *world)
{
	peer_free(world->parent);
	peer_free(world->fetcher);
	peer_free(world->courier);
	peer_free(world->desk);
	world->parent = world->fetcher = world->courier = world->desk = NULL;
}

void
world_stop(struct world *world)
{
	int status;

	peer_begin(world->parent, MESSAGE_STOP);
	peer_send(world->parent);
	WAIT_FOR(world, world->parent == NULL);
	waitpid(world->engine, &status, 0);
	assert_int_equal(status, 0);
}

void
world_kill_engine(struct world *world)
{
	kill(world->engine, SIGKILL);
	waitpid(world->engine, NULL, 0);
	world_drop_peers(world);
	world->job.job = 0;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
}

void
world_turn(struct world *world)
{
	struct timeval soon = {.tv_usec = 20000};

	event_base_once(world->base, -1, EV_TIMEOUT, on_wake, NULL, &soon);
	event_base_loop(world->base, EVLOOP_ONCE);
}

void
world_reload(struct world *world, const char *text)
{
	world_write_file(world->config_path, text);
	config_free(world->config);
	world->config = world_load_config(world->config_path);
	world->ready = false;
	world_send_config(world);
	WAIT_FOR(world, world->ready);
}

int
world_set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->folder = fixture_folder();
	world->config_path = xasprintf("%s/wirewatch.yaml", world->folder);
	world->log_path = xasprintf("%s/alerts.jsonl", world->folder);
	setenv("STATE_DIRECTORY", world->folder, 1);
	setenv("LOGS_DIRECTORY", world->folder, 1);
	setenv("CONFIGURATION_DIRECTORY", world->folder, 1);
	world_write_file(world->config_path, world_config_text);
	world->config = world_load_config(world->config_path);
	world->base = event_base_new();
	world->http_status = 500;
	for (int i = 0; i < ROLE_KINDS; i++)
		plays[i].arg = world;
	world_start_engine(world);
	WAIT_FOR(world, world->ready);
	*state = world;
	return 0;
}

int
world_tear_down(void **state)
{
	struct world *world = *state;

	if (world->parent != NULL)
		world_kill_engine(world);
	world_drop_peers(world);
	fetch_start_clear(&world->job);
	feed_state_clear(&world->feed_state);
	stats_clear(&world->stats);
	munmap(world->bench, 4096);
	event_base_free(world->base);
	config_free(world->config);
	free(world->config_path);
	free(world->log_path);
	fixture_remove(world->folder);
	free(world);
	return 0;
}

/* ---- the fetcher's part ------------------------------------------------- */

void
world_wait_for_job(struct world *world)
{
	WAIT_FOR(world, world->job.job != 0);
}

static void
send_text(struct world *world, const char *guid, unsigned revision,
    const char *title, int64_t published_at)
{
	struct item_message message = {.job = world->job.job};
	struct job_mention mention = {.entity = (char *)"macron",
	    .name = (char *)"Macron",
	    .len = 6,
	    .accepted_by = (char *)"base form"};

	item_init(&message.item);
	message.item.guid = xstrdup(guid);
	free(message.item.title);
	message.item.title = xstrdup(title);
	message.item.key = hash_str(0, guid);
	message.item.url = xasprintf(
	    "http://a.example/%llu", (unsigned long long)message.item.key);
	message.item.revision = revision;
	message.item.published_at = published_at;
	if (strncmp(title, "Macron", 6) == 0) {
		message.mentions = &mention;
		message.mentions_len = 1;
	}
	item_message_put(peer_begin(world->fetcher, MESSAGE_ITEM), &message);
	peer_send(world->fetcher);
	message.mentions = NULL;
	message.mentions_len = 0;
	item_message_clear(&message);
}

void
world_send_item(struct world *world, const char *title, int64_t published_at)
{
	send_text(world, title, 1, title, published_at);
}

void
world_send_edit(struct world *world, const char *first, unsigned revision,
    const char *title)
{
	send_text(world, first, revision, title, ITEM_NO_DATE);
}

void
world_send_done(struct world *world, enum fetch_outcome outcome)
{
	struct fetch_done done = {.job = world->job.job,
	    .outcome = outcome,
	    .http_status = outcome == FETCH_HTTP ? world->http_status : 200,
	    .etag = (char *)"\"v1\"",
	    .error = outcome == FETCH_OK ? NULL : (char *)"it broke"};

	if (outcome == FETCH_OK && world->moved_to != NULL &&
	    strcmp(world->moved_to, world->job.url) != 0)
		done.moved_to = (char *)(uintptr_t)world->moved_to;
	fetch_done_put(peer_begin(world->fetcher, MESSAGE_FETCH_DONE), &done);
	peer_send(world->fetcher);
	world->job.job = 0;
}

void
world_fetch(struct world *world, const char *title)
{
	world_wait_for_job(world);
	if (title != NULL)
		world_send_item(world, title, ITEM_NO_DATE);
	world_send_done(world, FETCH_OK);
}

void
world_first_fetch(struct world *world)
{
	world_fetch(world, "Macron was here before");
	WAIT_FOR(world, world->stats.items_new == 1);
}

/* ---- the courier's part ------------------------------------------------- */

void
world_answer(struct world *world, enum delivery_outcome outcome)
{
	struct buf *buf = peer_begin(world->courier, MESSAGE_DELIVERED);

	message_put_u64(buf, world->delivery[--world->deliveries_len].id);
	message_put_u32(buf, outcome);
	message_put_u32(buf, 200);
	message_put_i64(buf, 0);
	message_put_str(buf, NULL);
	peer_send(world->courier);
}

/* ---- what is in the log ------------------------------------------------- */

static void
count_seq(void *arg, uint64_t seq)
{
	unsigned char *count = arg;

	assert_in_range(seq, 1, SENT_MAX - 1);
	count[seq]++;
}

unsigned
world_log_lines(struct world *world)
{
	static unsigned char count[SENT_MAX];
	unsigned n = 0;

	memset(count, 0, sizeof(count));
	log_line_scan(world->log_path, NULL, count_seq, count);
	for (unsigned i = 0; i < SENT_MAX; i++) {
		assert_in_range(count[i], 0, 1);
		n += count[i];
	}
	return n;
}

/*
 * The engine as a process, with the test playing parent, fetcher, courier and
 * desk over socket pairs.
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
#include "tests/store_fixture.h"

#define WAIT_MS 10000
#define JOBS_MAX 64
#define SENT_MAX 20000

static const char config_text[] =
    "defaults: {interval: 100ms}\n"
    "fetchers: 1\n"
    "feeds:\n"
    "  - {id: tass, outlet: TASS, url: 'http://a.example/rss'}\n"
    "entities:\n"
    "  - {id: macron, names: [Macron]}\n"
    "  - {id: crocus, names: [Crocus City Hall]}\n"
    "rules:\n"
    "  - {id: attack, entities: [crocus], level: urgent}\n"
    "sinks:\n"
    "  - {id: log, type: log, path: alerts.jsonl, types: [item]}\n"
    "  - {id: hook, type: webhook, url: 'http://127.0.0.1/', types: [item]}\n";

struct delivery {
	uint64_t id;
	char alert[40];
	char json[2000];
};

/* Everything around the engine. */
struct world {
	char *folder;
	char *config_path;
	char *log_path;
	struct config *config;
	struct event_base *base;
	pid_t engine;
	uint64_t *bench; /* shared with the engine */
	struct peer *parent;
	struct peer *fetcher;
	struct peer *courier;
	struct peer *desk;
	bool once;
	/* what came */
	bool ready;
	bool finished;
	bool cut_off;
	struct fetch_start job; /* the last one asked for */
	unsigned jobs;
	struct delivery delivery[64]; /* at the courier */
	unsigned deliveries_len;
	char alert_of[SENT_MAX][40]; /* by delivery, over all attempts */
	unsigned alerts_at_desk;     /* of items */
	uint64_t last_seq_at_desk;
	struct feed_state feed_state;
	struct stats stats;
	bool poll_ok;
	unsigned polls;
};

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
		assert_int_equal(message_get_u32(reader), ROLE_FETCHER);
		message_get_u32(reader);
		world->cut_off = true;
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

static int
on_start(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct world *world = arg;

	fetch_start_clear(&world->job);
	assert_int_equal(fetch_start_get(reader, &world->job), 0);
	world->jobs++;
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
	assert_string_equal(type, "item");
	snprintf(delivery->alert, sizeof(delivery->alert), "%s", alert);
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

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct config *
load_config(const char *path)
{
	struct config_problems problems = {0};
	struct config *config = config_load(path, &problems);

	for (size_t i = 0; i < problems.len; i++)
		print_message("%s\n", problems.at[i].message);
	config_problems_clear(&problems);
	assert_non_null(config);
	return config;
}

static void
send_config(struct world *world)
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
static struct peer *
connect_as(struct world *world, enum role_kind kind)
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

static void
connect_fetcher(struct world *world)
{
	send_bench(world);
	world->fetcher = connect_as(world, ROLE_FETCHER);
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

static void
start_engine(struct world *world)
{
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	world->engine = fork();
	if (world->engine == 0)
		run_engine(pair[0]);
	close(pair[0]);
	world->ready = world->finished = world->cut_off = false;
	world->deliveries_len = 0;
	world->last_seq_at_desk = 0;
	world->parent = peer_new(world->base, pair[1], ROLE_PARENT, ROLE_ENGINE,
	    0, &plays[ROLE_PARENT]);
	send_config(world);
	connect_fetcher(world);
	world->courier = connect_as(world, ROLE_COURIER);
	world->desk = connect_as(world, ROLE_DESK);
}

static void
drop_peers(struct world *world)
{
	peer_free(world->parent);
	peer_free(world->fetcher);
	peer_free(world->courier);
	peer_free(world->desk);
	world->parent = world->fetcher = world->courier = world->desk = NULL;
}

static void
kill_engine(struct world *world)
{
	kill(world->engine, SIGKILL);
	waitpid(world->engine, NULL, 0);
	drop_peers(world);
	world->job.job = 0;
}

/* Serves everyone until the condition holds. */
#define WAIT_FOR(world, condition)                                          \
	do {                                                                \
		int64_t end_ = clock_monotonic_ms() + WAIT_MS;              \
		while (!(condition)) {                                      \
			turn(world);                                        \
			if (clock_monotonic_ms() > end_)                    \
				fail_msg("waited in vain: %s", #condition); \
		}                                                           \
	} while (0)

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
}

static void
turn(struct world *world)
{
	struct timeval soon = {.tv_usec = 20000};

	event_base_once(world->base, -1, EV_TIMEOUT, on_wake, NULL, &soon);
	event_base_loop(world->base, EVLOOP_ONCE);
}

static int
set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->folder = fixture_folder();
	world->config_path = xasprintf("%s/wirewatch.yaml", world->folder);
	world->log_path = xasprintf("%s/alerts.jsonl", world->folder);
	setenv("STATE_DIRECTORY", world->folder, 1);
	setenv("LOGS_DIRECTORY", world->folder, 1);
	setenv("CONFIGURATION_DIRECTORY", world->folder, 1);
	write_file(world->config_path, config_text);
	world->config = load_config(world->config_path);
	world->base = event_base_new();
	for (int i = 0; i < ROLE_KINDS; i++)
		plays[i].arg = world;
	start_engine(world);
	WAIT_FOR(world, world->ready);
	*state = world;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *world = *state;

	if (world->parent != NULL)
		kill_engine(world);
	drop_peers(world);
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

static void
wait_for_job(struct world *world)
{
	WAIT_FOR(world, world->job.job != 0);
}

static void
send_item(struct world *world, const char *title, int64_t published_at)
{
	struct item_message message = {.job = world->job.job};
	struct job_mention mention = {.entity = (char *)"macron",
	    .name = (char *)"Macron",
	    .len = 6,
	    .accepted_by = (char *)"base form"};

	item_init(&message.item);
	message.item.guid = xstrdup(title);
	free(message.item.title);
	message.item.title = xstrdup(title);
	message.item.key = hash_str(0, title);
	message.item.url = xasprintf("http://a.example/%llu",
	    (unsigned long long)message.item.key);
	message.item.revision = 1;
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

static void
send_done(struct world *world, enum fetch_outcome outcome)
{
	struct fetch_done done = {.job = world->job.job,
	    .outcome = outcome,
	    .http_status = 200,
	    .etag = (char *)"\"v1\"",
	    .error = outcome == FETCH_OK ? NULL : (char *)"it broke"};

	fetch_done_put(peer_begin(world->fetcher, MESSAGE_FETCH_DONE), &done);
	peer_send(world->fetcher);
	world->job.job = 0;
}

/* One whole fetch with a new item, or none when title is NULL. */
static void
fetch(struct world *world, const char *title)
{
	wait_for_job(world);
	if (title != NULL)
		send_item(world, title, ITEM_NO_DATE);
	send_done(world, FETCH_OK);
}

static void
first_fetch(struct world *world)
{
	fetch(world, "Macron was here before");
	WAIT_FOR(world, world->stats.items_new == 1);
}

/* ---- the courier's part ------------------------------------------------- */

static void
answer(struct world *world, enum delivery_outcome outcome)
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

/* How many alerts the log holds; none twice. */
static unsigned
log_lines(struct world *world)
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

/* ---- tests -------------------------------------------------------------- */

static void
the_first_fetch_is_quiet_but_for_fresh_items(void **state)
{
	struct world *world = *state;

	wait_for_job(world);
	assert_int_equal(world->job.seen_len, 0);
	assert_null(world->job.etag);
	send_item(world, "Macron long ago", clock_now_us() - 86400000000);
	send_item(world, "Macron undated", ITEM_NO_DATE);
	send_item(world, "Macron an hour ago", clock_now_us() - 3600000000);
	send_done(world, FETCH_OK);
	WAIT_FOR(world, world->alerts_at_desk == 1);
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_non_null(strstr(world->delivery[0].json, "Macron an hour ago"));
	wait_for_job(world);
	assert_int_equal(world->job.seen_len, 3);
	assert_string_equal(world->job.etag, "\"v1\"");
	assert_int_equal(log_lines(world), 1);
}

static void
a_new_item_goes_to_log_courier_and_desk_alike(void **state)
{
	struct world *world = *state;
	char *text = NULL;
	size_t len = 0;
	FILE *log;
	json_t *alert;

	first_fetch(world);
	fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
	WAIT_FOR(world, world->alerts_at_desk == 1);
	log = fopen(world->log_path, "r");
	assert_true(getline(&text, &len, log) > 0);
	fclose(log);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, world->delivery[0].json);
	alert = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(alert, "id")),
	    world->delivery[0].alert);
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(alert, "rules"), 0)),
	    "macron");
	json_decref(alert);
	free(text);
	answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->stats.deliver_delay.sum_us > 0);
	assert_int_equal(world->stats.alerts[ALERT_ITEM][0], 1);
	assert_string_equal(world->stats.entity[0], "macron");
}

static void
an_item_without_a_tracked_name_is_kept_quietly(void **state)
{
	struct world *world = *state;

	first_fetch(world);
	fetch(world, "Weather");
	WAIT_FOR(world, world->stats.items_new == 2);
	assert_int_equal(world->alerts_at_desk, 0);
	assert_int_equal(log_lines(world), 0);
}

static void
a_fetcher_that_answers_for_another_job_is_cut_off(void **state)
{
	struct world *world = *state;

	wait_for_job(world);
	world->job.job += 1000;
	send_item(world, "Macron forged", ITEM_NO_DATE);
	world->job.job = 0;
	WAIT_FOR(world, world->cut_off);
	WAIT_FOR(world, world->fetcher == NULL);
	connect_fetcher(world);
	first_fetch(world);
}

static void
a_dirty_text_is_a_reason_too(void **state)
{
	struct world *world = *state;

	wait_for_job(world);
	send_item(world, "Macron \xe2\x80\xae reversed", ITEM_NO_DATE);
	WAIT_FOR(world, world->cut_off);
}

static void
an_answer_nobody_asked_for_does_no_harm(void **state)
{
	struct world *world = *state;

	first_fetch(world);
	world->delivery[0].id = 77;
	world->deliveries_len = 1;
	answer(world, DELIVERY_OK);
	fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
}

static void
a_new_courier_gets_what_the_old_one_held(void **state)
{
	struct world *world = *state;
	char alert[40];

	first_fetch(world);
	fetch(world, "Macron speaks");
	WAIT_FOR(world, world->deliveries_len == 1);
	strcpy(alert, world->delivery[0].alert);
	peer_free(world->courier);
	world->deliveries_len = 0;
	world->courier = connect_as(world, ROLE_COURIER);
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_string_equal(world->delivery[0].alert, alert);
}

static void
the_third_crash_over_a_feed_is_quarantine(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 3; i++) {
		wait_for_job(world);
		assert_int_equal(world->job.solo, i > 0);
		*world->bench = world->job.job;
		peer_free(world->fetcher);
		world->fetcher = NULL;
		world->job.job = 0;
		if (i < 2)
			connect_fetcher(world);
	}
	WAIT_FOR(
	    world, world->feed_state.state != NULL &&
		       strcmp(world->feed_state.state, "quarantined") == 0);
}

static void
a_crash_over_another_feed_accuses_nobody(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 5; i++) {
		wait_for_job(world);
		assert_false(world->job.solo);
		peer_free(world->fetcher);
		world->job.job = 0;
		connect_fetcher(world);
	}
	first_fetch(world);
}

static void
failures_show_and_end(void **state)
{
	struct world *world = *state;

	wait_for_job(world);
	send_done(world, FETCH_HTTP);
	WAIT_FOR(world, world->feed_state.failures == 1);
	assert_string_equal(world->feed_state.state, "failing");
	assert_string_equal(world->feed_state.error, "it broke");
	first_fetch(world);
	WAIT_FOR(world, world->feed_state.failures == 0);
	assert_string_equal(world->feed_state.state, "up");
}

static void
ask_for_poll(struct world *world, const char *feed)
{
	struct buf *buf = peer_begin(world->desk, MESSAGE_POLL);
	unsigned before = world->polls;

	message_put_u64(buf, 5);
	message_put_str(buf, feed);
	peer_send(world->desk);
	WAIT_FOR(world, world->polls > before);
}

static void
a_poll_by_hand_is_answered(void **state)
{
	struct world *world = *state;

	ask_for_poll(world, "tass");
	assert_true(world->poll_ok);
	ask_for_poll(world, "nobody");
	assert_false(world->poll_ok);
}

static void
stop(struct world *world)
{
	int status;

	peer_begin(world->parent, MESSAGE_STOP);
	peer_send(world->parent);
	WAIT_FOR(world, world->parent == NULL);
	waitpid(world->engine, &status, 0);
	assert_int_equal(status, 0);
}

static void
a_stop_takes_in_what_is_under_way(void **state)
{
	struct world *world = *state;

	first_fetch(world);
	wait_for_job(world);
	peer_begin(world->parent, MESSAGE_STOP);
	peer_send(world->parent);
	send_item(world, "Macron at the last moment", ITEM_NO_DATE);
	send_done(world, FETCH_OK);
	WAIT_FOR(world, world->deliveries_len == 1);
	answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->parent == NULL);
	waitpid(world->engine, NULL, 0);
	assert_int_equal(log_lines(world), 1);
	drop_peers(world);
	world->job.job = 0;
	start_engine(world);
	wait_for_job(world);
	assert_int_equal(world->job.seen_len, 2);
	assert_int_equal(world->deliveries_len, 0);
}

static void
once_polls_delivers_and_says_so(void **state)
{
	struct world *world = *state;

	first_fetch(world);
	stop(world);
	drop_peers(world);
	world->job.job = 0;
	world->once = true;
	start_engine(world);
	fetch(world, "Macron once");
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_false(world->finished);
	answer(world, DELIVERY_OK);
	WAIT_FOR(world, world->finished);
	stop(world);
}

static void
a_reload_changes_feeds_and_rules(void **state)
{
	struct world *world = *state;
	char *text = xasprintf("%s%s", config_text,
	    "  - {id: second, type: log, path: second.jsonl}\n");
	char *second = xasprintf("%s/second.jsonl", world->folder);

	first_fetch(world);
	write_file(world->config_path, text);
	config_free(world->config);
	world->config = load_config(world->config_path);
	world->ready = false;
	send_config(world);
	WAIT_FOR(world, world->ready);
	fetch(world, "Macron after the reload");
	fetch(world, NULL); /* the next may have been under way before */
	WAIT_FOR(world, world->deliveries_len == 1);
	assert_int_equal(access(second, F_OK), 0);
	free(text);
	free(second);
}

/* ---- kills at random ---------------------------------------------------- */

#define KILL_ROUNDS 25

/* The feed "published" so many items; a fetch brings what the engine says it
 * has not seen. */
static void
serve_job(struct world *world, unsigned published)
{
	char title[40];

	for (unsigned n = 1; n <= published; n++) {
		bool known = false;

		snprintf(title, sizeof(title), "Macron %u", n);
		for (size_t i = 0; i < world->job.seen_len; i++)
			known |= world->job.seen[i].key == hash_str(0, title);
		if (!known)
			send_item(world, title, ITEM_NO_DATE);
	}
	send_done(world, FETCH_OK);
}

/* Fetches, publishes and delivers for a while, and is cut short. */
static void
live(struct world *world, unsigned *published, unsigned turns)
{
	while (turns-- > 0) {
		*published += rand() % 3 == 0;
		if (world->job.job != 0 && rand() % 2)
			serve_job(world, *published);
		if (world->deliveries_len > 0 && rand() % 2)
			answer(world, DELIVERY_OK);
		turn(world);
	}
}

/* Counts titles in the log; each alert is about the item of its number. */
static unsigned
titles_in_log(struct world *world, unsigned published)
{
	unsigned char *count = xcalloc(published + 1, 1);
	FILE *log = fopen(world->log_path, "r");
	unsigned n, titles = 0;
	char *line = NULL;
	size_t size = 0;

	while (log != NULL && getline(&line, &size, log) > 0) {
		const char *title = strstr(line, "\"title\":\"Macron ");

		assert_non_null(title);
		assert_int_equal(sscanf(title, "\"title\":\"Macron %u", &n), 1);
		assert_in_range(n, 1, published);
		assert_int_equal(count[n]++, 0);
		titles++;
	}
	if (log != NULL)
		fclose(log);
	free(line);
	free(count);
	return titles;
}

static unsigned
count_delivered(const struct world *world)
{
	unsigned n = 0;

	for (unsigned id = 1; id < SENT_MAX; id++)
		n += world->alert_of[id][0] != '\0';
	return n;
}

static void
settle(struct world *world, unsigned published)
{
	WAIT_FOR(world, world->job.job != 0);
	serve_job(world, published);
	WAIT_FOR(world, titles_in_log(world, published) == published);
	while (
	    count_delivered(world) < published || world->deliveries_len > 0) {
		WAIT_FOR(world, world->deliveries_len > 0);
		answer(world, DELIVERY_OK);
	}
}

/* Whatever moment kill -9 comes at: each item is told once in the log and at
 * least once, under one id, at the courier. */
static void
kills_at_random_lose_and_double_nothing(void **state)
{
	struct world *world = *state;
	unsigned published = 0;

	srand(9);
	WAIT_FOR(world, world->job.job != 0);
	send_done(world, FETCH_OK); /* the first fetch finds nothing */
	WAIT_FOR(world, world->feed_state.last_success_at != 0);
	for (int round = 0; round < KILL_ROUNDS; round++) {
		live(world, &published, (unsigned)rand() % 60);
		kill_engine(world);
		start_engine(world);
		WAIT_FOR(world, world->ready);
	}
	settle(world, published);
	print_message("# %d kills, %u items\n", KILL_ROUNDS, published);
	assert_true(published > 100);
	assert_int_equal(count_delivered(world), published);
}

int
main(void)
{
#define ENGINE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ENGINE_TEST(the_first_fetch_is_quiet_but_for_fresh_items),
	    ENGINE_TEST(a_new_item_goes_to_log_courier_and_desk_alike),
	    ENGINE_TEST(an_item_without_a_tracked_name_is_kept_quietly),
	    ENGINE_TEST(a_fetcher_that_answers_for_another_job_is_cut_off),
	    ENGINE_TEST(a_dirty_text_is_a_reason_too),
	    ENGINE_TEST(an_answer_nobody_asked_for_does_no_harm),
	    ENGINE_TEST(a_new_courier_gets_what_the_old_one_held),
	    ENGINE_TEST(the_third_crash_over_a_feed_is_quarantine),
	    ENGINE_TEST(a_crash_over_another_feed_accuses_nobody),
	    ENGINE_TEST(failures_show_and_end),
	    ENGINE_TEST(a_poll_by_hand_is_answered),
	    ENGINE_TEST(a_stop_takes_in_what_is_under_way),
	    ENGINE_TEST(once_polls_delivers_and_says_so),
	    ENGINE_TEST(a_reload_changes_feeds_and_rules),
	    ENGINE_TEST(kills_at_random_lose_and_double_nothing),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

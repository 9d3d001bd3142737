/*
 * A desk on a stage: this program plays the parent and the engine around a
 * real desk role with a real store, and takes its cues from standard input, a
 * line each, fields separated by tabs. It says "ready", then "ok" after each
 * cue, and "gone STATUS" when the desk has ended.
 *
 *	alerts N        commit N alerts and tell the desk of each
 *	quiet N         commit N alerts without telling
 *	tell LEVEL URL TITLE NAME SUMMARY   one alert; NAME is its entity
 *	join STORY FEED MINUTES TITLE NAME LEVEL   an item of feed-FEED that was
 *	                published so long ago; STORY 0: its own; NAME is its
 *	                entity; LEVEL empty: without an alert
 *	feed ID STATE ERROR                 a feed's state
 *	refuse TEXT     refuse reloads for TEXT; empty: grant them
 *	silent          take actions without an answer
 *	engine          the engine is gone and comes back
 *	stop            tell the desk to stop
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "desk/desk.h"
#include "frame/config.h"
#include "frame/config_wire.h"
#include "frame/log.h"
#include "parent/listener.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/store.h"
#include "tests/desk_news.h"

#define CUE_MAX (64 * 1024)
#define INDEX_ROWS 1000

struct stage {
	struct event_base *base;
	struct peer *parent; /* the parent's end towards the desk */
	struct peer *engine; /* the engine's end */
	struct store *store;
	size_t feeds;
	uint64_t items; /* that came, as the engine counts them */
	char *refuse;
	bool silent;
	bool is_ready;
	pid_t desk;
};

/* ---- what the desk says ---------------------------------------------------
 */

static int
skip_message(void *arg, struct peer *peer, struct message_reader *reader)
{
	reader->at = reader->end;
	return 0;
}

static int
on_ready(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct stage *stage = arg;

	reader->at = reader->end;
	if (!stage->is_ready)
		puts("ready");
	stage->is_ready = true;
	return 0;
}

static void
answer(struct stage *stage, struct peer *peer, enum message_type type,
    uint64_t request)
{
	struct buf *out;

	if (stage->silent)
		return;
	out = peer_begin(peer, type);
	message_put_u64(out, request);
	message_put_u32(out, stage->refuse == NULL);
	message_put_str(out, stage->refuse != NULL ? stage->refuse : "done");
	peer_send(peer);
}

static int
on_reload(void *arg, struct peer *peer, struct message_reader *reader)
{
	uint64_t request = message_get_u64(reader);

	if (!message_end(reader))
		return -1;
	answer(arg, peer, MESSAGE_RELOAD_RESULT, request);
	return 0;
}

static int
on_poll(void *arg, struct peer *peer, struct message_reader *reader)
{
	uint64_t request = message_get_u64(reader);

	free(message_take_text(reader));
	if (!message_end(reader))
		return -1;
	answer(arg, peer, MESSAGE_ACTION_RESULT, request);
	return 0;
}

static const struct message_route parent_routes[] = {
    {MESSAGE_HELLO, skip_message},
    {MESSAGE_READY, on_ready},
    {MESSAGE_RELOAD, on_reload},
    {MESSAGE_NONE, NULL},
};

static const struct message_route engine_routes[] = {
    {MESSAGE_POLL, on_poll},
    {MESSAGE_NONE, NULL},
};

static void
on_desk_gone(void *arg, struct peer *peer, const char *error)
{
	struct stage *stage = arg;
	int status;

	waitpid(stage->desk, &status, 0);
	printf("gone %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fflush(stdout);
	_exit(0);
}

static void
on_engine_end_gone(void *arg, struct peer *peer, const char *error)
{
	((struct stage *)arg)->engine = NULL;
}

/* ---- what the desk is told ------------------------------------------------
 */

static void
send_listener(struct stage *stage)
{
	struct listener listener = LISTENER_INIT;
	char *error;

	if (listener_move(&listener, "127.0.0.1:0", &error) != 0)
		abort();
	peer_begin(stage->parent, MESSAGE_LISTENER);
	peer_send_fd(stage->parent, listener.fd);
	close(listener.fd);
	free(listener.address);
}

static void
send_config(struct stage *stage)
{
	struct config *config = config_new();
	struct buf slice = BUF_INIT;
	struct buf *out;
	int fd = memfd_create("slice", MFD_CLOEXEC);

	config->feeds_len = stage->feeds;
	config->feeds = xcalloc(stage->feeds, sizeof(*config->feeds));
	for (size_t i = 0; i < stage->feeds; i++) {
		config->feeds[i].id = xasprintf("feed-%zu", i + 1);
		config->feeds[i].outlet = xasprintf("Outlet %zu", i % 10 + 1);
		config->feeds[i].url =
		    xasprintf("https://feed.example/%zu", i + 1);
	}
	config_encode(config, ROLE_DESK, &slice);
	if (write(fd, slice.data, slice.len) != (ssize_t)slice.len)
		abort();
	out = peer_begin(stage->parent, MESSAGE_CONFIG);
	message_put_u64(out, 1);
	message_put_u32(out, 0);
	peer_send_fd(stage->parent, fd);
	close(fd);
	buf_clear(&slice);
	config_free(config);
}

static void
send_stats(struct stage *stage)
{
	struct stats stats = {.network_ok = 1,
	    .dns_ok = 1,
	    .store_ok = 1,
	    .fetchers = 2,
	    .items_new = stage->items,
	    .seq = store_last_seq(stage->store)};

	stats_put(peer_begin(stage->engine, MESSAGE_STATS), &stats);
	peer_send(stage->engine);
}

static void
connect_engine(struct stage *stage)
{
	static struct peer_callbacks callbacks = {
	    .routes = engine_routes, .on_gone = on_engine_end_gone};
	struct buf *out;
	int pair[2];

	callbacks.arg = stage;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		pair) != 0)
		abort();
	stage->engine = peer_new(
	    stage->base, pair[0], ROLE_ENGINE, ROLE_DESK, 0, &callbacks);
	out = peer_begin(stage->parent, MESSAGE_PEER);
	message_put_u32(out, ROLE_ENGINE);
	message_put_u32(out, 0);
	peer_send_fd(stage->parent, pair[1]);
	close(pair[1]);
	send_stats(stage);
}

static void
commit(struct stage *stage, struct batch *batch)
{
	if (store_commit(stage->store, batch) != STORE_OK)
		abort();
	while (store_index_step(stage->store, INDEX_ROWS))
		continue;
}

static void
tell_alert(void *arg, uint64_t seq, const char *json)
{
	struct peer *engine = arg;
	struct buf *out = peer_begin(engine, MESSAGE_ALERT);

	message_put_u64(out, seq);
	message_put_str(out, json);
	peer_send(engine);
}

/* Tells the desk of all alerts after a seq, as the engine would. */
static void
tell_after(struct stage *stage, uint64_t seq)
{
	char *error = NULL, *path = getenv("STATE_DIRECTORY");
	char *file = xasprintf("%s/%s", path, STORE_NAME);
	struct store_reader *reader = store_reader_open(file, &error);
	struct store_filter filter = {
	    .after = seq, .oldest_first = true, .limit = 1000};

	if (reader == NULL)
		abort();
	while (seq < store_last_seq(stage->store)) {
		filter.after = seq;
		store_query_alerts(reader, &filter, tell_alert, stage->engine);
		seq += 1000;
	}
	store_reader_close(reader);
	free(file);
}

/* ---- cues -----------------------------------------------------------------
 */

static void
cue_alerts(struct stage *stage, char **field)
{
	struct batch *batch = batch_new();
	uint64_t seq = store_last_seq(stage->store);
	unsigned long count = strtoul(field[1], NULL, 10);

	for (unsigned long i = 1; i <= count; i++) {
		char *title = xasprintf(
		    "Macron, report %llu", (unsigned long long)(seq + i));
		struct news news = {i % 10 == 0 ? "urgent" : "routine",
		    "https://news.example/", title, "Macron", "", 0};

		news_add_alert(stage->store, batch, &news);
		free(title);
	}
	commit(stage, batch);
	batch_free(batch);
	if (strcmp(field[0], "alerts") == 0)
		tell_after(stage, seq);
}

static void
cue_tell(struct stage *stage, char **field)
{
	struct batch *batch = batch_new();
	uint64_t seq = store_last_seq(stage->store);
	struct news news = {
	    field[1], field[2], field[3], field[4], field[5], 0};

	news_add_alert(stage->store, batch, &news);
	commit(stage, batch);
	batch_free(batch);
	tell_after(stage, seq);
}

static void
cue_join(struct stage *stage, char **field)
{
	struct batch *batch = batch_new();
	uint64_t seq = store_last_seq(stage->store);
	struct news news = {
	    field[6], "", field[4], field[5], "", strtoull(field[1], NULL, 10)};

	news_join(stage->store, batch, atoi(field[2]), atoi(field[3]), &news);
	commit(stage, batch);
	batch_free(batch);
	tell_after(stage, seq);
	stage->items++;
	send_stats(stage);
}

static void
cue_feed(struct stage *stage, char **field)
{
	struct feed_state told = {.feed = field[1],
	    .state = field[2],
	    .error = *field[3] != '\0' ? field[3] : NULL,
	    .last_fetch_at = news_now(),
	    .last_success_at = news_now() - 42 * 1000000,
	    .next_fetch_at = news_now() + 18 * 1000000,
	    .fetches = 10,
	    .new_items = 3};

	feed_state_put(peer_begin(stage->engine, MESSAGE_FEED_STATE), &told);
	peer_send(stage->engine);
}

static void
cue_refuse(struct stage *stage, char **field)
{
	free(stage->refuse);
	stage->refuse = *field[1] != '\0' ? xstrdup(field[1]) : NULL;
}

static void
cue_silent(struct stage *stage, char **field)
{
	stage->silent = true;
}

static void
cue_engine(struct stage *stage, char **field)
{
	peer_free(stage->engine);
	connect_engine(stage);
}

static void
cue_stop(struct stage *stage, char **field)
{
	peer_begin(stage->parent, MESSAGE_STOP);
	peer_send(stage->parent);
}

static const struct {
	const char *name;
	void (*play)(struct stage *, char **field);
} cues[] = {
    {"alerts", cue_alerts},
    {"engine", cue_engine},
    {"feed", cue_feed},
    {"join", cue_join},
    {"quiet", cue_alerts},
    {"refuse", cue_refuse},
    {"silent", cue_silent},
    {"stop", cue_stop},
    {"tell", cue_tell},
};

static void
on_cue(evutil_socket_t fd, short events, void *arg)
{
	static char line[CUE_MAX];
	struct stage *stage = arg;
	static char none[] = "";
	char *field[8] = {none, none, none, none, none, none, none, none};
	char *rest = line;

	if (fgets(line, sizeof(line), stdin) == NULL) {
		kill(stage->desk, SIGKILL);
		event_base_loopexit(stage->base, NULL);
		return;
	}
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < 7 && rest != NULL; i++)
		field[i] = strsep(&rest, "\t");
	for (size_t i = 0; i < sizeof(cues) / sizeof(cues[0]); i++)
		if (strcmp(cues[i].name, field[0]) == 0)
			cues[i].play(stage, field);
	puts("ok");
}

static void
start_desk(struct stage *stage)
{
	static struct peer_callbacks callbacks = {
	    .routes = parent_routes, .on_gone = on_desk_gone};
	int pair[2];

	callbacks.arg = stage;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		abort();
	stage->desk = fork();
	if (stage->desk == 0) {
		dup2(pair[1], 3);
		closefrom(4);
		log_open("desk", false);
		_exit(desk_main(0)); /* no leak check inside the sandbox */
	}
	close(pair[1]);
	stage->base = event_base_new();
	stage->parent = peer_new(
	    stage->base, pair[0], ROLE_PARENT, ROLE_DESK, 0, &callbacks);
}

static void
open_store(struct stage *stage)
{
	struct batch *batch = batch_new();
	char *warning, *error;
	char *path = xasprintf("%s/%s", getenv("STATE_DIRECTORY"), STORE_NAME);

	stage->store = store_open(path, &warning, &error);
	if (stage->store == NULL)
		fatal("%s", error);
	for (int i = 1; i <= 3; i++) {
		struct feed_record feed = {.row = i,
		    .id = xasprintf("feed-%d", i),
		    .outlet = xasprintf("Outlet %d", i),
		    .url = xasprintf("https://feed.example/%d", i)};

		batch_add_feed(batch, &feed);
	}
	commit(stage, batch);
	batch_free(batch);
	free(path);
}

int
main(int argc, char **argv)
{
	struct stage stage = {
	    .feeds = argc > 1 ? strtoul(argv[1], NULL, 10) : 3};
	struct event *cue;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	signal(SIGPIPE, SIG_IGN);
	start_desk(&stage); /* before this process has anything open */
	open_store(&stage);
	send_listener(&stage);
	send_config(&stage);
	connect_engine(&stage);
	cue = event_new(
	    stage.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_cue, &stage);
	event_add(cue, NULL);
	event_base_dispatch(stage.base);
	event_free(cue);
	peer_free(stage.parent);
	peer_free(stage.engine);
	store_close(stage.store);
	event_base_free(stage.base);
	free(stage.refuse);
	return 0;
}

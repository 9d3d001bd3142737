/*
 * The desk role: what the people and their programs see. Reads the store, keeps
 * what the engine and the parent tell, answers HTTP on loopback and on the
 * unix socket of the command line.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strings.h"
#include "desk/action.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/events.h"
#include "desk/http.h"
#include "desk/listen.h"
#include "desk/websub.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "frame/log.h"
#include "frame/sandbox.h"
#include "frame/websub.h"
#include "store/query.h"
#include "store/reader.h"

#define SOCKET_NAME "wirewatch.sock" /* in the runtime folder */
#define FILES_MAX 1024 /* both listeners' connections, and to spare */

/* ---- what the engine says -------------------------------------------------
 */

static int
on_alert(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	uint64_t seq = message_get_u64(reader);
	char *json = message_take_text(reader);
	int result = message_end(reader) ? 0 : -1;

	if (result == 0)
		events_add_alert(desk->events, seq, json);
	free(json);
	return result;
}

static int
on_feed_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	struct feed_state told;

	if (feed_state_get(reader, &told) != 0)
		return -1;
	desk_state_set_feed(&desk->state, &told);
	return 0;
}

static int
on_sink_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	struct sink_state told;

	if (sink_state_get(reader, &told) != 0)
		return -1;
	desk_state_set_sink(&desk->state, &told);
	return 0;
}

static int
on_websub_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	struct websub_state told;

	if (websub_state_get(reader, &told) != 0)
		return -1;
	websub_list_set(desk->websubs, &told);
	return 0;
}

/* Those that came and those that were edited. */
static uint64_t
items_of(const struct stats *stats)
{
	return stats->items_new + stats->items_edited;
}

static int
on_stats(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	struct stats told;
	uint64_t items = items_of(&desk->state.stats);

	if (stats_get(reader, &told) != 0)
		return -1;
	if (desk->state.has_stats && items_of(&told) > items)
		events_add_items(desk->events, items_of(&told) - items);
	desk_state_set_stats(&desk->state, &told);
	if (told.store_ok &&
	    (desk->reader == NULL || store_reader_is_moved(desk->reader))) {
		log_info("a new store is there; starting anew to read it");
		role_exit(&desk->role);
	}
	return 0;
}

static int
on_action_result(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	uint64_t request = message_get_u64(reader);
	bool ok = message_get_u32(reader) != 0;
	char *text = message_take_str(reader);
	int result = message_end(reader) ? 0 : -1;

	if (result == 0)
		actions_finish(desk->actions, request, ok, text);
	free(text);
	return result;
}

static const struct message_route engine_routes[] = {
    {MESSAGE_ALERT, on_alert},
    {MESSAGE_FEED_STATE, on_feed_state},
    {MESSAGE_SINK_STATE, on_sink_state},
    {MESSAGE_STATS, on_stats},
    {MESSAGE_WEBSUB_STATE, on_websub_state},
    {MESSAGE_ACTION_RESULT, on_action_result},
    {MESSAGE_NONE, NULL},
};

static void
on_engine_gone(void *arg, struct peer *peer, const char *error)
{
	struct desk *desk = arg;

	actions_engine_gone(desk->actions);
	if (peer != desk->engine)
		return; /* the one that replaces it was quicker */
	desk->engine = NULL;
	desk->state.engine_connected = false;
}

/* ---- what the parent says -------------------------------------------------
 */

static int
on_role_state(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	struct desk_role told;

	told.kind = message_get_u32(reader);
	told.index = message_get_u32(reader);
	told.pid = message_get_u32(reader);
	told.restarts = message_get_u32(reader);
	told.state = message_take_str(reader);
	if (!message_end(reader) || told.kind >= ROLE_KINDS) {
		free(told.state);
		return -1;
	}
	desk_state_set_role(&desk->state, &told);
	return 0;
}

static int
on_reload_result(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;
	uint64_t request = message_get_u64(reader);
	bool ok = message_get_u32(reader) != 0;
	char *text = message_take_str(reader);

	if (!message_end(reader)) {
		free(text);
		return -1;
	}
	for (size_t len = text != NULL ? strlen(text) : 0;
	     len > 0 && text[len - 1] == '\n'; len--)
		text[len - 1] = '\0';
	actions_finish(desk->actions, request, ok, text);
	desk->state.reload_failed = !ok;
	free(desk->state.reload_error);
	desk->state.reload_error = ok ? NULL : text;
	if (ok)
		free(text);
	return 0;
}

/* Of the page and the API, for the configuration that follows. */
static int
on_listener(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct desk *desk = arg;

	if (!message_end(reader))
		return -1;
	if (desk->lent != -1)
		close(desk->lent);
	desk->lent = message_take_fd(reader);
	return 0;
}

static const struct message_route parent_routes[] = {
    {MESSAGE_LISTENER, on_listener},
    {MESSAGE_ROLE_STATE, on_role_state},
    {MESSAGE_RELOAD_RESULT, on_reload_result},
    {MESSAGE_NONE, NULL},
};

/* ---- the role -------------------------------------------------------------
 */

static void
take_config(struct desk *desk)
{
	desk_state_set_config(&desk->state, desk->role.config);
	desk->state.configured_at = clock_now_us();
	desk->state.epoch = desk->role.epoch;
	desk->state.config_hash = desk->role.config->hash;
	desk->state.reload_failed = false;
	free(desk->state.reload_error);
	desk->state.reload_error = NULL;
}

/* Of an address that stays the connections stay, too. */
static void
take_listener(struct desk *desk)
{
	char *name = desk->lent != -1 ? listen_name(desk->lent) : NULL;
	char *old = desk->state.listen;

	desk->state.listen = name;
	if (strings_are_equal(name, old)) {
		if (desk->lent != -1)
			close(desk->lent);
	} else {
		http_listen(desk->http, desk->lent, false);
		if (name != NULL)
			log_info("page and API on http://%s/", name);
		else
			log_info("page and API on the socket alone");
	}
	desk->lent = -1;
	free(old);
}

static void
on_config(void *arg, const struct config *old)
{
	struct desk *desk = arg;

	take_config(desk);
	take_listener(desk);
}

static const struct peer_callbacks *
on_peer(void *arg, enum role_kind kind, unsigned index)
{
	struct desk *desk = arg;
	static struct peer_callbacks callbacks = {
	    .routes = engine_routes, .on_gone = on_engine_gone};

	callbacks.arg = desk;
	return kind == ROLE_ENGINE ? &callbacks : NULL;
}

static void
on_peer_ready(void *arg, struct peer *peer)
{
	struct desk *desk = arg;

	desk->engine = peer;
	desk->state.engine_connected = true;
	if (desk->events != NULL)
		events_catch_up(desk->events);
}

static void
on_stop(void *arg)
{
	struct desk *desk = arg;

	role_exit(&desk->role);
}

static const struct role_callbacks callbacks = {
    .on_config = on_config,
    .on_peer = on_peer,
    .on_peer_ready = on_peer_ready,
    .on_stop = on_stop,
    .parent_routes = parent_routes,
};

struct store_reader *
desk_open_store(struct desk *desk, char **error)
{
	if (desk->reader == NULL)
		*error = xasprintf("%s is not open", desk->store_path);
	return desk->reader;
}

/* Once, before the sandbox: it opens all files that reading will need. */
static void
open_store(struct desk *desk)
{
	char *error = NULL;

	desk->store_path = config_path(FOLDER_STATE, STORE_NAME);
	desk->reader = store_reader_open(desk->store_path, &error);
	if (desk->reader == NULL)
		log_warning("the store cannot be read: %s", error);
	free(error);
}

static void
open_socket(struct desk *desk)
{
	char *path = config_path(FOLDER_RUNTIME, SOCKET_NAME);
	char *error = NULL;
	int fd = listen_unix(path, &error);

	if (fd == -1)
		fatal("%s", error);
	http_listen(desk->http, fd, true);
	free(path);
}

static void
enter_sandbox(void)
{
	const struct sandbox walls = {
	    .accept = true,
	    .files = true, /* reads of the open store; no path is reachable */
	    .files_max = FILES_MAX,
	};

	sandbox_enter(&walls);
}

static void
desk_clear(struct desk *desk)
{
	http_free(desk->http);
	events_free(desk->events);
	actions_free(desk->actions);
	websub_list_free(desk->websubs);
	store_reader_close(desk->reader);
	desk_state_clear(&desk->state);
	free(desk->store_path);
}

int
desk_main(unsigned index)
{
	struct desk desk = {.lent = -1};
	int status;

	desk_state_init(&desk.state);
	desk.state.started_at = clock_now_us();
	desk.actions = actions_new(&desk);
	desk.websubs = websub_list_new();
	role_start(&desk.role, ROLE_DESK, index, &callbacks, &desk);
	take_config(&desk);
	desk.http =
	    http_new(desk.role.base, api_on_request, api_body_max, &desk);
	desk.events = events_new(&desk);
	open_store(&desk);
	open_socket(&desk);
	take_listener(&desk);
	enter_sandbox();
	status = role_loop(&desk.role);
	desk_clear(&desk);
	return status;
}

/*
 * Reload, poll, feeds added and removed.
 *
 * An edit of the feeds goes to the engine, which owns the file, then to the
 * parent, which reads the configuration again; when that is refused the engine
 * puts the file back. Such an action goes on when its client is gone.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/strings.h"
#include "desk/action.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/params.h"
#include "frame/config.h"
#include "frame/config_value.h"
#include "frame/peer.h"

#define ACTIONS_MAX 100 /* that wait at once */

struct action {
	LIST_ENTRY(action) entry;
	struct actions *actions;
	struct http_conn *conn; /* NULL: gone */
	uint64_t request;
	int refusal; /* HTTP status when the answer is no */
	bool engine; /* waits for the engine, not for the parent */
	bool edits;  /* the file of feeds: is reloaded, or put back */
	char *plain; /* what a hub is answered; NULL: a person, by JSON */
};

struct actions {
	struct desk *desk;
	LIST_HEAD(, action) waiting;
	unsigned len;
	uint64_t last; /* request number */
};

struct actions *
actions_new(struct desk *desk)
{
	struct actions *actions = xcalloc(1, sizeof(*actions));

	actions->desk = desk;
	LIST_INIT(&actions->waiting);
	return actions;
}

static void
action_forget(struct action *action)
{
	LIST_REMOVE(action, entry);
	action->actions->len--;
	free(action->plain);
	free(action);
}

void
actions_free(struct actions *actions)
{
	struct action *action;

	if (actions == NULL)
		return;
	while ((action = LIST_FIRST(&actions->waiting)) != NULL)
		action_forget(action);
	free(actions);
}

static void
action_on_close(void *arg)
{
	struct action *action = arg;

	action->conn = NULL;
	if (!action->edits)
		action_forget(action);
}

/* A new action of this connection, or NULL when too many wait (answered). */
static struct action *
action_begin(const struct api_call *call, int refusal)
{
	struct actions *actions = call->desk->actions;
	struct action *action;

	if (actions->len == ACTIONS_MAX) {
		http_reply_error(call->conn, 503,
		    "%d actions wait already; try again", ACTIONS_MAX);
		return NULL;
	}
	action = xcalloc(1, sizeof(*action));
	action->actions = actions;
	action->conn = call->conn;
	action->request = ++actions->last;
	action->refusal = refusal;
	LIST_INSERT_HEAD(&actions->waiting, action, entry);
	actions->len++;
	http_conn_on_close(call->conn, action_on_close, action);
	return action;
}

void
action_post_reload(const struct api_call *call)
{
	struct peer *parent = call->desk->role.parent;
	struct action *action = action_begin(call, 422);

	if (action == NULL)
		return;
	message_put_u64(peer_begin(parent, MESSAGE_RELOAD), action->request);
	peer_send(parent);
}

/* Whether the engine is there; answered when not. */
static bool
has_engine(const struct api_call *call)
{
	if (call->desk->engine == NULL)
		http_reply_error(call->conn, 503,
		    "the engine is not connected; it is restarted within "
		    "seconds, try again");
	return call->desk->engine != NULL;
}

/* Whether the feed is there; answered when not. */
static bool
has_feed(const struct api_call *call)
{
	if (desk_state_find(&call->desk->state, call->id) != NULL)
		return true;
	http_reply_error(call->conn, 404,
	    "no feed \"%.100s\"; `wirewatch feeds` lists them", call->id);
	return false;
}

void
action_post_poll(const struct api_call *call)
{
	struct peer *engine = call->desk->engine;
	struct action *action;
	struct buf *out;

	if (!has_feed(call) || !has_engine(call))
		return;
	action = action_begin(call, 409);
	if (action == NULL)
		return;
	action->engine = true;
	out = peer_begin(engine, MESSAGE_POLL);
	message_put_u64(out, action->request);
	message_put_str(out, call->id);
	peer_send(engine);
}

/* ---- feeds added and removed ----------------------------------------------
 */

struct feed_params {
	const char *id;
	const char *url;
	const char *outlet;
	const char *language;
};

static const struct param feed_params[] = {
    {"id", PARAM_TEXT, offsetof(struct feed_params, id)},
    {"language", PARAM_TEXT, offsetof(struct feed_params, language)},
    {"outlet", PARAM_TEXT, offsetof(struct feed_params, outlet)},
    {"url", PARAM_TEXT, offsetof(struct feed_params, url)},
    {NULL, PARAM_TEXT, 0},
};

/* What is wrong with a parameter, or NULL; required ones are not NULL. */
static const char *
check_param(const char *text, bool required, const char *(*check)(const char *))
{
	if (text == NULL)
		return required ? "is missing" : NULL;
	return check(text);
}

/* Answers when they are not such as the configuration takes. */
static bool
are_good(const struct api_call *call, const struct feed_params *feed)
{
	const struct {
		const char *name, *wrong;
	} checks[] = {
	    {"id", check_param(feed->id, true, value_check_id)},
	    {"url", check_param(feed->url, true, value_check_url)},
	    {"outlet", check_param(feed->outlet, false, value_check_text)},
	    {"language",
		check_param(feed->language, false, value_check_language)},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if (checks[i].wrong == NULL)
			continue;
		http_reply_error(
		    call->conn, 400, "%s %s", checks[i].name, checks[i].wrong);
		return false;
	}
	return true;
}

/* Answers when the id or the address is there already. */
static bool
is_new(const struct api_call *call, const struct feed_params *feed)
{
	struct desk_state *state = &call->desk->state;

	if (desk_state_find(state, feed->id) != NULL) {
		http_reply_error(call->conn, 409,
		    "there is a feed \"%s\" already", feed->id);
		return false;
	}
	for (size_t i = 0; i < state->feeds_len; i++) {
		const struct desk_feed *old = &state->feeds[i];

		if (old->config == NULL ||
		    strcmp(old->config->url, feed->url) != 0)
			continue;
		http_reply_error(call->conn, 409,
		    "%s is there already as feed \"%s\"", feed->url, old->id);
		return false;
	}
	return true;
}

/* One edit at a time, so that what is put back is the last one. */
static struct action *
begin_edit(const struct api_call *call)
{
	struct action *action;

	LIST_FOREACH (action, &call->desk->actions->waiting, entry) {
		if (!action->edits)
			continue;
		http_reply_error(call->conn, 409,
		    "the feeds are being changed already; try again");
		return NULL;
	}
	action = has_engine(call) ? action_begin(call, 409) : NULL;
	if (action != NULL)
		action->engine = action->edits = true;
	return action;
}

void
action_post_feed(const struct api_call *call)
{
	struct feed_params feed = {NULL};
	struct strings owned = {0};
	struct action *action = NULL;
	struct buf *out;

	if (api_read_params(call, feed_params, &feed, &owned) == 0 &&
	    are_good(call, &feed) && is_new(call, &feed))
		action = begin_edit(call);
	if (action != NULL) {
		out = peer_begin(call->desk->engine, MESSAGE_FEED_ADD);
		message_put_u64(out, action->request);
		message_put_str(out, feed.id);
		message_put_str(out, feed.url);
		message_put_str(out, feed.outlet);
		message_put_str(out, feed.language);
		peer_send(call->desk->engine);
	}
	strings_clear(&owned);
}

void
action_post_remove(const struct api_call *call)
{
	struct action *action = has_feed(call) ? begin_edit(call) : NULL;
	struct buf *out;

	if (action == NULL)
		return;
	out = peer_begin(call->desk->engine, MESSAGE_FEED_REMOVE);
	message_put_u64(out, action->request);
	message_put_str(out, call->id);
	peer_send(call->desk->engine);
}

/* The engine has edited, or the parent has reloaded. True: the action goes on.
 */
static bool
go_on(struct action *action, bool ok)
{
	struct desk *desk = action->actions->desk;
	struct peer *parent = desk->role.parent;

	if (action->engine && ok) {
		action->engine = false;
		action->refusal = 422;
		message_put_u64(
		    peer_begin(parent, MESSAGE_RELOAD), action->request);
		peer_send(parent);
		return true;
	}
	if (!action->engine && !ok && desk->engine != NULL) {
		peer_begin(desk->engine, MESSAGE_FEED_UNDO);
		peer_send(desk->engine);
	}
	return false;
}

uint64_t
action_begin_hub(const struct api_call *call, int refusal, const char *plain)
{
	struct action *action = action_begin(call, refusal);

	if (action == NULL)
		return 0;
	action->engine = true;
	action->plain = xstrdup(plain);
	return action->request;
}

static void
reply_plain(struct action *action)
{
	struct http_conn *conn = action->conn;
	struct buf out = BUF_INIT;

	buf_add_str(&out, action->plain);
	action_forget(action);
	http_reply(conn, 200, "text/plain", &out);
}

static void
action_reply(struct action *action, bool ok, const char *text)
{
	struct http_conn *conn = action->conn;
	int status = ok ? 200 : action->refusal;
	struct buf out = BUF_INIT;

	if (ok && action->plain != NULL) {
		reply_plain(action);
		return;
	}
	action_forget(action);
	if (conn == NULL)
		return;
	json_put_open(&out, '{');
	json_pair_bool(&out, "ok", ok);
	json_pair_str(&out, ok ? "text" : "error", text != NULL ? text : "");
	json_put_close(&out, '}');
	buf_add_char(&out, '\n');
	http_reply(conn, status, API_JSON, &out);
}

void
actions_finish(
    struct actions *actions, uint64_t request, bool ok, const char *text)
{
	struct action *action;

	LIST_FOREACH (action, &actions->waiting, entry) {
		if (action->request != request)
			continue;
		if (!action->edits || !go_on(action, ok))
			action_reply(action, ok, text);
		return;
	}
}

void
actions_engine_gone(struct actions *actions)
{
	struct action *action, *next;

	for (action = LIST_FIRST(&actions->waiting); action != NULL;
	     action = next) {
		next = LIST_NEXT(action, entry);
		if (!action->engine)
			continue;
		action->refusal = 503;
		action_reply(action, false,
		    "the engine went away before it answered; try again");
	}
}

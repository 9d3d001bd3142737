/*
 * Reload and poll.
 */
#include <stdlib.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "desk/action.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "frame/peer.h"

#define ACTIONS_MAX 100 /* that wait at once */

struct action {
	LIST_ENTRY(action) entry;
	struct actions *actions;
	struct http_conn *conn;
	uint64_t request;
	int refusal; /* HTTP status when the answer is no */
	bool engine; /* waits for the engine, not for the parent */
	char *plain; /* what a hub is answered; NULL: a person, by JSON */
};

struct actions {
	LIST_HEAD(, action) waiting;
	unsigned len;
	uint64_t last; /* request number */
};

struct actions *
actions_new(void)
{
	struct actions *actions = xcalloc(1, sizeof(*actions));

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
	action_forget(arg);
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

void
action_post_poll(const struct api_call *call)
{
	struct peer *engine = call->desk->engine;
	struct action *action;
	struct buf *out;

	if (desk_state_find(&call->desk->state, call->id) == NULL) {
		http_reply_error(call->conn, 404,
		    "no feed \"%s\"; `wirewatch feeds` lists them", call->id);
		return;
	}
	if (engine == NULL) {
		http_reply_error(call->conn, 503,
		    "the engine is not connected; it is restarted within "
		    "seconds, try again");
		return;
	}
	action = action_begin(call, 409);
	if (action == NULL)
		return;
	action->engine = true;
	out = peer_begin(engine, MESSAGE_POLL);
	message_put_u64(out, action->request);
	message_put_str(out, call->id);
	peer_send(engine);
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
		if (action->request == request) {
			action_reply(action, ok, text);
			return;
		}
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

/*
 * Requests of WebSub hubs. Runs in the desk; owns the list of subscriptions as
 * the engine told them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "desk/action.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/request.h"
#include "desk/websub.h"
#include "desk/websub_query.h"
#include "frame/config.h"
#include "frame/peer.h"
#include "frame/websub.h"

struct websub_list {
	struct websub_state *at;
	size_t len, cap;
	struct map by_token; /* into at, as is by_feed */
	struct map by_feed;
};

/* ---- the list ----------------------------------------------------------- */

struct websub_list *
websub_list_new(void)
{
	return xcalloc(1, sizeof(struct websub_list));
}

void
websub_list_free(struct websub_list *list)
{
	if (list == NULL)
		return;
	map_clear(&list->by_token);
	map_clear(&list->by_feed);
	for (size_t i = 0; i < list->len; i++)
		websub_state_clear(&list->at[i]);
	free(list->at);
	free(list);
}

/* A feed that left a hub for another has two for a while: the new one shows. */
static void
add_to_maps(struct websub_list *list, size_t at)
{
	map_add(&list->by_token, list->at[at].token, at);
	if (strcmp(list->at[at].state, "leaving") != 0)
		map_add(&list->by_feed, list->at[at].feed, at);
}

static void
make_maps(struct websub_list *list)
{
	map_clear(&list->by_token);
	map_clear(&list->by_feed);
	for (size_t i = 0; i < list->len; i++)
		add_to_maps(list, i);
}

static void
append(struct websub_list *list, const struct websub_state *told)
{
	if (list->len == list->cap) {
		list->cap = list->cap * 2 + 16;
		list->at =
		    xreallocarray(list->at, list->cap, sizeof(*list->at));
	}
	list->at[list->len++] = *told;
}

/* Takes told in the place of the one at `at`. */
static void
replace(struct websub_list *list, size_t at, struct websub_state *told)
{
	struct websub_state *old = &list->at[at];
	char *token = old->token, *feed = old->feed;
	bool same = !told->gone && strcmp(old->state, told->state) == 0;

	/* The maps' keys live on. */
	old->token = told->token;
	old->feed = told->feed;
	told->token = token;
	told->feed = feed;
	websub_state_clear(old);
	*old = *told;
	if (same)
		return;
	if (told->gone) {
		websub_state_clear(old);
		*old = list->at[--list->len];
	}
	make_maps(list);
}

void
websub_list_set(struct websub_list *list, struct websub_state *told)
{
	size_t at = map_get(&list->by_token, told->token);

	if (at == MAP_NONE && told->gone) {
		websub_state_clear(told);
		return;
	}
	if (at == MAP_NONE) {
		append(list, told);
		add_to_maps(list, list->len - 1);
		return;
	}
	replace(list, at, told);
}

const struct websub_state *
websub_list_of_feed(struct websub_list *list, const char *feed)
{
	size_t at = map_get(&list->by_feed, feed);

	return at != MAP_NONE ? &list->at[at] : NULL;
}

size_t
websub_list_count(const struct websub_list *list, const char *state)
{
	size_t count = 0;

	for (size_t i = 0; i < list->len; i++)
		count += strcmp(list->at[i].state, state) == 0;
	return count;
}

/* ---- requests ----------------------------------------------------------- */

static const char *
token_of(const struct request *request)
{
	size_t len = strlen(WEBSUB_PATH);

	return strncmp(request->path, WEBSUB_PATH, len) == 0
		   ? request->path + len
		   : NULL;
}

bool
websub_is_callback(const struct desk *desk, const struct request *request)
{
	return desk->role.config->websub.callback != NULL &&
	       token_of(request) != NULL;
}

/* Hubs may be quicker than the engine's word of their subscription: what they
 * ask is for the engine to judge, if it has the form of a callback. */
static bool
may_be_known(const struct request *request)
{
	const char *token = token_of(request);

	return strlen(token) == WEBSUB_TOKEN_LEN &&
	       strspn(token, "0123456789abcdef") == WEBSUB_TOKEN_LEN;
}

/* Who brings content must have been told of. */
static bool
is_known(const struct desk *desk, const struct request *request)
{
	return websub_is_callback(desk, request) &&
	       map_get(&desk->websubs->by_token, token_of(request)) != MAP_NONE;
}

size_t
websub_body_max(const struct desk *desk, const struct request *request)
{
	return is_known(desk, request) ? WEBSUB_BODY_MAX : 0;
}

/* A header as other roles may be told it, or NULL. */
static char *
told_header(const char *text)
{
	return text != NULL && utf8_is_valid(text, strlen(text)) ? (char *)text
								 : NULL;
}

static void
take_push(const struct api_call *call)
{
	struct peer *engine = call->desk->engine;
	struct websub_push push = {
	    .token = (char *)token_of(call->request),
	    .signature = told_header(call->request->x_hub_signature),
	    .content_type = told_header(call->request->content_type),
	};

	if (peer_is_full(engine)) {
		http_reply_error(call->conn, 503, "busy; bring it again");
		return;
	}
	push.request = action_begin_hub(call, 503, "");
	if (push.request == 0)
		return;
	push.body = http_body(call->conn, &push.body_len);
	websub_push_put(peer_begin(engine, MESSAGE_WEBSUB_PUSH), &push);
	peer_send(engine);
}

static void
take_query(const struct api_call *call)
{
	struct peer *engine = call->desk->engine;
	struct websub_query query;
	struct websub_verify verify;

	if (websub_query_parse(call->request->query, &query) != 0) {
		http_reply_error(call->conn, 404, "this is no hub's request");
		return;
	}
	verify = (struct websub_verify){
	    .request = action_begin_hub(
		call, 404, query.challenge != NULL ? query.challenge : ""),
	    .token = (char *)token_of(call->request),
	    .mode = query.mode,
	    .topic = query.topic,
	    .lease_s = query.lease_s,
	    .reason = query.reason,
	};
	if (verify.request != 0) {
		websub_verify_put(
		    peer_begin(engine, MESSAGE_WEBSUB_VERIFY), &verify);
		peer_send(engine);
	}
	websub_query_clear(&query);
}

void
websub_answer(const struct api_call *call)
{
	if (call->desk->engine == NULL) {
		http_reply_error(call->conn, 503, "starting; try again");
		return;
	}
	if (!may_be_known(call->request) ||
	    (call->request->method == REQUEST_POST &&
		!is_known(call->desk, call->request))) {
		http_reply_error(call->conn, 404, "there is no such callback");
		return;
	}
	switch (call->request->method) {
	case REQUEST_POST:
		take_push(call);
		return;
	case REQUEST_GET:
		take_query(call);
		return;
	case REQUEST_HEAD:
	case REQUEST_OTHER:
		break;
	}
	http_add_header(call->conn, "Allow", "GET, POST");
	http_reply_error(call->conn, 405, "a callback takes GET and POST");
}

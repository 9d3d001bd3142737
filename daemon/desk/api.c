/*
 * The table of all that the desk answers, and what its handlers share. Runs in
 * the desk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "desk/action.h"
#include "desk/api.h"
#include "desk/api_explain.h"
#include "desk/api_feeds.h"
#include "desk/api_status.h"
#include "desk/api_store.h"
#include "desk/api_stories.h"
#include "desk/desk.h"
#include "desk/events.h"
#include "desk/guard.h"
#include "desk/http.h"
#include "desk/page.h"
#include "desk/params.h"
#include "desk/request.h"
#include "desk/websub.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "parse/url.h"

static const struct {
	enum request_method method; /* GET also answers HEAD */
	const char *path;           /* {id}: one segment */
	void (*handle)(const struct api_call *);
} routes[] = {
    {REQUEST_GET, "/", page_get_index},
    {REQUEST_GET, "/page.css", page_get_style},
    {REQUEST_GET, "/page.js", page_get_script},
    {REQUEST_GET, "/alerts.js", page_get_alerts},
    {REQUEST_GET, "/stories.js", page_get_stories},
    {REQUEST_GET, "/events.js", page_get_events},
    {REQUEST_GET, "/icon.svg", page_get_icon},
    {REQUEST_GET, "/alerts.txt", page_get_text},
    {REQUEST_GET, "/api/v1/status", api_get_status},
    {REQUEST_GET, "/api/v1/feeds", api_get_feeds},
    {REQUEST_GET, "/api/v1/feeds/{id}", api_get_feed},
    {REQUEST_GET, "/api/v1/alerts", api_get_alerts},
    {REQUEST_GET, "/api/v1/items", api_get_items},
    {REQUEST_GET, "/api/v1/stories", api_get_stories},
    {REQUEST_GET, "/api/v1/stories/{id}", api_get_story},
    {REQUEST_GET, "/api/v1/explain", api_get_explain},
    {REQUEST_GET, "/api/v1/events", events_get},
    {REQUEST_GET, "/metrics", api_get_metrics},
    {REQUEST_GET, "/healthz", api_get_healthz},
    {REQUEST_GET, "/readyz", api_get_readyz},
    {REQUEST_POST, "/api/v1/reload", action_post_reload},
    {REQUEST_POST, "/api/v1/feeds/{id}/poll", action_post_poll},
    {REQUEST_POST, "/api/v1/feeds/{id}/remove", action_post_remove},
    {REQUEST_POST, "/api/v1/feeds", action_post_feed},
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

/* Whether path is of this pattern; id: the segment at {id}, decoded, the
 * caller frees; NULL when there is none. */
static bool
path_matches(const char *pattern, const char *path, char **id)
{
	size_t len = strcspn(pattern, "{"), segment;

	if (strncmp(pattern, path, len) != 0)
		return false;
	if (pattern[len] == '\0')
		return path[len] == '\0';
	segment = strcspn(path + len, "/");
	if (strcmp(path + len + segment, pattern + len + strlen("{id}")) != 0)
		return false;
	*id = request_decode(path + len, segment, false);
	return *id != NULL && **id != '\0' && utf8_is_valid(*id, strlen(*id));
}

static void
refuse_method(struct http_conn *conn, enum request_method allowed)
{
	const char *allow = allowed == REQUEST_POST ? "POST" : "GET, HEAD";

	http_add_header(conn, "Allow", allow);
	http_reply_error(conn, 405, "this address takes %s only", allow);
}

static void
route_call(struct api_call *call)
{
	const struct request *request = call->request;
	enum request_method method = request->method, other = REQUEST_OTHER;

	if (method == REQUEST_HEAD)
		method = REQUEST_GET;
	for (size_t i = 0; i < ROUTES; i++) {
		char *id = NULL;
		bool matches = path_matches(routes[i].path, request->path, &id);

		if (matches && routes[i].method == method) {
			call->id = id;
			routes[i].handle(call);
			free(id);
			return;
		}
		if (matches && other == REQUEST_OTHER)
			other = routes[i].method;
		free(id);
	}
	if (other != REQUEST_OTHER) {
		refuse_method(call->conn, other);
		return;
	}
	http_reply_error(call->conn, 404,
	    "there is nothing at this address; "
	    "wirewatchd(8) lists what there is");
}

void
api_on_request(void *arg, struct http_conn *conn, const struct request *request)
{
	struct desk *desk = arg;
	struct api_call call = {desk, conn, request, NULL};
	const char *why;
	int status;

	if (websub_is_callback(desk, request)) {
		websub_answer(&call);
		return;
	}
	status = guard_check(
	    request, http_conn_is_local(conn), &desk->role.config->desk, &why);
	if (status == 405)
		http_add_header(conn, "Allow", "GET, HEAD");
	if (status != 0)
		http_reply_error(conn, status, "%s", why);
	else
		route_call(&call);
}

int
api_read_params(const struct api_call *call, const struct param *table,
    void *into, struct strings *owned)
{
	struct buf error = BUF_INIT;
	int result = params_parse(
	    call->request->query, table, clock_now_us(), into, owned, &error);

	if (result != 0)
		http_reply_error(call->conn, 400, "%s", buf_str(&error));
	buf_clear(&error);
	return result;
}

void
api_reply_json(const struct api_call *call, struct buf *body)
{
	buf_add_char(body, '\n');
	http_reply(call->conn, 200, API_JSON, body);
}

void
api_put_next(struct buf *out, const struct api_call *call, const char *cursor,
    const char *value)
{
	const char *query = call->request->query;
	struct buf next = BUF_INIT;
	size_t len, cursor_len = strlen(cursor);

	buf_addf(&next, "%s?", call->request->path);
	for (; query != NULL && *query != '\0'; query += len) {
		query += *query == '&';
		len = strcspn(query, "&");
		if (len == 0 || (len > cursor_len && query[cursor_len] == '=' &&
				    strncmp(query, cursor, cursor_len) == 0))
			continue;
		buf_add(&next, query, len);
		buf_add_char(&next, '&');
	}
	buf_addf(&next, "%s=", cursor);
	url_encode_add(&next, value);
	json_pair_str(out, "next", buf_str(&next));
	buf_clear(&next);
}

size_t
api_body_max(void *arg, const struct request *request)
{
	return websub_body_max(arg, request);
}

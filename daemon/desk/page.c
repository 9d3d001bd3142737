/*
 * The desk's page. What strangers wrote reaches it through the API only, and
 * its script puts it in as text; the policy forbids any script but ours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "desk/api.h"
#include "desk/desk.h"
#include "desk/http.h"
#include "desk/page.h"
#include "desk/page_files.h"
#include "frame/alert_line.h"
#include "frame/clock.h"
#include "store/query.h"
#include "store/reader.h"

#define TEXT_ALERTS 100

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types events";

static void
reply_file(const struct api_call *call, const char *type, const char *file)
{
	struct buf body = BUF_INIT;

	buf_add_str(&body, file);
	http_add_header(call->conn, "Content-Security-Policy", policy);
	http_reply(call->conn, 200, type, &body);
}

void
page_get_index(const struct api_call *call)
{
	reply_file(call, "text/html; charset=utf-8", page_index_html);
}

void
page_get_style(const struct api_call *call)
{
	reply_file(call, "text/css; charset=utf-8", page_css);
}

void
page_get_script(const struct api_call *call)
{
	reply_file(call, "text/javascript; charset=utf-8", page_js);
}

void
page_get_alerts(const struct api_call *call)
{
	reply_file(call, "text/javascript; charset=utf-8", page_alerts_js);
}

void
page_get_stories(const struct api_call *call)
{
	reply_file(call, "text/javascript; charset=utf-8", page_stories_js);
}

void
page_get_events(const struct api_call *call)
{
	reply_file(call, "text/javascript; charset=utf-8", page_events_js);
}

void
page_get_icon(const struct api_call *call)
{
	reply_file(call, "image/svg+xml", page_icon_svg);
}

static void
add_line(void *arg, uint64_t seq, const char *json)
{
	struct buf *out = arg;
	const struct alert_line_options options = {
	    .time = true, .now_at = clock_now_us()};

	alert_line_add(out, json, strlen(json), &options);
	buf_add_char(out, '\n');
}

void
page_get_text(const struct api_call *call)
{
	struct store_filter filter = {.limit = TEXT_ALERTS};
	struct buf out = BUF_INIT;
	char *error = NULL;
	struct store_reader *reader = desk_open_store(call->desk, &error);

	if (reader == NULL ||
	    store_query_alerts(reader, &filter, add_line, &out) != 0) {
		buf_reset(&out);
		buf_addf(&out, "the store cannot be read: %s\n",
		    reader == NULL ? error : store_reader_error(reader));
	}
	free(error);
	http_reply(call->conn, 200, "text/plain; charset=utf-8", &out);
}

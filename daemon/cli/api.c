/*
 * HTTP over the daemon's unix socket, by libcurl.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <curl/curl.h>
#include <jansson.h>

#include "base/mem.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/when.h"
#include "frame/clock.h"
#include "frame/config_folder.h"

#define SOCKET_NAME "wirewatch.sock"
#define CONNECT_S 5L
#define ANSWER_S 100L    /* a reload may read much */
#define SILENCE_MS 45000 /* of a stream, which is never silent for 15 s */

bool
api_take_option(struct api *api, int letter, const char *argument)
{
	switch (letter) {
	case 'j':
		api->json = true;
		return true;
	case 's':
		free(api->socket);
		api->socket = xstrdup(argument);
		return true;
	default:
		return false;
	}
}

bool
api_read_options(struct api *api, int argc, char **argv)
{
	static const struct option options[] = {
	    API_OPTIONS, {NULL, 0, NULL, 0}};
	int letter;

	while ((letter = getopt_long(argc, argv, API_LETTERS, options, NULL)) !=
	       -1)
		if (!api_take_option(api, letter, optarg))
			return false;
	return true;
}

void
api_clear(struct api *api)
{
	free(api->socket);
	api->socket = NULL;
}

/* --socket, or the runtime folder's; a program built for another prefix still
 * finds the one of the system's service. */
static const char *
socket_path(struct api *api)
{
	static const char service[] = "/run/wirewatch/" SOCKET_NAME;

	if (api->socket != NULL)
		return api->socket;
	api->socket = config_path(FOLDER_RUNTIME, SOCKET_NAME);
	if (getenv("RUNTIME_DIRECTORY") == NULL &&
	    access(api->socket, F_OK) != 0 && access(service, F_OK) == 0) {
		free(api->socket);
		api->socket = xstrdup(service);
	}
	return api->socket;
}

static void
say_unreachable(struct api *api, CURL *curl, CURLcode result)
{
	const char *path = socket_path(api);
	long error = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &error);
	if (result != CURLE_COULDNT_CONNECT) {
		fprintf(stderr,
		    "wirewatch: the daemon on %s did not answer: "
		    "%s\n",
		    path, curl_easy_strerror(result));
		return;
	}
	fprintf(stderr, "wirewatch: no daemon answers on %s: %s\n", path,
	    error != 0 ? strerror((int)error) : "cannot connect");
	if (error == EACCES)
		fputs("Its socket is for its owner and group: use sudo; "
		      "wirewatchd(8) says how to do without.\n",
		    stderr);
	else
		fputs("Start it (`systemctl start wirewatchd`), or name its "
		      "socket with --socket PATH.\n",
		    stderr);
}

static CURL *
open_handle(struct api *api, const char *path)
{
	CURL *curl = curl_easy_init();
	char *url = xasprintf("http://localhost%s", path);

	if (curl == NULL)
		abort();
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path(api));
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	free(url);
	return curl;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	buf_add(arg, bytes, size * count);
	return size * count;
}

int
api_request(
    struct api *api, const char *method, const char *path, struct buf *body)
{
	CURL *curl = open_handle(api, path);
	CURLcode result;
	long status = -1;

	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (strcmp(method, "POST") == 0)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	result = curl_easy_perform(curl);
	if (result == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	else
		say_unreachable(api, curl, result);
	curl_easy_cleanup(curl);
	return (int)status;
}

int
api_refused(int http_status, const struct buf *body)
{
	json_t *answer = json_loads(buf_str(body), 0, NULL);
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (http_status != -1)
		fprintf(stderr, "wirewatch: %s\n",
		    error != NULL ? error : "the daemon's answer is not JSON");
	json_decref(answer);
	return http_status == 400 ? EXIT_INPUT : EXIT_NO;
}

json_t *
api_get(struct api *api, const char *path, int *status)
{
	struct buf body = BUF_INIT;
	int http_status = api_request(api, "GET", path, &body);
	json_t *value = NULL;

	if (http_status == 200)
		value = json_loadb(buf_str(&body), body.len, 0, NULL);
	if (value == NULL)
		*status = api_refused(http_status, &body);
	buf_clear(&body);
	return value;
}

int
api_walk(struct api *api, char *path, const char *key, size_t limit,
    api_on_row on_row, void *arg)
{
	int status = EXIT_YES;
	size_t count = 0, i;
	json_t *page, *row;

	while (path != NULL) {
		page = api_get(api, path, &status);
		free(path);
		if (page == NULL)
			return status;
		json_array_foreach(json_object_get(page, key), i, row)
		{
			if (limit == 0 || count < limit) {
				count++;
				on_row(arg, row);
			}
		}
		path = limit != 0 && count == limit
			   ? NULL
			   : xstrdup_null(api_text(page, "next"));
		json_decref(page);
	}
	if (count == 0 && !api->json)
		fputs("wirewatch: nothing found\n", stderr);
	return count > 0 ? EXIT_YES : EXIT_NO;
}

const char *
api_text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

long long
api_count(json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

void
api_print(json_t *value)
{
	char *line = json_dumps(value, JSON_COMPACT);

	puts(line);
	free(line);
}

void
api_print_table(struct table *table)
{
	struct buf out = BUF_INIT;

	if (table_rows(table) > 0) {
		table_print(table, &out, terminal_width(),
		    command_color(STDOUT_FILENO));
		fputs(buf_str(&out), stdout);
	}
	buf_clear(&out);
}

struct stream {
	api_on_bytes on_bytes;
	void *arg;
	bool began;
	int64_t heard_at_ms;
};

static size_t
on_stream(char *bytes, size_t size, size_t count, void *arg)
{
	struct stream *stream = arg;

	stream->began = true;
	stream->heard_at_ms = clock_monotonic_ms();
	stream->on_bytes(stream->arg, bytes, size * count);
	return size * count;
}

/* What libcurl counts, bytes a second, is none for the few that keep a stream
 * alive. */
static int
on_progress(void *arg, curl_off_t to_get, curl_off_t got, curl_off_t to_send,
    curl_off_t sent)
{
	const struct stream *stream = arg;

	return clock_monotonic_ms() - stream->heard_at_ms > SILENCE_MS;
}

int
api_stream(struct api *api, const char *path, bool loud, api_on_bytes on_bytes,
    void *arg)
{
	struct stream stream = {on_bytes, arg, false, clock_monotonic_ms()};
	CURL *curl = open_handle(api, path);
	CURLcode result;

	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stream);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_stream);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &stream);
	result = curl_easy_perform(curl);
	if (!stream.began && loud)
		say_unreachable(api, curl, result);
	curl_easy_cleanup(curl);
	return stream.began ? 0 : -1;
}

void
api_add_segment(struct buf *path, const char *text)
{
	char *encoded = curl_easy_escape(NULL, text, 0);

	if (encoded == NULL)
		abort();
	buf_add_str(path, encoded);
	curl_free(encoded);
}

void
api_add_param(struct buf *path, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(path, "&%s=", name);
	api_add_segment(path, value);
}

void
api_add_filter(struct buf *path, const char *name, const char *value)
{
	bool is_moment =
	    strcmp(name, "since") == 0 || strcmp(name, "until") == 0;
	char when[32];

	api_add_param(path, name, is_moment ? when_asked(value, when) : value);
}

/*
 * wirewatch tail: the newest alerts, and those to come.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

#include "cli/alert_print.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/tail.h"

#define LINES 10  /* without -n */
#define AGAIN_S 2 /* before the next try to connect */

static const struct option options[] = {
    API_OPTIONS,
    {"follow", no_argument, NULL, 'f'},
    {"lines", required_argument, NULL, 'n'},
    {NULL, 0, NULL, 0},
};

static const long lines_range[2] = {0, 1000};

struct tail {
	struct api api;
	long lines;
	bool follow;
	uint64_t seq;     /* of the last alert printed */
	struct buf event; /* bytes of the stream that are no line yet */
};

/* Prints the newest, oldest of them first, and notes where they end. */
static int
print_newest(struct tail *tail)
{
	struct buf path = BUF_INIT;
	int status = EXIT_YES;
	json_t *page, *alerts;

	buf_addf(&path, "/api/v1/alerts?limit=%ld",
	    tail->lines > 0 ? tail->lines : 1);
	page = api_get(&tail->api, buf_str(&path), &status);
	buf_clear(&path);
	if (page == NULL)
		return status;
	alerts = json_object_get(page, "alerts");
	for (size_t i = json_array_size(alerts); i-- > 0;) {
		json_t *alert = json_array_get(alerts, i);

		tail->seq =
		    (uint64_t)json_integer_value(json_object_get(alert, "seq"));
		if (tail->lines > 0)
			alert_print_value(alert, tail->api.json);
	}
	json_decref(page);
	return EXIT_YES;
}

static void
take_line(struct tail *tail, const char *line, size_t len)
{
	if (len > 4 && strncmp(line, "id: ", 4) == 0)
		tail->seq = strtoull(line + 4, NULL, 10);
	else if (len > 6 && strncmp(line, "data: ", 6) == 0)
		alert_print(line + 6, len - 6, tail->api.json);
}

static void
on_bytes(void *arg, const char *bytes, size_t len)
{
	struct tail *tail = arg;
	const char *line, *end;

	buf_add(&tail->event, bytes, len);
	line = tail->event.data;
	for (;;) {
		size_t rest =
		    (size_t)(tail->event.data + tail->event.len - line);

		end = memchr(line, '\n', rest);
		if (end == NULL) {
			memmove(tail->event.data, line, rest);
			buf_truncate(&tail->event, rest);
			return;
		}
		take_line(tail, line, (size_t)(end - line));
		line = end + 1;
	}
}

/* Follows for ever: what came while the daemon was away is caught up with. */
static void
follow(struct tail *tail)
{
	bool lost = false;

	for (;;) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "/api/v1/events?after=%" PRIu64, tail->seq);
		if (api_stream(
			&tail->api, buf_str(&path), false, on_bytes, tail) == 0)
			lost = false;
		if (!lost)
			fputs("wirewatch: the connection is lost; trying "
			      "again until it is back\n",
			    stderr);
		lost = true;
		buf_clear(&path);
		buf_reset(&tail->event);
		sleep(AGAIN_S);
	}
}

static int
read_options(struct tail *tail, int argc, char **argv)
{
	int letter;

	while ((letter = getopt_long(
		    argc, argv, API_LETTERS "fn:", options, NULL)) != -1) {
		if (letter == 'f') {
			tail->follow = true;
		} else if (letter == 'n') {
			if (!command_read_number(
				"--lines", optarg, lines_range, &tail->lines))
				return -1;
		} else if (!api_take_option(&tail->api, letter, optarg)) {
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

int
tail_run(int argc, char **argv)
{
	struct tail tail = {.lines = LINES};
	int status;

	if (read_options(&tail, argc, argv) != 0)
		status = command_usage("tail");
	else
		status = print_newest(&tail);
	if (status == EXIT_YES && tail.follow)
		follow(&tail);
	buf_clear(&tail.event);
	api_clear(&tail.api);
	return status;
}

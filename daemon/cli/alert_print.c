/*
 * Alerts on a terminal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <jansson.h>

#include "base/buf.h"
#include "cli/alert_print.h"
#include "cli/command.h"
#include "frame/alert_line.h"

void
alert_print(const char *json, size_t len, bool raw)
{
	static int64_t last_item; /* of the line before */
	struct alert_line_options options = {
	    .color = command_color(STDOUT_FILENO),
	    .time = true,
	    .now_at = (int64_t)time(NULL) * 1000000,
	    .last_item = &last_item,
	};
	struct buf line = BUF_INIT;

	if (raw)
		buf_add(&line, json, len);
	else if (alert_line_add(&line, json, len, &options) == -1)
		buf_add_str(&line, "(an alert that cannot be read)");
	buf_add_char(&line, '\n');
	fwrite(line.data, 1, line.len, stdout);
	fflush(stdout);
	buf_clear(&line);
}

void
alert_print_value(json_t *alert, bool raw)
{
	char *json = json_dumps(alert, JSON_COMPACT);

	alert_print(json, strlen(json), raw);
	free(json);
}

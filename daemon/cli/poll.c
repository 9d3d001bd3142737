/*
 * wirewatch poll: fetch feeds now.
 */
#include <getopt.h>
#include <stdio.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/poll.h"

static int
poll_feed(struct api *api, const char *feed)
{
	struct buf path = BUF_INIT, body = BUF_INIT;
	int http_status, status = EXIT_YES;

	buf_add_str(&path, "/api/v1/feeds/");
	api_add_segment(&path, feed);
	buf_add_str(&path, "/poll");
	http_status = api_request(api, "POST", buf_str(&path), &body);
	if (api->json && http_status != -1)
		fputs(buf_str(&body), stdout);
	if (http_status != 200)
		status = api->json ? EXIT_NO : api_refused(http_status, &body);
	else if (!api->json)
		printf("%s is fetched now\n", feed);
	buf_clear(&path);
	buf_clear(&body);
	return status;
}

static int
poll_feeds(struct api *api, char **feeds)
{
	int status = EXIT_YES;

	for (; *feeds != NULL; feeds++)
		if (poll_feed(api, *feeds) != EXIT_YES)
			status = EXIT_NO;
	return status;
}

int
poll_run(int argc, char **argv)
{
	struct api api = {0};
	int status;

	if (api_read_options(&api, argc, argv) && optind < argc)
		status = poll_feeds(&api, argv + optind);
	else
		status = command_usage("poll");
	api_clear(&api);
	return status;
}

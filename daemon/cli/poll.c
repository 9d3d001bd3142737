/*
 * wirewatch poll: fetch feeds now.
 */
#include <getopt.h>
#include <stdio.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/poll.h"

static const struct option options[] = {API_OPTIONS, {NULL, 0, NULL, 0}};

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

int
poll_run(int argc, char **argv)
{
	struct api api = {0};
	int letter, status = EXIT_YES;

	while ((letter = getopt_long(argc, argv, API_LETTERS, options, NULL)) !=
	       -1)
		if (!api_take_option(&api, letter, optarg))
			return command_usage("poll");
	if (optind == argc)
		return command_usage("poll");
	for (int i = optind; i < argc; i++)
		if (poll_feed(&api, argv[i]) != EXIT_YES)
			status = EXIT_NO;
	api_clear(&api);
	return status;
}

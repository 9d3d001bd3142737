/*
 * wirewatch reload: have the daemon read its configuration again.
 */
#include <getopt.h>
#include <stdio.h>
#include <jansson.h>

#include "cli/api.h"
#include "cli/command.h"
#include "cli/reload.h"

#define REFUSED 422

static const struct option options[] = {API_OPTIONS, {NULL, 0, NULL, 0}};

/* The errors as `wirewatch check` prints them; the old configuration stays. */
static int
print_refusal(const struct buf *body)
{
	json_t *answer = json_loads(buf_str(body), 0, NULL);
	const char *error = json_string_value(json_object_get(answer, "error"));

	fprintf(stderr,
	    "%s\nreload refused: the configuration before it stays "
	    "in force\n",
	    error != NULL ? error : "");
	json_decref(answer);
	return EXIT_CONFIG;
}

static int
reload(struct api *api)
{
	struct buf body = BUF_INIT;
	int http_status = api_request(api, "POST", "/api/v1/reload", &body);
	int status;

	if (api->json && http_status != -1)
		fputs(buf_str(&body), stdout);
	if (http_status == 200)
		status = EXIT_YES;
	else if (http_status == REFUSED)
		status = api->json ? EXIT_CONFIG : print_refusal(&body);
	else
		status = api->json ? EXIT_NO : api_refused(http_status, &body);
	if (status == EXIT_YES && !api->json)
		puts("the configuration is in force");
	buf_clear(&body);
	return status;
}

int
reload_run(int argc, char **argv)
{
	struct api api = {0};
	int letter, status;

	while ((letter = getopt_long(argc, argv, API_LETTERS, options, NULL)) !=
	       -1)
		if (!api_take_option(&api, letter, optarg))
			return command_usage("reload");
	if (optind != argc)
		return command_usage("reload");
	status = reload(&api);
	api_clear(&api);
	return status;
}

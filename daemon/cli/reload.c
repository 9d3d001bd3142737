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

static void
print_success(const struct buf *body)
{
	json_t *answer = json_loads(buf_str(body), 0, NULL);

	puts(api_text(answer, "text") != NULL
		 ? api_text(answer, "text")
		 : "the configuration is in force");
	json_decref(answer);
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
		print_success(&body);
	buf_clear(&body);
	return status;
}

int
reload_run(int argc, char **argv)
{
	struct api api = {0};
	int status;

	if (api_read_options(&api, argc, argv) && optind == argc)
		status = reload(&api);
	else
		status = command_usage("reload");
	api_clear(&api);
	return status;
}

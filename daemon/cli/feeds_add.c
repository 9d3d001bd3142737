/*
 * wirewatch feeds add: looks at an address, makes a feed of it and has the
 * daemon take it into its configuration; wirewatch feeds remove takes it out.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/feeds_add.h"
#include "cli/look.h"
#include "frame/config_folder.h"
#include "frame/config_opml.h"
#include "frame/config_value.h"
#include "frame/domain.h"
#include "text/clean.h"

#define OUTLET_MAX 100 /* bytes of one that is a feed's title */
#define IDS_MAX 20     /* that are tried until one is free */

static const struct option options[] = {
    API_OPTIONS,
    {"config", required_argument, NULL, 'c'},
    {"id", required_argument, NULL, 'i'},
    {"language", required_argument, NULL, 'l'},
    {"outlet", required_argument, NULL, 'o'},
    {NULL, 0, NULL, 0},
};

/* The feed to be; what is not given is taken from the document. */
struct adding {
	struct api api;
	const char *config;
	const char *id;
	const char *outlet;
	const char *language;
	char *own_id, *own_outlet, *own_language; /* from the document */
	char *url;
};

static void
adding_clear(struct adding *adding)
{
	api_clear(&adding->api);
	free(adding->own_id);
	free(adding->own_outlet);
	free(adding->own_language);
	free(adding->url);
}

/* ---- the document ---------------------------------------------------------
 */

/* Says why the address is no feed. */
static int
refuse(const struct look *look)
{
	fputs(buf_str(&look->said), stderr);
	fputs("wirewatch: not added\n", stderr);
	return look->status != EXIT_YES ? look->status : EXIT_NO;
}

static int
offer_choice(const struct look *look)
{
	fprintf(stderr, "wirewatch: the page names %zu feeds; add one of:\n",
	    look->feeds.len);
	for (size_t i = 0; i < look->feeds.len; i++)
		puts(look->feeds.at[i]);
	return EXIT_NO;
}

/* A server's word is enough for a move to another address of its owner; a
 * stranger's needs that of who adds the feed. */
static void
follow_move(struct adding *adding, const char *to)
{
	struct domains *domains = domains_new();
	bool may = domains_may_move(domains, adding->url, to);

	domains_free(domains);
	if (!may) {
		fprintf(stderr,
		    "it redirects for good to %s, another domain or no https: "
		    "added as you gave it; if the outlet confirms the move, "
		    "add that address in its place\n",
		    to);
		return;
	}
	fprintf(stderr, "it has moved for good to %s\n", to);
	free(adding->url);
	adding->url = xstrdup(to);
}

/* The address may be a page: the one feed that it names is meant then. */
static int
find_feed(struct adding *adding, struct look *look)
{
	look_at(look, adding->config, adding->url);
	if (look->feeds.len > 1)
		return offer_choice(look);
	if (look->feeds.len == 1) {
		free(adding->url);
		adding->url = xstrdup(look->feeds.at[0]);
		fprintf(stderr, "the page names one feed: %s\n", adding->url);
		look_clear(look);
		look_at(look, adding->config, adding->url);
	}
	if (look->status != EXIT_YES)
		return refuse(look);
	if (look->moved_to != NULL)
		follow_move(adding, look->moved_to);
	return EXIT_YES;
}

static void
derive(struct adding *adding, const struct look *look)
{
	json_t *feed =
	    json_loadb(buf_str(&look->feed), look->feed.len, 0, NULL);
	const char *title = api_text(feed, "title");
	const char *language = api_text(feed, "language");

	if (title != NULL) {
		adding->own_outlet = clean_str(title, CLEAN_LINE);
		adding->own_outlet[utf8_cut(adding->own_outlet,
		    strlen(adding->own_outlet), OUTLET_MAX)] = '\0';
	}
	if (language != NULL && value_check_language(language) == NULL)
		adding->own_language = xstrdup(language);
	if (adding->outlet == NULL && title != NULL &&
	    *adding->own_outlet != '\0')
		adding->outlet = adding->own_outlet;
	if (adding->language == NULL)
		adding->language = adding->own_language;
	json_decref(feed);
}

/* ---- the daemon -----------------------------------------------------------
 */

static bool
is_taken(struct api *api, const char *id)
{
	struct buf path = BUF_INIT, body = BUF_INIT;
	int status;

	buf_add_str(&path, "/api/v1/feeds/");
	api_add_segment(&path, id);
	status = api_request(api, "GET", buf_str(&path), &body);
	buf_clear(&path);
	buf_clear(&body);
	return status == 200;
}

/* Of outlet and language, with a number where that is taken. */
static void
choose_id(struct adding *adding)
{
	char *base;

	if (adding->id != NULL)
		return;
	base = opml_make_id(adding->outlet != NULL ? adding->outlet : "",
	    adding->language, adding->url);
	adding->own_id = xstrdup(base);
	for (int i = 2; i < IDS_MAX && is_taken(&adding->api, adding->own_id);
	     i++) {
		free(adding->own_id);
		adding->own_id = xasprintf("%s-%d", base, i);
	}
	adding->id = adding->own_id;
	free(base);
}

/* POSTs, and says how it went. */
static int
post(struct api *api, const char *path, const char *done, const char *id)
{
	struct buf body = BUF_INIT;
	int http_status = api_request(api, "POST", path, &body);
	int status = EXIT_YES;

	if (api->json && http_status != -1)
		fputs(buf_str(&body), stdout);
	if (http_status != 200)
		status = api->json ? EXIT_NO : api_refused(http_status, &body);
	else if (!api->json)
		printf("%s is %s\n", id, done);
	buf_clear(&body);
	return status;
}

static int
send_feed(struct adding *adding)
{
	struct buf path = BUF_INIT;
	int status;

	buf_add_str(&path, "/api/v1/feeds?");
	api_add_param(&path, "id", adding->id);
	api_add_param(&path, "url", adding->url);
	api_add_param(&path, "outlet", adding->outlet);
	api_add_param(&path, "language", adding->language);
	status =
	    post(&adding->api, buf_str(&path), "added and polled", adding->id);
	buf_clear(&path);
	return status;
}

/* ---- the commands ---------------------------------------------------------
 */

static int
add(struct adding *adding)
{
	char *config = config_path(FOLDER_CONFIGURATION, "wirewatch.yaml");
	struct look look;
	int status;

	/* Its proxy, its certificates, its allowed addresses. */
	if (adding->config == NULL && access(config, R_OK) == 0)
		adding->config = config;
	status = find_feed(adding, &look);
	if (status == EXIT_YES) {
		derive(adding, &look);
		choose_id(adding);
		status = send_feed(adding);
	}
	look_clear(&look);
	free(config);
	return status;
}

static bool
read_options(struct adding *adding, int argc, char **argv)
{
	int letter;

	optind = 1;
	while ((letter = getopt_long(
		    argc, argv, API_LETTERS "c:", options, NULL)) != -1) {
		if (letter == 'c')
			adding->config = optarg;
		else if (letter == 'i')
			adding->id = optarg;
		else if (letter == 'l')
			adding->language = optarg;
		else if (letter == 'o')
			adding->outlet = optarg;
		else if (!api_take_option(&adding->api, letter, optarg))
			return false;
	}
	return argc - optind == 1;
}

int
feeds_add_run(int argc, char **argv)
{
	struct adding adding = {.url = NULL};
	int status;

	if (read_options(&adding, argc, argv)) {
		adding.url = xstrdup(argv[optind]);
		status = add(&adding);
	} else {
		status = command_usage("feeds");
	}
	adding_clear(&adding);
	return status;
}

int
feeds_remove_run(int argc, char **argv)
{
	struct buf path = BUF_INIT;
	struct api api = {0};
	int status;

	optind = 1;
	if (api_read_options(&api, argc, argv) && argc - optind == 1) {
		buf_add_str(&path, "/api/v1/feeds/");
		api_add_segment(&path, argv[optind]);
		buf_add_str(&path, "/remove");
		status = post(&api, buf_str(&path), "removed", argv[optind]);
	} else {
		status = command_usage("feeds");
	}
	buf_clear(&path);
	api_clear(&api);
	return status;
}

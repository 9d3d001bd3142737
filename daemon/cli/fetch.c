/*
 * wirewatch fetch: one fetch with all the guards of the daemon, and what
 * parsing makes of it. The document goes to stdout as `wirewatch parse` prints
 * it, the facts of HTTP to stderr.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/fetch.h"
#include "fetcher/body.h"
#include "fetcher/exchange.h"
#include "fetcher/obstacle.h"
#include "fetcher/reason.h"
#include "frame/access.h"
#include "frame/address.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"
#include "parse/feed_json.h"
#include "parse/parser.h"
#include "text/clean.h"

#define TIMEOUT_MS 30000

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'j'}, /* as always */
    {NULL, 0, NULL, 0},
};

struct fetching {
	const struct config *config; /* NULL: none was given */
	const char *asked;
	struct event_base *base;
	struct exchange *exchange;
	struct body *body; /* NULL: no byte came */
	enum body_result body_result;
	char *url;             /* that the body came from */
	struct parser *parser; /* NULL until a byte is parsed */
	struct buf items;      /* as JSON */
	struct buf page;       /* first bytes of a body that looks like HTML */
	struct obstacle_signs signs;
	unsigned http_status;
	int status; /* to exit with */
};

/* Strangers' bytes do nothing to the terminal. */
static void
print_fact(const char *name, const char *value)
{
	char *clean;

	if (value == NULL)
		return;
	clean = clean_str(value, CLEAN_LINE);
	fprintf(stderr, "%s: %s\n", name, clean);
	free(clean);
}

/* ---- the document ---------------------------------------------------------
 */

static bool
on_item(void *arg, const struct raw_item *item)
{
	struct fetching *fetching = arg;

	feed_json_add_item(&fetching->items, item);
	return true;
}

static bool
on_plain_bytes(void *arg, const char *bytes, size_t len)
{
	struct fetching *fetching = arg;

	if (fetching->page.len == 0)
		obstacle_keep_page(&fetching->page, bytes, len);
	return parser_push(fetching->parser, bytes, len);
}

static void
begin_document(
    struct fetching *fetching, const struct header *header, const char *url)
{
	struct parser_options parsing = {.url = url,
	    .content_type = header->content_type,
	    .content_location = header->content_location,
	    .now_at = (int64_t)time(NULL) * 1000000};

	if (fetching->body != NULL)
		return;
	fetching->url = xstrdup(url);
	fetching->parser = parser_new(&parsing, on_item, fetching);
	fetching->body = body_new(header->encoding, on_plain_bytes, fetching);
}

static void
print_document(struct fetching *fetching)
{
	struct buf out = BUF_INIT;

	feed_json_finish(&out, parser_feed(fetching->parser), &fetching->items,
	    fetching->url);
	fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
}

/* What may be done about an answer that is no feed. */
static void
print_obstacle(const struct fetching *fetching, const struct parser_page *page)
{
	const struct obstacle_view view = {.status = fetching->http_status,
	    .signs = fetching->signs,
	    .asked = fetching->asked,
	    .url = fetching->url != NULL ? fetching->url : fetching->asked,
	    .page = fetching->page.data,
	    .page_len = fetching->page.len,
	    .title = page->title,
	    .titled_wall = page->is_wall,
	    .names_feeds = page->feeds_len > 0};
	char sentence[REASON_MAX];
	enum obstacle kind = obstacle_find(&view, sentence, sizeof(sentence));

	if (kind != OBSTACLE_NONE)
		print_fact(
		    kind == OBSTACLE_PAGE ? "advice" : "blocked", sentence);
}

static void
print_page(const struct fetching *fetching)
{
	struct parser_page page = parser_page(fetching->parser);

	print_obstacle(fetching, &page);
	for (size_t i = 0; i < page.feeds_len; i++)
		print_fact("feed", page.feeds[i]);
}

static int
end_document(struct fetching *fetching)
{
	enum parser_result result;
	const char *problem;

	if (fetching->body_result == BODY_OK)
		fetching->body_result = body_finish(fetching->body);
	result = parser_finish(fetching->parser);
	problem = body_problem(fetching->body_result);
	if (problem == NULL)
		problem = parser_problem(fetching->parser);
	if (result == PARSER_EMPTY && fetching->body_result == BODY_OK)
		problem = REASON_EMPTY;
	if (*problem != '\0')
		fprintf(stderr, "problem: %s\n", problem);
	if (body_problem(fetching->body_result) != NULL)
		return EXIT_INPUT;
	switch (result) {
	case PARSER_OK:
	case PARSER_TRUNCATED:
	case PARSER_STOPPED:
		print_document(fetching);
		return EXIT_YES;
	case PARSER_NOT_A_FEED:
		print_page(fetching);
		break;
	case PARSER_EMPTY:
	case PARSER_REFUSED:
		break;
	}
	return EXIT_INPUT;
}

/* ---- the exchange ---------------------------------------------------------
 */

static enum exchange_flow
on_body(void *arg, const struct header *header, const char *bytes, size_t len)
{
	struct fetching *fetching = arg;

	begin_document(fetching, header, exchange_url(fetching->exchange));
	fetching->body_result = body_push(fetching->body, bytes, len);
	return fetching->body_result == BODY_OK ? EXCHANGE_MORE : EXCHANGE_STOP;
}

static void
print_facts(const struct exchange_result *result)
{
	const struct header *header = result->header;
	static const char *const encodings[] = {
	    "none", "gzip", "deflate", "unknown"};

	print_fact("url", result->url);
	if (header->status != 0)
		fprintf(stderr, "status: %u\n", header->status);
	if (result->redirects > 0)
		fprintf(stderr, "redirects: %u\n", result->redirects);
	print_fact("moved permanently to", result->moved_to);
	print_fact("content-type", header->content_type);
	if (header->encoding != ENCODING_NONE)
		print_fact("content-encoding", encodings[header->encoding]);
	print_fact("etag", header->etag);
	print_fact("last-modified", header->modified);
	print_fact("retry-after", header->retry_after);
	fprintf(stderr, "bytes: %llu\ntime: %.3f s\n",
	    (unsigned long long)result->bytes,
	    (double)result->duration_ms / 1000);
}

/* Whatever came is no feed, or nothing came: that is not the same. */
static int
status_of_failure(enum fetch_outcome outcome)
{
	return outcome == FETCH_TOO_LARGE || outcome == FETCH_HOSTILE
		   ? EXIT_INPUT
		   : EXIT_NO;
}

static void
on_done(void *arg, const struct exchange_result *result)
{
	struct fetching *fetching = arg;

	print_facts(result);
	fetching->signs = result->header->signs;
	fetching->http_status = result->header->status;
	if (result->outcome == FETCH_OK || fetching->body_result != BODY_OK) {
		begin_document(fetching, result->header, result->url);
		fetching->status = end_document(fetching);
	} else {
		print_fact("error", result->error);
		body_read_start(result->header->encoding, result->refused,
		    result->refused_len, OBSTACLE_PAGE_MAX, &fetching->page);
		print_obstacle(fetching, &(struct parser_page){0});
		fetching->status = status_of_failure(result->outcome);
	}
	event_base_loopbreak(fetching->base);
}

static const struct exchange_callbacks callbacks = {
    .on_body = on_body, .on_done = on_done};

/* The feed that has the address, with its proxy, password and so on. */
static const struct config_feed *
find_feed(const struct config *config, const char *url)
{
	for (size_t i = 0; i < config->feeds_len; i++)
		if (strcmp(config->feeds[i].url, url) == 0)
			return &config->feeds[i];
	return NULL;
}

static void
run_exchange(struct fetching *fetching, struct curl_loop *loop, const char *url)
{
	const struct config *config = fetching->config;
	struct exchange_options how = {.connections_max = 1,
	    .idle_max = 1,
	    .timeout_ms =
		config != NULL ? config->defaults.timeout_ms : TIMEOUT_MS};
	char *user_agent = access_user_agent(
	    config != NULL ? config->defaults.user_agent : NULL,
	    config != NULL ? config->defaults.contact : NULL);
	struct exchange_pool *pool;
	struct access access = {0};

	if (config != NULL)
		access_of_feed(&access, config, find_feed(config, url));
	how.user_agent = user_agent;
	pool = exchange_pool_new(fetching->base, loop, &how);
	fetching->exchange = exchange_start(pool,
	    &(struct exchange_request){.url = url, .access = &access},
	    &callbacks, fetching);
	event_base_dispatch(fetching->base);
	exchange_pool_free(pool);
	access_clear(&access);
	free(user_agent);
}

static int
fetch_url(const struct config *config, const char *url)
{
	static const struct strings nothing = {NULL, 0};
	struct fetching fetching = {.config = config,
	    .asked = url,
	    .base = event_base_new(),
	    .status = EXIT_NO};
	struct dns *dns = dns_new(
	    fetching.base, config != NULL ? config->network.resolver : NULL);
	struct address_wall *wall = address_wall_new(
	    config != NULL ? &config->network.allow : &nothing);
	struct curl_loop_options how = {.wall = wall,
	    .dns = dns,
	    .certificates =
		config != NULL ? config->network.certificates : NULL,
	    .multis = 1};
	struct curl_loop *loop;
	char *warning;

	parser_init_process();
	loop = curl_loop_new(fetching.base, &how, &warning);
	if (warning != NULL)
		fprintf(stderr, "warning: %s\n", warning);
	free(warning);
	if (dns == NULL)
		fputs("error: no name resolver\n", stderr);
	else
		run_exchange(&fetching, loop, url);
	body_free(fetching.body);
	parser_free(fetching.parser);
	buf_clear(&fetching.items);
	buf_clear(&fetching.page);
	free(fetching.url);
	curl_loop_free(loop);
	dns_free(dns);
	address_wall_free(wall);
	event_base_free(fetching.base);
	return fetching.status;
}

/* ---- the command ----------------------------------------------------------
 */

/* NULL, with its errors told, when the configuration cannot be used. */
static struct config *
read_config(const char *path)
{
	struct config_problems problems = {0};
	struct config *config = config_load(path, &problems);

	if (config == NULL)
		config_problems_print(&problems, command_color(STDERR_FILENO));
	config_problems_clear(&problems);
	return config;
}

int
fetch_run(int argc, char **argv)
{
	const char *path = NULL;
	struct config *config = NULL;
	int c, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c != 'c' && c != 'j')
			return command_usage("fetch");
		if (c == 'c')
			path = optarg;
	}
	if (argc - optind != 1)
		return command_usage("fetch");
	if (path != NULL && (config = read_config(path)) == NULL)
		return EXIT_CONFIG;
	status = fetch_url(config, argv[optind]);
	config_free(config);
	return status;
}

/*
 * fetch_poll: what polling feeds costs the fetcher role, sandbox and messages
 * included. Plays the engine to a real fetcher process and measures that one's
 * CPU time.
 *
 *	fetch_poll -b http://127.0.0.1:PORT [-n FEEDS] [-c CONCURRENCY]
 *	    [-R ROUNDS] [-H] [-e] [-s] [-u] [-C CONNECTIONS] [-A FILE]
 *	    [-E NAMES]
 *
 *   -H  each feed at a host of its own in 127/8
 *   -e  send the validators back     -s  send the seen keys along
 *   -u  send the hash of the last body along
 *   -C  network.max_connections and idle_connections
 *   -A  network.ca_file
 *   -E  match the names of the file, one a line
 *
 * BUILDDIR says where wirewatchd is. Prints a line of JSON for each round.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strings.h"
#include "frame/config.h"
#include "frame/config_certificates.h"
#include "tests/fetcher_driver.h"

struct feed {
	struct fetch_start start;
	size_t seen_cap;
};

static struct {
	const char *base;
	int feeds, concurrency, rounds;
	long connections;
	const char *ca_file, *names;
	bool hosts, validators, seen, hash;
} options = {
    .feeds = 1000, .concurrency = 100, .rounds = 3, .connections = 256};

static struct fetcher_driver driver;
static struct feed *feeds;
static uint64_t first_job; /* of this round: job - first_job is the feed */
static int next_feed, active;
static int ok, not_modified, errors, items;

static void
start_next(void)
{
	struct feed *feed = &feeds[next_feed++];

	active++;
	fetcher_driver_fetch(&driver, &feed->start);
}

static void
on_item(void *arg, const struct item_message *message)
{
	struct feed *feed = &feeds[message->job - first_job];
	struct fetch_start *start = &feed->start;

	items++;
	if (!options.seen || start->seen_len == JOB_SEEN_MAX)
		return;
	if (start->seen_len == feed->seen_cap) {
		feed->seen_cap = feed->seen_cap ? feed->seen_cap * 2 : 64;
		start->seen = xreallocarray(
		    start->seen, feed->seen_cap, sizeof(*start->seen));
	}
	start->seen[start->seen_len++] =
	    (struct job_seen){message->item.key, message->item.revision};
}

static void
replace(char **to, const char *from)
{
	free(*to);
	*to = xstrdup_null(from);
}

static void
on_done(void *arg, const struct fetch_done *done)
{
	struct fetch_start *start = &feeds[done->job - first_job].start;

	if (done->outcome == FETCH_OK)
		ok++;
	else if (done->outcome == FETCH_NOT_MODIFIED)
		not_modified++;
	else if (errors++ == 0)
		fprintf(stderr, "%s: %s\n", start->url, done->error);
	if (options.validators) {
		replace(&start->etag, done->etag);
		replace(&start->modified, done->modified);
	}
	if (options.hash)
		start->body_hash = done->body_hash;
	active--;
	if (next_feed < options.feeds)
		start_next();
}

static char *
make_url(int feed)
{
	const char *host = strstr(options.base, "://") + 3;

	if (!options.hosts)
		return xasprintf("%s/f/%d.xml", options.base, feed);
	return xasprintf("%.*s127.%d.%d.%d%s/f/%d.xml",
	    (int)(host - options.base), options.base, 1 + feed / 62500,
	    feed / 250 % 250, 1 + feed % 250, strchr(host, ':'), feed);
}

static void
add_entity(struct config *config, const char *name)
{
	struct config_entity *entity;

	config->entities = xreallocarray(config->entities,
	    config->entities_len + 1, sizeof(*config->entities));
	entity = &config->entities[config->entities_len++];
	*entity = (struct config_entity){.id = xstrdup(name),
	    .label = xstrdup(name),
	    .names = xcalloc(1, sizeof(*entity->names)),
	    .names_len = 1};
	entity->names[0].text = xstrdup(name);
}

static void
load_names(struct config *config)
{
	FILE *file = fopen(options.names, "r");
	char *line = NULL;
	size_t cap = 0;

	if (file == NULL) {
		perror(options.names);
		exit(1);
	}
	while (getline(&line, &cap, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		add_entity(config, line);
	}
	free(line);
	fclose(file);
}

static void
start_fetcher(void)
{
	static struct config config;
	char *why;

	config.defaults.timeout_ms = 60000;
	config.network.max_connections = options.connections;
	config.network.idle_connections = options.connections;
	if (options.ca_file != NULL) {
		config.network.certificates =
		    certificates_read(options.ca_file, 1024 * 1024, &why);
		if (config.network.certificates == NULL)
			errx(1, "%s", why);
	}
	config.network.resolver = xstrdup("127.0.0.1:9");
	config.log.level = xstrdup("warning");
	strings_add(&config.network.allow, "127.0.0.0/8");
	if (options.names != NULL)
		load_names(&config);
	fetcher_driver_start(&driver, &config);
	driver.on_item = on_item;
	driver.on_done = on_done;
}

/* Memory of the fetcher that is its own, in kilobytes. */
static long
memory_kb(void)
{
	char *path = xasprintf("/proc/%d/smaps_rollup", (int)driver.pid);
	FILE *file = fopen(path, "r");
	char line[128];
	long sum = 0, kb;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Private_Dirty: %ld kB", &kb) == 1)
			sum += kb;
	if (file != NULL)
		fclose(file);
	free(path);
	return sum;
}

static void
run_round(void)
{
	int64_t before = fetcher_driver_cpu_us(&driver);

	next_feed = ok = not_modified = errors = items = 0;
	first_job = driver.next_job + 1;
	while (next_feed < options.concurrency && next_feed < options.feeds)
		start_next();
	while (active > 0)
		fetcher_driver_turn(&driver);
	printf("{\"polls\":%d,\"cpu_us\":%.2f,\"ok\":%d,\"not_modified\":%d,"
	       "\"errors\":%d,\"items\":%d,\"memory_kb\":%ld}\n",
	    options.feeds,
	    (double)(fetcher_driver_cpu_us(&driver) - before) / options.feeds,
	    ok, not_modified, errors, items, memory_kb());
	fflush(stdout);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:n:c:R:HesuC:A:E:")) != -1) {
		switch (c) {
		case 'b':
			options.base = optarg;
			break;
		case 'n':
			options.feeds = atoi(optarg);
			break;
		case 'c':
			options.concurrency = atoi(optarg);
			break;
		case 'R':
			options.rounds = atoi(optarg);
			break;
		case 'H':
			options.hosts = true;
			break;
		case 'e':
			options.validators = true;
			break;
		case 's':
			options.seen = true;
			break;
		case 'u':
			options.hash = true;
			break;
		case 'C':
			options.connections = atol(optarg);
			break;
		case 'A':
			options.ca_file = optarg;
			break;
		case 'E':
			options.names = optarg;
			break;
		default:
			exit(64);
		}
	}
	if (options.base == NULL)
		exit(64);
}

int
main(int argc, char **argv)
{
	read_options(argc, argv);
	feeds = xcalloc((size_t)options.feeds, sizeof(*feeds));
	for (int i = 0; i < options.feeds; i++) {
		feeds[i].start.feed = xasprintf("f%d", i);
		feeds[i].start.url = make_url(i);
	}
	start_fetcher();
	for (int i = 0; i < options.rounds; i++)
		run_round();
	fetcher_driver_stop(&driver);
	return errors > 0;
}

/*
 * curl_poll: what polling feeds costs with libcurl alone, multi_socket on
 * libevent, bodies inflated and dropped: the peer that bench/fetch.py puts
 * beside the fetcher.
 *
 *	curl_poll -b http://127.0.0.1:PORT [-n FEEDS] [-c CONCURRENCY]
 *	    [-R ROUNDS] [-H] [-z] [-e] [-F] [-M MULTIS] [-T SECONDS] [-A FILE]
 *
 *   -H  each feed at a host of its own in 127/8     -z  gzip, decoded
 *   -e  send If-None-Match from the second round on
 *   -F  a fresh connection for each poll, no TLS session kept
 *   -M  handles that the hosts are spread over      -T  DNS_CACHE_TIMEOUT
 *   -A  verify the server's certificate against the file, nothing else loaded
 *
 * Prints a line of JSON for each round, as fetch_poll does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "base/mem.h"

#define TAG_MAX 64

struct multi {
	CURLM *handle;
	struct event *timer;
};

struct slot {
	CURL *easy;
	struct curl_slist *headers;
	int feed;
};

static struct {
	const char *base;
	int feeds, concurrency, rounds, multis;
	long dns_timeout;
	const char *ca_file;
	bool hosts, gzip, conditional, fresh;
} options = {.feeds = 1000,
    .concurrency = 100,
    .rounds = 3,
    .multis = 1,
    .dns_timeout = -2};

static struct event_base *base;
static struct multi *multis;
static char (*tags)[TAG_MAX];
static int next_feed, active;
static int ok, not_modified, errors;

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	return size * count;
}

/* http://127.1.2.3:PORT/f/I.xml */
static void
make_url(char *url, size_t size, int feed)
{
	const char *host = strstr(options.base, "://") + 3;

	if (!options.hosts)
		snprintf(url, size, "%s/f/%d.xml", options.base, feed);
	else
		snprintf(url, size, "%.*s127.%d.%d.%d%s/f/%d.xml",
		    (int)(host - options.base), options.base, 1 + feed / 62500,
		    feed / 250 % 250, 1 + feed % 250, strchr(host, ':'), feed);
}

static void
slot_init(struct slot *slot)
{
	CURL *easy = slot->easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 60000L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "curl_poll");
	curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
	if (options.gzip)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (options.fresh) {
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
		curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	}
	if (options.dns_timeout > -2)
		curl_easy_setopt(
		    easy, CURLOPT_DNS_CACHE_TIMEOUT, options.dns_timeout);
	if (options.ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
}

static void
slot_start(struct slot *slot)
{
	char url[256], line[TAG_MAX + 32];

	slot->feed = next_feed++;
	make_url(url, sizeof(url), slot->feed);
	curl_easy_setopt(slot->easy, CURLOPT_URL, url);
	if (options.conditional && tags[slot->feed][0] != '\0') {
		snprintf(
		    line, sizeof(line), "If-None-Match: %s", tags[slot->feed]);
		slot->headers = curl_slist_append(NULL, line);
	}
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
	active++;
	curl_multi_add_handle(
	    multis[slot->feed % options.multis].handle, slot->easy);
}

static void
slot_done(struct slot *slot, CURLcode code)
{
	struct curl_header *header;
	long status = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == 304)
		not_modified++;
	else if (code == CURLE_OK && status == 200)
		ok++;
	else
		errors++;
	if (options.conditional && curl_easy_header(slot->easy, "ETag", 0,
				       CURLH_HEADER, -1, &header) == CURLHE_OK)
		snprintf(tags[slot->feed], TAG_MAX, "%s", header->value);
	curl_multi_remove_handle(
	    multis[slot->feed % options.multis].handle, slot->easy);
	curl_slist_free_all(slot->headers);
	slot->headers = NULL;
	active--;
	if (next_feed < options.feeds)
		slot_start(slot);
	else if (active == 0)
		event_base_loopbreak(base);
}

static void
multi_act(struct multi *multi, curl_socket_t fd, int what)
{
	struct slot *slot;
	CURLMsg *message;
	int left;

	curl_multi_socket_action(multi->handle, fd, what, &left);
	while ((message = curl_multi_info_read(multi->handle, &left)) != NULL) {
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		slot_done(slot, message->data.result);
	}
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	multi_act(arg, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	multi_act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
watch_socket(
    CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct multi *multi = arg;
	struct event *event = socket_arg;
	short kind = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
			     (what & CURL_POLL_OUT ? EV_WRITE : 0));

	if (what == CURL_POLL_REMOVE) {
		event_free(event);
		return 0;
	}
	if (event == NULL) {
		event = event_new(base, fd, kind, on_socket, multi);
		curl_multi_assign(multi->handle, fd, event);
	} else {
		event_del(event);
		event_assign(event, base, fd, kind, on_socket, multi);
	}
	event_add(event, NULL);
	return 0;
}

static int
set_timer(CURLM *handle, long ms, void *arg)
{
	struct multi *multi = arg;
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};

	if (ms < 0)
		event_del(multi->timer);
	else
		event_add(multi->timer, &wait);
	return 0;
}

static void
multi_init(struct multi *multi)
{
	multi->handle = curl_multi_init();
	multi->timer = evtimer_new(base, on_timer, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS,
	    (long)(options.feeds / options.multis + 1));
}

static double
cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static void
run_round(struct slot *slots)
{
	double before = cpu_us();

	next_feed = ok = not_modified = errors = 0;
	for (int i = 0; i < options.concurrency && next_feed < options.feeds;
	     i++)
		slot_start(&slots[i]);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	printf("{\"polls\":%d,\"cpu_us\":%.2f,\"ok\":%d,\"not_modified\":%d,"
	       "\"errors\":%d}\n",
	    options.feeds, (cpu_us() - before) / options.feeds, ok,
	    not_modified, errors);
	fflush(stdout);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "b:n:c:R:HzeFM:T:A:")) != -1) {
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
		case 'z':
			options.gzip = true;
			break;
		case 'e':
			options.conditional = true;
			break;
		case 'F':
			options.fresh = true;
			break;
		case 'M':
			options.multis = atoi(optarg);
			break;
		case 'T':
			options.dns_timeout = atol(optarg);
			break;
		case 'A':
			options.ca_file = optarg;
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
	struct slot *slots;

	read_options(argc, argv);
	curl_global_init(CURL_GLOBAL_ALL);
	base = event_base_new();
	multis = xcalloc((size_t)options.multis, sizeof(*multis));
	for (int i = 0; i < options.multis; i++)
		multi_init(&multis[i]);
	tags = xcalloc((size_t)options.feeds, sizeof(*tags));
	slots = xcalloc((size_t)options.concurrency, sizeof(*slots));
	for (int i = 0; i < options.concurrency; i++)
		slot_init(&slots[i]);
	for (int i = 0; i < options.rounds; i++)
		run_round(slots);
	return errors > 0;
}

/*
 * feedserver: a web server for tests and benchmarks, loopback only. It serves
 * feeds that grow on request, breaks the rules of HTTP where asked to, and
 * receives webhooks.
 *
 *	feedserver [-p PORT] [-d FOLDER] [-n FEEDS] [-k KEY.pem -c CERT.pem]
 *	    [-H] [-q] [-D MS] [-C] [-G] [-N] [-V] [-r RATE [-e NAMES] [-u]] [-a]
 *
 * Prints its port, with -k also the TLS port: "40123 40124", one line.
 *   -d  feed I is FOLDER/(I mod files).xml; every file is also served under
 *       its own name. Without it: empty feeds, even RSS, odd Atom
 *   -n  feeds (default: as many as there are files; 2 without a folder)
 *   -H  listen on all of 127/8, so that each feed may have a host of its own
 *   -q  keep no record of requests         -D  answer feeds that much later
 *   -C  close after each answer            -G  never gzip
 *   -N  never 304                          -V  send no validators
 *   -r  publish RATE items a second, titles naming lines of the file -e;
 *       -u: from /control/go on
 *   -a  publish an item on a feed whenever it is asked for
 *
 * Documents (ETag, Last-Modified, 304, gzip):
 *   GET /f/I.xml, /NAME          a feed, a file of the folder
 *   PUT /ANY/PATH                creates or replaces it, Content-Type kept
 *
 * Control; fields in the query or, for POST, as a form:
 *   POST /control/publish?feed=PATH&title=&summary=&content=&link=&guid=&date=
 *       inserts the newest item; feed may be a number. With literal= the XML
 *       of the item itself. Answers the publication's number; its link is
 *       http://feed.example/ww/NUMBER unless given
 *   POST /control/hook?name=NAME&answers=503*3,429:2,hang,410,lostack,ok
 *       answers of /hook/NAME from now on: a status (with :SECONDS a
 *       Retry-After), hang, lostack (takes it, closes), rst, slow:SECONDS,
 *       drip, big, junk; each with *TIMES; after the last: 200
 *   GET /control/hooks?name=NAME&after=K&wait=N&timeout_ms=T
 *       webhooks received, from the K-th on, as a JSON array of {at, method,
 *       path, query, headers, body}; waits until there are N, at most T
 *       (10,000) ms
 *   GET /control/requests?path=PATH&after=&wait=&timeout_ms=
 *       the same of requests for a document or fault
 *   GET /control/stats           counters; delays in ms: published -> served,
 *       served -> webhook, published -> webhook (webhook bodies that hold a
 *       publication's link)
 *   POST /control/reset (counters and records), /control/go, /control/quit
 *
 * Webhooks: POST /hook/NAME
 *
 * Faults (GET):
 *   /status/CODE?retry_after=    /redirect/CODE?to=URL   /chain/HOPS?code=302
 *   /hang/   /half/ (half a body, then silence)   /half/close   /half/reset
 *   /drip/body?every_ms=   /drip/header   /delay/MS   /reset/
 *   /flood/header  /flood/line  /flood/continue  /flood/body
 *   /bomb/one?megabytes=100  /bomb/nested   /gzip/ok|corrupt|cut|lie
 *   /raw/ (no status line)   /etag/LENGTH   /cookie/
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bench/connection.h"
#include "bench/document.h"
#include "bench/fault.h"
#include "bench/hook.h"
#include "bench/record.h"

struct options {
	uint16_t port;
	const char *folder;
	int feeds;
	const char *key;
	const char *cert;
	long delay_ms;
	double rate;
	bool any_host, close_each, no_gzip, no_conditional, no_validators;
	bool wait_for_go, always_new;
};

static struct options options;
static struct event_base *base;
static SSL_CTX *tls;
static struct event *publisher;
static char **names;
static size_t names_len;

/* ---- documents ------------------------------------------------------------
 */

static bool
is_unchanged(const struct request *request, const char *tag, const char *date)
{
	size_t len;
	const char *value;

	if (options.no_conditional || options.no_validators)
		return false;
	value = request_header(request, "If-None-Match", &len);
	if (value != NULL)
		return memmem(value, len, tag, strlen(tag)) != NULL;
	value = request_header(request, "If-Modified-Since", &len);
	return value != NULL && len == strlen(date) &&
	       memcmp(value, date, len) == 0;
}

static void
put_validators(struct buf *out, const char *tag, const char *date)
{
	if (!options.no_validators)
		buf_addf(out, "ETag: %s\r\nLast-Modified: %s\r\n", tag, date);
}

static void
serve_whole(struct conn *conn, const struct request *request,
    struct document *document, struct buf *headers)
{
	struct blob *blob = document->blob;
	size_t len;
	const char *accept = request_header(request, "Accept-Encoding", &len);

	record_stats()->ok++;
	record_served(document);
	buf_addf(headers, "Content-Type: %s\r\nVary: Accept-Encoding\r\n",
	    document->type);
	if (options.no_gzip || accept == NULL ||
	    memmem(accept, len, "gzip", 4) == NULL) {
		conn_answer_blob(
		    conn, 200, buf_str(headers), blob, blob->data, blob->len);
		return;
	}
	blob_compress(blob);
	buf_add_str(headers, "Content-Encoding: gzip\r\n");
	conn_answer_blob(
	    conn, 200, buf_str(headers), blob, blob->gzip, blob->gzip_len);
}

static uint64_t
next_random(void)
{
	static uint64_t random = 88172645463325252ULL;

	random ^= random << 13;
	random ^= random >> 7;
	random ^= random << 17;
	return random;
}

/* Made-up words, so that each item is new and a story of its own. */
static void
add_words(struct buf *out, unsigned count)
{
	static const char *const syllables[] = {"ba", "do", "fe", "gri", "ka",
	    "lu", "mor", "ni", "po", "ra", "sel", "tu", "van", "wi", "yo",
	    "zen"};

	while (count-- > 0) {
		buf_add_str(out, " ");
		for (int i = 0; i < 3; i++)
			buf_add_str(out, syllables[next_random() % 16]);
	}
}

/* An item whose title names one of the names, if there are any. */
static void
publish_on(struct document *document)
{
	struct buf title = BUF_INIT, summary = BUF_INIT;

	if (names_len > 0)
		buf_add_str(&title, names[next_random() % names_len]);
	add_words(&title, 7);
	add_words(&summary, 30);
	document_publish(
	    document, &(struct publication){.title = buf_str(&title),
			  .summary = buf_str(&summary)});
	buf_clear(&title);
	buf_clear(&summary);
}

static void
serve_document(
    struct conn *conn, const struct request *request, struct document *document)
{
	struct buf headers = BUF_INIT;
	char tag[64], date[64];
	struct tm tm;

	record_stats()->requests++;
	record_asked(document);
	if (options.always_new)
		publish_on(document);
	snprintf(tag, sizeof(tag), "\"%08x-%u\"", (unsigned)document->modified,
	    document->version);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime_r(&document->modified, &tm));
	put_validators(&headers, tag, date);
	if (is_unchanged(request, tag, date)) {
		record_stats()->not_modified++;
		conn_answer(conn, 304, buf_str(&headers), "", 0);
	} else {
		serve_whole(conn, request, document, &headers);
	}
	buf_clear(&headers);
}

/* A feed's answer that has to wait; the request is gone by then. */
struct late {
	char *head;
	struct request request;
	struct document *document;
};

static void
late_free(void *arg)
{
	struct late *late = arg;

	free(late->head);
	free(late);
}

static bool
serve_late(struct conn *conn, void *arg)
{
	struct late *late = arg;

	conn_on_gone(conn, NULL, NULL);
	conn_whenever_sent(conn, NULL, NULL);
	serve_document(conn, &late->request, late->document);
	late_free(late);
	return false;
}

static void
serve_delayed(
    struct conn *conn, const struct request *request, struct document *document)
{
	struct late *late = xcalloc(1, sizeof(*late));

	late->head = xstrdup(request->headers);
	late->request = *request;
	late->request.headers = late->head;
	late->document = document;
	conn_on_gone(conn, late_free, late);
	conn_every(conn, options.delay_ms, serve_late, late);
}

static void
put_document(struct conn *conn, const struct request *request)
{
	size_t len;
	const char *value = request_header(request, "Content-Type", &len);
	char *type =
	    value != NULL ? xstrndup(value, len) : xstrdup("application/xml");

	document_put(request->path, type, request->body, request->body_len);
	free(type);
	conn_answer_text(conn, 201, "created\n");
}

/* ---- control --------------------------------------------------------------
 */

static struct document *
control_document(const struct request *request)
{
	char *feed = request_field(request, "feed"), *path;
	struct document *document;

	if (feed == NULL)
		return NULL;
	path = feed[0] == '/' ? xstrdup(feed) : xasprintf("/f/%s.xml", feed);
	document = document_find(path);
	free(path);
	free(feed);
	return document;
}

static void
control_publish(struct conn *conn, const struct request *request)
{
	static const char *const fields[] = {
	    "title", "summary", "content", "link", "guid", "date", "literal"};
	char *values[7];
	struct document *document = control_document(request);
	int number = -1;

	for (size_t i = 0; i < 7; i++)
		values[i] = request_field(request, fields[i]);
	if (document != NULL)
		number = document_publish(document,
		    &(struct publication){values[0], values[1], values[2],
			values[3], values[4], values[5], values[6]});
	if (number < 0)
		conn_answer_text(conn, 404, "no such feed\n");
	else
		conn_answer_text(conn, 200, "%d\n", number);
	for (size_t i = 0; i < 7; i++)
		free(values[i]);
}

static void
control_hook(struct conn *conn, const struct request *request)
{
	char *name = request_field(request, "name");
	char *answers = request_field(request, "answers");

	if (name == NULL || answers == NULL || hook_program(name, answers) != 0)
		conn_answer_text(conn, 400, "name and answers are needed\n");
	else
		conn_answer_text(conn, 200, "ok\n");
	free(name);
	free(answers);
}

static void
control_records(struct conn *conn, const struct request *request,
    const char *field, const char *prefix)
{
	char *value = request_field(request, field);
	char *name = xasprintf("%s%s", prefix, value != NULL ? value : "");

	record_tell(conn, name, (size_t)request_number(request, "after", 0),
	    (size_t)request_number(request, "wait", 0),
	    request_number(request, "timeout_ms", 10000));
	free(value);
	free(name);
}

static void
publish_at_rate(evutil_socket_t fd, short what, void *arg)
{
	char path[32];
	struct document *document;

	snprintf(path, sizeof(path), "/f/%d.xml",
	    (int)(next_random() % (uint64_t)options.feeds));
	document = document_find(path);
	if (document != NULL)
		publish_on(document);
}

static void
control_go(void)
{
	struct timeval every;

	if (options.rate <= 0)
		return;
	every.tv_sec = (time_t)(1 / options.rate);
	every.tv_usec =
	    (suseconds_t)((1 / options.rate - (double)every.tv_sec) * 1e6);
	event_add(publisher, &every);
}

static void
answer_control(struct conn *conn, const struct request *request)
{
	const char *what = request->path + strlen("/control/");

	if (strcmp(what, "publish") == 0)
		control_publish(conn, request);
	else if (strcmp(what, "hook") == 0)
		control_hook(conn, request);
	else if (strcmp(what, "hooks") == 0)
		control_records(conn, request, "name", "hook:");
	else if (strcmp(what, "requests") == 0)
		control_records(conn, request, "path", "");
	else if (strcmp(what, "stats") == 0)
		record_tell_stats(conn);
	else if (strcmp(what, "reset") == 0) {
		record_reset();
		conn_answer_text(conn, 200, "ok\n");
	} else if (strcmp(what, "go") == 0) {
		control_go();
		conn_answer_text(conn, 200, "ok\n");
	} else if (strcmp(what, "quit") == 0) {
		conn_answer_text(conn, 200, "bye\n");
		event_base_loopexit(base, NULL);
	} else
		conn_answer_text(conn, 404, "no such control\n");
}

/* ---- the server -----------------------------------------------------------
 */

static void
on_get(struct conn *conn, const struct request *request)
{
	struct document *document = document_find(request->path);

	if (request_header(request, "Cookie", &(size_t){0}) != NULL)
		record_stats()->cookies++;
	record_request(request->path, request);
	if (document == NULL) {
		if (!fault_answer(conn, request))
			conn_answer_text(conn, 404, "no such document\n");
	} else if (options.delay_ms > 0) {
		serve_delayed(conn, request, document);
	} else {
		serve_document(conn, request, document);
	}
}

static void
on_request(struct conn *conn, const struct request *request)
{
	if (options.close_each)
		conn_set_last(conn);
	if (strncmp(request->path, "/control/", 9) == 0)
		answer_control(conn, request);
	else if (strncmp(request->path, "/hook/", 6) == 0)
		hook_answer(conn, request);
	else if (strcmp(request->method, "PUT") == 0)
		put_document(conn, request);
	else if (strcmp(request->method, "GET") == 0)
		on_get(conn, request);
	else
		conn_answer_text(conn, 405, "not here\n");
}

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *in = (const void *)address;

	return address->sa_family == AF_INET &&
	       ntohl(in->sin_addr.s_addr) >> 24 == 127;
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	if (is_loopback(address))
		conn_new(base, fd, arg, on_request);
	else
		close(fd);
}

/* Returns the port. */
static uint16_t
listen_on(uint16_t port, SSL_CTX *ctx)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t len = sizeof(in);
	struct evconnlistener *listener;

	in.sin_addr.s_addr =
	    htonl(options.any_host ? INADDR_ANY : INADDR_LOOPBACK);
	listener = evconnlistener_new_bind(base, on_accept, ctx,
	    LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE, 4096, (void *)&in, len);
	if (listener == NULL) {
		perror("feedserver: listen");
		exit(1);
	}
	getsockname(evconnlistener_get_fd(listener), (void *)&in, &len);
	return ntohs(in.sin_port);
}

static void
load_tls(void)
{
	tls = SSL_CTX_new(TLS_server_method());
	if (tls == NULL ||
	    SSL_CTX_use_certificate_chain_file(tls, options.cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(tls, options.key, SSL_FILETYPE_PEM) !=
		1) {
		fprintf(stderr, "feedserver: cannot use %s and %s\n",
		    options.cert, options.key);
		exit(1);
	}
}

static void
load_names(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &cap, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		names = xreallocarray(names, names_len + 1, sizeof(*names));
		names[names_len++] = xstrdup(line);
	}
	free(line);
	fclose(file);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "p:d:n:k:c:HqD:CGNVr:e:ua")) != -1) {
		switch (c) {
		case 'p':
			options.port = (uint16_t)atoi(optarg);
			break;
		case 'd':
			options.folder = optarg;
			break;
		case 'n':
			options.feeds = atoi(optarg);
			break;
		case 'k':
			options.key = optarg;
			break;
		case 'c':
			options.cert = optarg;
			break;
		case 'H':
			options.any_host = true;
			break;
		case 'q':
			record_quiet();
			break;
		case 'D':
			options.delay_ms = atol(optarg);
			break;
		case 'C':
			options.close_each = true;
			break;
		case 'G':
			options.no_gzip = true;
			break;
		case 'N':
			options.no_conditional = true;
			break;
		case 'V':
			options.no_validators = true;
			break;
		case 'r':
			options.rate = atof(optarg);
			break;
		case 'e':
			load_names(optarg);
			break;
		case 'u':
			options.wait_for_go = true;
			break;
		case 'a':
			options.always_new = true;
			break;
		default:
			exit(64);
		}
	}
}

int
main(int argc, char **argv)
{
	uint16_t port;

	read_options(argc, argv);
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to whoever is gone */
	base = event_base_new();
	publisher = event_new(base, -1, EV_PERSIST, publish_at_rate, NULL);
	options.feeds = document_load(options.folder, options.feeds);
	if (options.feeds < 0) {
		perror(options.folder);
		return 1;
	}
	port = listen_on(options.port, NULL);
	printf("%u", port);
	if (options.key != NULL && options.cert != NULL) {
		load_tls();
		printf(" %u", listen_on(0, tls));
	}
	printf("\n");
	fflush(stdout);
	if (!options.wait_for_go)
		control_go();
	event_base_dispatch(base);
	return 0;
}

/*
 * What happened at the test server. Records are lists by name; a test that
 * waits for some is answered as soon as they are there.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/mem.h"
#include "bench/connection.h"
#include "bench/document.h"
#include "bench/record.h"

#define BODY_KEPT_MAX (1024 * 1024)

/* One publication; times are monotonic nanoseconds, 0: not yet. */
struct published {
	int64_t published_at;
	int64_t served_at;
	int64_t hook_at;
	int next; /* older one of the document that waits to be served */
};

struct waiter {
	struct conn *conn;
	char *name;
	size_t after;
	size_t wait;
	struct waiter *next;
};

static struct record_stats stats;
static bool quiet;
static json_t *records; /* name -> array */
static struct waiter *waiters;
static double *waits; /* ms between two requests for a feed */
static size_t waits_len, waits_cap;
static struct published *publications;
static size_t publications_len, publications_cap;

struct record_stats *
record_stats(void)
{
	return &stats;
}

int64_t
record_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void
record_quiet(void)
{
	quiet = true;
}

static json_t *
record_list(const char *name)
{
	json_t *list;

	if (records == NULL)
		records = json_object();
	list = json_object_get(records, name);
	if (list == NULL) {
		list = json_array();
		json_object_set_new(records, name, list);
	}
	return list;
}

static json_t *
headers_to_json(const struct request *request)
{
	json_t *out = json_object();
	const char *line = request->headers, *end, *colon;

	for (; (end = strstr(line, "\r\n")) != NULL && end != line;
	     line = end + 2) {
		char *name, *value;

		colon = memchr(line, ':', (size_t)(end - line));
		if (colon == NULL)
			continue;
		name = xstrndup(line, (size_t)(colon - line));
		colon += 1 + strspn(colon + 1, " \t");
		value = xstrndup(colon, (size_t)(end - colon));
		for (char *p = name; *p != '\0'; p++)
			*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		json_object_set_new(out, name, json_string(value));
		free(name);
		free(value);
	}
	return out;
}

static double
wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
waiter_free(void *arg)
{
	struct waiter **at = &waiters, *waiter = arg;

	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	free(waiter->name);
	free(waiter);
}

static void
answer_json(struct conn *conn, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	conn_answer(conn, 200, "Content-Type: application/json\r\n", text,
	    strlen(text));
	free(text);
}

static void
answer_list(struct conn *conn, const char *name, size_t after)
{
	json_t *out = json_array(), *list = record_list(name);

	for (size_t i = after; i < json_array_size(list); i++)
		json_array_append(out, json_array_get(list, i));
	answer_json(conn, out);
	json_decref(out);
}

/* Answers the waiter with what there is. */
static bool
waiter_answer(struct conn *conn, void *arg)
{
	struct waiter *waiter = arg;
	char *name = xstrdup(waiter->name);
	size_t after = waiter->after;

	conn_on_gone(conn, NULL, NULL);
	conn_whenever_sent(conn, NULL, NULL);
	waiter_free(waiter);
	answer_list(conn, name, after);
	free(name);
	return false;
}

static void
wake_waiters(const char *name)
{
	size_t have = json_array_size(record_list(name));
	struct waiter *next;

	for (struct waiter *w = waiters; w != NULL; w = next) {
		next = w->next;
		if (strcmp(w->name, name) == 0 && have >= w->after + w->wait)
			waiter_answer(w->conn, w);
	}
}

void
record_request(const char *name, const struct request *request)
{
	json_t *body;

	if (quiet)
		return;
	body = request->body_len > BODY_KEPT_MAX
		   ? NULL
		   : json_stringn(request->body, request->body_len);
	json_array_append_new(record_list(name),
	    json_pack("{s:f, s:s, s:s, s:s, s:o, s:o}", "at", wall_now(),
		"method", request->method, "path", request->path, "query",
		request->query, "headers", headers_to_json(request), "body",
		body != NULL ? body : json_null()));
	wake_waiters(name);
}

void
record_tell(struct conn *conn, const char *name, size_t after, size_t wait,
    long timeout_ms)
{
	struct waiter *waiter;

	if (json_array_size(record_list(name)) >= after + wait) {
		answer_list(conn, name, after);
		return;
	}
	waiter = xcalloc(1, sizeof(*waiter));
	waiter->conn = conn;
	waiter->name = xstrdup(name);
	waiter->after = after;
	waiter->wait = wait;
	waiter->next = waiters;
	waiters = waiter;
	conn_on_gone(conn, waiter_free, waiter);
	conn_every(conn, timeout_ms, waiter_answer, waiter);
}

int
record_published(int next)
{
	if (publications_len == publications_cap) {
		publications_cap = publications_cap ? publications_cap * 2 : 64;
		publications = xreallocarray(
		    publications, publications_cap, sizeof(*publications));
	}
	publications[publications_len] =
	    (struct published){.published_at = record_now(), .next = next};
	return (int)publications_len++;
}

void
record_served(struct document *document)
{
	int64_t now;

	if (document->first_unserved < 0)
		return;
	now = record_now();
	for (int i = document->first_unserved; i >= 0; i = publications[i].next)
		publications[i].served_at = now;
	document->first_unserved = -1;
}

void
record_asked(struct document *document)
{
	int64_t now = record_now();

	if (document->asked_at == 0) {
		stats.asked++;
	} else {
		if (waits_len == waits_cap) {
			waits_cap = waits_cap ? waits_cap * 2 : 1024;
			waits = xreallocarray(waits, waits_cap, sizeof(*waits));
		}
		waits[waits_len++] = (double)(now - document->asked_at) / 1e6;
	}
	document->asked_at = now;
}

void
record_hook(const char *body, size_t len)
{
	const char *at = len == 0 ? NULL : memmem(body, len, "/ww/", 4);
	size_t number;

	stats.hooks++;
	number = at != NULL ? strtoul(at + 4, NULL, 10) : publications_len;
	if (number >= publications_len)
		stats.unmatched++;
	else if (publications[number].hook_at != 0)
		stats.repeated++;
	else
		publications[number].hook_at = record_now();
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
delay_published_hook(const struct published *p)
{
	return p->hook_at ? (double)(p->hook_at - p->published_at) : -1;
}

static double
delay_served_hook(const struct published *p)
{
	return p->hook_at && p->served_at ? (double)(p->hook_at - p->served_at)
					  : -1;
}

static double
delay_published_served(const struct published *p)
{
	return p->served_at ? (double)(p->served_at - p->published_at) : -1;
}

/* Sorts them. */
static json_t *
percentiles(double *ms, size_t n)
{
	json_t *out;

	qsort(ms, n, sizeof(*ms), compare_numbers);
	out = json_pack("{s:I}", "n", (json_int_t)n);
	if (n > 0) {
		json_object_set_new(out, "min", json_real(ms[0]));
		json_object_set_new(out, "p50", json_real(ms[n / 2]));
		json_object_set_new(out, "p95", json_real(ms[n * 95 / 100]));
		json_object_set_new(out, "p99", json_real(ms[n * 99 / 100]));
		json_object_set_new(out, "max", json_real(ms[n - 1]));
	}
	return out;
}

static json_t *
delays(double (*delay)(const struct published *))
{
	double *ms = xcalloc(publications_len + 1, sizeof(*ms)), d;
	size_t n = 0;
	json_t *out;

	for (size_t i = 0; i < publications_len; i++) {
		d = delay(&publications[i]);
		if (d >= 0)
			ms[n++] = d / 1e6;
	}
	out = percentiles(ms, n);
	free(ms);
	return out;
}
void
record_tell_stats(struct conn *conn)
{
	const struct conn_stats *c = conn_stats();
	json_t *out = json_pack(
	    "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "requests", (json_int_t)stats.requests, "ok", (json_int_t)stats.ok,
	    "not_modified", (json_int_t)stats.not_modified, "hooks",
	    (json_int_t)stats.hooks, "unmatched", (json_int_t)stats.unmatched,
	    "repeated", (json_int_t)stats.repeated, "cookies",
	    (json_int_t)stats.cookies, "accepted", (json_int_t)c->accepted,
	    "open", (json_int_t)c->open, "max_open", (json_int_t)c->max_open,
	    "sent", (json_int_t)c->sent);

	json_object_set_new(
	    out, "published", json_integer((json_int_t)publications_len));
	json_object_set_new(out, "pub_hook", delays(delay_published_hook));
	json_object_set_new(out, "serve_hook", delays(delay_served_hook));
	json_object_set_new(out, "pub_serve", delays(delay_published_served));
	json_object_set_new(
	    out, "asked", json_integer((json_int_t)stats.asked));
	json_object_set_new(out, "wait", percentiles(waits, waits_len));
	answer_json(conn, out);
	json_decref(out);
}

void
record_reset(void)
{
	struct conn_stats *c = conn_stats();

	stats = (struct record_stats){.asked = stats.asked};
	waits_len = 0;
	c->accepted = c->sent = 0;
	c->max_open = c->open;
	if (records != NULL)
		json_object_clear(records);
}

/*
 * libcurl's multi handles on libevent. Owns the multis, their socket and timer
 * events, the certificate store and the calls under way.
 *
 * A call first asks for the addresses of its host, then hands them to libcurl
 * by CURLOPT_RESOLVE: libcurl's own look-up would start a thread, which no
 * role may do inside its sandbox.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <locale.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "frame/address.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"

/* A connection that is kept alive meets the wall and the name server again
 * after so long. */
#define LIFETIME_S 900L

/* Hosts are spread over these: libcurl walks lists of a multi's connections,
 * which grow slow at thousands. */
struct curl_multi {
	struct curl_loop *loop;
	CURLM *handle;
	struct event *clock;
};

struct curl_loop {
	struct event_base *base;
	const struct address_wall *wall;
	struct dns *dns;
	X509_STORE *certificates;
	struct curl_multi *multis;
	unsigned multis_len;
	LIST_HEAD(call_list, curl_call) calls;
};

struct curl_call {
	LIST_ENTRY(curl_call) next;
	struct curl_loop *loop;
	struct curl_multi *multi; /* NULL until libcurl has it */
	CURL *easy;               /* the caller's */
	char *host;
	char *port;
	struct dns_query *query; /* NULL once answered */
	struct event *refusal;   /* tells a bad URL from the loop */
	struct curl_slist *resolve;
	bool prepared;   /* its easy handle has all options */
	bool walled_off; /* an address was refused */
	char text[CURL_ERROR_SIZE];
	curl_on_done on_done;
	void *arg;
};

static void
call_free(struct curl_call *call)
{
	LIST_REMOVE(call, next);
	dns_cancel(call->query);
	if (call->refusal != NULL)
		event_free(call->refusal);
	if (call->multi != NULL)
		curl_multi_remove_handle(call->multi->handle, call->easy);
	curl_easy_setopt(call->easy, CURLOPT_RESOLVE, NULL);
	if (call->prepared)
		curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call->loop);
	curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(call->resolve);
	curl_free(call->host);
	curl_free(call->port);
	free(call);
}

/* The call is gone before its caller hears of it, who may start the next. */
static void
call_finish(struct curl_call *call, struct curl_result result)
{
	curl_on_done on_done = call->on_done;
	void *arg = call->arg;
	char text[CURL_ERROR_SIZE];

	if (result.outcome != CURL_OUTCOME_OK && result.error == NULL) {
		memcpy(text, call->text, sizeof(text));
		result.error =
		    *text != '\0' ? text : curl_easy_strerror(result.code);
	}
	call_free(call);
	on_done(arg, &result);
}

static enum curl_outcome
outcome_of(CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return CURL_OUTCOME_OK;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return CURL_OUTCOME_REFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return CURL_OUTCOME_DNS;
	case CURLE_OPERATION_TIMEDOUT:
		return CURL_OUTCOME_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
		return CURL_OUTCOME_TLS;
	case CURLE_WRITE_ERROR:
	case CURLE_ABORTED_BY_CALLBACK:
	case CURLE_FILESIZE_EXCEEDED:
		return CURL_OUTCOME_STOPPED;
	default:
		return CURL_OUTCOME_CONNECT;
	}
}

static struct curl_result
result_of(const struct curl_call *call, CURLcode code)
{
	struct curl_result result = {outcome_of(code), code, NULL};

	if (code == CURLE_COULDNT_CONNECT && call->walled_off) {
		result.outcome = CURL_OUTCOME_REFUSED;
		result.error = "address is private or special and not listed "
			       "in network.allow";
	}
	return result;
}

/* ---- libcurl on the loop ---- */

static void
tell_finished(struct curl_multi *multi)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi->handle, &left)) != NULL) {
		struct curl_call *call = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		call_finish(call, result_of(call, message->data.result));
	}
}

static void
multi_act(struct curl_multi *multi, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(multi->handle, fd, what, &running);
	tell_finished(multi);
}

static void
multi_on_clock(evutil_socket_t fd, short what, void *arg)
{
	multi_act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void
multi_on_socket(evutil_socket_t fd, short what, void *arg)
{
	multi_act(arg, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static int
multi_on_timer(CURLM *handle, long wait_ms, void *arg)
{
	struct curl_multi *multi = arg;
	struct timeval wait = {wait_ms / 1000, wait_ms % 1000 * 1000};

	if (wait_ms < 0)
		evtimer_del(multi->clock);
	else
		evtimer_add(multi->clock, &wait);
	return 0;
}

/* The event of a socket travels as libcurl's pointer for it. */
static int
multi_on_watch(
    CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct curl_multi *multi = arg;
	struct event *event = socket_arg;
	short flags = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
			      (what & CURL_POLL_OUT ? EV_WRITE : 0));

	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		event = event_new(
		    multi->loop->base, fd, flags, multi_on_socket, multi);
		if (event == NULL)
			abort();
		event_add(event, NULL);
	}
	curl_multi_assign(multi->handle, fd, event);
	return 0;
}

/* ---- what is set on every easy handle ---- */

static curl_socket_t
call_on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct curl_call *call = arg;

	if (!address_wall_admits(call->loop->wall, &to->addr)) {
		call->walled_off = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static CURLcode
call_on_tls(CURL *easy, void *ctx, void *arg)
{
	struct curl_call *call = arg;

	SSL_CTX_set1_cert_store(ctx, call->loop->certificates);
	return CURLE_OK;
}

/* What is the same for all calls. */
static void
prepare_easy(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	/* Addresses come with each call; libcurl need not look after them. */
	curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call_on_open_socket);
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, LIFETIME_S);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, call_on_tls);
}

/* A handle that comes back from a call is prepared already: at rest its
 * private pointer is that of the loop. */
static void
set_options(struct curl_call *call)
{
	CURL *easy = call->easy;
	char *mark = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &mark);
	if (mark != (char *)call->loop)
		prepare_easy(easy);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->text);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, call->resolve);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call);
}

/* ---- a call ---- */

/* "host:port:address,address" as CURLOPT_RESOLVE takes it. */
static struct curl_slist *
resolve_list(const struct curl_call *call, const struct dns_answer *answer)
{
	struct buf line = BUF_INIT;
	struct curl_slist *list;

	buf_addf(&line, "%s:%s:", call->host, call->port);
	for (size_t i = 0; i < answer->len; i++) {
		const struct sockaddr *at =
		    (const struct sockaddr *)&answer->at[i];
		const struct sockaddr_in6 *in6 = (const void *)at;
		const struct sockaddr_in *in = (const void *)at;
		bool six = at->sa_family == AF_INET6;
		char text[INET6_ADDRSTRLEN] = "";

		inet_ntop(at->sa_family,
		    six ? (const void *)&in6->sin6_addr : &in->sin_addr, text,
		    sizeof(text));
		buf_addf(
		    &line, six ? "%s[%s]" : "%s%s", i > 0 ? "," : "", text);
	}
	list = curl_slist_append(NULL, buf_str(&line));
	if (list == NULL)
		abort();
	buf_clear(&line);
	return list;
}

static bool
is_numeric(const char *host)
{
	return *host == '[' || host[strspn(host, "0123456789.")] == '\0';
}

/* Hands the call over to libcurl. */
static void
call_begin(struct curl_call *call, const struct dns_answer *answer)
{
	struct curl_loop *loop = call->loop;

	if (!is_numeric(call->host)) /* libcurl reads those itself */
		call->resolve = resolve_list(call, answer);
	set_options(call);
	call->prepared = true;
	call->multi = &loop->multis[hash_str(0, call->host) % loop->multis_len];
	if (curl_multi_add_handle(call->multi->handle, call->easy) != CURLM_OK)
		abort();
}

static void
call_on_answer(void *arg, const struct dns_answer *answer)
{
	struct curl_call *call = arg;

	call->query = NULL;
	if (answer->len > 0)
		call_begin(call, answer);
	else
		call_finish(call, (struct curl_result){CURL_OUTCOME_DNS,
				      CURLE_OK, answer->error});
}

static void
call_on_refusal(evutil_socket_t fd, short what, void *arg)
{
	call_finish(
	    arg, (struct curl_result){CURL_OUTCOME_REFUSED, CURLE_URL_MALFORMAT,
		     "not an http or https address without user name"});
}

/* Names are sent as name servers know them: letters of other scripts in
 * punycode, no dot at the end. The URL is changed where that changes it. */
static bool
take_host(struct curl_call *call, CURLU *url, bool *changed)
{
	size_t len;

	if (curl_url_get(url, CURLUPART_HOST, &call->host, CURLU_PUNYCODE) !=
	    CURLUE_OK)
		return false;
	len = strlen(call->host);
	if (len > 1 && call->host[len - 1] == '.') {
		call->host[len - 1] = '\0';
		*changed = true;
	}
	return !*changed ||
	       curl_url_set(url, CURLUPART_HOST, call->host, 0) == CURLUE_OK;
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0')
		if ((unsigned char)*text++ >= 0x80)
			return false;
	return true;
}

/* Takes the URL apart; false: not one that may be called. */
static bool
take_url(struct curl_call *call, const char *text)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *user = NULL, *clean = NULL;
	bool ok, changed = !is_ascii(text);

	if (url == NULL)
		abort();
	ok = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	     curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	     (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
	     curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	     take_host(call, url, &changed) &&
	     curl_url_get(url, CURLUPART_PORT, &call->port,
		 CURLU_DEFAULT_PORT) == CURLUE_OK;
	if (ok && changed)
		ok = curl_url_get(url, CURLUPART_URL, &clean, 0) == CURLUE_OK;
	if (ok)
		curl_easy_setopt(
		    call->easy, CURLOPT_URL, changed ? clean : text);
	curl_free(clean);
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(url);
	return ok;
}

/* Begins now where the address is known, else asks for it. */
static void
call_find_address(struct curl_call *call)
{
	struct dns_answer answer;
	char *bare = xstrdup(call->host + (*call->host == '['));

	bare[strcspn(bare, "]")] = '\0';
	if (dns_answer_now(call->loop->dns, bare, &answer))
		call_begin(call, &answer);
	else
		call->query =
		    dns_resolve(call->loop->dns, bare, call_on_answer, call);
	free(bare);
}

struct curl_call *
curl_loop_start(struct curl_loop *loop, CURL *easy, const char *url,
    curl_on_done on_done, void *arg)
{
	struct curl_call *call = xcalloc(1, sizeof(*call));

	call->loop = loop;
	call->easy = easy;
	call->on_done = on_done;
	call->arg = arg;
	LIST_INSERT_HEAD(&loop->calls, call, next);
	if (take_url(call, url)) {
		call_find_address(call);
		return call;
	}
	call->refusal = evtimer_new(loop->base, call_on_refusal, call);
	if (call->refusal == NULL)
		abort();
	event_active(call->refusal, EV_TIMEOUT, 0);
	return call;
}

void
curl_loop_cancel(struct curl_call *call)
{
	if (call != NULL)
		call_free(call);
}

/* ---- the loop ---- */

static void
multi_init(struct curl_multi *multi, struct curl_loop *loop,
    const struct curl_loop_options *options)
{
	CURLM *handle = curl_multi_init();

	multi->loop = loop;
	multi->handle = handle;
	multi->clock = evtimer_new(loop->base, multi_on_clock, multi);
	if (handle == NULL || multi->clock == NULL)
		abort();
	curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, multi_on_watch);
	curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, multi_on_timer);
	curl_multi_setopt(handle, CURLMOPT_TIMERDATA, multi);
	curl_multi_setopt(handle, CURLMOPT_MAX_HOST_CONNECTIONS,
	    options->host_connections_max);
	curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, options->idle_max);
}

/* NULL, or what is wrong. */
static char *
load_certificates(struct curl_loop *loop, const char *file)
{
	if (file == NULL)
		file = curl_version_info(CURLVERSION_NOW)->cainfo;
	loop->certificates = X509_STORE_new();
	if (loop->certificates == NULL)
		abort();
	if (file != NULL && X509_STORE_load_file(loop->certificates, file) == 1)
		return NULL;
	return xasprintf("no certificates in %s, https will fail: install the "
			 "package ca-certificates or set network.ca_file",
	    file != NULL ? file : "any file");
}

struct curl_loop *
curl_loop_new(struct event_base *base, const struct curl_loop_options *options,
    char **warning)
{
	struct curl_loop *loop = xcalloc(1, sizeof(*loop));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	/* Host names in other scripts are read in the locale's charset. */
	setlocale(LC_CTYPE, "C.UTF-8");
	loop->base = base;
	loop->wall = options->wall;
	loop->dns = options->dns;
	LIST_INIT(&loop->calls);
	*warning = load_certificates(loop, options->ca_file);
	loop->multis_len = options->multis;
	loop->multis = xcalloc(loop->multis_len, sizeof(*loop->multis));
	for (unsigned i = 0; i < loop->multis_len; i++)
		multi_init(&loop->multis[i], loop, options);
	return loop;
}

void
curl_loop_free(struct curl_loop *loop)
{
	struct curl_call *call, *after;

	if (loop == NULL)
		return;
	for (call = LIST_FIRST(&loop->calls); call != NULL; call = after) {
		after = LIST_NEXT(call, next);
		call_free(call);
	}
	for (unsigned i = 0; i < loop->multis_len; i++) {
		curl_multi_cleanup(loop->multis[i].handle);
		event_free(loop->multis[i].clock);
	}
	free(loop->multis);
	X509_STORE_free(loop->certificates);
	free(loop);
	curl_global_cleanup();
}

void
curl_loop_set_wall(struct curl_loop *loop, const struct address_wall *wall)
{
	loop->wall = wall;
}

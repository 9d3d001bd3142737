/*
 * libcurl's multi handles on libevent. Owns the multis, their socket and timer
 * events, the certificate store and the calls under way.
 *
 * A call first asks for the addresses of its host, then hands them to libcurl
 * by CURLOPT_RESOLVE: libcurl's own look-up would start a thread, which no
 * role may do inside its sandbox.
 */
#include <event2/event.h>
#include <locale.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "frame/address.h"
#include "frame/curl_certificates.h"
#include "frame/curl_hosts.h"
#include "frame/curl_loop.h"
#include "frame/curl_route.h"
#include "frame/dns.h"
#include "frame/proxy.h"

#define WALLED_OFF                                                             \
	"address is private or special, or the port another service's (below " \
	"1024), and network.allow does not list it"

/* A connection that is kept alive meets the wall and the name server again
 * after so long. */
#define LIFETIME_S 900L

/* Hosts are spread over these: libcurl walks lists of a multi's connections,
 * which grow slow at thousands. */
struct curl_multi {
	struct curl_loop *loop;
	CURLM *handle;
	struct curl_hosts *hosts; /* that the next call shares; NULL: none */
	struct event *clock;
};

struct curl_loop {
	struct event_base *base;
	const struct address_wall *wall;
	struct dns *dns;
	struct curl_certificates *certificates;
	struct curl_multi *multis;
	unsigned multis_len;
	LIST_HEAD(call_list, curl_call) calls;
};

struct curl_call {
	LIST_ENTRY(curl_call) next;
	struct curl_loop *loop;
	struct curl_multi *multi;  /* NULL until libcurl has it */
	struct curl_hosts *hosts;  /* likewise */
	CURL *easy;                /* the caller's */
	struct curl_target target; /* its strings are the caller's */
	struct curl_route route;
	struct dns_query *query;  /* NULL once answered */
	struct event *failure;    /* tells one from the loop; NULL: none */
	enum curl_outcome failed; /* then, why; text has the sentence */
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
	if (call->failure != NULL)
		event_free(call->failure);
	if (call->multi != NULL)
		curl_multi_remove_handle(call->multi->handle, call->easy);
	curl_easy_setopt(call->easy, CURLOPT_RESOLVE, NULL);
	curl_easy_setopt(call->easy, CURLOPT_CURLU, NULL);
	if (call->prepared)
		curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call->loop);
	curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(call->easy, CURLOPT_SHARE, NULL);
	curl_hosts_drop(call->hosts);
	curl_slist_free_all(call->resolve);
	curl_route_clear(&call->route);
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
		result.error = WALLED_OFF;
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

	/* The operator named the proxy; what lies behind it was looked at. */
	if (call->target.proxy == NULL &&
	    !address_wall_admits(call->loop->wall, &to->addr)) {
		call->walled_off = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static CURLcode
call_on_tls(CURL *easy, void *ctx, void *arg)
{
	struct curl_call *call = arg;

	if (call->target.certificates == NULL)
		SSL_CTX_set1_cert_store(
		    ctx, curl_certificates_store(call->loop->certificates));
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
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
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
	curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, call_on_tls);
}

/* libcurl copies them, and reuses a connection only for the same ones. */
static void
set_certificates(CURL *easy, const char *pem)
{
	struct curl_blob blob = {.data = (void *)(uintptr_t)pem,
	    .len = pem != NULL ? strlen(pem) : 0,
	    .flags = CURL_BLOB_COPY};

	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, pem != NULL ? &blob : NULL);
	curl_easy_setopt(
	    easy, CURLOPT_PROXY_CAINFO_BLOB, pem != NULL ? &blob : NULL);
}

static long
ip_resolve(int version)
{
	if (version == 4)
		return CURL_IPRESOLVE_V4;
	return version == 6 ? CURL_IPRESOLVE_V6 : CURL_IPRESOLVE_WHATEVER;
}

/* A handle that comes back from a call is prepared already: at rest its
 * private pointer is that of the loop. */
static void
set_options(struct curl_call *call)
{
	const struct curl_target *target = &call->target;
	CURL *easy = call->easy;
	char *mark = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &mark);
	if (mark != (char *)call->loop)
		prepare_easy(easy);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->text);
	curl_easy_setopt(easy, CURLOPT_URL, call->route.url);
	curl_easy_setopt(easy, CURLOPT_CURLU, call->route.parts);
	curl_easy_setopt(easy, CURLOPT_RESOLVE, call->resolve);
	curl_easy_setopt(easy, CURLOPT_SHARE, curl_hosts_share(call->hosts));
	/* Never NULL, which would stand for the environment's. */
	curl_easy_setopt(
	    easy, CURLOPT_PROXY, target->proxy != NULL ? target->proxy : "");
	curl_easy_setopt(
	    easy, CURLOPT_IPRESOLVE, ip_resolve(target->ip_version));
	set_certificates(easy, target->certificates);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call);
}

/* ---- a call ---- */

static void
call_on_failure(evutil_socket_t fd, short what, void *arg)
{
	struct curl_call *call = arg;

	call_finish(call, (struct curl_result){call->failed, CURLE_OK, NULL});
}

/* Ends the call soon, from the loop. */
static void
call_fail(struct curl_call *call, enum curl_outcome outcome, const char *text)
{
	call->failed = outcome;
	snprintf(call->text, sizeof(call->text), "%s", text);
	call->failure = evtimer_new(call->loop->base, call_on_failure, call);
	if (call->failure == NULL)
		abort();
	event_active(call->failure, EV_TIMEOUT, 0);
}

/* Hands the call over to libcurl. */
static void
call_begin(struct curl_call *call)
{
	struct curl_loop *loop = call->loop;
	uint64_t hash = hash_str(0, call->route.host.host);

	call->multi = &loop->multis[hash % loop->multis_len];
	call->hosts = curl_hosts_take(&call->multi->hosts);
	set_options(call);
	call->prepared = true;
	if (curl_multi_add_handle(call->multi->handle, call->easy) != CURLM_OK)
		abort();
}

/* Keeps addresses of the wanted version, with wall those that it admits. */
static void
sift(struct curl_call *call, const struct dns_answer *told, bool wall,
    struct dns_answer *answer)
{
	int family = call->target.ip_version == 4   ? AF_INET
		     : call->target.ip_version == 6 ? AF_INET6
						    : AF_UNSPEC;

	answer->len = 0;
	for (size_t i = 0; i < told->len; i++) {
		const struct sockaddr *at =
		    (const struct sockaddr *)&told->at[i];

		if (wall && !address_wall_admits(call->loop->wall, at))
			call->walled_off = true;
		else if (family == AF_UNSPEC || at->sa_family == family)
			answer->at[answer->len++] = told->at[i];
	}
}

/* Asks for the addresses of a stop, unless they are known already. */
static void
look_up(struct curl_call *call, const struct curl_stop *stop,
    dns_on_answer on_answer)
{
	struct dns_answer answer;
	char *name = curl_stop_name(stop);

	if (dns_answer_now(call->loop->dns, name, &answer))
		on_answer(call, &answer);
	else
		call->query =
		    dns_resolve(call->loop->dns, name, on_answer, call);
	free(name);
}

/* Of the stop that is connected to: the host, or the proxy before it. */
static void
call_on_answer(void *arg, const struct dns_answer *told)
{
	struct curl_call *call = arg;
	struct dns_answer answer;
	const struct curl_stop *stop =
	    call->target.proxy != NULL ? &call->route.proxy : &call->route.host;

	call->query = NULL;
	sift(call, told, false, &answer);
	if (answer.len == 0) {
		call_fail(call, CURL_OUTCOME_DNS,
		    told->len == 0 ? told->error
				   : "the host has no address of the version "
				     "that `ip` wants");
		return;
	}
	/* libcurl reads numeric ones itself, and heeds their version. */
	if (!curl_stop_is_numeric(stop))
		call->resolve = curl_stop_add(call->resolve, stop, &answer);
	call_begin(call);
}

/* Of a host behind a proxy. Where only the proxy knows the name, its word is
 * taken: what is inside is guarded by those who run the proxy. */
static void
call_on_host_behind(void *arg, const struct dns_answer *told)
{
	struct curl_call *call = arg;
	struct dns_answer answer;
	bool needed = proxy_takes_addresses(call->target.proxy);

	call->query = NULL;
	sift(call, told, true, &answer);
	if (answer.len == 0 && call->walled_off)
		call_fail(call, CURL_OUTCOME_REFUSED, WALLED_OFF);
	else if (answer.len == 0 && needed)
		call_fail(call, CURL_OUTCOME_DNS,
		    told->len == 0 ? told->error : "no address that fits");
	else {
		if (answer.len > 0 && needed)
			call->resolve = curl_stop_add(
			    call->resolve, &call->route.host, &answer);
		look_up(call, &call->route.proxy, call_on_answer);
	}
}

/* What is behind a proxy cannot be judged when it is connected to. */
static void
call_by_proxy(struct curl_call *call)
{
	struct sockaddr_storage at;

	if (curl_stop_address(&call->route.host, &at)) {
		if (address_wall_admits(
			call->loop->wall, (struct sockaddr *)&at))
			look_up(call, &call->route.proxy, call_on_answer);
		else
			call_fail(call, CURL_OUTCOME_REFUSED, WALLED_OFF);
	} else if (proxy_keeps_names(call->target.proxy)) {
		look_up(call, &call->route.proxy, call_on_answer);
	} else {
		look_up(call, &call->route.host, call_on_host_behind);
	}
}

struct curl_call *
curl_loop_start(struct curl_loop *loop, CURL *easy,
    const struct curl_target *target, curl_on_done on_done, void *arg)
{
	struct curl_call *call = xcalloc(1, sizeof(*call));
	const char *wrong;

	call->loop = loop;
	call->easy = easy;
	call->target = *target;
	call->on_done = on_done;
	call->arg = arg;
	LIST_INSERT_HEAD(&loop->calls, call, next);
	wrong = curl_route_take(&call->route, target);
	if (wrong != NULL)
		call_fail(call, CURL_OUTCOME_REFUSED, wrong);
	else if (target->proxy != NULL)
		call_by_proxy(call);
	else
		look_up(call, &call->route.host, call_on_answer);
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
	loop->certificates =
	    curl_certificates_new(options->certificates, warning);
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
		curl_hosts_drop(loop->multis[i].hosts);
		event_free(loop->multis[i].clock);
	}
	free(loop->multis);
	curl_certificates_free(loop->certificates);
	free(loop);
	curl_global_cleanup();
}

void
curl_loop_set_wall(struct curl_loop *loop, const struct address_wall *wall)
{
	loop->wall = wall;
}

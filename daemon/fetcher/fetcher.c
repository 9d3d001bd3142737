/*
 * The fetcher role: everything that touches strangers' bytes. It is asked by
 * the engine, holds nothing of worth, opens no file once it runs.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "fetcher/exchange.h"
#include "fetcher/fetch.h"
#include "fetcher/fetcher.h"
#include "fetcher/hub.h"
#include "fetcher/watch.h"
#include "frame/access.h"
#include "frame/address.h"
#include "frame/clock.h"
#include "frame/config.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"
#include "frame/log.h"
#include "frame/role.h"
#include "frame/sandbox.h"
#include "frame/websub.h"
#include "parse/parser.h"

#define MEMORY_MAX (1ULL << 30) /* of address space */
#define FILES_SPARE 64          /* descriptors that are no connections */
#define BENCH_SIZE 4096
#define NAMES_MS 1000 /* between two tellings of counts */

struct fetcher {
	struct role role;
	struct dns *dns;
	struct address_wall *wall;
	struct curl_loop *loop;
	struct fetch_context fetches;
	struct hubs *hubs;
	char *user_agent;
	size_t descriptors;        /* that connections may have */
	struct event *names_timer; /* what the engine does not know yet ... */
	struct dns_counts told;    /* ... and what it does */
	uint64_t no_bench;         /* until the parent gives the shared page */
};

/* ---- the configuration --------------------------------------------------- */

/* Descriptors that connections may have: a tenth is left alone. Only before
 * the sandbox, which does not let us ask. */
static size_t
count_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	return limit.rlim_cur > FILES_SPARE
		   ? (size_t)(limit.rlim_cur - FILES_SPARE) * 9 / 10
		   : 1;
}

static size_t
at_most(int64_t wanted, size_t allowed)
{
	return (size_t)wanted < allowed ? (size_t)wanted : allowed;
}

static size_t
connections_max(const struct fetcher *fetcher)
{
	return at_most(fetcher->role.config->network.max_connections,
	    fetcher->descriptors);
}

static size_t
idle_max(const struct fetcher *fetcher)
{
	return at_most(fetcher->role.config->network.idle_connections,
	    fetcher->descriptors - connections_max(fetcher));
}

/* Takes what the configuration says for the exchanges from now on. */
static void
apply_config(struct fetcher *fetcher)
{
	const struct config *config = fetcher->role.config;
	struct exchange_options options;

	free(fetcher->user_agent);
	fetcher->user_agent = access_user_agent(
	    config->defaults.user_agent, config->defaults.contact);
	options = (struct exchange_options){
	    .connections_max = connections_max(fetcher),
	    .idle_max = idle_max(fetcher),
	    .user_agent = fetcher->user_agent,
	    .timeout_ms = config->defaults.timeout_ms,
	    .host_spacing_ms = config->network.host_spacing_ms};

	if (fetcher->fetches.pool == NULL)
		fetcher->fetches.pool = exchange_pool_new(
		    fetcher->role.base, fetcher->loop, &options);
	else
		exchange_pool_set(fetcher->fetches.pool, &options);
}

static void
apply_watch(struct fetcher *fetcher)
{
	struct watch *watch =
	    watch_new(fetcher->role.match_set_fd, fetcher->role.config);

	if (watch == NULL)
		fatal("the compiled names cannot be read");
	watch_release(fetcher->fetches.watch);
	fetcher->fetches.watch = watch;
}

/* Fetches under way keep the names that they began with. */
static void
on_config(void *arg, const struct config *old)
{
	struct fetcher *fetcher = arg;
	struct address_wall *wall =
	    address_wall_new(&fetcher->role.config->network.allow);

	curl_loop_set_wall(fetcher->loop, wall);
	address_wall_free(fetcher->wall);
	fetcher->wall = wall;
	apply_config(fetcher);
	apply_watch(fetcher);
}

/* ---- messages ------------------------------------------------------------ */

static int
on_fetch_start(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher *fetcher = arg;
	struct fetch_start start;

	if (fetch_start_get(reader, &start) == -1)
		return -1;
	if (fetch_start_job(&fetcher->fetches, &start) == 0)
		return 0;
	fetch_start_clear(&start);
	return -1;
}

static int
on_fetch_pushed(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher *fetcher = arg;
	struct fetch_pushed pushed;
	struct fetch_start start;
	int result;

	if (fetch_pushed_get(reader, &pushed, &start) == -1)
		return -1;
	result = fetch_push_job(&fetcher->fetches, &start, &pushed);
	free(pushed.content_type);
	fetch_start_clear(&start);
	return result;
}

static int
on_hub_ask(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher *fetcher = arg;
	struct hub_ask ask;

	if (hub_ask_get(reader, &ask) == -1)
		return -1;
	hubs_ask(fetcher->hubs, &ask, fetcher->user_agent);
	hub_ask_clear(&ask);
	return 0;
}

static void
on_hub_answer(void *arg, const struct hub_answer *answer)
{
	struct fetcher *fetcher = arg;
	struct peer *engine = fetcher->fetches.engine;

	hub_answer_put(peer_begin(engine, MESSAGE_HUB_ANSWER), answer);
	peer_send(engine);
}

static int
on_fetch_cancel(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher *fetcher = arg;
	uint64_t job = message_get_u64(reader);

	if (!message_end(reader))
		return -1;
	fetch_cancel_job(&fetcher->fetches, job);
	return 0;
}

/* From the parent: the page on which the job being parsed is told. */
static int
on_bench(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct fetcher *fetcher = arg;
	void *page;
	int fd;

	message_get_u32(reader); /* our own index */
	fd = message_take_fd(reader);
	if (!message_end(reader))
		return -1;
	page =
	    mmap(NULL, BENCH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -1;
	if (fetcher->fetches.bench != &fetcher->no_bench)
		munmap((void *)(uintptr_t)fetcher->fetches.bench, BENCH_SIZE);
	fetcher->fetches.bench = page;
	return 0;
}

static const struct message_route engine_routes[] = {
    {MESSAGE_FETCH_START, on_fetch_start},
    {MESSAGE_FETCH_PUSHED, on_fetch_pushed},
    {MESSAGE_FETCH_CANCEL, on_fetch_cancel},
    {MESSAGE_HUB_ASK, on_hub_ask},
    {MESSAGE_NONE, NULL},
};

static const struct message_route parent_routes[] = {
    {MESSAGE_BENCH, on_bench},
    {MESSAGE_NONE, NULL},
};

/* ---- names --------------------------------------------------------------- */

static void
tell_names(void *arg)
{
	struct fetcher *fetcher = arg;
	struct peer *engine = fetcher->fetches.engine;
	const struct dns_counts *counts = dns_counts(fetcher->dns);
	struct dns_counts *told = &fetcher->told;
	struct buf *buf;

	if (engine == NULL)
		return;
	buf = peer_begin(engine, MESSAGE_NAMES);
	message_put_u32(buf, !dns_is_down(fetcher->dns));
	message_put_u64(buf, counts->answered - told->answered);
	message_put_u64(buf, counts->failed - told->failed);
	message_put_u64(buf, counts->stale - told->stale);
	peer_send(engine);
	*told = *counts;
}

static void
on_names_timer(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher *fetcher = arg;
	struct timeval wait = clock_timeval_ms(NAMES_MS);

	evtimer_add(fetcher->names_timer, &wait);
	if (memcmp(&fetcher->told, dns_counts(fetcher->dns),
		sizeof(fetcher->told)) != 0)
		tell_names(fetcher);
}

/* ---- the engine ---------------------------------------------------------- */

static void
drop_all(struct fetcher *fetcher)
{
	fetch_drop_all(&fetcher->fetches);
	hubs_drop_all(fetcher->hubs);
}

/* What an engine asked for is nothing to the next one. */
static void
on_engine_gone(void *arg, struct peer *peer, const char *error)
{
	struct fetcher *fetcher = arg;

	if (fetcher->fetches.engine != peer)
		return;
	log_debug("engine: %s", error);
	drop_all(fetcher);
	fetcher->fetches.engine = NULL;
}

static void
on_engine_drain(void *arg, struct peer *peer)
{
	struct fetcher *fetcher = arg;

	fetch_go_on(&fetcher->fetches);
}

static const struct peer_callbacks *
on_peer(void *arg, enum role_kind kind, unsigned index)
{
	static struct peer_callbacks callbacks = {.routes = engine_routes,
	    .on_gone = on_engine_gone,
	    .on_drain = on_engine_drain};

	callbacks.arg = arg;
	return kind == ROLE_ENGINE ? &callbacks : NULL;
}

static void
on_peer_ready(void *arg, struct peer *peer)
{
	struct fetcher *fetcher = arg;

	if (fetcher->fetches.engine != NULL) {
		drop_all(fetcher);
		peer_free(fetcher->fetches.engine);
	}
	fetcher->fetches.engine = peer;
	tell_names(fetcher);
}

static void
on_stop(void *arg)
{
	struct fetcher *fetcher = arg;

	drop_all(fetcher);
	role_exit(&fetcher->role);
}

static const struct role_callbacks role_callbacks = {.on_config = on_config,
    .on_peer = on_peer,
    .on_peer_ready = on_peer_ready,
    .on_stop = on_stop,
    .parent_routes = parent_routes};

/* ---- the role ------------------------------------------------------------ */

static void
open_network(struct fetcher *fetcher)
{
	const struct config_network *network = &fetcher->role.config->network;
	struct curl_loop_options options = {
	    .certificates = network->certificates};
	char *warning;

	fetcher->dns = dns_new(fetcher->role.base, network->resolver);
	if (fetcher->dns == NULL)
		fatal("no name resolver");
	dns_set_watch(fetcher->dns, tell_names, fetcher);
	fetcher->names_timer =
	    evtimer_new(fetcher->role.base, on_names_timer, fetcher);
	on_names_timer(-1, 0, fetcher);
	fetcher->wall = address_wall_new(&network->allow);
	options.dns = fetcher->dns;
	options.wall = fetcher->wall;
	exchange_spread(&options, connections_max(fetcher) + idle_max(fetcher));
	fetcher->loop = curl_loop_new(fetcher->role.base, &options, &warning);
	if (warning != NULL)
		log_warning("%s", warning);
	free(warning);
}

int
fetcher_main(unsigned index)
{
	static struct fetcher fetcher;
	static const struct sandbox sandbox = {
	    .connect = true, .memory_max = MEMORY_MAX};

	role_start(
	    &fetcher.role, ROLE_FETCHER, index, &role_callbacks, &fetcher);
	fetcher.fetches.bench = &fetcher.no_bench;
	fetcher.descriptors = count_descriptors();
	parser_init_process();
	open_network(&fetcher);
	fetch_context_init(&fetcher.fetches, fetcher.role.base);
	fetcher.hubs = hubs_new(fetcher.loop, on_hub_answer, &fetcher);
	apply_config(&fetcher);
	apply_watch(&fetcher);
	sandbox_enter(&sandbox);
	return role_loop(&fetcher.role);
}

/*
 * The courier: takes alerts from the engine to webhooks and syslog. The only
 * role that holds the sinks' secrets.
 *
 * It keeps nothing: what it was given and did not report as delivered is the
 * engine's to send again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "base/mem.h"
#include "courier/courier.h"
#include "courier/delivery.h"
#include "courier/syslog_sink.h"
#include "courier/webhook.h"
#include "frame/access.h"
#include "frame/address.h"
#include "frame/config.h"
#include "frame/curl_loop.h"
#include "frame/dns.h"
#include "frame/log.h"
#include "frame/role.h"
#include "frame/sandbox.h"

#define STOP_S 5 /* for attempts under way when told to stop */
#define MULTIS 4

struct sink {
	LIST_ENTRY(sink) next;
	char *id;
	struct webhook *webhook; /* one of the two is NULL */
	struct syslog_sink *syslog;
	bool listed; /* in the configuration that is being taken over */
};

struct courier {
	struct role role;
	struct peer *engine; /* NULL while it is away */
	struct address_wall *wall;
	struct dns *dns;
	struct curl_loop *loop;
	char *user_agent;
	LIST_HEAD(sink_list, sink) sinks;
};

static const struct sandbox courier_sandbox = {
    .connect = true,
    .syslog = true,
    .memory_max = 512ULL * 1024 * 1024,
};

static struct sink *
find_sink(struct courier *courier, const char *id)
{
	struct sink *sink;

	LIST_FOREACH (sink, &courier->sinks, next)
		if (strcmp(sink->id, id) == 0)
			return sink;
	return NULL;
}

static size_t
under_way(const struct courier *courier)
{
	struct sink *sink;
	size_t sum = 0;

	LIST_FOREACH (sink, &courier->sinks, next)
		if (sink->webhook != NULL)
			sum += webhook_under_way(sink->webhook);
	return sum;
}

static void
forget_waiting(struct sink *sink)
{
	if (sink->webhook != NULL)
		webhook_forget_waiting(sink->webhook);
	else
		syslog_sink_forget_waiting(sink->syslog);
}

/* ---- deliveries ---- */

/* An engine that was away sends again what it heard nothing of. */
static void
courier_on_result(
    void *arg, struct delivery *delivery, const struct delivery_result *result)
{
	struct courier *courier = arg;
	struct buf *buf;

	if (courier->engine != NULL) {
		buf = peer_begin(courier->engine, MESSAGE_DELIVERED);
		message_put_u64(buf, delivery->id);
		message_put_u32(buf, result->outcome);
		message_put_u32(buf, result->http_status);
		message_put_i64(buf, result->retry_after_us);
		message_put_str(buf, result->error);
		peer_send(courier->engine);
	}
	delivery_free(delivery);
	if (courier->role.stopping && under_way(courier) == 0)
		role_exit(&courier->role);
}

static int
courier_on_deliver(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct courier *courier = arg;
	struct delivery *delivery = delivery_get(reader);
	struct sink *sink;

	if (delivery == NULL)
		return -1;
	sink = find_sink(courier, delivery->sink);
	if (courier->role.stopping)
		delivery_free(delivery); /* the next courier gets it */
	else if (sink == NULL)
		courier_on_result(courier, delivery,
		    &(struct delivery_result){
			.outcome = DELIVERY_RETRY, .error = "no such sink"});
	else if (sink->webhook != NULL)
		webhook_send(sink->webhook, delivery);
	else
		syslog_sink_send(sink->syslog, delivery);
	return 0;
}

static const struct message_route engine_routes[] = {
    {MESSAGE_DELIVER, courier_on_deliver},
    {MESSAGE_NONE, NULL},
};

/* ---- the engine comes and goes ---- */

static void
courier_on_engine_gone(void *arg, struct peer *peer, const char *error)
{
	struct courier *courier = arg;
	struct sink *sink;

	/* Whether it ended as it should is for the parent to say. */
	if (strcmp(error, "closed") != 0)
		log_warning("engine: %s", error);
	if (courier->engine != peer)
		return;
	courier->engine = NULL;
	LIST_FOREACH (sink, &courier->sinks, next)
		forget_waiting(sink);
}

static const struct peer_callbacks *
courier_on_peer(void *arg, enum role_kind kind, unsigned index)
{
	static struct peer_callbacks callbacks = {
	    .routes = engine_routes, .on_gone = courier_on_engine_gone};

	callbacks.arg = arg;
	return kind == ROLE_ENGINE ? &callbacks : NULL;
}

static void
courier_on_peer_ready(void *arg, struct peer *peer)
{
	struct courier *courier = arg;

	courier->engine = peer;
}

/* ---- the configuration ---- */

static void
sink_free(struct sink *sink)
{
	LIST_REMOVE(sink, next);
	webhook_free(sink->webhook);
	syslog_sink_free(sink->syslog);
	free(sink->id);
	free(sink);
}

static struct sink *
sink_new(struct courier *courier, const struct config_sink *config)
{
	struct sink *sink = xcalloc(1, sizeof(*sink));

	sink->id = xstrdup(config->id);
	if (config->type == SINK_WEBHOOK)
		sink->webhook =
		    webhook_new(courier->loop, courier_on_result, courier);
	else
		sink->syslog = syslog_sink_new(
		    courier->role.base, courier_on_result, courier);
	LIST_INSERT_HEAD(&courier->sinks, sink, next);
	return sink;
}

/* What the engine believes to be here must not be forgotten: it would wait for
 * the answer. */
static void
give_back(struct sink *sink)
{
	if (sink->webhook != NULL)
		webhook_give_back(sink->webhook);
	else
		syslog_sink_give_back(sink->syslog);
}

/* A sink that stays keeps what waits for it; one that changed its type is
 * another one. */
static void
take_sink(struct courier *courier, const struct config_sink *config)
{
	struct sink *sink = find_sink(courier, config->id);

	if (sink != NULL &&
	    (sink->webhook != NULL) != (config->type == SINK_WEBHOOK)) {
		give_back(sink);
		sink_free(sink);
		sink = NULL;
	}
	if (sink == NULL)
		sink = sink_new(courier, config);
	sink->listed = true;
	if (sink->webhook != NULL)
		webhook_configure(sink->webhook, config, courier->user_agent);
	else
		syslog_sink_configure(sink->syslog, config);
}

static void
take_config(struct courier *courier)
{
	const struct config *config = courier->role.config;
	struct sink *sink, *after;

	free(courier->user_agent);
	courier->user_agent = access_user_agent(
	    config->defaults.user_agent, config->defaults.contact);
	for (size_t i = 0; i < config->sinks_len; i++)
		if (config->sinks[i].type != SINK_LOG)
			take_sink(courier, &config->sinks[i]);
	for (sink = LIST_FIRST(&courier->sinks); sink != NULL; sink = after) {
		after = LIST_NEXT(sink, next);
		if (!sink->listed)
			sink_free(sink);
		else
			sink->listed = false;
	}
}

static void
courier_on_config(void *arg, const struct config *old)
{
	struct courier *courier = arg;
	const struct config_network *network = &courier->role.config->network;
	struct address_wall *wall = address_wall_new(&network->allow);

	curl_loop_set_wall(courier->loop, wall);
	address_wall_free(courier->wall);
	courier->wall = wall;
	take_config(courier);
}

/* ---- the role ---- */

static void
courier_on_stop_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct courier *courier = arg;

	role_exit(&courier->role);
}

static void
courier_on_stop(void *arg)
{
	static const struct timeval wait = {STOP_S, 0};
	struct courier *courier = arg;
	struct sink *sink;

	LIST_FOREACH (sink, &courier->sinks, next)
		forget_waiting(sink);
	if (under_way(courier) == 0)
		role_exit(&courier->role);
	else
		event_base_once(courier->role.base, -1, EV_TIMEOUT,
		    courier_on_stop_timeout, courier, &wait);
}

static const struct role_callbacks courier_callbacks = {
    .on_config = courier_on_config,
    .on_peer = courier_on_peer,
    .on_peer_ready = courier_on_peer_ready,
    .on_stop = courier_on_stop,
};

static void
open_handles(struct courier *courier)
{
	const struct config_network *network = &courier->role.config->network;
	char *warning;

	syslog_sink_open();
	courier->wall = address_wall_new(&network->allow);
	courier->dns = dns_new(courier->role.base, network->resolver);
	if (courier->dns == NULL)
		fatal("name resolution does not start (network.resolver?)");
	courier->loop = curl_loop_new(courier->role.base,
	    &(struct curl_loop_options){.wall = courier->wall,
		.dns = courier->dns,
		.certificates = network->certificates,
		.multis = MULTIS},
	    &warning);
	if (warning != NULL)
		log_warning("%s", warning);
	free(warning);
}

static void
close_handles(struct courier *courier)
{
	struct sink *sink, *after;

	for (sink = LIST_FIRST(&courier->sinks); sink != NULL; sink = after) {
		after = LIST_NEXT(sink, next);
		sink_free(sink);
	}
	curl_loop_free(courier->loop);
	dns_free(courier->dns);
	address_wall_free(courier->wall);
	free(courier->user_agent);
}

int
courier_main(unsigned index)
{
	struct courier courier = {.engine = NULL};
	int status;

	LIST_INIT(&courier.sinks);
	role_start(
	    &courier.role, ROLE_COURIER, index, &courier_callbacks, &courier);
	open_handles(&courier);
	take_config(&courier);
	sandbox_enter(&courier_sandbox);
	status = role_loop(&courier.role);
	close_handles(&courier);
	return status;
}

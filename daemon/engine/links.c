/*
 * Who talks to the engine. Runs in the engine.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "engine/commit.h"
#include "engine/context.h"
#include "engine/feed.h"
#include "engine/feeds_file.h"
#include "engine/intake.h"
#include "engine/job.h"
#include "engine/links.h"
#include "engine/reach.h"
#include "engine/report.h"
#include "engine/schedule.h"
#include "engine/sinks.h"
#include "engine/websub.h"
#include "engine/websub_callback.h"
#include "frame/config.h"
#include "frame/log.h"

/* ---- fetchers ----------------------------------------------------------- */

static const struct message_route fetcher_routes[] = {
    {MESSAGE_ITEM, intake_on_item},
    {MESSAGE_FETCH_DONE, intake_on_done},
    {MESSAGE_HUB_ANSWER, websub_on_answer},
    {MESSAGE_NAMES, reach_on_names},
    {MESSAGE_NONE, NULL},
};

void
links_cut_off(
    struct engine *engine, enum role_kind kind, unsigned index, const char *why)
{
	struct buf *buf = peer_begin(engine->role.parent, MESSAGE_CUT_OFF);

	log_error("%s %u: cut off: %s", role_name(kind), index, why);
	message_put_u32(buf, kind);
	message_put_u32(buf, index);
	peer_send(engine->role.parent);
}

static void
fetcher_lost(struct fetcher_link *link, bool crashed)
{
	job_fetcher_gone(link->engine, link, crashed);
	websub_fetcher_gone(link->engine, link->index);
	reach_fetcher_gone(link->engine, link->index);
}

static void
fetcher_on_gone(void *arg, struct peer *peer, const char *error)
{
	struct fetcher_link *link = arg;
	bool closed = strcmp(error, "closed") == 0;

	if (link->peer != peer)
		return; /* its successor is there already */
	link->peer = NULL;
	evtimer_del(link->timer);
	if (!closed)
		links_cut_off(link->engine, ROLE_FETCHER, link->index, error);
	fetcher_lost(link, closed);
}

static void
fetcher_on_drain(void *arg, struct peer *peer)
{
	struct fetcher_link *link = arg;

	job_start_due(link->engine, link);
}

static void
fetcher_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher_link *link = arg;

	job_start_due(link->engine, link);
}

static struct fetcher_link *
link_of(struct engine *engine, unsigned index)
{
	struct fetcher_link *link = &engine->fetchers[index];

	if (link->engine == NULL)
		*link = (struct fetcher_link){
		    .engine = engine,
		    .index = index,
		    .timer =
			evtimer_new(engine->role.base, fetcher_on_timer, link),
		    .callbacks = {.routes = fetcher_routes,
			.on_gone = fetcher_on_gone,
			.on_drain = fetcher_on_drain,
			.arg = link},
		};
	return link;
}

static void
fetcher_ready(struct engine *engine, struct peer *peer)
{
	struct fetcher_link *link = link_of(engine, peer_index(peer));

	if (link->peer != NULL) {
		fetcher_lost(link, true);
		peer_free(link->peer);
	}
	link->peer = peer;
	if (engine->ready)
		job_start_due(engine, link);
}

int
links_on_bench(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;
	unsigned index = message_get_u32(reader);
	int fd = message_take_fd(reader);
	struct fetcher_link *link;
	struct stat st;
	void *page;

	if (!message_end(reader) || index >= ENGINE_FETCHERS_MAX)
		return -1;
	if (fstat(fd, &st) == -1 || st.st_size < (off_t)sizeof(uint64_t)) {
		close(fd);
		return -1;
	}
	page = mmap(NULL, sizeof(uint64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	link = link_of(engine, index);
	/* Whoever had the old page is dead: what it left there counts. */
	if (link->peer != NULL && link->bench != NULL) {
		fetcher_lost(link, true);
		peer_free(link->peer);
		link->peer = NULL;
	}
	if (link->bench != NULL)
		munmap((void *)link->bench, sizeof(uint64_t));
	link->bench = page == MAP_FAILED ? NULL : page;
	return 0;
}

/* ---- courier ------------------------------------------------------------ */

static const struct message_route courier_routes[] = {
    {MESSAGE_DELIVERED, sinks_on_delivered},
    {MESSAGE_NONE, NULL},
};

static void
courier_on_gone(void *arg, struct peer *peer, const char *error)
{
	struct engine *engine = arg;

	if (engine->courier != peer)
		return;
	if (strcmp(error, "closed") != 0)
		links_cut_off(engine, ROLE_COURIER, 0, error);
	sinks_courier_gone(engine);
}

static void
courier_on_drain(void *arg, struct peer *peer)
{
	commit_tell(arg);
}

static void
courier_ready(struct engine *engine, struct peer *peer)
{
	if (engine->courier != NULL) {
		peer_free(engine->courier);
		sinks_courier_gone(engine);
	}
	engine->courier = peer;
	if (engine->ready)
		commit_tell(engine);
}

/* ---- desk --------------------------------------------------------------- */

static void
answer(struct peer *desk, uint64_t request, bool ok, const char *text)
{
	struct buf *buf = peer_begin(desk, MESSAGE_ACTION_RESULT);

	message_put_u64(buf, request);
	message_put_u32(buf, ok);
	message_put_str(buf, text);
	peer_send(desk);
}

static int
desk_on_poll(void *arg, struct peer *peer, struct message_reader *reader)
{
	struct engine *engine = arg;
	uint64_t request = message_get_u64(reader);
	char *id = message_take_text(reader);
	struct feed *feed;

	if (!message_end(reader)) {
		free(id);
		return -1;
	}
	feed = feed_find(engine, id);
	if (feed != NULL) {
		quarantine_clear(&feed->quarantine);
		schedule_poll(
		    engine->schedule, feed->number, engine_monotonic_us());
		job_start_all(engine);
	}
	answer(peer, request, feed != NULL,
	    feed != NULL ? "polled now" : "there is no such feed");
	free(id);
	return 0;
}

/* Says how an edit went; takes error, NULL: well. */
static void
answer_edit(struct peer *desk, uint64_t request, char *error)
{
	if (error != NULL)
		log_error("feeds: %s", error);
	answer(desk, request, error == NULL, error);
	free(error);
}

static int
desk_on_feed_add(void *arg, struct peer *peer, struct message_reader *reader)
{
	uint64_t request = message_get_u64(reader);
	char *id = message_take_text(reader);
	char *url = message_take_text(reader);
	char *outlet = message_take_str(reader);
	char *language = message_take_str(reader);
	struct feeds_file_entry entry = {id, url, outlet, language};
	bool whole = message_end(reader);

	if (whole)
		answer_edit(peer, request, feeds_file_add(&entry));
	free(id);
	free(url);
	free(outlet);
	free(language);
	return whole ? 0 : -1;
}

static int
desk_on_feed_remove(void *arg, struct peer *peer, struct message_reader *reader)
{
	uint64_t request = message_get_u64(reader);
	char *id = message_take_text(reader);
	bool whole = message_end(reader);

	if (whole)
		answer_edit(peer, request, feeds_file_remove(id));
	free(id);
	return whole ? 0 : -1;
}

static int
desk_on_feed_undo(void *arg, struct peer *peer, struct message_reader *reader)
{
	char *error;

	if (!message_end(reader))
		return -1;
	error = feeds_file_undo();
	if (error != NULL)
		log_error("feeds: cannot be put back: %s", error);
	free(error);
	return 0;
}

static const struct message_route desk_routes[] = {
    {MESSAGE_FEED_ADD, desk_on_feed_add},
    {MESSAGE_FEED_REMOVE, desk_on_feed_remove},
    {MESSAGE_FEED_UNDO, desk_on_feed_undo},
    {MESSAGE_POLL, desk_on_poll},
    {MESSAGE_WEBSUB_VERIFY, websub_on_verify},
    {MESSAGE_WEBSUB_PUSH, websub_on_push},
    {MESSAGE_NONE, NULL},
};

static void
desk_on_gone(void *arg, struct peer *peer, const char *error)
{
	struct engine *engine = arg;

	if (engine->desk != peer)
		return;
	engine->desk = NULL;
	if (strcmp(error, "closed") != 0)
		links_cut_off(engine, ROLE_DESK, 0, error);
}

static void
desk_on_drain(void *arg, struct peer *peer)
{
	report_go_on(arg);
}

static void
desk_ready(struct engine *engine, struct peer *peer)
{
	peer_free(engine->desk);
	engine->desk = peer;
	if (engine->ready)
		report_greet(engine);
}

/* ---- all ---------------------------------------------------------------- */

const struct peer_callbacks *
links_on_peer(void *arg, enum role_kind kind, unsigned index)
{
	static struct peer_callbacks courier = {.routes = courier_routes,
	    .on_gone = courier_on_gone,
	    .on_drain = courier_on_drain};
	static struct peer_callbacks desk = {.routes = desk_routes,
	    .on_gone = desk_on_gone,
	    .on_drain = desk_on_drain};

	courier.arg = desk.arg = arg;
	switch (kind) {
	case ROLE_FETCHER:
		if (index >= ENGINE_FETCHERS_MAX)
			return NULL;
		return &link_of(arg, index)->callbacks;
	case ROLE_COURIER:
		return &courier;
	case ROLE_DESK:
		return &desk;
	case ROLE_PARENT:
	case ROLE_ENGINE:
	case ROLE_KINDS:
		break;
	}
	return NULL;
}

void
links_on_peer_ready(void *arg, struct peer *peer)
{
	struct engine *engine = arg;

	if (peer_kind(peer) == ROLE_FETCHER)
		fetcher_ready(engine, peer);
	else if (peer_kind(peer) == ROLE_COURIER)
		courier_ready(engine, peer);
	else
		desk_ready(engine, peer);
}

void
links_sync(struct engine *engine)
{
	int64_t wanted = engine->role.config->fetchers;

	if (wanted <= 0)
		wanted = engine->cores;
	if (wanted > ENGINE_FETCHERS_MAX)
		wanted = ENGINE_FETCHERS_MAX;
	engine->fetchers_len = (unsigned)wanted;
	for (unsigned i = 0; i < engine->fetchers_len; i++)
		link_of(engine, i);
	schedule_set_fetchers(engine->schedule, engine->fetchers_len,
	    (unsigned)engine->role.config->network.max_connections);
}

void
links_begin(struct engine *engine)
{
	engine->ready = true;
	if (engine->desk != NULL)
		report_greet(engine);
	commit_now(engine);
	job_start_all(engine);
}

void
links_free(struct engine *engine)
{
	for (unsigned i = 0; i < ENGINE_FETCHERS_MAX; i++) {
		struct fetcher_link *link = &engine->fetchers[i];

		if (link->engine == NULL)
			continue;
		job_fetcher_gone(engine, link, false);
		peer_free(link->peer);
		event_free(link->timer);
		if (link->bench != NULL)
			munmap((void *)link->bench, sizeof(uint64_t));
	}
	peer_free(engine->courier);
	peer_free(engine->desk);
}

/*
 * Builds the world of the fetcher's tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/strings.h"
#include "certificates.h"
#include "fetcher_world.h"
#include "frame/config_certificates.h"

/* ---- the world ------------------------------------------------------------
 */

char *
world_path(const struct world *world, const char *name)
{
	return xasprintf("%s/%s", world->folder, name);
}

/* One entity, found under one name. */
void
world_watch(struct world *world, const char *entity, const char *name)
{
	struct config *config = &world->config;

	world->name = (struct config_name){.text = (char *)(uintptr_t)name};
	world->entity = (struct config_entity){.id = (char *)(uintptr_t)entity,
	    .label = (char *)(uintptr_t)name,
	    .names = &world->name,
	    .names_len = 1};
	config->entities = &world->entity;
	config->entities_len = 1;
}

int
world_set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));
	struct config *config = &world->config;
	char folder[] = "/tmp/wirewatch-test-XXXXXX", *why;

	if (mkdtemp(folder) == NULL)
		return -1;
	world->folder = xstrdup(folder);
	world->ca_file = world_path(world, "ca.pem");
	world->authority = authority_new();
	authority_write(world->authority, world->ca_file);
	feed_server_start(&world->server, NULL);
	config->defaults.timeout_ms = 300000;
	config->defaults.contact = (char *)(uintptr_t) "desk@example.org";
	config->network.max_connections = 32;
	config->network.idle_connections = 32;
	config->network.certificates =
	    certificates_read(world->ca_file, 1024 * 1024, &why);
	config->log.level = (char *)(uintptr_t) "warning";
	strings_add(&config->network.allow, "127.0.0.0/8");
	world_watch(world, "shoigu", "Шойгу");
	name_server_open(&world->names);
	config->network.resolver = xasprintf("127.0.0.1:%u", world->names.port);
	fetcher_driver_start(&world->driver, config);
	name_server_serve(&world->names, world->driver.base);
	*state = world;
	return 0;
}

int
world_tear_down(void **state)
{
	struct world *world = *state;
	char *command = xasprintf("rm -rf '%s'", world->folder);

	name_server_stop(&world->names);
	fetcher_driver_stop(&world->driver);
	feed_server_stop(&world->server);
	authority_free(world->authority);
	if (system(command) != 0)
		return -1;
	strings_clear(&world->config.network.allow);
	free(world->config.network.resolver);
	free(world->config.network.certificates);
	free(world->folder);
	free(world->ca_file);
	free(command);
	free(world);
	return 0;
}

/* ---- fetches --------------------------------------------------------------
 */

static void
on_item(void *arg, const struct item_message *message)
{
	struct told *told = arg;

	if (told->items < ITEMS_MAX)
		told->seen[told->items] = (struct job_seen){
		    message->item.key, message->item.revision};
	told->items++;
	told->mentions += (unsigned)message->mentions_len;
	free(told->last_title);
	told->last_title = xstrdup(message->item.title);
	if (message->mentions_len > 0) {
		free(told->last_name);
		told->last_name = xstrdup(message->mentions[0].name);
	}
}

static void
on_done(void *arg, const struct fetch_done *done)
{
	struct told *told = arg;

	told->is_done = true;
	told->done_count++;
	fetch_done_clear(&told->done);
	told->done = *done;
	told->done.error = xstrdup_null(done->error);
	told->done.etag = xstrdup_null(done->etag);
	told->done.modified = xstrdup_null(done->modified);
	told->done.moved_to = xstrdup_null(done->moved_to);
	told->done.title = xstrdup_null(done->title);
}

void
told_clear(struct told *told)
{
	fetch_done_clear(&told->done);
	free(told->last_title);
	free(told->last_name);
	*told = (struct told){0};
}

void
told_expect(struct world *world, struct told *told)
{
	*told = (struct told){0};
	world->driver.on_item = on_item;
	world->driver.on_done = on_done;
	world->driver.arg = told;
}

/* Fetches and waits for the end. */
void
world_fetch(
    struct world *world, const struct fetch_start *start, struct told *told)
{
	told_expect(world, told);
	fetcher_driver_fetch(&world->driver, start);
	while (!told->is_done)
		fetcher_driver_turn(&world->driver);
	assert_int_equal(*world->driver.bench, 0);
}

static void
run_url(struct world *world, const char *url, struct told *told)
{
	world_fetch(world,
	    &(struct fetch_start){.feed = (char *)(uintptr_t) "test",
		.url = (char *)(uintptr_t)url},
	    told);
}

void
world_fetch_path(struct world *world, const char *path, struct told *told)
{
	char *url = feed_server_url(&world->server, path);

	run_url(world, url, told);
	free(url);
}

void
world_expect(struct world *world, const char *url, enum fetch_outcome outcome,
    const char *error)
{
	struct told told;

	run_url(world, url, &told);
	if (told.done.outcome != outcome ||
	    (error != NULL && strstr(told.done.error, error) == NULL))
		fail_msg("%s: %s: %s", url,
		    fetch_outcome_name(told.done.outcome),
		    told.done.error != NULL ? told.done.error : "");
	told_clear(&told);
}

void
world_expect_path(struct world *world, const char *path,
    enum fetch_outcome outcome, const char *error)
{
	char *url = feed_server_url(&world->server, path);

	world_expect(world, url, outcome, error);
	free(url);
}

/*
 * A fetcher process with all that it talks to: engine, feed server, name
 * server, an authority for certificates. For the tests of the role.
 */
#ifndef TESTS_FETCHER_WORLD_H
#define TESTS_FETCHER_WORLD_H

#include <stdbool.h>

#include "feed_server.h"
#include "fetcher_driver.h"
#include "frame/config.h"
#include "name_server.h"

#define ITEMS_MAX 100

struct authority;

struct world {
	struct feed_server server;
	struct name_server names;
	struct fetcher_driver driver;
	struct config config;
	struct config_entity entity;
	struct config_name name;
	char *folder; /* of certificates */
	char *ca_file;
	struct authority *authority;
};

/* What was told of one fetch. */
struct told {
	struct fetch_done done;
	bool is_done;
	unsigned done_count;
	unsigned items;
	unsigned mentions;
	struct job_seen seen[ITEMS_MAX];
	char *last_title;
	char *last_name; /* of a mention */
};

/* Group fixtures of cmocka: *state is a struct world. */
int world_set_up(void **state);
int world_tear_down(void **state);
/* A path in the world's folder; the caller frees. */
char *world_path(const struct world *, const char *name);
/* One entity, found under one name, from the next configuration on. */
void world_watch(struct world *, const char *entity, const char *name);

/* What is told from now on goes to told, which starts empty. */
void told_expect(struct world *, struct told *);
void told_clear(struct told *);
/* Fetches and waits for the end. */
void world_fetch(struct world *, const struct fetch_start *, struct told *);
/* A path of the feed server. */
void world_fetch_path(struct world *, const char *path, struct told *);
/* Fetches and checks how it ends; error: a part of the sentence, or NULL. */
void world_expect(
    struct world *, const char *url, enum fetch_outcome, const char *error);
void world_expect_path(
    struct world *, const char *path, enum fetch_outcome, const char *error);

#endif

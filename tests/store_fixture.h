/*
 * A store in a folder of its own, for tests.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "store/store.h"

/* What a test of a store works on, as cmocka's state. */
struct store_fixture {
	char *folder;
	char *path;
	struct store *store;
	struct batch *batch; /* adds the feed 1 */
};

int store_fixture_set_up(void **state);
int store_fixture_tear_down(void **state);

/* A fresh folder, and the path of a store in it; the caller frees. */
char *fixture_folder(void);
char *fixture_path(const char *folder);
/* Removes the folder and all in it, and frees the string. */
void fixture_remove(char *folder);
/* Opens; the test fails when that does. */
struct store *fixture_open(const char *path);

/* Adds a feed "feed-N" with the row N. */
void fixture_add_feed(struct batch *, int64_t row);
/* Adds an item of feed 1 with a mention of the entity "macron", and returns
 * its row. */
uint64_t fixture_add_item(struct store *, struct batch *, const char *title);
/* Adds an alert about an item to the sinks "hook" and "log"; returns seq. */
uint64_t fixture_add_alert(struct store *, struct batch *, uint64_t item);
/* A step of the purge at the time 20000, as store_purge_step(). */
bool fixture_purge(struct store *, int64_t before_at,
    const struct strings *sinks, unsigned limit);

#endif

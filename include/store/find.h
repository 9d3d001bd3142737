/*
 * Items and feeds by the address of an article, however it is spelled. For the
 * desk; each returns 0, or -1 with store_reader_error().
 */
#ifndef STORE_FIND_H
#define STORE_FIND_H

#include <stdint.h>

struct store_reader;

/* Tells the ids of items that have this address by feeds/story/keys.h, or had
 * it: newest last, one may come twice. */
typedef void (*find_on_item)(void *arg, uint64_t item);
int store_find_items(
    struct store_reader *, const char *url, find_on_item, void *arg);

/* Tells the feeds that brought items of the address's host, how many of the
 * last ones, and when the newest was seen. */
typedef void (*find_on_feed)(
    void *arg, const char *feed, uint64_t items, int64_t last_seen_at);
int store_find_feeds(
    struct store_reader *, const char *url, find_on_feed, void *arg);

#endif

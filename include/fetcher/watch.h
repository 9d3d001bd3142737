/*
 * What is looked for in items: the compiled names of one configuration, and
 * how they are written. Shared by the fetches that began under it.
 */
#ifndef FETCHER_WATCH_H
#define FETCHER_WATCH_H

struct config;
struct item_message;
struct watch;

/* fd: the compiled block (MESSAGE_MATCH_SET), which is mapped and stays the
 * caller's; -1: nothing is looked for. The config's entities give the names.
 * NULL when the block is none. One reference is the caller's. */
struct watch *watch_new(int fd, const struct config *);
struct watch *watch_hold(struct watch *);
/* The last reference frees; takes NULL. */
void watch_release(struct watch *);
/* Fills the message's mentions from its item; item_message_clear() frees. */
void watch_find(const struct watch *, struct item_message *);

#endif

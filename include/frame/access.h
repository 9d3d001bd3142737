/*
 * How one feed is reached: what a fetcher needs to know beyond its address.
 */
#ifndef FRAME_ACCESS_H
#define FRAME_ACCESS_H

#include "base/strings.h"

#define ACCESS_HEADERS_MAX 16

struct buf;
struct config;
struct config_feed;
struct message_reader;

struct access {
	char *user_agent;       /* NULL: that of all, as below */
	char *proxy;            /* as the configuration has it; NULL: none */
	char *authorization;    /* value of the header; secret; NULL: none */
	char *certificates;     /* PEM to trust; NULL: those of all */
	struct strings headers; /* "Name: value" */
	int ip_version;         /* 4 or 6; 0: either */
};

/* Fills an empty one from the feed and the defaults. feed: NULL for any. */
void access_of_feed(
    struct access *, const struct config *, const struct config_feed *feed);
void access_put(struct buf *, const struct access *);
/* Fills an empty one; the reader notes what is malformed. */
void access_get(struct message_reader *, struct access *);
/* Wipes what is secret. */
void access_clear(struct access *);
/* How wirewatch presents itself: user_agent when given, else its name and
 * version, and whom to contact where that is known. The caller frees. */
char *access_user_agent(const char *user_agent, const char *contact);

#endif

/*
 * Forms posted to WebSub hubs. A fetcher does it, not the courier: the address
 * of a hub is a stranger's word, and fetchers have the wall against addresses
 * inside and no sink's secrets. The one secret that goes with the form gives a
 * fetcher nothing: it could invent items of the feed without it.
 */
#ifndef FETCHER_HUB_H
#define FETCHER_HUB_H

struct curl_loop;
struct hub_answer;
struct hub_ask;
struct hubs;

typedef void (*hub_on_answer)(void *arg, const struct hub_answer *);

/* The loop outlives it. */
struct hubs *hubs_new(struct curl_loop *, hub_on_answer, void *arg);
/* Posts the form and tells the answer later. */
void hubs_ask(struct hubs *, const struct hub_ask *, const char *user_agent);
/* Ends all under way without a word. */
void hubs_drop_all(struct hubs *);

#endif

/*
 * Subscriptions at WebSub hubs, as they are stored.
 */
#ifndef STORE_WEBSUB_H
#define STORE_WEBSUB_H

#include <stdbool.h>
#include <stdint.h>

struct store;

struct websub_record {
	char *token;      /* of its callback's path; names the record */
	char *feed;       /* id */
	char *hub;        /* that the feed names */
	char *topic;      /* the address by which the hub knows the feed */
	char *secret;     /* NULL: the hub is not reached over https */
	char *callback;   /* last given to the hub; NULL: none yet */
	int64_t lease_at; /* epoch us, until when the hub brings; 0: none */
	int64_t next_at;  /* when the hub is to be asked next */
	bool denied;
	bool left; /* the feed has another hub or topic by now */
};

void websub_record_clear(struct websub_record *);
void websub_record_copy(struct websub_record *to, const struct websub_record *);

/* Tells all that are stored; strings are views. 0, or -1 with store_error(). */
typedef void (*store_on_websub)(void *arg, const struct websub_record *);
int store_read_websubs(struct store *, store_on_websub, void *arg);

#endif

/*
 * The desk role: page, API, metrics, control socket. What its files share.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "desk/state.h"
#include "frame/role.h"

struct actions;
struct events;
struct http;
struct peer;
struct store_reader;
struct websub_list;

struct desk {
	struct role role;
	struct desk_state state;
	struct http *http;
	int lent;                    /* socket for the next CONFIG, or -1 */
	struct events *events;       /* clients of /api/v1/events */
	struct websub_list *websubs; /* at hubs */
	struct actions *actions;     /* requests that wait for another role */
	struct peer *engine;         /* NULL: not connected */
	struct store_reader *reader; /* NULL: not open yet */
	char *store_path;
};

/* Runs the role as the index-th of its kind; returns the exit status. */
int desk_main(unsigned index);

/* The store for reading; NULL: it could not be opened, with the reason in
 * *error, which the caller frees. */
struct store_reader *desk_open_store(struct desk *, char **error);

#endif

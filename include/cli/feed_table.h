/*
 * Tables of feeds, as /api/v1/feeds gives them.
 */
#ifndef CLI_FEED_TABLE_H
#define CLI_FEED_TABLE_H

#include <jansson.h>

struct table;

/* The first columns, and the last, of a struct table_column list. */
#define FEED_TABLE_STATE                                       \
	{"STATE", false, false}, {"FEED", false, true},        \
	    {"OUTLET", false, true}, {"SUCCESS", true, false}, \
	    {"NEW ITEM", true, false},                         \
	{                                                      \
		"NEXT", true, false                            \
	}
#define FEED_TABLE_TROUBLE                   \
	{                                    \
		"TROUBLE", false, true, true \
	}

void feed_table_add_state(struct table *, json_t *feed);
/* What is wrong, may have kept an article from us, or the operator may want to
 * change. */
void feed_table_add_trouble(struct table *, json_t *feed);

#endif

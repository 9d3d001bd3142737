/*
 * News for the desk's stage: items and alerts as the engine writes them.
 */
#ifndef DESK_NEWS_H
#define DESK_NEWS_H

#include <stdint.h>

struct batch;
struct store;

struct news {
	const char *level; /* "": without an alert */
	const char *url;
	const char *title;
	const char *name; /* of its entity, as it stands in the texts */
	const char *summary;
	uint64_t story; /* 0: none, or its own */
};

/* Epoch microseconds, in whole seconds, so that minutes come out even. */
int64_t news_now(void);
/* An item of feed 1 and its alert. */
void news_add_alert(struct store *, struct batch *, const struct news *);
/* An item of a story, with an address of its own. */
void news_join(struct store *, struct batch *, int feed, int minutes_ago,
    const struct news *);

#endif

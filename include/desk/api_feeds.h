/*
 * Feeds and how they are.
 */
#ifndef DESK_API_FEEDS_H
#define DESK_API_FEEDS_H

struct api_call;
struct buf;
struct desk;
struct desk_feed;

/* /api/v1/feeds: in the order of their ids; state, outlet, text (in id, outlet,
 * title or URL), after (an id), limit. */
void api_get_feeds(const struct api_call *);
void api_get_feed(const struct api_call *);
/* Puts one feed as both do. */
void api_put_feed(struct buf *, struct desk *, const struct desk_feed *);

#endif

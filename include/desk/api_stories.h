/*
 * Stories: who had what first, and what was told of it.
 */
#ifndef DESK_API_STORIES_H
#define DESK_API_STORIES_H

struct api_call;

/* Newest first, or after a cursor oldest first. Takes entity, outlet, level,
 * text, since, until, told, outlets, before, after, limit; a story is listed
 * when one of its items meets them all. */
void api_get_stories(const struct api_call *);
/* One story with its items, mentions, alerts and their deliveries. */
void api_get_story(const struct api_call *);

#endif

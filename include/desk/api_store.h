/*
 * Alerts and items out of the store, page by page.
 */
#ifndef DESK_API_STORE_H
#define DESK_API_STORE_H

struct api_call;

/* Newest first, or after a cursor oldest first. Both take feed, outlet,
 * entity, text, since, until, before, after, limit; alerts also rule, level,
 * type; items also content (1: with the full text). */
void api_get_alerts(const struct api_call *);
void api_get_items(const struct api_call *);

#endif

/*
 * Live events: /api/v1/events, server-sent events (WHATWG HTML, section 9.2).
 * Each client is walked through the store by the seq of its last event; one
 * that has caught up gets each alert as it comes. A slow client is thus never
 * held in memory past HTTP_STREAM_MAX and misses nothing: it falls back to the
 * store until it has caught up, and is dropped when it takes nothing at all.
 */
#ifndef DESK_EVENTS_H
#define DESK_EVENTS_H

#include <stdint.h>

#define EVENTS_CLIENTS_MAX 200 /* fewer than HTTP_CONNECTIONS_MAX */

struct api_call;
struct desk;
struct events;

struct events *events_new(struct desk *);
void events_free(struct events *);
/* A new client. Last-Event-ID, or else the parameter after: a seq to go on
 * from; 0: from the oldest that is stored; neither: only what is to come. */
void events_get(const struct api_call *);
/* The engine committed an alert. */
void events_add_alert(struct events *, uint64_t seq, const char *json);
/* So many items came or were edited, told to clients with the parameter items.
 * Such an event has no id: what is missed is not told again. */
void events_add_items(struct events *, uint64_t count);
/* Alerts may have come while the engine was away. */
void events_catch_up(struct events *);

#endif

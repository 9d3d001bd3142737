/*
 * The desk's state as Prometheus text (exposition format 0.0.4). Labels come
 * from the configuration only, never from what a feed says.
 */
#ifndef DESK_METRICS_H
#define DESK_METRICS_H

#include <stdint.h>

struct buf;
struct desk_state;
struct websub_list;

/* now_at: epoch us. connections: HTTP connections open at the desk. */
void metrics_write(struct buf *, const struct desk_state *, int64_t now_at,
    unsigned connections);
/* The same of subscriptions at hubs. */
void metrics_write_websub(struct buf *, const struct websub_list *);

#endif

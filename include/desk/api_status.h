/*
 * How wirewatch is: the whole as JSON, the metrics, the two health checks.
 */
#ifndef DESK_API_STATUS_H
#define DESK_API_STATUS_H

struct api_call;

void api_get_status(const struct api_call *);
void api_get_metrics(const struct api_call *);
/* 200 as long as the desk's loop turns. */
void api_get_healthz(const struct api_call *);
/* 200 when news can come through: engine connected, store writable, a
 * configuration in force; else 503 with what is missing. */
void api_get_readyz(const struct api_call *);

#endif

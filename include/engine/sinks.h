/*
 * The sinks of the configuration: rolling logs here, all others by the
 * courier.
 */
#ifndef ENGINE_SINKS_H
#define ENGINE_SINKS_H

struct engine;
struct message_reader;
struct peer;
struct strings;

/* Brings logs and outbox in line with role.config. */
void sinks_sync(struct engine *);
void sinks_free(struct engine *);
/* The ids of all sinks. */
void sinks_list(const struct engine *, struct strings *);
/* The courier's answer; arg: the engine. */
int sinks_on_delivered(void *arg, struct peer *, struct message_reader *);
/* The courier is down: what it held will be sent again. */
void sinks_courier_gone(struct engine *);

#endif

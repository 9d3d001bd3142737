/*
 * What hubs say and bring at the desk's callback, as the engine takes it.
 */
#ifndef ENGINE_WEBSUB_CALLBACK_H
#define ENGINE_WEBSUB_CALLBACK_H

struct message_reader;
struct peer;

/* MESSAGE_HUB_ANSWER of a fetcher; arg: its struct fetcher_link. */
int websub_on_answer(void *arg, struct peer *, struct message_reader *);
/* MESSAGE_WEBSUB_VERIFY and MESSAGE_WEBSUB_PUSH of the desk; arg: the engine.
 */
int websub_on_verify(void *arg, struct peer *, struct message_reader *);
int websub_on_push(void *arg, struct peer *, struct message_reader *);

#endif

/*
 * The callback of WebSub: the one place of the desk that is open to the
 * network beyond the people, by paths that nobody guesses. What hubs say goes
 * to the engine, as does what they bring, unread.
 */
#ifndef DESK_WEBSUB_H
#define DESK_WEBSUB_H

#include <stdbool.h>
#include <stddef.h>

struct api_call;
struct desk;
struct request;
struct websub_state;
struct websub_list;

struct websub_list *websub_list_new(void);
void websub_list_free(struct websub_list *);
/* Takes what the struct owns. */
void websub_list_set(struct websub_list *, struct websub_state *);
/* That of the feed, or NULL: it names no hub. */
const struct websub_state *websub_list_of_feed(
    struct websub_list *, const char *feed);
/* How many are in the state ("active" ...). */
size_t websub_list_count(const struct websub_list *, const char *state);

/* Whether the request is for a callback, which no other guard needs to let
 * through. */
bool websub_is_callback(const struct desk *, const struct request *);
/* Bytes of body that the request may bring. */
size_t websub_body_max(const struct desk *, const struct request *);
void websub_answer(const struct api_call *);

#endif

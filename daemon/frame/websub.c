/*
 * The messages of WebSub, field by field. Each get mirrors its put.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "frame/websub.h"

bool
websub_is_cloud(const char *hub)
{
	return strncmp(hub, CLOUD_PREFIX, strlen(CLOUD_PREFIX)) == 0;
}

/* ---- WEBSUB_VERIFY ------------------------------------------------------ */

void
websub_verify_put(struct buf *buf, const struct websub_verify *verify)
{
	message_put_u64(buf, verify->request);
	message_put_str(buf, verify->token);
	message_put_u32(buf, verify->mode);
	message_put_str(buf, verify->topic);
	message_put_i64(buf, verify->lease_s);
	message_put_str(buf, verify->reason);
}

int
websub_verify_get(struct message_reader *reader, struct websub_verify *verify)
{
	*verify = (struct websub_verify){0};
	verify->request = message_get_u64(reader);
	verify->token = message_take_text(reader);
	verify->mode = message_get_u32(reader);
	verify->topic = message_take_text(reader);
	verify->lease_s = message_get_i64(reader);
	verify->reason = message_take_str(reader);
	if (message_end(reader) && verify->mode < WEBSUB_MODES)
		return 0;
	websub_verify_clear(verify);
	return -1;
}

void
websub_verify_clear(struct websub_verify *verify)
{
	if (verify == NULL)
		return;
	free(verify->token);
	free(verify->topic);
	free(verify->reason);
	*verify = (struct websub_verify){0};
}

/* ---- WEBSUB_PUSH -------------------------------------------------------- */

void
websub_push_put(struct buf *buf, const struct websub_push *push)
{
	message_put_u64(buf, push->request);
	message_put_str(buf, push->token);
	message_put_str(buf, push->signature);
	message_put_str(buf, push->content_type);
	message_put_bytes(buf, push->body, push->body_len);
}

int
websub_push_get(struct message_reader *reader, struct websub_push *push)
{
	*push = (struct websub_push){0};
	push->request = message_get_u64(reader);
	push->token = message_take_text(reader);
	push->signature = message_take_str(reader);
	push->content_type = message_take_str(reader);
	push->body = message_get_bytes(reader, &push->body_len);
	if (message_end(reader))
		return 0;
	websub_push_clear(push);
	return -1;
}

void
websub_push_clear(struct websub_push *push)
{
	if (push == NULL)
		return;
	free(push->token);
	free(push->signature);
	free(push->content_type);
	*push = (struct websub_push){0};
}

/* ---- HUB_ASK, HUB_ANSWER ------------------------------------------------ */

void
hub_ask_put(struct buf *buf, const struct hub_ask *ask)
{
	message_put_u64(buf, ask->ask);
	message_put_str(buf, ask->hub);
	message_put_str(buf, ask->form);
	message_put_str(buf, ask->proxy);
}

int
hub_ask_get(struct message_reader *reader, struct hub_ask *ask)
{
	*ask = (struct hub_ask){0};
	ask->ask = message_get_u64(reader);
	ask->hub = message_take_text(reader);
	ask->form = message_take_text(reader);
	ask->proxy = message_take_str(reader);
	if (message_end(reader) && ask->ask != 0)
		return 0;
	hub_ask_clear(ask);
	return -1;
}

void
hub_ask_clear(struct hub_ask *ask)
{
	if (ask == NULL)
		return;
	free(ask->hub);
	free(ask->form);
	free(ask->proxy);
	*ask = (struct hub_ask){0};
}

void
hub_answer_put(struct buf *buf, const struct hub_answer *answer)
{
	message_put_u64(buf, answer->ask);
	message_put_u32(buf, answer->http_status);
	message_put_str(buf, answer->error);
}

int
hub_answer_get(struct message_reader *reader, struct hub_answer *answer)
{
	*answer = (struct hub_answer){0};
	answer->ask = message_get_u64(reader);
	answer->http_status = message_get_u32(reader);
	answer->error = message_take_str(reader);
	if (message_end(reader) && answer->ask != 0)
		return 0;
	hub_answer_clear(answer);
	return -1;
}

void
hub_answer_clear(struct hub_answer *answer)
{
	if (answer == NULL)
		return;
	free(answer->error);
	*answer = (struct hub_answer){0};
}

/* ---- WEBSUB_STATE ------------------------------------------------------- */

void
websub_state_put(struct buf *buf, const struct websub_state *state)
{
	message_put_str(buf, state->token);
	message_put_str(buf, state->feed);
	message_put_str(buf, state->state);
	message_put_str(buf, state->hub);
	message_put_str(buf, state->topic);
	message_put_i64(buf, state->lease_at);
	message_put_u64(buf, state->pushes);
	message_put_u32(buf, state->gone);
}

int
websub_state_get(struct message_reader *reader, struct websub_state *state)
{
	*state = (struct websub_state){0};
	state->token = message_take_text(reader);
	state->feed = message_take_text(reader);
	state->state = message_take_text(reader);
	state->hub = message_take_text(reader);
	state->topic = message_take_text(reader);
	state->lease_at = message_get_i64(reader);
	state->pushes = message_get_u64(reader);
	state->gone = message_get_u32(reader);
	if (message_end(reader))
		return 0;
	websub_state_clear(state);
	return -1;
}

void
websub_state_clear(struct websub_state *state)
{
	if (state == NULL)
		return;
	free(state->token);
	free(state->feed);
	free(state->state);
	free(state->hub);
	free(state->topic);
	*state = (struct websub_state){0};
}

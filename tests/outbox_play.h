/*
 * The outbox over a store of its own, with the test playing the courier.
 */
#ifndef OUTBOX_PLAY_H
#define OUTBOX_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/outbox.h"
#include "frame/state.h"

#define SECOND 1000000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define AT_COURIER_MAX 1024

struct sent {
	uint64_t id;
	char sink[16];
	char alert[40];
	unsigned attempt;
};

struct play {
	char *folder;
	char *path;
	struct store *store;
	struct batch *batch;
	struct outbox *outbox;
	int64_t now;
	struct sent sent[AT_COURIER_MAX]; /* what the courier holds */
	unsigned sent_len;
	bool full;
	unsigned refused; /* when it was full */
};

int play_set_up(void **state);
int play_tear_down(void **state);
/* The engine as it starts and ends; what is not committed is lost. */
void play_start(struct play *);
void play_stop(struct play *);
/* The sinks are "hook" and "log", both the courier's here. */
void play_set_sinks(struct play *);
/* Commits the batch, and sends what fits. */
void play_commit(struct play *);
/* Commits so many alerts, each for both sinks. */
void play_add_alerts(struct play *, unsigned n);
/* The courier answers sent[index], and holds it no more. */
int play_answer(struct play *, unsigned index, enum delivery_outcome);
/* The same of one of hook's. */
void play_settle(struct play *, struct outbox_outcome);
/* How many of the sink are at the courier; the index of one of them. */
unsigned play_at_courier(const struct play *, const char *sink);
unsigned play_find(const struct play *, const char *sink);
/* Keeps the state of hook alone in the struct sink_state that arg points to. */
void play_tell_hook(void *arg, const struct sink_state *);
struct sink_state play_hook_state(struct play *);

#endif

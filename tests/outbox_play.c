/*
 * The outbox over a store of its own, with the test playing the courier.
 */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "tests/outbox_play.h"
#include "tests/store_fixture.h"

static bool
on_send(void *arg, const struct outbox_delivery *delivery)
{
	struct play *play = arg;
	struct sent *sent = &play->sent[play->sent_len];

	if (play->full) {
		play->refused++;
		return false;
	}
	assert_in_range(play->sent_len, 0, AT_COURIER_MAX - 1);
	for (unsigned i = 0; i < play->sent_len; i++)
		assert_true(play->sent[i].id != delivery->id);
	play->sent_len++;
	*sent = (struct sent){.id = delivery->id, .attempt = delivery->attempt};
	snprintf(sent->sink, sizeof(sent->sink), "%s", delivery->sink);
	snprintf(sent->alert, sizeof(sent->alert), "%s", delivery->alert);
	return true;
}

void
play_set_sinks(struct play *play)
{
	struct strings sinks = {0};

	strings_add(&sinks, "hook");
	strings_add(&sinks, "log"); /* a second courier sink here */
	outbox_set_sinks(play->outbox, &sinks);
	strings_clear(&sinks);
}

void
play_start(struct play *play)
{
	play->store = fixture_open(play->path);
	play->batch = batch_new();
	play->outbox = outbox_new(play->store, play->batch, on_send, play, 5);
	play->sent_len = 0;
	play_set_sinks(play);
}

void
play_stop(struct play *play)
{
	outbox_free(play->outbox);
	batch_free(play->batch);
	store_close(play->store);
}

int
play_set_up(void **state)
{
	struct play *play = xcalloc(1, sizeof(*play));

	play->folder = fixture_folder();
	play->path = fixture_path(play->folder);
	play->now = HOUR;
	play_start(play);
	fixture_add_feed(play->batch, 1);
	*state = play;
	return 0;
}

int
play_tear_down(void **state)
{
	struct play *play = *state;

	play_stop(play);
	free(play->path);
	fixture_remove(play->folder);
	free(play);
	return 0;
}

/* Those that wait are not done, all others are. */
static void
assert_done_when_settled(const struct play *play)
{
	sqlite3_stmt *wrong;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(play->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
		"SELECT 1 FROM deliveries WHERE (state = 0) <> (done_at IS"
		" NULL)",
		-1, &wrong, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(wrong), SQLITE_DONE);
	sqlite3_finalize(wrong);
	sqlite3_close(db);
}

void
play_commit(struct play *play)
{
	assert_int_equal(store_commit(play->store, play->batch), STORE_OK);
	assert_done_when_settled(play);
	outbox_committed(play->outbox);
	outbox_pump(play->outbox, play->now);
}

void
play_add_alerts(struct play *play, unsigned n)
{
	while (n-- > 0)
		fixture_add_alert(play->store, play->batch, 0);
	play_commit(play);
}

int
play_answer(struct play *play, unsigned index, enum delivery_outcome outcome)
{
	struct outbox_outcome result = {.delivery = play->sent[index].id,
	    .outcome = outcome,
	    .error = outcome == DELIVERY_OK ? NULL : "HTTP 503"};
	int64_t delay;

	play->sent[index] = play->sent[--play->sent_len];
	return outbox_settle(play->outbox, &result, play->now, &delay);
}

unsigned
play_at_courier(const struct play *play, const char *sink)
{
	unsigned n = 0;

	for (unsigned i = 0; i < play->sent_len; i++)
		n += strcmp(play->sent[i].sink, sink) == 0;
	return n;
}

unsigned
play_find(const struct play *play, const char *sink)
{
	for (unsigned i = 0; i < play->sent_len; i++)
		if (strcmp(play->sent[i].sink, sink) == 0)
			return i;
	fail_msg("nothing of %s is at the courier", sink);
	return 0;
}

void
play_settle(struct play *play, struct outbox_outcome result)
{
	unsigned index = play_find(play, "hook");
	int64_t delay;

	result.delivery = play->sent[index].id;
	play->sent[index] = play->sent[--play->sent_len];
	assert_int_equal(
	    outbox_settle(play->outbox, &result, play->now, &delay), 0);
}

void
play_tell_hook(void *arg, const struct sink_state *state)
{
	struct sink_state *out = arg;

	if (strcmp(state->sink, "hook") == 0)
		*out = *state;
}

struct sink_state
play_hook_state(struct play *play)
{
	struct sink_state state = {0};

	outbox_tell_states(play->outbox, true, play_tell_hook, &state);
	return state;
}
